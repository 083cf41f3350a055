"""Pictures: the device's hash and the server's are one, over every kind of file; what cannot be hashed is said."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from recourse.fingerprints.pictures.crops import boxes
from tests.device import corpus
from tests.device.conftest import Bench

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]


def test_every_kind_of_picture_has_the_hash_that_the_server_gives_it(bench: Bench) -> None:
    wrong = {}
    files = dict(corpus.pictures())
    for name, file in files.items():
        found = bench.hashed(file)
        value, quality = corpus.server(file)
        if "made" not in found:
            wrong[name] = found["code"]
            continue
        (part,) = found["made"]["parts"]
        if corpus.apart(part["hash"], value) > 2 or part["quality"] != quality:
            wrong[name] = f"{corpus.apart(part['hash'], value)} bits, {part['quality']} for {quality}"
    assert wrong == {}
    assert len(files) > 30


def test_a_kind_that_the_server_does_not_read_has_the_hash_of_its_pixels(bench: Bench) -> None:
    rgb = corpus.scene(300, 200, 21)
    (part,) = bench.hashed(corpus.encoded(Image.fromarray(rgb), "BMP"))["made"]["parts"]
    assert corpus.apart(part["hash"], corpus.server_of(rgb)) <= 2


def test_the_sections_are_the_ones_that_are_cut(bench: Bench) -> None:
    rgb = corpus.scene(701, 499, 11)
    found = bench.hashed(corpus.encoded(Image.fromarray(rgb), "PNG"), cropped=True)
    parts = found["made"]["parts"]
    assert [part["position"] for part in parts] == list(range(29))
    for part, box in zip(parts, boxes(701, 499), strict=True):
        cut = rgb[box.top : box.bottom, box.left : box.right]
        assert corpus.apart(part["hash"], corpus.server_of(cut)) <= 2


def test_strips_and_single_rows_give_one_hash(bench: Bench) -> None:
    apart = bench.run(
        """const { Pdq } = await load('pdq.js'), luma = Float32Array.from({ length: 300 * 200 }, (_, i) => (i * 7919) % 251);
        const rows = new Pdq(300, 200), one = new Pdq(300, 200);
        for (let y = 0; y < 200; y++) { rows.add(luma, y * 300); one.add(luma.slice(y * 300, (y + 1) * 300)); }
        let refused = ''; try { new Pdq(3, 3).finish(); } catch (error) { refused = error.name; }
        return [rows.finish().hash === one.finish().hash, refused];"""
    )
    assert apart == [True, "RangeError"]


REFUSED = {
    "nothing": (b"", "not_media"),
    "words": (b"a harbour at dusk" * 100, "not_media"),
    "heic": (b"\0\0\0\x1cftypheic\0\0\0\0mif1heicmiaf" + b"\0" * 400, "heic"),
    "television": (b"".join(b"\x47" + bytes(187) for _ in range(20)), "mpeg_ts"),
    "television with times": (b"".join(bytes(4) + b"\x47" + bytes(187) for _ in range(20)), "mpeg_ts"),
    "avi": (b"RIFF\0\0\0\0AVI LIST" + bytes(400), "video_kind"),
    "windows media": (bytes.fromhex("3026b2758e66cf11") + bytes(400), "video_kind"),
    "a broken jpeg": (b"\xff\xd8\xff\xe0" + bytes(400), "picture_unreadable"),
    "half a png": (
        corpus.encoded(Image.fromarray(corpus.scene(90, 90, 1)), "PNG")[:60],
        "picture_unreadable",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_hashed_is_refused_by_a_code_that_the_page_has_a_sentence_for(
    bench: Bench, what: str
) -> None:
    file, code = REFUSED[what]
    assert bench.hashed(file)["code"] == code
    sentence = bench.page.locator(f"[data-word={code}]")
    assert len(sentence.text_content() or "") > 30


def test_a_picture_that_says_it_is_too_large_is_refused_before_it_is_decoded(bench: Bench) -> None:
    file = bytearray(corpus.encoded(Image.new("L", (8, 8)), "PNG"))
    file[16:24] = (30_000).to_bytes(4, "big") * 2
    assert bench.hashed(bytes(file))["code"] == "picture_too_large"


def test_a_browser_that_makes_pictures_smaller_is_caught(bench: Bench) -> None:
    file = corpus.encoded(Image.fromarray(corpus.scene(320, 240, 3)), "JPEG")
    code = bench.run(
        """const { hashPicture } = await load('picture.js'), whole = self.createImageBitmap;
        self.createImageBitmap = (file, options) => whole(file, { ...options, resizeWidth: 160 });
        const found = await outcome(() => hashPicture(blobOf(given[0]), 'jpeg'));
        self.createImageBitmap = whole;
        return found.code;""",
        file,
    )
    assert code == "picture_shrunk"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_stated_size_is_read_from_every_kind_that_states_one(bench: Bench, kind: str) -> None:
    picture = Image.fromarray(corpus.scene(123, 45, 5))
    exif = Image.Exif()
    exif[0x010E] = "x" * 50_000  # a long segment before the size
    options = {"exif": exif} if kind in {"JPEG", "PNG"} else {}
    files = [corpus.encoded(picture, kind, **options)]
    if kind == "WEBP":
        files += [
            corpus.encoded(picture, kind, lossless=True),
            corpus.encoded(corpus.translucent(picture), kind),
        ]
    for file in files:
        size = bench.run(
            """const { statedSize } = await load('sizes.js'), { Pieces } = await load('bytes.js');
            return statedSize(new Pieces(blobOf(given[0])), given[1]);""",
            file,
            kind.lower(),
        )
        assert size == {"width": 123, "height": 45}


def test_a_plain_picture_is_not_offered_for_sending(bench: Bench) -> None:
    plain = io.BytesIO()
    Image.fromarray(np.full((300, 300, 3), 200, np.uint8)).save(plain, "PNG")
    code = bench.run(
        """const { written } = await load('wire.js'), { Device } = await load('device.js');
        const device = new Device('/static/survivor/device/worker.js'), found = await device.hash(blobOf(given[0]));
        return (await outcome(async () => written(found))).code;""",
        plain.getvalue(),
    )
    assert code == "too_plain"
