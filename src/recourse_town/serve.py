"""Opens the town: platforms and forms over TLS, incoming mail, and a control page for the demo and tests.

Writes `town.json` (and the authority's certificate) into a folder when everything listens:
    hosts    "host:port" of the real world -> port on 127.0.0.1
    ca       path of the throw-away authority's certificate (PEM)
    smtp     [host, port] of the platforms' incoming mail
    dns      TXT records by name
    control  address of the control page
"""

from __future__ import annotations

import json
import signal
import ssl
import threading
from dataclasses import replace
from pathlib import Path

import trustme

from recourse_town import forms, mailbox, oembed, openweb, telegram
from recourse_town.companies import Desks
from recourse_town.places import CONTROLS, PLACES
from recourse_town.web import Answer, Request, serve
from recourse_town.world import Conduct, Post, Town


def new_town() -> Town:
    """Return a town with what probes use as controls, and what the stories are about."""
    town = Town()
    for post in (*CONTROLS, *PLACES):
        town.publish(replace(post, hidden_from=set()))
    return town


def site(town: Town, desks: Desks, request: Request) -> Answer:
    """Answer for whichever host of the outside world is asked."""
    if request.host in telegram.HOSTS:
        return telegram.answer(town, request.target)
    if request.host in oembed.HOSTS:
        return oembed.answer(town, request)
    if request.host in forms.HOSTS:
        return forms.answer(town, desks, request)
    return openweb.answer(town, request)


def control(town: Town, desks: Desks, request: Request) -> Answer:
    """Answer the control page.

    GET /state; POST /posts to publish one, /act to let a company that waited act, /time to say how far business
    time may jump now (hours) while the stories go on.
    """
    sent = json.loads(request.body or b"{}")
    match request.method, request.target:
        case "GET", "/state":
            return _json(200, _state(town))
        case "POST", "/posts":
            conduct = Conduct(sent.get("conduct", Conduct.REMOVES))
            town.publish(Post(sent["channel"], int(sent["number"]), sent["text"], conduct))
            return _json(201, {})
        case "POST", "/act":
            return _json(200, {"notices": desks.act(sent["platform"])})
        case "POST", "/time":
            town.farthest_hours = float(sent["hours"])
            return _json(200, {})
    return _json(404, {})


def _state(town: Town) -> dict[str, object]:
    posts = [
        {"place": f"{p.channel}/{p.number}", "up": not p.removed, "hidden": bool(p.hidden_from)}
        for p in town.posts.values()
    ]
    letters = list(town.letters)
    return {"idle": town.idle(), "farthest_hours": town.farthest_hours, "posts": posts, "letters": letters}


def _json(status: int, value: object) -> Answer:
    return Answer(status, json.dumps(value), content_type="application/json")


HOSTS = (*telegram.HOSTS, *oembed.HOSTS, *openweb.HOSTS, *forms.HOSTS)


def tls(folder: Path) -> ssl.SSLContext:
    """Make an authority for the life of this town and a certificate for all its hosts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(context)
    return context


def open_town(
    folder: Path, *, agency: tuple[str, int], dns: dict[str, str], smtp_port: int, stop: threading.Event
) -> None:
    """Serve until told to stop."""
    town = new_town()
    desks = Desks(town, agency)
    web, close_web = serve(lambda request: site(town, desks, request), tls(folder))
    control_port, close_control = serve(lambda request: control(town, desks, request))
    mail = mailbox.open_mailbox(town, dns, desks, smtp_port)
    described = {
        "hosts": {f"{host}:443": web for host in HOSTS},
        "ca": str(folder / "ca.pem"),
        "smtp": ["127.0.0.1", mail.port],
        "dns": dns,
        "control": f"http://127.0.0.1:{control_port}",
    }
    ready = folder / "town.json.new"
    ready.write_text(json.dumps(described), "utf-8")
    ready.rename(folder / "town.json")
    try:
        town.run(stop)
    finally:
        mail.stop()
        close_web()
        close_control()


def run(folder: Path, *, agency: tuple[str, int], dns: dict[str, str], smtp_port: int = 0) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    open_town(folder, agency=agency, dns=dns, smtp_port=smtp_port, stop=stop)
