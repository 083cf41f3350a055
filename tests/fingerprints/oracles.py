"""The programs of others that ours is compared with; `make oracles` builds them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from recourse.fingerprints.pdq.hashing import Pdq
from tests.fingerprints.scenes import Bytes


def oracle(name: str) -> Any:
    """A program of others. Without it the test is left out, which `make test` never does."""
    try:
        return import_module(name)
    except ImportError:
        pytest.skip(f"{name} is not installed: make oracles")


def reference(pixels: Bytes) -> Pdq:
    """Meta's hash of uint8[rows, columns, 3]."""
    vector, quality = oracle("pdqhash").compute(np.ascontiguousarray(pixels))
    return Pdq(np.packbits(vector.astype(np.uint8)).tobytes(), int(quality))
