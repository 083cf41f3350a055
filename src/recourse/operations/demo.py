"""The demo: a whole installation in a throw-away folder, with the town as its outside world.

Starts the same processes as production (web, worker, mail), lets invented people do the main job through the
pages, and keeps the site up. Nothing here decides anything about a case: the town's people fill in forms, and
the processes do the rest.
Refuses: to run beside anything but a fresh folder of its own, and to say it went well when the story did not.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from recourse.base.core.errors import MisconfiguredError
from recourse.operations.initialise import Answers, make_installation, run_command
from recourse.operations.processes import refuse_used

SETTINGS = "recourse.config.demo"
START_SECONDS = 60.0
STORY_SECONDS = 240
STORIES = 5
VANTAGES = {"home": "", "abroad": "127.0.0.2"}  # the town tells countries apart by who asks
ROLES = (("officer", "Officer 03"), ("supervisor", "Supervisor 01"), ("analyst", "Analyst 02"))


@dataclass
class Demo:
    """One demo: its folder, its ports and its processes."""

    folder: Path
    port: int
    say: Callable[[str], None]
    database_url: str = ""  # empty: a file in the folder
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The installation's folder."""
        return self.folder / "home"

    @property
    def town(self) -> Path:
        """The town's folder."""
        return self.folder / "town"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the demo runs with."""
        return {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "RECOURSE_TOWN": str(self.town / "town.json"),
            "RECOURSE_CONFIG": str(self.home / "recourse.toml"),
            "RECOURSE_CHECKS__VANTAGES": json.dumps(VANTAGES),
        }

    def prepare(self) -> None:
        """Make a fresh installation and open the town beside it."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.town.mkdir(parents=True)
        lmtp, smtp = free_port(), free_port()
        answers = Answers(port=self.port, smtp_port=smtp, lmtp_port=lmtp, database_url=self.database_url)
        records = make_installation(self.home, answers)
        (self.town / "dns.json").write_text(json.dumps(records), "utf-8")
        self._start(
            "town",
            [
                *("-m", "recourse_town", "serve", "--folder", str(self.town), "--smtp-port", str(smtp)),
                *("--agency", f"127.0.0.1:{lmtp}", "--dns", str(self.town / "dns.json")),
            ],
        )
        wait_for("the town", (self.town / "town.json").is_file, self)

    def start(self) -> None:
        """Start the installation: web with worker and mail beside, and the keeper of the demo's clock."""
        refuse_used(self.port)
        self._start("clock", ["-m", "recourse", "demo", "--keep-clock"])
        self.start_serving()
        wait_for("the site", lambda: answers_ok(self.port, "/readyz"), self)

    def start_serving(self) -> None:
        """Start the main process, as a service manager does at boot and after it ended."""
        self._start("serve", ["-m", "recourse", "serve"])

    def invite(self, role: str, username: str, label: str) -> str:
        """Return a single-use enrolment link."""
        return self.command("invite", role, username, "--label", label).split()[-1]

    def command(self, *arguments: str) -> str:
        """Run one of our commands inside the demo; returns its output."""
        return run_command(self.home, *arguments, extra=self.environment)

    def stories(self) -> bool:
        """Let the town's people live their stories; tells whether each ended as it should."""
        links = [self.invite("officer", f"story-{n}", f"Officer 1{n}") for n in range(1, STORIES + 1)]
        told = subprocess.run(
            [
                *(sys.executable, "-m", "recourse_town", "stories", "--port", str(self.port)),
                *("--town", str(self.town / "town.json"), "--enrol", *links),
            ],
            timeout=STORY_SECONDS,
            check=False,
        )
        return told.returncode == 0

    def figures_published(self) -> bool:
        """Count what the stories add up to and publish it, as every midnight does."""
        self.command("figures", "publish")
        return True

    def ledger_verified(self) -> bool:
        """Publish and export the ledger as anybody could fetch it, and verify the copy with a pinned key."""
        target = self.folder / "ledger-export"
        self.command("ledger", "publish")
        self.command("ledger", "export", str(target))
        key = (target / "vkey").read_text("utf-8").strip()
        self.say(self.command("ledger", "verify", str(target), "--vkey", key).strip())
        return True

    def stop(self) -> None:
        """End every process, the newest first."""
        for process in reversed(self.running.values()):
            process.terminate()
        for process in reversed(self.running.values()):
            try:
                process.wait(timeout=25)
            except subprocess.TimeoutExpired:
                process.kill()
        self.running.clear()

    def check_alive(self) -> None:
        """Complain when a process ended by itself.

        Raises:
            MisconfiguredError: naming it and its log.
        """
        for name, process in self.running.items():
            if process.poll() is not None:
                raise MisconfiguredError(f"{name} ended by itself; its log is {self.folder / name}.log")

    def _start(self, name: str, arguments: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers_ok(port: int, path: str) -> bool:
    """Tell whether a page of the survivors' site answers 200."""
    request = Request(f"http://127.0.0.1:{port}{path}", headers={"Host": f"localhost:{port}"})
    try:
        with urlopen(request, timeout=2) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's own number
    except (URLError, OSError):
        return False


def wait_for(what: str, ready: Callable[[], bool], demo: Demo) -> None:
    """Wait until something is ready.

    Raises:
        MisconfiguredError: it was not within a minute, or a process ended.
    """
    until = time.monotonic() + START_SECONDS
    while not ready():
        demo.check_alive()
        if time.monotonic() > until:
            raise MisconfiguredError(
                f"{what} was not ready within {START_SECONDS:.0f} s; logs: {demo.folder}/*.log"
            )
        time.sleep(0.1)
