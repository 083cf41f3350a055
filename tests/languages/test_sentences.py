"""Every error's sentence is marked for translation where it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "recourse"


# The library stands on its own and knows no languages: what a command prints of it is English, like all commands.
LIBRARY = SOURCE / "fingerprints"


def test_every_error_s_sentence_is_marked() -> None:
    ours = [path for path in SOURCE.rglob("*.py") if not path.is_relative_to(LIBRARY)]
    found = {f"{path.relative_to(SOURCE)}: {text}" for path in ours for text in unmarked(path)}
    assert found == set(), "write gettext_noop(...) around the sentence"


def test_an_unmarked_sentence_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "errors.py"
    file.write_text('class AError(Exception):\n    sentence: ClassVar[str] = "Not so."\n')
    assert list(unmarked(file)) == ["Not so."]
    file.write_text('raise AError(sentence="Nor so.")\n')
    assert list(unmarked(file)) == ["Nor so."]
    file.write_text('class AError(Exception):\n    sentence = gettext_noop("So.")\n')
    assert list(unmarked(file)) == []


def unmarked(path: Path) -> Iterator[str]:
    """Yield the texts of `sentence` attributes of errors, and of `sentence=` when one is raised, that are bare."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
            for line in node.body:
                if isinstance(line, ast.Assign | ast.AnnAssign) and "sentence" in targets(line):
                    yield from bare(line.value)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for word in node.exc.keywords:
                if word.arg == "sentence":
                    yield from bare(word.value)


def targets(line: ast.Assign | ast.AnnAssign) -> set[str]:
    names = line.targets if isinstance(line, ast.Assign) else [line.target]
    return {name.id for name in names if isinstance(name, ast.Name)}


def bare(value: ast.expr | None) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    if isinstance(value, ast.JoinedStr):
        yield ast.unparse(value)
