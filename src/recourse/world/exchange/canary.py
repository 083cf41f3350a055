"""The pictures behind the canaries: generated waves that show nothing and nobody. The same pixels every time.

Written as PNG (RFC 2083) by hand, because no process of ours but the sandbox loads what can decode a picture.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

SIDE = 512
_WAVES = {1: ((3, 5, 0.4), (7, 2, 1.9), (11, 13, 0.7)), 2: ((4, 1, 2.2), (2, 9, 0.3), (12, 6, 1.1))}


def picture(number: int) -> bytes:
    """Return canary 1 or 2 as a grey PNG of 512 x 512 pixels."""
    across, down = np.meshgrid(np.arange(SIDE) / SIDE, np.arange(SIDE) / SIDE)
    waves = [
        np.sin(2 * np.pi * (x * across + y * down) + shift * (1 + across * down))
        for x, y, shift in _WAVES[number]
    ]
    grey = np.clip(128 + 40 * sum(waves), 0, 255).astype(np.uint8)
    rows = np.pad(grey, ((0, 0), (1, 0))).tobytes()  # a zero before each row: no filter
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )
