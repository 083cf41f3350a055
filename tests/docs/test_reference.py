"""The documents say what is so: the generated ones are up to date, and what the others name exists."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "recourse"
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FLOORS = {"base", "people", "world", "work", "surfaces", "operations", "config"}


@cache
def documents() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    found = tuple(ROOT / name.decode() for name in listed.split(b"\0") if name)
    assert len(found) > 15
    return tuple(path for path in found if path.is_file())


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as forges make them."""
    heads = re.findall(r"^#+ +(.+?) *$", FENCE.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@cache
def packages() -> dict[str, Path]:
    """Every package and module of ours, by each dotted name a document may use for it."""
    found: dict[str, Path] = {}
    for path in [*SOURCE.rglob("*.py"), *(path for path in SOURCE.rglob("*") if path.is_dir())]:
        parts = path.relative_to(SOURCE).with_suffix("").parts
        if "migrations" in parts or "__pycache__" in parts or not parts:
            continue
        for start in range(len(parts)):
            found.setdefault(".".join(parts[start:]), path)
    return found


def test_the_generated_reference_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("path", documents(), ids=named)
def test_every_link_between_documents_leads_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text("utf-8"))
    for match in LINK.finditer(text):
        target = match[1] or match[2]
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        file, _, anchor = unquote(target).partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{named(path)}: {target}"
        assert found.is_relative_to(ROOT), f"{named(path)}: {target} leaves the repository"
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{named(path)}: {target}"


@pytest.mark.parametrize("path", documents(), ids=named)
def test_every_package_and_file_a_document_names_exists(path: Path) -> None:
    known = packages()
    for name in CODE.findall(FENCE.sub("", path.read_text("utf-8"))):
        dotted = re.fullmatch(r"(?:recourse\.)?([a-z_]+(?:\.[a-z_]+)+)", name)
        if dotted and dotted[1].split(".")[0] in FLOORS:
            module, _, last = dotted[1].rpartition(".")
            assert dotted[1] in known or defines(known.get(module), last) or is_key(dotted[1]), name
        filed = re.fullmatch(r"(?:src/recourse/)?((?:[a-z_]+/)+)(?:[a-z_]+\.[a-z]+)?", name)
        if filed and filed[1].split("/")[0] in FLOORS:
            assert (SOURCE / name.removeprefix("src/recourse/")).exists(), f"{named(path)}: {name}"
        if re.fullmatch(r"(?:tests|scripts|docs|deploy|benchmarks)/[\w./-]+", name):
            assert (ROOT / name).exists(), f"{named(path)}: {name}"


def defines(module: Path | None, name: str) -> bool:
    """Whether a module, or a package's __init__, defines or hands on a name."""
    if module is None:
        return False
    file = module / "__init__.py" if module.is_dir() else module
    return file.is_file() and re.search(rf"\b{re.escape(name)}\b", file.read_text("utf-8")) is not None


def is_key(dotted: str) -> bool:
    """Whether it is a key of the configuration, such as `checks.vantages`."""
    return f"`[{dotted.partition('.')[0]}]`" in (ROOT / "docs/reference/configuration.md").read_text("utf-8")


def glossary() -> list[tuple[str, str]]:
    rows = re.findall(r"^\|(.+)\|$", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE)[2:]
    return [(cells[0].strip(), cells[-1].strip()) for cells in (row.split("|") for row in rows)]


@pytest.mark.parametrize(("term", "where"), glossary())
def test_every_term_of_the_glossary_is_where_it_says(term: str, where: str) -> None:
    if where == "everywhere":
        return
    places = CODE.findall(where)
    assert places, f"{term}: {where}"
    labels = {config.label for config in apps.get_app_configs()}
    for place in places:
        label, _, model = place.partition(".")
        if model:
            assert apps.get_model(label, model) is not None, place
        else:
            assert label in labels or (label in packages() and packages()[label].is_dir()), place


def test_every_command_a_document_names_exists() -> None:
    django_s = {"collectstatic", "shell", "migrate"}
    commands = {name for name, app in get_commands().items() if str(app).startswith("recourse.")}
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for path in documents():
        text = path.read_text("utf-8")
        said = set(re.findall(r"(?:`|^|/bin/)recourse ([a-z]+)\b", text, re.MULTILINE))
        assert said <= commands | django_s, f"{named(path)}: {said - commands - django_s}"
        for line in re.findall(r"(?:`|^)make ([a-z][a-z0-9 -]*)", text, re.MULTILINE):
            made = set(line.split())
            assert made <= targets, f"{named(path)}: {made - targets}"


def test_every_variable_a_document_names_is_read_somewhere() -> None:
    read = "\n".join(
        path.read_text("utf-8")
        for folder in ("src", "tests", "benchmarks", "scripts")
        for path in (ROOT / folder).rglob("*.py")
    )
    keys = set(re.findall(r"RECOURSE_[A-Z_]+", (ROOT / "docs/reference/configuration.md").read_text("utf-8")))
    for path in documents():
        for name in set(re.findall(r"RECOURSE_[A-Z][A-Z_]+[A-Z]", path.read_text("utf-8"))):
            known = name in keys or name.removesuffix("_FILE") in keys or name in read
            assert known, f"{named(path)}: {name}"


def test_every_error_code_in_the_tree_is_in_the_reference() -> None:
    """By the source alone, so that a class the generator failed to import is missed loudly."""
    told = (ROOT / "docs/reference/errors.md").read_text("utf-8")
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.ClassDef) or not node.name.endswith("Error"):
                continue
            for line in node.body:
                target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
                value = getattr(line, "value", None)
                if getattr(target, "id", "") == "code" and isinstance(value, ast.Constant):
                    assert f"| `{value.value}` |" in told, f"{named(path)}: {node.name}"
