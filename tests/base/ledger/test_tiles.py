"""Paths and widths as C2SP's tlog-tiles writes them; growth leaf by leaf gives the tiles of the definition."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recourse.base.ledger import tiles, tree
from recourse.base.ledger.tiles import ENTRIES, Growth, Tile

SIZES = st.one_of(
    st.integers(0, 3), st.integers(250, 260), st.integers(500, 800), st.integers(65_530, 65_800)
)


def test_the_paths_of_the_specification() -> None:
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    assert Tile(1, 0, 1).path == "tile/1/000.p/1"
    assert Tile(ENTRIES, 999).path == "tile/entries/999"
    assert Tile(ENTRIES, 1000, 255).path == "tile/entries/x001/000.p/255"


def test_the_tiles_of_the_specifications_examples() -> None:
    assert [tile.path for tile in tiles.tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    seventy = list(tiles.tiles_of(70_000))
    assert sum(tile.level == 0 and tile.full for tile in seventy) == 273
    assert [tile.path for tile in seventy if not tile.full] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert Tile(1, 0) in seventy
    assert list(tiles.tiles_of(0)) == []


@given(st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_path_reads_back(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert tiles.parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/00/000", "tile/64/000", "tile/0/00", "tile/0/0000", "tile/0/x000/001", "tile/0/001/002",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/257", "tile/-1/000",
        "tile/data/000", "/tile/0/000", "tile/0/000/", "tile/0/000.p", "../tile/0/000", "tile/0/\u0660\u0660\u0660", "",
    ],
)  # fmt: skip
def test_other_spellings_are_no_tile(path: str) -> None:
    assert tiles.parse_path(path) is None


@given(st.text(alphabet="tile/0123456789x.pentris", max_size=40))
def test_whatever_reads_as_a_path_is_the_path(path: str) -> None:
    tile = tiles.parse_path(path)
    assert tile is None or tile.path == path


@given(SIZES)
def test_widths_add_up_to_the_complete_subtrees_of_each_level(size: int) -> None:
    by_level: dict[int, int] = {}
    for tile in tiles.tiles_of(size):
        assert 1 <= tile.width <= 256
        assert tiles.width_of(tile.level, tile.index, size) == tile.width
        by_level[tile.level] = by_level.get(tile.level, 0) + tile.width
    assert all(total == size >> (8 * level) for level, total in by_level.items())
    assert size >> (8 * len(by_level)) == 0
    assert sum(bundle.width for bundle in tiles.bundles_of(size)) == size
    assert [tile for tile in tiles.tiles_of(size) if not tile.full] == tiles.edge_of(size)


@given(st.lists(st.binary(max_size=300), max_size=256))
@example([b"", b"x" * 65_535])
def test_a_bundle_reads_back(entries: list[bytes]) -> None:
    assert tiles.decode_bundle(tiles.encode_bundle(entries), len(entries)) == entries


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=9), st.data())
def test_a_bundle_that_is_cut_or_has_more_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    whole = tiles.encode_bundle(entries)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for wrong, width in (
        (whole[:cut], len(entries)),
        (whole + b"\x00", len(entries)),
        (whole, len(entries) + 1),
    ):
        with pytest.raises(tiles.BundleError):
            tiles.decode_bundle(wrong, width)
    with pytest.raises(tiles.BundleError):
        tiles.decode_bundle(whole, len(entries) - 1)


@given(st.binary(max_size=600), st.integers(0, 256))
def test_any_bytes_are_a_bundle_or_refused(data: bytes, width: int) -> None:
    try:
        entries = tiles.decode_bundle(data, width)
    except tiles.BundleError:
        return
    assert tiles.encode_bundle(entries) == data


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537])
def test_growth_gives_the_tiles_of_the_definition_and_resumes_from_its_edge(size: int) -> None:
    hashes = [tree.leaf_hash(n.to_bytes(3, "big")) for n in range(size)]
    growth, kept = Growth(), dict[Tile, bytes]()
    kept.update(growth.append(hashes))
    kept.update(growth.partials())
    assert sorted(kept) == sorted(tiles.tiles_of(size))
    assert growth.root() == tree.root_of(hashes)
    row = hashes
    for level in range(3):
        got = b"".join(kept[tile] for tile in tiles.tiles_of(size) if tile.level == level)
        assert got == b"".join(row)
        row = [tree.root_of(row[at : at + 256]) for at in range(0, len(row) // 256 * 256, 256)]
    again = tiles.grown_to(size, lambda tile: kept[tile])
    assert again.root() == growth.root()
    more = [tree.leaf_hash(n.to_bytes(3, "big")) for n in range(size, size + 300)]
    list(again.append(more))
    assert again.root() == tree.root_of(hashes + more)
