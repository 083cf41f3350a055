"""C2SP tlog-tiles: which tiles a tree of a given size has, where they lie, and how they grow.

Pure: no file is touched here. A *hash tile* at level l holds up to 256 hashes of complete subtrees of height 8*l;
an *entry bundle* holds the entries below a level-0 tile. Refuses: partial tiles in the level above, empty tiles,
bundles with anything left over. Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from recourse.base.ledger import tree

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRIES = -1
"""The level under which entry bundles are known here; their path says `entries`."""
MAX_ENTRY_BYTES = 0xFFFF
MAX_BUNDLE_BYTES = WIDTH * (2 + MAX_ENTRY_BYTES)

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<groups>(?:x[0-9]{3}/)*)(?P<last>[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class BundleError(ValueError):
    """An entry bundle is not a whole number of length-prefixed entries, or not as many as it should hold."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile: `level` (-1 for an entry bundle), `index` within the level, `width` 1..256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def full(self) -> bool:
        """Whether it will never change again."""
        return self.width == WIDTH

    @property
    def whole(self) -> Tile:
        """The full tile that this one is, or will become."""
        return Tile(self.level, self.index)

    @property
    def path(self) -> str:
        """The path below the log's prefix, `/` as separator."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        part = "" if self.full else f".p/{self.width}"
        return f"tile/{level}/{_index_path(self.index)}{part}"


def parse_path(path: str) -> Tile | None:
    """Read a path that `Tile.path` wrote; None for anything else, other spellings of the same tile included."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    index = int(match["groups"].replace("x", "").replace("/", "") + match["last"])
    tile = Tile(level, index, int(match["width"] or WIDTH))
    return tile if tile.path == path and level < 64 and tile.width <= WIDTH else None  # noqa: PLR2004 - 63 is C2SP's last level


def width_of(level: int, index: int, size: int) -> int:
    """Return how many hashes (0..256) the tile at `level`, `index` has in a tree of `size` leaves."""
    complete = size >> (HEIGHT * max(level, 0))
    return max(0, min(WIDTH, complete - index * WIDTH))


def tiles_of(size: int) -> Iterator[Tile]:
    """Give every hash tile of a tree of `size` leaves, level by level from the leaves up; empty ones do not exist."""
    level = 0
    while complete := size >> (HEIGHT * level):
        yield from _row(level, complete)
        level += 1


def bundles_of(size: int) -> Iterator[Tile]:
    """Give every entry bundle of a tree of `size` leaves, in order."""
    yield from _row(ENTRIES, size)


def edge_of(size: int) -> list[Tile]:
    """Return the partial hash tiles of a tree of `size` leaves, one a level at most, from the leaves up."""
    return [tile for tile in _edge(size) if 0 < tile.width < WIDTH]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Write entries (each at most 65,535 bytes) as a bundle: two bytes of length, big-endian, before each."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Read a bundle of exactly `width` entries.

    Raises:
        BundleError: it ends within an entry, or holds fewer or more.
    """
    entries: list[bytes] = []
    at = 0
    for _ in range(width):
        start = at + 2
        if start > len(data):
            raise BundleError(f"ends after {len(entries)} of {width} entries")
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data):
            raise BundleError(f"ends within entry {len(entries)} of {width}")
        entries.append(data[start:at])
    if at != len(data):
        raise BundleError(f"has {len(data) - at} bytes after its {width} entries")
    return entries


def split_hashes(data: bytes) -> list[bytes]:
    """Cut a hash tile into its 32-byte hashes."""
    return [data[at : at + tree.HASH_BYTES] for at in range(0, len(data), tree.HASH_BYTES)]


@dataclass
class Growth:
    """A tree that grows leaf by leaf and keeps its right edge only: at most 255 hashes a level.

    Attributes:
        size: Number of leaves.
        edge: For each level, from the leaves up, the hashes of its partial tile (0 to 255 of them).
    """

    size: int = 0
    edge: list[list[bytes]] = field(default_factory=list)

    def append(self, hashes: Iterable[bytes]) -> Iterator[tuple[Tile, bytes]]:
        """Add leaf hashes; give each full hash tile, with its bytes, as it becomes full. Consume it to the end."""
        for item in hashes:
            self.size += 1
            yield from self._add(0, item)

    def _add(self, level: int, item: bytes) -> Iterator[tuple[Tile, bytes]]:
        if level == len(self.edge):
            self.edge.append([])
        row = self.edge[level]
        row.append(item)
        if len(row) < WIDTH:
            return
        self.edge[level] = []
        yield Tile(level, (self.size >> (HEIGHT * (level + 1))) - 1), b"".join(row)
        yield from self._add(level + 1, tree.root_of(row))

    def partials(self) -> Iterator[tuple[Tile, bytes]]:
        """Give the partial hash tiles of the present size, with their bytes."""
        for level, row in enumerate(self.edge):
            if row:
                yield Tile(level, self.size >> (HEIGHT * (level + 1)), len(row)), b"".join(row)

    def root(self) -> bytes:
        """Return the root of the present tree."""
        right: bytes | None = None
        for row in self.edge:
            for piece in reversed(_powers(row)):
                right = piece if right is None else tree.node_hash(piece, right)
        return tree.EMPTY_ROOT if right is None else right


def grown_to(size: int, load: Callable[[Tile], bytes]) -> Growth:
    """Return the growth of a tree of `size` leaves from its partial tiles; the caller compares the root."""
    growth = Growth(size)
    for tile in _edge(size):
        growth.edge.append(split_hashes(load(tile)) if tile.width else [])
    return growth


class TileHashes:
    """Answers `tree.Subtrees` from tiles: which complete subtree lies in which tile, and at what height there."""

    def __init__(self, size: int, load: Callable[[Tile], bytes]) -> None:
        """Take the size of the tree and a function that reads a tile's bytes (of exactly its width)."""
        self._size = size
        self._load = load
        self._kept: dict[Tile, list[bytes]] = {}

    def __call__(self, height: int, index: int) -> bytes:
        """Return the hash of the complete subtree of `height` at `index`."""
        level, above = divmod(height, HEIGHT)
        first = index << above
        tile_index, offset = divmod(first, WIDTH)
        tile = Tile(level, tile_index, width_of(level, tile_index, self._size))
        if tile not in self._kept:
            self._kept[tile] = split_hashes(self._load(tile))
        return tree.root_of(self._kept[tile][offset : offset + (1 << above)])


def _edge(size: int) -> Iterator[Tile]:
    """Give the tile at the right edge of each level, of width 0 where the level ends with a full one."""
    level = 0
    while complete := size >> (HEIGHT * level):
        yield Tile(level, complete // WIDTH, complete % WIDTH)
        level += 1


def _row(level: int, complete: int) -> Iterator[Tile]:
    full, rest = divmod(complete, WIDTH)
    for index in range(full):
        yield Tile(level, index)
    if rest:
        yield Tile(level, full, rest)


def _powers(row: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the complete subtrees that `row` splits into, largest first."""
    roots: list[bytes] = []
    at = 0
    while at < len(row):
        size = 1 << ((len(row) - at).bit_length() - 1)
        roots.append(tree.root_of(row[at : at + size]))
        at += size
    return roots


def _index_path(index: int) -> str:
    digits = str(index)
    groups = [digits[max(0, end - 3) : end].zfill(3) for end in range(len(digits), 0, -3)][::-1]
    return "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
