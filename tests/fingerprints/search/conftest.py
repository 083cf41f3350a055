"""Both ways through the tables are tested on banks for which comparing with everything would do."""

import pytest

from recourse.fingerprints.search import searching, tables

WAYS = ("brute", "single", "batch", "crowded", "as it is")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Force one way of searching; the last leaves the choice to the index."""
    force(request.param, monkeypatch)
    return str(request.param)


def force(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "as it is":
        return
    monkeypatch.setattr(tables, "RINGED_FROM", 1 << 40 if way == "brute" else 0)
    monkeypatch.setattr(searching, "SINGLE_UP_TO", 0 if way == "batch" else 1 << 40)
    if way == "crowded":
        monkeypatch.setattr(searching, "crowded_from", lambda _hashes: -1)
    if way == "batch":
        monkeypatch.setattr(searching, "crowded_from", lambda _hashes: 1 << 60)
