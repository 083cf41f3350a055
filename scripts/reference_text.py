# ruff: noqa: INP001 - a folder of programs, no package
"""Small parts of the generated reference: tables, and what a source says beside a name."""

from __future__ import annotations

import ast
import inspect
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from types import ModuleType

NONE = "-"


def cell(value: object) -> str:
    """Return a value as a cell of a table."""
    return re.sub(r"\s+", " ", str(value)).replace("|", "\\|").strip()


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""
    names = list(head)
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def code(value: object) -> str:
    """Return a value as code; nothing for an empty one."""
    return f"`{value}`" if str(value) else ""


def codes(values: Iterable[object]) -> str:
    """Return several values as code, a dash for none."""
    return ", ".join(code(value) for value in values) or NONE


def first_line(thing: object) -> str:
    """Return the first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]


@cache
def comments(module: ModuleType) -> Mapping[int, str]:
    """Return the comment at the end of each line of a module's source."""
    tokens = tokenize.generate_tokens(io.StringIO(inspect.getsource(module)).readline)
    found = {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
    return {
        line: re.sub(r"\s*#?\s*noqa:[ A-Z0-9,]*-?", "", text.lstrip("# ")) for line, text in found.items()
    }


def said_of_members(enum: type[Enum]) -> dict[str, str]:
    """Return the comment beside each member of an enumeration, by the member's name."""
    module = sys.modules[enum.__module__]
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ClassDef) and node.name == enum.__name__:
            return {
                target.id: comments(module).get(item.lineno, "")
                for item in node.body
                if isinstance(item, ast.Assign)
                for target in item.targets
                if isinstance(target, ast.Name)
            }
    raise LookupError(enum)


def said_of_rows(module: ModuleType, name: str) -> dict[str, str]:
    """Return the comment beside each row of a table `{Enum.MEMBER: ...}`, by the member's name."""
    for node in ast.parse(inspect.getsource(module)).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == name:
            rows = next(part for part in ast.walk(node) if isinstance(part, ast.Dict))
            return {
                key.attr: comments(module).get(key.lineno, "")
                for key in rows.keys
                if isinstance(key, ast.Attribute)
            }
    raise LookupError(name)
