"""Kernels of the tests."""

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.compiling import helper

Integers = npt.NDArray[np.int64]


@helper
def square(x: int) -> int:
    return x * x


@helper
def sums_of_squares(table: Integers, sums: Integers, factor: int) -> int:
    total = 0
    for i in range(table.shape[0]):
        row = 0
        for j in range(table.shape[1]):
            row += square(table[i, j]) * factor
        sums[i] = row
        total += row
    return total


@helper
def allocates(n: int) -> int:
    return int(np.empty(n, np.int64)[0])
