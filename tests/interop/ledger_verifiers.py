"""Two verifiers that share no code: ours, and a Go program on golang.org/x/mod."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recourse.base.ledger.verification import verify_folder

SOURCE = Path(__file__).with_name("verify.go")


@dataclass(frozen=True)
class Verifiers:
    """Ask both; the answer is the pair of exit statuses, ours first."""

    program: Path

    def go(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [self.program, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def __call__(self, path: Path, vkey: str, older: str | None = None) -> tuple[int, int]:
        arguments = ["-dir", str(path), "-vkey", vkey]
        if older is not None:
            kept = path.parent / f"{path.name}.older"
            kept.write_text(older)
            arguments += ["-older", str(kept)]
        return verify_folder(path, vkey, older=older).exit_status, self.go(*arguments)[0]


def build(folder: Path) -> Verifiers:
    """Compile the Go verifier; Debian's golang-go and golang-golang-x-mod-dev must be installed."""
    program = folder / "verify-ledger"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GOPATH": "/usr/share/gocode",
        "GO111MODULE": "off",
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    go = shutil.which("go")
    assert go, "install golang-go and golang-golang-x-mod-dev: this test is not skipped"
    subprocess.run([go, "build", "-o", program, SOURCE], env=environment, check=True, timeout=180)
    return Verifiers(program)


Tamper = Callable[[Path], None]
