"""Pictures and videos that are generated, never stored: gradients, waves and grain; nobody is in them.

Each is what it is by its seed. The server's side of the comparison is the library's own reading of the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from PIL import Image, ImageCms

from recourse.fingerprints.files import HashedPicture, HashedVideo, hash_file
from tests.scheduling import ordinary_class


def scene(width: int, height: int, seed: int) -> np.ndarray[Any, Any]:
    """Waves and blobs of many sizes with a little grain, as RGB bytes."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    channels = []
    for _ in range(3):
        plane = np.zeros((height, width), np.float32)
        for _ in range(9):
            fx, fy, phase = rng.uniform(-9, 9), rng.uniform(-9, 9), rng.uniform(0, 6.28)
            plane += rng.uniform(0.2, 1) * np.sin(6.28 * (fx * x / width + fy * y / height) + phase)
        channels.append(plane)
    made = np.stack(channels, axis=-1)
    made = 128 + 90 * made / np.abs(made).max() + rng.normal(0, 3, made.shape)
    return np.clip(made, 0, 255).astype(np.uint8)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def oriented(number: int) -> bytes:
    """EXIF that says how the picture is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = number
    return exif.tobytes()


def pictures() -> Iterator[tuple[str, bytes]]:
    """One file for each row of the rules: name and bytes."""
    sizes = [(640, 480), (333, 517), (1200, 300), (64, 64), (1599, 1197)]
    rgb = [Image.fromarray(scene(width, height, seed)) for seed, (width, height) in enumerate(sizes)]
    for at, one in enumerate(rgb):
        yield f"jpeg-{at}", encoded(one, "JPEG", quality=88)
    for name, options in (
        ("progressive", {"progressive": True}),
        ("444", {"subsampling": 0}),
        ("422", {"subsampling": 1}),
    ):
        yield f"jpeg-{name}", encoded(rgb[0], "JPEG", quality=88, **options)
    for number in range(1, 9):
        yield f"jpeg-exif-{number}", encoded(rgb[1], "JPEG", quality=90, exif=oriented(number))
    yield "jpeg-grey", encoded(rgb[0].convert("L"), "JPEG", quality=88)
    yield "jpeg-cmyk", encoded(rgb[0].convert("CMYK"), "JPEG", quality=90)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    yield "jpeg-profile", encoded(rgb[0], "JPEG", quality=88, icc_profile=profile)
    yield "png", encoded(rgb[1], "PNG")
    yield "png-palette", encoded(rgb[0].quantize(64), "PNG")
    yield "png-grey", encoded(rgb[0].convert("L"), "PNG")
    yield "png-one-bit", encoded(rgb[0].convert("1"), "PNG")
    yield "png-16-bit", encoded(deep(rgb[1]), "PNG")
    yield "png-transparent", encoded(translucent(rgb[0]), "PNG")
    yield "png-exif-6", encoded(rgb[1], "PNG", exif=oriented(6))
    yield "webp", encoded(rgb[0], "WEBP", quality=80)
    yield "webp-lossless", encoded(rgb[1], "WEBP", lossless=True)
    yield "webp-transparent", encoded(translucent(rgb[0]), "WEBP", lossless=True)
    yield "webp-exif-6", encoded(rgb[1], "WEBP", quality=90, exif=oriented(6))
    yield "gif", encoded(rgb[0].quantize(128), "GIF")
    yield (
        "gif-moving",
        encoded(
            rgb[0].quantize(128),
            "GIF",
            save_all=True,
            append_images=[rgb[1].resize((640, 480)).quantize(128)],
        ),
    )
    yield "avif", encoded(rgb[0], "AVIF", quality=80)


def deep(picture: Image.Image) -> Image.Image:
    """Sixteen bits of grey, whose low bytes are grain."""
    grey = np.asarray(picture.convert("L")).astype(np.uint16)
    grain = np.random.default_rng(7).integers(0, 256, grey.shape, dtype=np.uint16)
    return Image.fromarray(grey * 256 + grain)


def translucent(picture: Image.Image) -> Image.Image:
    """The picture, ever more transparent from left to right."""
    alpha = np.linspace(0, 255, picture.width).astype(np.uint8)
    made = picture.copy()
    made.putalpha(Image.fromarray(np.tile(alpha, (picture.height, 1))))
    return made


def server(file: bytes) -> tuple[str, int]:
    """The server's hash of a picture file: digits and quality."""
    made = hash_file(io.BytesIO(file))
    assert isinstance(made, HashedPicture)
    return made.pdq.hex(), made.pdq.quality


def server_of(rgb: np.ndarray[Any, Any]) -> str:
    """The server's hash of RGB bytes."""
    return server(encoded(Image.fromarray(np.ascontiguousarray(rgb)), "PNG"))[0]


def apart(one: str, other: str) -> int:
    """In how many bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def clip(
    container: str,
    codec: str,
    *,
    size: tuple[int, int] = (320, 240),
    rate: Fraction | int = 30,
    seconds: float = 4,
    full_range: bool = False,
    seed: int = 1,
    **options: Any,
) -> bytes:
    """A video of a scene that a camera pans over."""
    file = io.BytesIO()
    width, height = size
    wide = scene(width * 3, height, seed)
    frames = round(seconds * float(rate))
    writing = av.open(file, "w", format=container, options=options.pop("muxer", {}))
    with ordinary_class(), writing as made:
        stream = made.add_stream(
            codec, rate=rate, options={key: str(value) for key, value in options.items()}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p" if full_range else "yuv420p"
        for number in range(frames):
            left = 2 * width * number // frames
            frame = av.VideoFrame.from_ndarray(wide[:, left : left + width].copy(), format="rgb24")
            for packet in stream.encode(frame):
                made.mux(packet)
        for packet in stream.encode():
            made.mux(packet)
    return file.getvalue()


def server_frames(file: bytes) -> list[tuple[int, str, int]]:
    """The server's hashes of a video's pictures: number, digits, quality."""
    made = hash_file(io.BytesIO(file))
    assert isinstance(made, HashedVideo)
    return [(frame.number, frame.pdq.hex(), frame.pdq.quality) for frame in made.frames]
