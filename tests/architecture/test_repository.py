"""What the repository must not contain: secrets, addresses of package registries, unlocked versions."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOSTS = re.compile(
    rb"(pypi|npmjs|pythonhosted)" + rb"\.(org|com)|registry\." + rb"npmjs|deb\.debian" + rb"\.org"
)
SECRETS = re.compile(rb"AGE-SECRET-" + rb"KEY-1|BEGIN (RSA |EC |OPENSSH )?PRIVATE " + rb"KEY")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name]


def test_no_secret_and_no_registry_address_is_tracked() -> None:
    files = [path for path in tracked() if path.is_file() and path.suffix not in {".png", ".mo"}]
    assert len(files) > 50
    found = [
        str(path.relative_to(ROOT))
        for path in files
        if HOSTS.search(text := path.read_bytes()) or SECRETS.search(text)
    ]
    assert found == []


def test_every_requirement_is_locked_by_hash() -> None:
    for name in (
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-build.txt",
        "requirements-oracles.txt",
    ):
        text = (ROOT / name).read_text("utf-8")
        pinned = re.findall(r"^[a-z0-9][^\s=]*==[^\s]+", text, re.MULTILINE)
        assert pinned
        assert "://" not in text
        assert text.count("--hash=sha256:") >= len(pinned)


def test_what_the_program_imports_is_installed_in_production() -> None:
    """Development installs more, so an import that only it brings would fail on the first machine without it."""
    imported: set[str] = set()
    for path in (ROOT / "src" / "recourse").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    assert "django" in imported
    locked = re.findall(r"^([a-z0-9][^\s=]*)==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    brought = packages_distributions()
    foreign = imported - set(sys.stdlib_module_names) - {"recourse"}
    assert {
        name
        for name in foreign
        if not {re.sub(r"[-_.]+", "-", one.lower()) for one in brought.get(name, [])} & set(locked)
    } == set()
