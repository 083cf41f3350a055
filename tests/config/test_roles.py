"""A process that may open cases serves no page to the public, and the other way round."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.settings import HOME

CODE = "from recourse.config import settings; import json; print(json.dumps(settings.SURFACES))"


def surfaces(process: str) -> dict[str, str]:
    environment = {**os.environ, "RECOURSE_CONFIG": str(HOME / "recourse.toml"), "RECOURSE_PROCESS": process}
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("process", "hosts"),
    [
        ("web", {"localhost", "public.localhost"}),
        ("desk", {"desk.localhost"}),
        ("exchange", {"127.0.0.1"}),
        ("all", {"localhost", "desk.localhost", "public.localhost", "127.0.0.1"}),
    ],
)
def test_each_process_serves_its_own_surface(process: str, hosts: set[str]) -> None:
    assert set(surfaces(process)) == hosts
