"""Settings as whole processes load them: with nothing, beside the demo's town, and with a dead parent."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import homes

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("RECOURSE_", "DJANGO_"))}


def _run(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=False,
        cwd=folder,
        env=CLEAN | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_settings_load_with_nothing_set(tmp_path: Path) -> None:
    code = "import recourse.config.settings as s; assert not s.DEBUG; assert len(s.SECRET_KEY) == 64; print('loaded')"
    done = _run(code, tmp_path)
    assert done.stdout.strip() == "loaded", done.stderr
    assert not list(tmp_path.iterdir()), "loading leaves nothing behind"


def test_production_refuses_the_town(tmp_path: Path) -> None:
    done = _run("import recourse.config.settings", tmp_path, RECOURSE_TOWN=str(tmp_path / "town.json"))
    assert done.returncode
    assert "RECOURSE_TOWN" in done.stderr
    assert "recourse.config.demo" in done.stderr


def test_production_never_names_the_town_dialler(tmp_path: Path) -> None:
    code = (
        "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'recourse.config.settings'; django.setup();"
        "import sys; assert 'recourse.config.town' not in sys.modules; print('clean')"
    )
    done = _run(code, tmp_path)
    assert done.stdout.strip().endswith("clean"), done.stderr


def test_a_break_reaches_the_console_with_its_traceback_and_without_its_words(tmp_path: Path) -> None:
    code = """
import django, os, logging
os.environ["DJANGO_SETTINGS_MODULE"] = "recourse.config.settings"
django.setup()
try:
    raise RuntimeError("a harbour at dusk")
except RuntimeError:
    logging.getLogger("django.request").exception("Internal Server Error: %s", "/case/dusk")
"""
    said = _run(code, tmp_path).stderr
    assert "RuntimeError" in said
    assert "Internal Server Error" in said
    assert "dusk" not in said


@pytest.mark.parametrize(
    ("hosts", "town", "words"),
    [
        ({}, None, "RECOURSE_TOWN"),
        ({}, "missing.json", "RECOURSE_TOWN"),
        ({"survivor_host": "help.example"}, "missing.json", "help.example"),
    ],
)
def test_the_demo_refuses(tmp_path: Path, hosts: dict[str, str], town: str | None, words: str) -> None:
    file = homes.make(tmp_path, web=hosts)
    environment = {"RECOURSE_CONFIG": str(file), "DJANGO_SETTINGS_MODULE": "recourse.config.demo"}
    if town:
        environment["RECOURSE_TOWN"] = str(tmp_path / town)
    done = _run("import django; django.setup()", tmp_path, **environment)
    assert done.returncode
    assert words in done.stderr.splitlines()[-1]


def test_files_of_another_kind_are_told_in_one_sentence(tmp_path: Path) -> None:
    """Where the system refuses a look, as at a folder of another user; here a name that is too long for any."""
    done = subprocess.run(
        [sys.executable, "-m", "recourse", "doctor"],
        check=False,
        cwd=tmp_path,
        env=CLEAN | {"RECOURSE_CONFIG": str(tmp_path / ("a" * 300))},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr.count("\n")) == (78, 1)
    assert done.stderr.startswith("recourse: RECOURSE_CONFIG names no file")


def test_a_server_whose_starter_is_dead_ends_at_once(tmp_path: Path) -> None:
    code = "import os; os.environ['RECOURSE_PARENT'] = '1'; import recourse.config.wsgi; print('serving')"
    done = _run(code, tmp_path)
    assert done.returncode == 0
    assert "serving" not in done.stdout


def test_a_server_dies_with_its_starter(tmp_path: Path) -> None:
    """The middle process starts the server and is killed; the server's end closes the pipe we read."""
    server = "import recourse.config.wsgi, time, os; print(os.getpid(), flush=True); time.sleep(60)"
    middle = (
        "import subprocess, sys, os, signal;"
        f"child = subprocess.Popen([sys.executable, '-c', {server!r}], stdout=subprocess.PIPE, text=True);"
        "print(child.stdout.readline().strip(), flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = _run(middle, tmp_path)
    pid = int(done.stdout.strip().splitlines()[-1])
    for _ in range(100):
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, 9)
    pytest.fail("the server outlived its starter by five seconds")
