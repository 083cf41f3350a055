"""The index of invariants names tests that exist, and every test here says which invariant it holds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INDEX = ROOT / "docs" / "explanation" / "invariants.md"
ROW = re.compile(r"^\| (\d+)\. ([^|]+) \| (.+) \|$", re.MULTILINE)
GROUP = re.compile(r"`(tests/[^`]+\.py)` \(([^)]+)\)")
HERE = sorted(Path(__file__).parent.glob("test_[0-9]*.py"))


def named_in(path: Path) -> dict[str, str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {
        node.name: ast.get_docstring(node) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_all_seventeen_are_there_in_order() -> None:
    assert [int(number) for number, _title, _tests in ROW.findall(INDEX.read_text("utf-8"))] == list(
        range(1, 18)
    )


def test_every_test_that_the_index_names_exists() -> None:
    for number, _title, held_by in ROW.findall(INDEX.read_text("utf-8")):
        groups = GROUP.findall(held_by)
        assert groups, number
        for path, named in groups:
            names = re.findall(r"`(test_\w+)`", named)
            assert names, (number, path)
            assert set(names) <= set(named_in(ROOT / path)), (number, path)


@pytest.mark.parametrize("path", HERE, ids=[path.stem for path in HERE])
def test_a_test_of_an_invariant_quotes_it(path: Path) -> None:
    number = path.stem.split("_")[1]
    for name, words in named_in(path).items():
        assert name.startswith(f"test_invariant_{number}_")
        assert words.startswith(f"{number}. "), name
