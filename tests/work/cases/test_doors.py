"""Nothing but the cases room touches the tables of cases (invariant 10: refused in the selector, not in the view)."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3] / "src" / "recourse"
ROOM = SOURCE / "work" / "cases"
TABLES = "recourse.work.cases.models"


def imported(path: Path) -> set[str]:
    """Every module and name a file imports, at any depth of its code."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
    return names


def test_only_cases_imports_the_tables_of_cases() -> None:
    others = [path for path in SOURCE.rglob("*.py") if not path.is_relative_to(ROOM)]
    assert len(others) > 50
    guilty = [str(path) for path in others if any(name.startswith(TABLES) for name in imported(path))]
    assert guilty == []


def test_the_search_finds_one_that_does() -> None:
    assert any(name.startswith(TABLES) for name in imported(ROOM / "selectors" / "desk.py"))


def test_nobody_reaches_them_by_name_either() -> None:
    by_name = ('get_model("cases"', "get_model('cases'", 'get_model("cases.', "get_model('cases.")
    guilty = [
        str(path)
        for path in SOURCE.rglob("*.py")
        if not path.is_relative_to(ROOM) and any(call in path.read_text("utf-8") for call in by_name)
    ]
    assert guilty == []


def test_a_person_s_reading_opens_the_key_in_one_place_only() -> None:
    """`vault.open_key` in cases: in `access_case`, for a job, and to seal a decision's reasons and an item's facts."""
    users = {
        str(path.relative_to(ROOM)) for path in ROOM.rglob("*.py") if "open_key(" in path.read_text("utf-8")
    }
    assert users == {
        "selectors/desk.py",
        "selectors/machine.py",
        "services/choosing.py",
        "services/deciding.py",
        "services/facts.py",
        "services/handing_over.py",  # to seal, not to read
    }
