"""The benchmark of hashing runs, at a hundredth of its size; nothing here is timed against a limit."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.fingerprints.oracles import oracle

pytestmark = pytest.mark.interop


def test_every_figure_is_measured_beside_its_peer() -> None:
    for name in ("pdqhash", "vpdq", "threatexchange"):
        oracle(name)
    page = import_module("benchmarks.fingerprints_hashing").section(quick=True)
    assert "10 of 10 generated pictures" in page
    assert page.count("| 12 megapixels |") == 1
    assert "hours (4 hashes)" in page
