"""A whole installation with its town, whose processes can be found and killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from recourse.operations.demo import Demo
from tests import servers

MAIN_SPARED = 0.9
SECONDS = float(os.environ.get("RECOURSE_CRASH_SECONDS", "10"))


WAITING = """
from recourse.base.jobs.models import Job
from recourse.base.core import clock
due = Job.objects.filter(state="open", due_at__lte=clock.now())
print(json.dumps([f"{j.kind} {j.attempts} {j.lease_until}" for j in due[:20]]))
"""


class Stack:
    """The installation under fire."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.killed: list[str] = []
        self.restarts = 0
        self.published: Path | None = None

    @property
    def control(self) -> str:
        return json.loads((self.demo.town / "town.json").read_text("utf-8"))["control"]

    def state(self) -> dict:
        with urlopen(f"{self.control}/state", timeout=10) as answer:
            return json.load(answer)

    def publish(self, number: int) -> str:
        body = json.dumps({"channel": "quietharbour", "number": number, "text": "Boats."}).encode()
        urlopen(Request(f"{self.control}/posts", data=body, method="POST"), timeout=10).close()
        return f"https://t.me/quietharbour/{number}"

    def victims(self) -> list[tuple[int, str]]:
        """The main process of the web server, its workers, the queue's worker and the mail receiver."""
        serve = self.demo.running["serve"].pid
        found = [(serve, "main recourse serve")]
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == serve and "resource_tracker" not in line:
                found.append((int(entry.name), line))
        return found

    def keep_serving(self, stop: threading.Event) -> None:
        """Do what a service manager does (Restart=always): start the main process again when it ended."""
        while not stop.wait(0.1):
            if self.demo.running["serve"].poll() is not None:
                self.demo.start_serving()
                self.restarts += 1

    def kill_at_random(self, stop: threading.Event, seed: int) -> None:
        chance = random.Random(seed)
        while not stop.wait(chance.uniform(0.5, 1.8)):
            victims = self.victims()
            if (
                chance.random() < MAIN_SPARED
            ):  # its start takes seconds: killed too often, nothing would be tried
                victims = victims[1:]
            if victims:
                pid, line = chance.choice(victims)
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                self.killed.append(line)

    def ask(self, code: str) -> dict:
        """Run a few lines inside the installation (they print JSON) and return what they printed."""
        text = "import django, json; django.setup()\n" + code
        done = subprocess.run(
            [sys.executable, "-c", text],
            env={**os.environ, **self.demo.environment, "RECOURSE_PROCESS": "command"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])

    def publish_ledger(self) -> None:
        """Publish while processes die, and keep the checkpoint as an outsider would."""
        self.demo.command("ledger", "publish", "--quiet-too")
        self.demo.command("ledger", "export", str(self.demo.folder / "kept"))
        self.published = self.demo.folder / "kept" / "checkpoint"

    def rest(self, seconds: float = 150) -> None:
        """Wait until nobody is doing anything."""
        until = time.monotonic() + seconds
        code = "from recourse.base.jobs import selectors\nprint(json.dumps({'idle': selectors.idle()}))"
        while time.monotonic() < until:
            if self.state()["idle"] and self.ask(code)["idle"]:
                return
            time.sleep(0.5)
        raise AssertionError(f"the installation did not come to rest: {self.ask(WAITING)}")


@contextmanager
def stack(folder: Path, *, database: str) -> Iterator[Stack]:
    """Run an installation and its town in `folder`, on SQLite or PostgreSQL (with fsync, as in production)."""
    if database == "postgres":
        with servers.postgres(fsync=True) as server, _running(folder, server.create("crash")) as running:
            yield running
    else:
        with _running(folder, "") as running:
            yield running


@contextmanager
def _running(folder: Path, url: str) -> Iterator[Stack]:
    demo = Demo(folder / "demo", servers.free_port(), lambda _text: None, url)
    over = threading.Event()
    try:
        demo.prepare()
        demo.start()
        running = Stack(demo)
        keeper = threading.Thread(target=running.keep_serving, args=(over,))
        keeper.start()
        yield running
        over.set()
        keeper.join()
    finally:
        over.set()
        demo.stop()
