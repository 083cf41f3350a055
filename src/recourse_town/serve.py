"""Opens the town: platforms over TLS, their mailbox, and a control page for the demo and tests.

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
from pathlib import Path

import trustme

from recourse_town import mailbox, telegram
from recourse_town.web import Answer, serve
from recourse_town.world import Conduct, Post, Town


def first_posts() -> list[Post]:
    """Return the posts of a new town: those that probes use as controls, and those the stories are about."""
    return [
        Post("telegram", 1, "The harbour opens at nine."),
        Post("telegram", 2, "The lighthouse is lit at dusk."),
        Post("quietharbour", 101, "Boats at the quay, evening light."),
        Post("quietharbour", 102, "The same boats in the morning."),
    ]


def control(town: Town, method: str, target: str, body: bytes) -> Answer:
    """Answer the control page: GET /state, POST /posts."""
    if (method, target) == ("GET", "/state"):
        posts = [{"place": f"{p.channel}/{p.number}", "up": not p.removed} for p in town.posts.values()]
        state = {"idle": town.idle(), "posts": posts, "letters": list(town.letters)}
        return Answer(200, json.dumps(state), content_type="application/json")
    if (method, target) == ("POST", "/posts"):
        wanted = json.loads(body)
        conduct = Conduct(wanted.get("conduct", Conduct.REMOVES))
        town.publish(Post(wanted["channel"], int(wanted["number"]), wanted["text"], conduct))
        return Answer(201, "{}", content_type="application/json")
    return Answer(404, "{}", content_type="application/json")


def tls(folder: Path) -> ssl.SSLContext:
    """Make an authority for the life of this town and a certificate for all its hosts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*telegram.HOSTS).configure_cert(context)
    return context


def open_town(
    folder: Path, *, agency: tuple[str, int], dns: dict[str, str], smtp_port: int, stop: threading.Event
) -> None:
    """Serve until told to stop."""
    town = Town()
    for post in first_posts():
        town.publish(post)
    web, close_web = serve(lambda _m, _h, target, _b: telegram.answer(town, target), tls(folder))
    control_port, close_control = serve(lambda m, _h, target, body: control(town, m, target, body))
    mail = mailbox.open_mailbox(town, dns, agency, smtp_port)
    described = {
        "hosts": {f"{host}:443": web for host in telegram.HOSTS},
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
