# ruff: noqa: PLR0917 - machine code takes its arguments by position
"""The loops of PDQ over pixels and samples, in machine code (`kernels`). Those who call them say what they are for.

Floating point stays as it is written: nothing is reordered and no multiplication is fused with an addition, so the
replay is the reference's arithmetic, and the same on every processor.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.compiling import helper

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

TILE = 4096  # bytes of a row at once: their sums and four rows stay in the first-level cache
ABREAST = 8  # rows whose boxes slide side by side: one alone would wait for each of its own additions


@helper
def average_rows(lines: Bytes, top: int, begin: Places, end: Places, weights: Floats, sums: Floats) -> int:
    """Add `lines` (uint8[rows, bytes], of which the first is row `top`) into `sums` (float32[64, bytes])."""
    count, width = lines.shape
    for sample in range(len(begin)):
        first, last = max(begin[sample] - top, 0), min(end[sample] - top, count)
        ahead = top - begin[sample]
        for left in range(0, width if first < last else 0, TILE):
            right = min(left + TILE, width)
            total = sums[sample, left:right]
            row = first
            while row + 4 <= last:  # four rows at once, for the sums to be fetched and stored once
                a, b = weights[sample, row + ahead], weights[sample, row + ahead + 1]
                c, d = weights[sample, row + ahead + 2], weights[sample, row + ahead + 3]
                one, two = lines[row, left:right], lines[row + 1, left:right]
                three, four = lines[row + 2, left:right], lines[row + 3, left:right]
                for k in range(right - left):
                    total[k] += (a * np.float32(one[k]) + b * np.float32(two[k])) + (
                        c * np.float32(three[k]) + d * np.float32(four[k])
                    )
                row += 4
            while row < last:
                a, one = weights[sample, row + ahead], lines[row, left:right]
                for k in range(right - left):
                    total[k] += a * np.float32(one[k])
                row += 1
    return 0


@helper
def average_columns(
    sums: Floats, luma: Floats, begin: Places, end: Places, weights: Floats, line: Floats, found: Floats
) -> int:
    """Mix the channels of each of the 64 averaged rows into `line` and average along it; `found` is float32[64, 64]."""
    channels = len(luma)
    for sample in range(len(sums)):
        for x in range(len(line)):
            mixed = np.float32(0)
            for channel in range(channels):
                mixed += luma[channel] * sums[sample, x * channels + channel]
            line[x] = mixed
        for column in range(len(begin)):
            total = np.float32(0)
            for x in range(begin[column], end[column]):
                total += line[x] * weights[column, x - begin[column]]
            found[sample, column] = total
    return 0


@helper
def cosine_transform(samples: Floats, cosines: Floats, down: Floats, found: Floats) -> int:
    """Set `found` to cosines @ samples @ cosines.T, added up from first to last; `down` is room for half of it."""
    kept, size = cosines.shape
    for i in range(kept):
        for j in range(size):
            down[i, j] = 0
        for k in range(size):
            for j in range(size):
                down[i, j] += cosines[i, k] * samples[k, j]
        for j in range(kept):
            total = np.float32(0)
            for k in range(size):
                total += down[i, k] * cosines[j, k]
            found[i, j] = total
    return 0


@helper
def mix(lines: Bytes, out: Floats) -> int:
    """Write the luma of uint8[rows, width or 3 * width], computed in float64 and rounded once, as `pdqhash` does."""
    for y in range(len(lines)):
        line, to = lines[y], out[y]
        if len(line) == len(to):
            for x in range(len(to)):
                to[x] = np.float32(line[x] * 0.299 + line[x] * 0.587 + line[x] * 0.114)
        else:
            for x in range(len(to)):
                to[x] = np.float32(line[3 * x] * 0.299 + line[3 * x + 1] * 0.587 + line[3 * x + 2] * 0.114)
    return 0


@helper
def slide_along(lines: Floats, count: int, box: int, total: Floats, out: Floats) -> int:
    """Write the first `count` lines blurred by a box that slides along each; whole groups of eight are written."""
    width = lines.shape[1]
    ahead = (box + 2) // 2 - 1
    for top in range(0, count, ABREAST):
        abreast, to = lines[top : top + ABREAST], out[top : top + ABREAST]
        total[:] = 0
        for x in range(width + ahead):
            if x < width:
                for k in range(ABREAST):
                    total[k] += abreast[k, x]
            if x >= box:
                for k in range(ABREAST):
                    total[k] -= abreast[k, x - box]
            if x >= ahead:
                inside = np.float32(min(x + 1, width) - max(0, x + 1 - box))
                for k in range(ABREAST):
                    to[k, x - ahead] = total[k] / inside
    return 0


@helper
def slide_down(
    lines: Floats, steps: int, entered: int, height: int, inside: Floats, total: Floats, out: Floats
) -> int:
    """Move the box down by `steps` rows: into `lines`, or out of the picture where it has ended.

    `inside` (float32[box, width]) holds the rows under the box, row y at y % box, and `total` their sum;
    `entered` rows of the picture's `height` are in or above it. Returns how many lines of `out` are complete.
    """
    box = len(inside)
    ahead = (box + 2) // 2 - 1
    written = 0
    for y in range(entered, entered + steps):
        oldest = inside[y % box]
        if y < height:
            for x in range(len(total)):
                total[x] += lines[y - entered, x]
        if y >= box:
            for x in range(len(total)):
                total[x] -= oldest[x]
        if y < height:
            for x in range(len(total)):
                oldest[x] = lines[y - entered, x]
        if y >= ahead:
            count = np.float32(min(y + 1, height) - max(0, y + 1 - box))
            for x in range(len(total)):
                out[written, x] = total[x] / count
            written += 1
    return written
