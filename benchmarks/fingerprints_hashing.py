"""Hashing of pictures and videos, each beside the program that platforms run: pdqhash, threatexchange, vpdq.

`python -m benchmarks.fingerprints_hashing` prints; `--write` also puts the section into RESULTS.md;
`--quick` takes a hundredth. One thread, except where vpdq and FFmpeg take what there is. Medians; the peer and ours
take turns, so that what else the machine does meets both.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pdqhash
import simplejpeg
import vpdq
from PIL import Image
from tests.fingerprints.scenes import Bytes, landscape, packed
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

from benchmarks import figures
from recourse.fingerprints import pixels
from recourse.fingerprints.pdq import hashing, transform
from recourse.fingerprints.pdq.replay import replay
from recourse.fingerprints.pictures.decoding import open_picture
from recourse.fingerprints.videos.frames import Video

TWELVE = (4032, 3024)
SIZES = {"1 megapixel": (1152, 864), "2 megapixels": (1920, 1080), "12 megapixels": TWELVE}
# The kernel's own high-water mark; that of getrusage would begin with the memory of whoever started the process.
MEMORY = """
import json, pathlib, re, sys
from recourse.fingerprints.videos.frames import Video
with open(sys.argv[1], "rb") as file:
    count = sum(1 for _ in Video(file).frames())
most = re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())
print(json.dumps([count, int(most[1]) / 1024]))
"""


def medians(times: int, **ways: Callable[[], object]) -> dict[str, float]:
    """Return the median milliseconds of each way, taken in turn after one unmeasured round."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(times + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if turn:
                taken[name].append(1000 * (time.perf_counter() - began))
    return {name: statistics.median(values) for name, values in taken.items()}


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]


