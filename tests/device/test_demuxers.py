"""Hostile videos: whatever the bytes are, reading ends soon, in a result or in a refusal of ours; never in a hang."""

from __future__ import annotations

from typing import Any

import pytest

from tests.device import corpus
from tests.device.conftest import Bench

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]

FILES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "mp4": ("mp4", "libx264", {"bf": 2}),
    "fragments": ("mp4", "libx264", {"muxer": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}}),
    "webm": ("webm", "libvpx", {"deadline": "realtime", "cpu-used": 8}),
    "live": ("webm", "libvpx", {"muxer": {"live": "1"}, "deadline": "realtime", "cpu-used": 8}),
    "mkv": ("matroska", "libx264", {}),
}
READ_EACH = """
const { openVideo, visits } = await load('frames.js'), { kindOf, HEAD } = await load('kinds.js'), { Refusal } = await load('refusal.js');
const whole = bytesOf(given[0]), index = given[1], found = { read: 0, refused: 0, bare: [], slowest: 0 };
let state = 20261127;
const random = (below) => { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; return (state >>> 0) % below; };
async function attempt(bytes, what) {
  const begun = performance.now();
  try {
    const { format } = kindOf(bytes.subarray(0, HEAD));
    const reading = openVideo(new Blob([bytes]), format === 'webm' ? 'webm' : 'mp4').then(visits);
    await Promise.race([reading, new Promise((_, late) => setTimeout(() => late(new Error('hangs')), 5000))]);
    found.read += 1;
  } catch (error) {
    if (error instanceof Refusal) found.refused += 1; else found.bare.push(`${what}: ${error}`);
  }
  found.slowest = Math.max(found.slowest, performance.now() - begun);
}
for (let n = 0; n < 120; n++) await attempt(whole.slice(0, Math.floor(whole.length * n / 120)), `first ${n}/120`);
for (let n = 0; n < 300; n++) {
  const bytes = whole.slice(), changes = 1 + random(6);
  // Most changes fall where the tables lie, not into the pictures, which no reader looks into.
  for (let k = 0; k < changes; k++) bytes[random(4) ? index[0] + random(index[1] - index[0]) : random(bytes.length)] = random(3) ? random(256) : [0, 255][random(2)];
  await attempt(bytes, `change ${n}`);
}
return found;
"""


@pytest.mark.parametrize("name", FILES)
def test_reading_ends_in_a_result_or_a_refusal(bench: Bench, name: str) -> None:
    container, codec, options = FILES[name]
    file = corpus.clip(container, codec, size=(96, 64), seconds=2, **options)
    start = file.index(b"moov") if b"moov" in file else 0
    found = bench.run(READ_EACH, file, [start, min(len(file), start + 1500)])
    assert found["bare"] == []
    assert found["read"] + found["refused"] == 420
    assert found["read"] > 20, "most changes spoil nothing"
    assert found["refused"] > 40
    assert found["slowest"] < 3000


@pytest.mark.parametrize(
    ("what", "file"),
    [
        ("boxes without end", b"\0\0\0\x08free" * 250_000),
        ("elements without end", b"\x1aE\xdf\xa3\x80" + b"\xec\x80" * 3_000_000),
        ("a box that holds itself", b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0\0\0\0moov\0\0\0\0moov"),
        ("a count that fills the memory", b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0\0\0\x1cmoov\0\0\0\x14stsz" + b"\xff" * 12),
        ("noise", bytes(range(256)) * 40),
    ],
)  # fmt: skip
def test_what_was_made_to_hang_does_not(bench: Bench, what: str, file: bytes) -> None:
    found = bench.run(
        """const { openVideo } = await load('frames.js'), begun = performance.now();
        const format = bytesOf(given[0])[0] === 0x1a ? 'webm' : 'mp4';
        const ended = await outcome(() => openVideo(blobOf(given[0]), format));
        return [ended.code, performance.now() - begun];""",
        file,
    )
    assert found[0] in {"video_broken", "no_video"}
    assert found[1] < 20_000, "slow machines included"


def test_a_damaged_video_ends_the_decoder_too(bench: Bench) -> None:
    file = bytearray(corpus.clip("mp4", "libx264", size=(96, 64), seconds=2))
    start = file.index(b"mdat") + 4
    for at in range(start + 40, min(start + 4000, len(file) - 2000), 7):
        file[at] ^= 0x5A
    found = bench.hashed(bytes(file))
    assert "made" in found or found["code"] in {"video_broken", "video_codec"}
