"""Debian's Firefox as somebody uses it: opens pages, presses, chooses files, and is read.

Playwright drives a Firefox of its own, and what it sends to others changes faster than Debian's long-term release; so
this speaks Marionette, the protocol that every Firefox has built in and geckodriver speaks too: after a greeting,
`length:[0, number, command, parameters]` is answered by `length:[1, number, error, result]`
(https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html).
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIREFOX = "/usr/bin/firefox-esr"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name of a reference to an element
PATIENCE = 40
# Nothing but this machine is reached: all else goes to a proxy that is not there.
LOCAL_ONLY: dict[str, object] = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "localhost, .localhost, 127.0.0.1",
    "marionette.port": 0,  # any free one; Firefox writes it into the profile
}


class RefusedError(Exception):
    """Firefox answered a command with an error."""


class Firefox:
    """A window of Firefox, by its Marionette socket."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.read = line.makefile("rb")
        self.last = 0
        assert self._message()["marionetteProtocol"] == 3
        self.does("WebDriver:NewSession")

    def does(self, command: str, **given: object) -> Any:
        """Send a command and return what it answers."""
        self.last += 1
        body = json.dumps([0, self.last, command, given]).encode()
        self.line.sendall(b"%d:%s" % (len(body), body))
        _, number, error, result = self._message()
        assert number == self.last
        if error is not None:
            raise RefusedError(f"{command}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def _message(self) -> Any:
        length = b""
        while (sign := self.read.read(1)) != b":":
            assert sign, "Firefox has ended"
            length += sign
        return json.loads(self.read.read(int(length)))

    def open(self, address: str) -> None:
        self.does("WebDriver:Navigate", url=address)

    def find(self, css: str) -> dict[str, str]:
        """Wait for an element and return what later commands know it by."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                found: dict[str, str] = self.does("WebDriver:FindElement", using="css selector", value=css)
            except RefusedError:
                assert time.monotonic() < until, f"there is no {css}"
                time.sleep(0.1)
            else:
                return found

    def press(self, css: str) -> None:
        self.does("WebDriver:ElementClick", id=self.find(css)[ELEMENT])

    def choose(self, css: str, *files: Path) -> None:
        """Choose files, as a file dialogue does."""
        self.does("WebDriver:ElementSendKeys", id=self.find(css)[ELEMENT], text="\n".join(map(str, files)))

    def says(self, script: str) -> Any:
        """Return what a function's body returns; it runs beside the page and sees its document."""
        return self.does("WebDriver:ExecuteScript", script=script, args=[])


@contextmanager
def firefox(profile: Path, **prefs: object) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own, and end it afterwards."""
    profile.mkdir()
    lines = [
        f"user_pref({json.dumps(key)}, {json.dumps(value)});"
        for key, value in {**LOCAL_ONLY, **prefs}.items()
    ]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    command = [FIREFOX, "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, env={**os.environ, "HOME": str(profile)}, stdout=quiet, stderr=quiet
    ) as process:
        try:
            with socket.create_connection(("127.0.0.1", port(profile, process)), timeout=PATIENCE) as line:
                browser = Firefox(line)
                with browser.read:
                    yield browser
        finally:
            process.terminate()


def port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """Wait until Firefox has said on which port it listens."""
    told, until = profile / "MarionetteActivePort", time.monotonic() + PATIENCE
    while not (told.exists() and told.read_text()):
        assert process.poll() is None, "Firefox did not start"
        assert time.monotonic() < until, "Firefox does not listen"
        time.sleep(0.1)
    return int(told.read_text())
