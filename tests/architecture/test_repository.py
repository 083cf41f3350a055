"""What the repository must not contain: secrets, addresses of package registries, unlocked versions."""

import re
import subprocess
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
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text("utf-8")
        pinned = re.findall(r"^[a-z0-9][^\s=]*==[^\s]+", text, re.MULTILINE)
        assert pinned
        assert "://" not in text
        assert text.count("--hash=sha256:") >= len(pinned)
