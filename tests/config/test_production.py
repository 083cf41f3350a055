"""Production settings as a whole: files collected and named by digest, pages that find each of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import homes

PAGES = """
import os, re, django
os.environ["DJANGO_SETTINGS_MODULE"] = "recourse.config.settings"
django.setup()
from django.test import Client
from recourse.base.core import clock
from recourse.people.accounts import services
from recourse.people.accounts.domain import Role
token = services.invite(role=Role.OFFICER, username="officer-1", label="Officer 1", by=None, now=clock.now())
for host, path in (("localhost", "/"), ("desk.localhost", "/sign-in"), ("desk.localhost", "/enrol/" + token)):
    page = Client().get(path, HTTP_HOST=host)
    assert page.status_code == 200, path
    named = re.findall(rb'(?:src|href)="(/static/[^"]+)"', page.content)
    assert named, path
    for address in set(named):
        file = Client().get(address.decode(), HTTP_HOST=host)
        assert file.status_code == 200, address
        assert "immutable" in file["Cache-Control"], address
        file.close()
print("all found")
"""


def test_pages_find_their_files(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("RECOURSE_", "DJANGO_"))
    }
    environment |= {
        "RECOURSE_CONFIG": str(homes.make(tmp_path, web={"static_folder": str(tmp_path / "static")})),
    }

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            check=False,
            cwd=tmp_path,
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=120,
        )

    for command in (["collectstatic", "--noinput"], ["migrate", "-v0"]):
        done = run("-m", "recourse", *command)
        assert done.returncode == 0, done.stderr
    done = run("-W", "error", "-c", PAGES, RECOURSE_PROCESS="all")
    assert done.stdout.strip() == "all found", done.stderr