def ms(value: float) -> str:
    """Return milliseconds as a table has them."""
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def decoded(*, times: int) -> list[str]:
    """Measure pictures in memory: ours, ours replayed, pdqhash, and reading the bytes once."""
    rows = []
    for name, (width, height) in SIZES.items():
        array = landscape(width, height, 1)
        picture = pixels.Pixels(array)
        words = array.reshape(-1)[: array.size // 8 * 8].view(np.uint64)
        found = medians(
            times,
            theirs=lambda array=array: pdqhash.compute(array),
            ours=lambda picture=picture: hashing.from_samples(hashing.sampled(picture)),
            replayed=lambda picture=picture, size=(width, height): replay(
                pixels.upright_strips(picture), *size
            ),
            read=lambda words=words: np.bitwise_or.reduce(words),
        )
        ratio, again = found["theirs"] / found["ours"], found["theirs"] / found["replayed"]
        rows.append([name, *(ms(value) for value in found.values()), f"{ratio:.0f}x", f"{again:.1f}x"])
    head = (
        "decoded picture",
        "pdqhash ms",
        "one pass ms",
        "replay ms",
        "reading it once ms",
        "one pass",
        "replay",
    )
    return table(head, rows)


def identical(*, count: int) -> list[str]:
    """Compare hash and quality of generated pictures with pdqhash, and count how often the replay was needed."""
    same = doubted = good = 0
    wander = [0.0, 0.0]
    random = np.random.default_rng(20_261_127)
    for seed in range(count):
        width, height = (int(2 ** random.uniform(6, 10.6)) for _ in range(2))
        array = (landscape(width, height, seed) // (1, 1, 1, 32)[seed % 4] * (1, 1, 1, 32)[seed % 4]).astype(
            np.uint8
        )
        picture, unit = pixels.Pixels(array), 255 * 2.0**-24 * (width + height) ** 0.5
        vector, quality = pdqhash.compute(array)
        ours = hashing.look(picture).pdq
        same += ours == hashing.Pdq(np.packbits(vector.astype(np.uint8)).tobytes(), int(quality))
        good += ours.quality >= hashing.GOOD
        samples = hashing.sampled(picture)
        doubted += hashing.in_doubt(samples, width + height)
        exact = replay(pixels.upright_strips(picture), width, height)
        apart = transform.coefficients(exact) - transform.coefficients(samples)
        wander[0] = max(wander[0], float(np.abs(apart).max()) / unit)
        wander[1] = max(wander[1], float(np.abs(exact - samples).max()) / unit)
    replayed, margin = 100 * doubted / count, hashing.COEFFICIENT_MARGIN
    text = f"""
{same} of {count} generated pictures (64 to 1,550 pixels a side; {good} of quality 50 and more) have pdqhash's
hash and quality. {replayed:.1f} % were replayed. Largest distance from the reference, in units of
255 * 2^-24 * sqrt(width + height): a coefficient {wander[0]:.1f} (margin {margin:.0f}), a sample {wander[1]:.1f}."""
    return text.splitlines()[1:]


def files(*, times: int) -> list[str]:
    """Measure JPEG files to hashes: threatexchange's path, ours, and the decoders alone."""
    array, rows = landscape(*TWELVE, 2), []
    for quality in (75, 88, 95):
        data = packed(array, "JPEG", quality=quality)
        found = medians(
            times,
            theirs=lambda data=data: pdq_from_bytes(data),
            ours=lambda data=data: hashing.look(open_picture(data).picture),
            decoder=lambda data=data: simplejpeg.decode_jpeg(data, "RGB"),
            pillow=lambda data=data: np.asarray(Image.open(io.BytesIO(data))),
        )
        ratio, doubt = f"{found['theirs'] / found['ours']:.1f}x", in_doubt(data)
        size = f"quality {quality}, {len(data) / 1e6:.1f} MB"
        rows.append([size, *(ms(value) for value in found.values()), ratio, "yes" if doubt else "no"])
    head = (
        "12-megapixel JPEG",
        "threatexchange ms",
        "ours ms",
        "decoding alone ms",
        "by Pillow ms",
        "ours",
        "replayed",
    )
    return table(head, rows)


def in_doubt(data: bytes) -> bool:
    """Say whether this file's hash needs the replay."""
    picture = open_picture(data).picture
    return hashing.in_doubt(hashing.sampled(picture), sum(pixels.size(picture)))


def film(folder: Path, *, seconds: int, copies: int) -> Path:
    """Write a 720p film of so many seconds, and the same so many times over, without encoding it again."""
    import av  # noqa: PLC0415 - an extra

    path = folder / f"film-{seconds * copies}.mp4"
    world = landscape(2560, 1440, 5)
    short = io.BytesIO()
    with av.open(short, "w", format="mp4") as out:
        stream: Any = out.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.bit_rate, stream.options = 600_000, {"preset": "veryfast"}
        for n in range(30 * seconds):
            view: Bytes = np.ascontiguousarray(
                world[n % 720 : n % 720 + 720, 2 * n % 1280 : 2 * n % 1280 + 1280]
            )
            out.mux(stream.encode(av.VideoFrame.from_ndarray(view, "rgb24")))
        out.mux(stream.encode(None))
    with av.open(path, "w") as out:
        copied: Any = None
        for turn in range(copies):
            short.seek(0)
            with av.open(short) as source:
                copied = copied or out.add_stream_from_template(source.streams.video[0])
                for packet in source.demux(video=0):
                    if packet.dts is not None and packet.pts is not None and packet.time_base is not None:
                        later = int(turn * seconds / packet.time_base)
                        packet.pts, packet.dts, packet.stream = packet.pts + later, packet.dts + later, copied
                        out.mux(packet)
    return path


def videos(*, seconds: int, copies: int, times: int) -> list[str]:
    """Measure a minute of video beside vpdq, and memory for hours of it."""
    with tempfile.TemporaryDirectory() as name:
        minute, hours = (film(Path(name), seconds=seconds, copies=n) for n in (1, copies))
        shown = {"ours": lambda: hashed(minute), "decoding alone": lambda: frames_of(minute)}
        found = medians(times, theirs=lambda: vpdq.computeHash(str(minute)), **shown)
        short, long = (memory(path) for path in (minute, hours))
        pairs = list(zip(vpdq.computeHash(str(minute)), hashed(minute), strict=True))
    apart = [(int(one.hex, 16) ^ int.from_bytes(two.hash)).bit_count() for one, two in pairs]
    lines = table(
        (f"{seconds} s of 720p30, H.264", "vpdq ms", "ours ms", "decoding alone ms", "ours"),
        [
            [
                "all threads",
                *(ms(value) for value in found.values()),
                f"{found['theirs'] / found['ours']:.1f}x",
            ]
        ],
    )
    text = f"""
Of {len(apart)} frames, the hashes are at most {max(apart)} bits from vpdq's (median {statistics.median(apart):.0f}):
ours are of the luma plane. Most memory of a process that hashes {seconds} s: {short[1]:.0f} MiB;
{seconds * copies / 3600:.1f} hours ({long[0]} hashes): {long[1]:.0f} MiB."""
    return [*lines, *text.splitlines()]


def hashed(path: Path) -> list[hashing.Pdq]:
    """Return a video's hashes."""
    with path.open("rb") as file:
        return [frame.pdq for frame in Video(file).frames()]


def frames_of(path: Path) -> int:
    """Decode a video and look at nothing."""
    import av  # noqa: PLC0415 - an extra

    with av.open(path) as container:
        container.streams.video[0].thread_type = "AUTO"
        return sum(1 for _ in container.decode(video=0))


def memory(path: Path) -> list[float]:
    """Return how many hashes a fresh process made of a video, and the most MiB it held."""
    done = subprocess.run([sys.executable, "-c", MEMORY, path], capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


def starting(*, times: int) -> list[str]:
    """Measure `recourse hash` of one file from pressing Enter: with its compiled code, and compiling first."""
    command = [Path(sys.executable).with_name("recourse"), "hash"]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "picture.jpg"
        path.write_bytes(packed(landscape(*TWELVE, 3), "JPEG", quality=88))

        def run() -> None:
            subprocess.run([*command, path], check=True, capture_output=True)

        warm = medians(times, warm=run)["warm"]
        bare = medians(times, bare=lambda: subprocess.run([sys.executable, "-c", ""], check=True))["bare"]
        began = time.perf_counter()
        environment = {**os.environ, "NUMBA_CACHE_DIR": name}
        subprocess.run(
            [sys.executable, "-m", "recourse.fingerprints"], check=True, capture_output=True, env=environment
        )
        cold = time.perf_counter() - began
    text = f"""
`recourse hash` of one 12-megapixel JPEG, from pressing Enter: {warm / 1000:.2f} s
(an empty Python: {bare / 1000:.2f} s). Compiling every kernel, once at set-up: {cold:.1f} s."""
    return text.splitlines()[1:]


def section(*, quick: bool) -> str:
    """Measure all; return the page."""
    times, count = (1, 10) if quick else (7, 1000)
    seconds, copies = (2, 2) if quick else (60, 120)
    head = f"""\
## Hashing

Measured {datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, Python {platform.python_version()}, load before the run
{os.getloadavg()[0]:.2f}; `python -m benchmarks.fingerprints_hashing --write`. Medians, peer and ours in turns.
"""
    parts = (
        decoded(times=times),
        identical(count=count),
        files(times=times),
        videos(seconds=seconds, copies=copies, times=times),
        starting(times=times),
    )
    return "\n".join([head, *("\n".join([*part, ""]) for part in parts)])


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth; writes nothing")
    parser.add_argument("--write", action="store_true", help=f"write into {figures.TARGET.name}")
    options = parser.parse_args()
    text = section(quick=options.quick)
    print(text)
    if options.write and not options.quick:
        figures.put(text)


if __name__ == "__main__":
    main()
