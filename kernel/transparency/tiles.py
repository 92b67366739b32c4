"""The full subtrees of a ledger's Merkle tree, kept so that no proof costs more as it grows.

The shape of C2SP `tlog-tiles` with height 8: the tile (level, n) holds the 256 hashes

    over 256**level entries each, from n * 256**(level + 1) on

and only full tiles are stored, one document each: `{level, n, hashes, root}`. What is not full is
computed from at most 255 hashes a level. Everything here is derived from the ledger: a tile that
is missing is made again when it is asked for, and the collection may be dropped at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pymongo import ASCENDING
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from kernel.transparency.merkle import Nodes, full_subtree, leaf_of

WIDTH = 256
_HEIGHT = 8
_HASH = 32

Hashes = Callable[[int, int], list[str]]
"""`hashes(after, limit)`: of the commits at positions after + 1 … after + limit; all are there."""


class Tiles:
    """The tiles of one ledger; `collection` is in the service's own database."""

    def __init__(self, collection: Collection[dict[str, Any]], hashes: Hashes) -> None:
        self._collection = collection
        self._hashes = hashes

    def ensure_indexes(self) -> None:
        """Create the index by which tiles are found."""
        self._collection.create_index([("level", ASCENDING), ("n", ASCENDING)], unique=True)

    def nodes(self, size: int) -> Nodes:
        """Return the tree over the first `size` commits, to be used for one question.

        Each tile is read once. Raises `Tampered` where the ledger is shorter than that.
        """
        rows: dict[tuple[int, int], list[bytes]] = {}

        def node(level: int, index: int) -> bytes:
            place = _place(level, index)
            if place.row not in rows:
                rows[place.row] = self._read(*place.row, size)
            return full_subtree(rows[place.row][place.within])

        return node

    def at_hand(self, size: int, question: Callable[[Nodes], object]) -> Nodes:
        """Return what a question asks of `nodes(size)`, all of it read: I/O now and none later.

        The question is put once to find out what to read, with no hash that is worth anything.
        """
        rows: dict[tuple[int, int], list[bytes]] = {}

        def read(level: int, index: int) -> bytes:
            row = _place(level, index).row
            if row not in rows:
                rows[row] = self._read(*row, size)
            return b""

        def node(level: int, index: int) -> bytes:
            place = _place(level, index)
            return full_subtree(rows[place.row][place.within])

        question(read)
        return node

    def forget(self) -> None:
        """Remove all tiles; they are made again from the ledger."""
        self._collection.delete_many({})

    def _read(self, level: int, n: int, size: int) -> list[bytes]:
        """Return a row of the tree over `size` commits: a tile, or what there is of the last."""
        width = min(WIDTH, (size >> (_HEIGHT * level)) - n * WIDTH)
        return self._tile(level, n) if width == WIDTH else self._row(level, n, width)

    def _tile(self, level: int, n: int) -> list[bytes]:
        """Return a full tile, made and kept if it is not there yet."""
        found = self._collection.find_one({"level": level, "n": n})
        if found is not None:
            return _split(found["hashes"])
        hashes = self._row(level, n, WIDTH)
        self._keep(level, n, hashes)
        return hashes

    def _row(self, level: int, n: int, width: int) -> list[bytes]:
        """Return the first hashes of a tile from what is below it."""
        start = n * WIDTH
        if level == 0:
            return [leaf_of(one) for one in self._hashes(start, width)]
        wanted = {"level": level - 1, "n": {"$gte": start, "$lt": start + width}}
        fields = {"_id": 0, "n": 1, "root": 1}
        roots = {int(one["n"]): bytes(one["root"]) for one in self._collection.find(wanted, fields)}
        return [
            roots[below] if below in roots else full_subtree(self._tile(level - 1, below))
            for below in range(start, start + width)
        ]

    def _keep(self, level: int, n: int, hashes: list[bytes]) -> None:
        tile = {"level": level, "n": n, "hashes": b"".join(hashes), "root": full_subtree(hashes)}
        try:
            self._collection.insert_one(tile)
        except DuplicateKeyError:  # another process made it in the same moment
            return


@dataclass(frozen=True)
class _Place:
    """Where the hashes below a node stand: in which row, and where in it."""

    row: tuple[int, int]
    within: slice


def _place(level: int, index: int) -> _Place:
    tile_level, within = divmod(level, _HEIGHT)
    first = index << within
    start = first % WIDTH
    return _Place((tile_level, first // WIDTH), slice(start, start + (1 << within)))


def _split(text: bytes) -> list[bytes]:
    return [bytes(text[at : at + _HASH]) for at in range(0, WIDTH * _HASH, _HASH)]
