"""What the tests of invariants read out of the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "recourse"


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of ours, by its path below `recourse`, migrations left out."""
    found = 0
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            found += 1
            yield str(path.relative_to(SOURCE)), ast.parse(path.read_text("utf-8"))
    assert found > 150


def calls(tree: ast.Module) -> Iterator[str]:
    """Every call of a module as it is written, such as `datetime.now`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module and name that is imported, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
