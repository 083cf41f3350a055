"""Running our commands as a person does: in a process of their own, and here for refusals that start none."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command

PREAMBLE = """
import django, json, os
django.setup()
from recourse.base.core import clock
now = clock.now()
"""


@dataclass(frozen=True)
class Installed:
    """An installation in a folder; commands run in it as processes."""

    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RECOURSE_")}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "recourse.config.settings",
            "RECOURSE_CONFIG": str(self.home / "recourse.toml"),
            **more,
        }

    def run(self, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "recourse", *map(str, arguments)],
            env=self.environment(**more),
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def ask(self, code: str, **told: Any) -> Any:
        """Run a few lines inside (they see `told` by name and print JSON last) and return what they printed."""
        text = PREAMBLE + "".join(f"{name} = {value!r}\n" for name, value in told.items()) + code
        done = subprocess.run(
            [sys.executable, "-c", text],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])


def command(*arguments: object) -> tuple[int, str, str]:
    """Run a command in this process; returns exit status, output and what it complained of."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*map(str, arguments), stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def refused(said: tuple[int, str, str], status: int, words: str, code: str) -> None:
    """Assert that a command said one sentence with its code, and ended with the status."""
    assert (said[0], said[2].count("\n")) == (status, 1), said
    assert said[2].startswith("recourse: ")
    assert said[2].rstrip().endswith(f"[{code}]")
    assert words in said[2]
    assert "Traceback" not in said[2]
