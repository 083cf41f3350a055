"""A canvas that lies is found out before a hash is made; the known picture is the one that the known hash is of."""

from __future__ import annotations

import pytest

from tests.device import corpus
from tests.device.conftest import Bench

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]

TRY = """
const { tryCanvas } = await load('readback.js'), proto = OffscreenCanvasRenderingContext2D.prototype, real = proto.getImageData;
const lie = { truth: null, noise: () => Math.random() * 256, white: () => 255, slight: (value) => value + (Math.random() < .3) - (Math.random() < .3),
  farbled: (value, i) => (i % 997 ? value : value ^ 1), shifted: (value, i, all) => all[(i + 4096) % all.length] }[given[0]];
if (lie) proto.getImageData = function (...where) { const got = real.apply(this, where); got.data.set(got.data.map(lie)); return got; };
try { return await tryCanvas(); } finally { proto.getImageData = real; }
"""


@pytest.mark.parametrize(
    ("canvas", "honest"),
    [
        ("truth", True),
        ("slight", True),
        ("farbled", True),
        ("noise", False),
        ("white", False),
        ("shifted", False),
    ],
)
def test_a_canvas_is_believed_when_it_tells_the_truth(bench: Bench, canvas: str, honest: bool) -> None:
    found = bench.run(TRY, canvas)
    assert found["honest"] is honest, found
    if canvas == "truth":
        assert (found["worst"], found["apart"]) == (0, 0)


def test_the_known_hash_is_the_server_s_of_the_known_picture(bench: Bench) -> None:
    values, known = bench.run(
        """const { numbers } = await load('readback.js'), text = await (await fetch('/static/survivor/device/readback.js')).text();
        return [[...numbers()], /KNOWN = "([0-9a-f]{64})"/.exec(text)[1]];"""
    )
    rgba = corpus.np.array(values, corpus.np.uint8).reshape(256, 256, 4)
    assert corpus.apart(corpus.server_of(rgba[:, :, :3]), known) <= 2


def test_the_page_says_so_and_makes_no_fingerprint(bench: Bench) -> None:
    """The worker itself is given a canvas of noise, as Tor Browser's is."""
    address = bench.page.evaluate("document.getElementById('device').dataset.worker")
    lying = bench.page.evaluate(
        """async (address) => { const text = await (await fetch(address)).text(); return text; }""", address
    )
    noise = """
    const real = OffscreenCanvasRenderingContext2D.prototype.getImageData;
    OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...where) {
      const got = real.apply(this, where); crypto.getRandomValues(got.data.subarray(0, 65536)); return got; };
    """
    page = bench.page
    page.context.route(
        "**/worker.js", lambda route: route.fulfill(body=lying + noise, content_type="text/javascript")
    )
    picture = corpus.encoded(corpus.Image.fromarray(corpus.scene(200, 150, 2)), "PNG")
    page.locator("#files").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture})
    page.locator("[data-code=canvas_lies]").wait_for()
    assert "Use another browser" in page.locator("[data-code=canvas_lies]").inner_text()
    assert page.locator("#prints input[name=fingerprint]").count() == 0
