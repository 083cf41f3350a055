"""The picture stays with her: every request is recorded while files are hashed; nothing of them is in any, or anywhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from playwright.sync_api import Page, Request

from recourse.surfaces.frame.headers import OWN_FILES
from tests import cast
from tests.browser import Visit
from tests.device import corpus
from tests.device.conftest import on_the_step

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]
Open, At = Callable[..., Visit], Callable[[str, str], str]

NAME = "harbour-at-dusk-9f2c"
WATCHES = """
self.watched = { made: 0, revoked: 0, names: [], sent: [] };
for (const [name, count] of [['createObjectURL', 'made'], ['revokeObjectURL', 'revoked']]) {
  const real = URL[name]; URL[name] = (...given) => { watched[count] += 1; return real.apply(URL, given); };
}
for (const name of ['name', 'lastModified', 'lastModifiedDate', 'webkitRelativePath']) {
  Object.defineProperty(File.prototype, name, { get() { watched.names.push(name); throw new Error('read a ' + name); } });
}
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (data, ...rest) { if (data.file instanceof File) watched.sent.push('a file with its name'); return post.call(this, data, ...rest); };
"""
STORED = """async () => {
  const estimate = await navigator.storage.estimate(), root = await navigator.storage.getDirectory(), own = [];
  for await (const name of root.keys()) own.push(name);
  return { databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length, own,
    local: localStorage.length, session: sessionStorage.length, workers: (await navigator.serviceWorker.getRegistrations()).length,
    usage: estimate.usage, cookies: document.cookie };
}"""


def five_megabytes() -> bytes:
    """A picture of noise on waves, which PNG can make little smaller."""
    rng = np.random.default_rng(3)
    rgb = corpus.scene(1600, 1200, 4).astype(np.int16) + rng.integers(-60, 60, (1200, 1600, 3))
    file = corpus.encoded(corpus.Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)), "PNG")
    assert len(file) > 5_000_000
    return file


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("#files").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": body} for name, body in files]
    )


def windows(file: bytes) -> list[bytes]:
    """Pieces of a file that would show in a body, as bytes and as base64."""
    pieces = [file[at : at + 48] for at in range(0, len(file) - 48, len(file) // 40)]
    return pieces + [base64.b64encode(piece)[4:-4] for piece in pieces]


def test_no_request_holds_anything_of_a_file_of_five_megabytes(visit: Open, at: At) -> None:
    made = visit()
    made.context.add_init_script(WATCHES)
    page = on_the_step(made, at)
    page.wait_for_load_state("load")
    asked: list[Request] = []
    made.context.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - it wants a function of its own
    picture, film = five_megabytes(), corpus.clip("mp4", "libx264", seconds=6)
    choose(page, (f"{NAME}.png", picture), (f"{NAME}.mp4", film))
    page.locator("[data-part=state]").get_by_text("Done").wait_for()
    during = [request for request in asked if not request.url.endswith(".js")]
    assert during == [], [request.url for request in during]
    assert all(request.post_data_buffer is None for request in asked), (
        "scripts alone, and nothing goes with them"
    )

    shown = [node.inner_text() for node in page.locator(".made code").all() if node.is_visible()]
    page.locator(".made summary").click()
    shown = [node.inner_text() for node in page.locator(".made code").all()]
    assert len(shown) == 2
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url("**/report/check")
    (sending,) = [request for request in asked if request.method == "POST"]
    body = sending.post_data_buffer or b""
    fields = parse_qs(body.decode(), strict_parsing=True)
    assert set(fields) == {"csrfmiddlewaretoken", "fingerprint"}
    assert fields["fingerprint"] == shown, "what is sent is, letter by letter, what stood there"
    assert all(re.fullmatch(r"(image|video)(\.\d+-\d+-[0-9a-f]{64})+", one) for one in shown)
    for request in asked:
        everything = request.url.encode() + (request.post_data_buffer or b"") + str(request.headers).encode()
        assert NAME.encode() not in everything
        assert not any(piece in everything for piece in (*windows(picture), *windows(film)))


def test_nothing_is_stored_no_name_is_read_and_the_player_s_address_is_taken_back(
    visit: Open, at: At
) -> None:
    made = visit()
    made.context.add_init_script(WATCHES)
    page = on_the_step(made, at)
    hevc = corpus.clip(
        "mp4", "libx265", **{"x265-params": "log-level=none"}
    )  # goes to the player, which cannot either
    choose(page, (f"{NAME}.jpg", dict(corpus.pictures())["jpeg-0"]), (f"{NAME}.mp4", hevc))
    page.locator("[data-part=state]").get_by_text("Done").wait_for()
    page.locator("[data-code=video_codec]").wait_for()
    assert page.evaluate("watched") == {"made": 1, "revoked": 1, "names": [], "sent": []}
    stored: dict[str, Any] = page.evaluate(STORED)
    assert stored == {
        "databases": 0, "caches": 0, "own": [], "local": 0, "session": 0, "workers": 0, "usage": 0, "cookies": "",
    }  # fmt: skip
    assert page.evaluate("document.getElementById('files').files.length") == 0
    assert NAME not in page.content()


def test_the_worker_itself_can_ask_nobody(visit: Open, at: At) -> None:
    """Its policy comes with its file: the page's own would let it ask us."""
    made = visit()
    page = on_the_step(made, at)
    answer = page.request.get(at(cast.SURVIVORS, "/static/survivor/device/worker.js"))
    assert answer.headers["content-security-policy"] == OWN_FILES
    asking = """const jobs = {
    async ask({ to }) {
      const tries = { fetch: () => fetch(to), beacon: async () => { if (!navigator.sendBeacon?.(to)) throw new Error("refused"); },
        socket: () => new Promise((good, bad) => { const s = new WebSocket(to.replace("http", "ws")); s.onopen = good; s.onerror = bad; }),
        stream: () => new Promise((good, bad) => { const s = new EventSource(to); s.onopen = good; s.onerror = bad; }) };
      const found = {};
      for (const [name, attempt] of Object.entries(tries)) try { await attempt(); found[name] = "asked"; } catch { found[name] = "failed"; }
      return found;
    },
    """
    script = answer.text().replace("const jobs = {", asking)
    policy = dict(answer.headers)
    made.context.route(
        "**/worker.js", lambda route: route.fulfill(body=script, headers={
            "content-type": "text/javascript", "content-security-policy": policy["content-security-policy"]})
    )  # fmt: skip
    answered: list[str] = []
    made.context.on("response", lambda response: answered.append(response.url))
    found = page.evaluate(
        """async (to) => { const { Device } = await import('/static/survivor/device/device.js');
        return new Device('/static/survivor/device/worker.js').ask('ask', { to }); }""",
        at(cast.SURVIVORS, "/healthz"),
    )
    assert found == dict.fromkeys(("fetch", "beacon", "socket", "stream"), "failed")
    assert not [url for url in answered if url.endswith("/healthz")], "stopped in the browser"


def test_the_way_out_ends_the_worker_at_once(visit: Open, at: At) -> None:
    made = visit()
    ended = """const end = Worker.prototype.terminate; Worker.prototype.terminate = function () { sessionStorage.ended = 'yes'; end.call(this); };"""
    made.context.add_init_script(ended)
    page = on_the_step(made, at)
    page.wait_for_load_state("load")
    choose(page, ("a.mp4", corpus.clip("mp4", "libx264", seconds=60, size=(640, 480))))
    page.locator("[data-part=stop]").wait_for()
    page.evaluate("document.querySelector('a.exit').dataset.to = '/healthz'")
    page.locator("a.exit").click()
    page.wait_for_url("**/healthz")
    assert page.evaluate("sessionStorage.ended") == "yes"
    page.goto(at(cast.SURVIVORS, "/report/fingerprints"))
    page.locator("[data-part=state]").get_by_text("Nothing is chosen yet").wait_for()
    assert page.locator(".made li").count() == 0
    assert page.evaluate("document.getElementById('files').files.length") == 0
