"""The demo's world: what the town has no stand-in for is refused, and only its authority is believed."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import trustme

from recourse.base.core.errors import MisconfiguredError
from recourse.base.core.fetch import AddressRefusedError, TlsFailedError
from recourse.config import schema, sections
from recourse.config.town import Town, TownDialler
from recourse.config.wiring import HOME, diallers, fetcher
from tests import homes
from tests.wiring import START

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\na quiet harbour"


@pytest.fixture
def town(tmp_path: Path) -> Any:
    """A town of one house, `t.me`, and the path of its description."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("t.me").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def answer() -> None:
        try:
            raw, _address = listener.accept()
            with raw, context.wrap_socket(raw, server_side=True) as stream:
                stream.recv(65536)
                stream.sendall(PAGE)
        except OSError:
            return

    thread = threading.Thread(target=answer)
    thread.start()
    described = {
        "hosts": {"t.me:443": listener.getsockname()[1]},
        "ca": str(tmp_path / "ca.pem"),
        "smtp": ["127.0.0.1", 2525],
        "dns": {"agency.test": "v=spf1 -all"},
        "control": "http://127.0.0.1:1",
    }
    (tmp_path / "town.json").write_text(json.dumps(described), encoding="utf-8")
    yield tmp_path / "town.json"
    with socket.create_connection(listener.getsockname()):  # wakes a listener that nobody called
        listener.close()
    thread.join()


def test_a_page_of_the_town_comes_over_its_own_tls(town: Path) -> None:
    found = Town.read(str(town))
    client = fetcher(schema.Configuration(), {HOME: TownDialler(found.hosts)}, found.tls())
    page = client.fetch("https://t.me/harbour/7", now=START)
    assert (page.status, page.body) == (200, b"a quiet harbour")


def test_the_real_world_does_not_believe_the_town(town: Path) -> None:
    found = Town.read(str(town))
    client = fetcher(schema.Configuration(), {HOME: TownDialler(found.hosts)}, ssl.create_default_context())
    with pytest.raises(TlsFailedError):
        client.fetch("https://t.me/harbour/7", now=START)


@pytest.mark.parametrize(
    ("host", "port"), [("t.me", 80), ("elsewhere.example", 443), ("127.0.0.1", 443), ("", 0)]
)
def test_the_town_dials_nothing_else(town: Path, host: str, port: int) -> None:
    with pytest.raises(AddressRefusedError):
        TownDialler(Town.read(str(town)).hosts).connect(host, port, 1.0)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"hosts": {"t.me": 1}, "ca": "", "smtp": [], "dns": {}}', "null"]
)
def test_what_describes_no_town_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "town.json").write_text(text, encoding="utf-8")
    with pytest.raises(MisconfiguredError, match="RECOURSE_TOWN"):
        Town.read(str(tmp_path / "town.json"))


def test_the_demo_stands_in_the_town_with_a_clock_that_can_jump(town: Path, tmp_path: Path) -> None:
    code = """
import django; django.setup()
from recourse.base.core import wiring
from recourse.base.core.clock import Clock
from recourse.base.core.fetch import Fetcher
from recourse.work.notices.ports import DnsText, SmtpRelay
print(type(wiring.resolve(Clock)).__name__, wiring.resolve(Fetcher).vantages, wiring.resolve(SmtpRelay).port,
      wiring.resolve(DnsText).txt("agency.test", seconds=1))
from recourse.world.rules.load import rules
print(rules().platforms["telegram"].name, rules().recipients["telegram"].name)
"""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("RECOURSE_", "DJANGO_"))
    }
    environment |= {
        "RECOURSE_CONFIG": str(homes.make(tmp_path / "home")),
        "RECOURSE_TOWN": str(town),
        "DJANGO_SETTINGS_MODULE": "recourse.config.demo",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    first, named = done.stdout.strip().splitlines()
    assert first == "RowClock ('home',) 2525 b'v=spf1 -all'", done.stderr
    assert named == "Kanal Kanal", "no real company is shown doing what it did not do"
    assert "demo_world" in done.stderr, "it says so loudly"


def test_each_vantage_point_has_its_own_guarded_way_out() -> None:
    configuration = schema.Configuration(checks=sections.Checks(vantages={"home": "", "other": "192.0.2.7"}))
    made = diallers(configuration)
    assert set(made) == {"home", "other"}
    for dialler in made.values():
        with pytest.raises(AddressRefusedError):
            dialler.connect("127.0.0.1", 80, 1.0)
