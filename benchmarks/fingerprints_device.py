"""Hashing in her browser: a 12-megapixel picture and a minute of 720p video, in Debian's Chromium.

`python -m benchmarks.fingerprints_device` prints; `--write` puts the section into RESULTS.md; `--quick` takes
small files. Beside it, on the same files: the same browser decoding and hashing nothing, and what platforms run on
servers (threatexchange, vpdq). From choosing a file to its hash, by the page's own clock; the first time with
starting the worker and reading its code. Medians of the times after the first.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import platform
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import vpdq
from playwright.sync_api import Page, sync_playwright
from tests.fingerprints.scenes import landscape, packed
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

from benchmarks import figures
from benchmarks.fingerprints_hashing import TWELVE, film, medians, ms, table
from recourse.fingerprints.files import HashedPicture, hash_file
from recourse.surfaces import survivor
from recourse.surfaces.frame.headers import CONTENT_SECURITY_POLICY, OWN_FILES

CHROMIUM = "/usr/bin/chromium"
STATIC = Path(survivor.__file__).parent / "static" / "survivor" / "device"
PAGE = b'<!doctype html><html lang="en"><title>Benchmark</title><input type="file" id="files">'
HASH = """async ({ times }) => {
  const { Device } = await import("/device.js"), device = new Device("/worker.js"), taken = [];
  const file = document.getElementById("files").files[0];
  let found;
  for (let turn = 0; turn <= times; turn++) {
    const began = performance.now();
    found = await device.hash(file);
    taken.push(performance.now() - began);
  }
  device.stop();
  return { taken, parts: found.parts };
}"""
PICTURE_ALONE = """async ({ times }) => {
  const file = document.getElementById("files").files[0], taken = [];
  for (let turn = 0; turn <= times; turn++) {
    const began = performance.now(), bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
    bitmap.close();
    taken.push(performance.now() - began);
  }
  return { taken };
}"""
VIDEO_ALONE = """async ({ times }) => {
  const { openVideo } = await import("/frames.js"), file = document.getElementById("files").files[0], taken = [];
  for (let turn = 0; turn <= times; turn++) {
    const began = performance.now(), track = await openVideo(file, "mp4");
    const decoder = new VideoDecoder({ output: (picture) => picture.close(), error: (error) => { throw error; } });
    decoder.configure({ codec: track.codec, description: track.description, codedWidth: track.width,
      codedHeight: track.height, hardwareAcceleration: "prefer-software" });
    for (const { key, time, offset, size } of track.samples) {
      const data = await track.pieces.at(offset, size);
      decoder.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp: Math.round(time * 1e6), data }));
    }
    await decoder.flush();
    decoder.close();
    taken.push(performance.now() - began);
  }
  return { taken };
}"""


class Files(http.server.SimpleHTTPRequestHandler):
    """The device's modules and an empty page, with the policies that they have on a real installation."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file, or with the page."""
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def end_headers(self) -> None:
        """Send the policy of what is asked for."""
        self.send_header(
            "Content-Security-Policy", CONTENT_SECURITY_POLICY if self.path == "/" else OWN_FILES
        )
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def browser() -> Iterator[Page]:
    """Open Chromium on the empty page."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Files, directory=str(STATIC))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = chromium.new_page()
            page.goto(f"http://localhost:{server.server_port}/")
            yield page
            chromium.close()
        server.shutdown()


def in_browser(page: Page, script: str, file: Path, *, times: int) -> tuple[float, float, dict[str, Any]]:
    """Return the first and the median milliseconds of a script with a file, and what it made."""
    page.locator("#files").set_input_files(file)
    found: dict[str, Any] = page.evaluate(script, {"times": times})
    first, *later = found["taken"]
    return first, statistics.median(later), found


def row(
    page: Page, name: str, file: Path, alone: str, peer: Callable[[], object], *, times: int
) -> list[str | int]:
    """Measure a file: name, the five columns, and last the most bits between the device's hashes and the library's."""
    first, median, found = in_browser(page, HASH, file, times=times)
    _, decoding, _ = in_browser(page, alone, file, times=times)
    beside = medians(times, peer=peer)["peer"]
    pairs = zip(found["parts"], library(file), strict=True)
    apart = [(int(part["hash"], 16) ^ int(value, 16)).bit_count() for part, value in pairs]
    return [name, ms(median), ms(first), ms(decoding), ms(beside), max(apart)]


def library(file: Path) -> list[str]:
    """Return the hashes that a server of ours makes of the file."""
    with file.open("rb") as opened:
        made = hash_file(opened)
    return [made.pdq.hex()] if isinstance(made, HashedPicture) else [frame.pdq.hex() for frame in made.frames]


def section(*, quick: bool) -> str:
    """Measure and return the section."""
    times, size, seconds = (1, (640, 480), 2) if quick else (7, TWELVE, 60)
    load, name = os.getloadavg()[0], f"JPEG, {size[0] * size[1] / 1e6:.1f} megapixels; threatexchange"
    with tempfile.TemporaryDirectory() as folder, browser() as page:
        picture = Path(folder) / "picture.jpg"
        picture.write_bytes(packed(landscape(*size, 2), "JPEG", quality=88))
        data, minute = picture.read_bytes(), film(Path(folder), seconds=seconds, copies=1)
        rows = [row(page, name, picture, PICTURE_ALONE, lambda: pdq_from_bytes(data), times=times)]
        name, times = f"{seconds} s of 720p30, H.264; vpdq", min(times, 3)
        rows.append(row(page, name, minute, VIDEO_ALONE, lambda: vpdq.computeHash(str(minute)), times=times))
        version = page.context.browser.version if page.context.browser else ""
    head = ("file; peer", "device", "the first time", "decoding alone", "peer", "bits from our server's")
    text = f"""## Fingerprints in her browser

Measured {datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, Chromium {version} without a screen, Python
{platform.python_version()}, load before the run {load:.2f}; `python -m benchmarks.fingerprints_device`.
Milliseconds, medians. Decoding alone is in the same browser; the peer is what platforms run on servers, on the
same file.

"""
    return text + "\n".join(table(head, rows))


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small files, once; writes nothing")
    parser.add_argument("--write", action="store_true", help="put the section into RESULTS.md")
    options = parser.parse_args()
    text = section(quick=options.quick)
    print(text)
    if options.write and not options.quick:
        figures.put(text)


if __name__ == "__main__":
    main()
