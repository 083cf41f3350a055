"""A copy of the sources, in which texts can be collected and languages added."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources, with the scripts and the environment beside them as in a clone."""
    shutil.copytree(REPOSITORY / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(REPOSITORY / "scripts", tmp_path / "scripts")
    (tmp_path / ".venv").symlink_to(REPOSITORY / ".venv")
    return tmp_path


def run(copy: Path, *command: str, **settings: str) -> str:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("RECOURSE_", "DJANGO_"))
    }
    environment |= {
        "PYTHONPATH": str(copy / "src"),
        "DJANGO_SETTINGS_MODULE": "recourse.config.settings",
        **settings,
    }
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
