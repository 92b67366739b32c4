"""Tallies: counts over all streams of a category, kept by following the ledger.

What a stream counts for is a pure function of its history: so much of each measure in each cell.
A commit moves the cells by the difference between the history with it and without it.

Any number of processes may follow at once, each in the order of the ledger. A cell remembers the
position up to which it has counted, and is moved from one position to a later one by a single
compare-and-set; so a commit counts once, whoever repeats it, however the followers cut the ledger
into batches. The checkpoint passes a batch when all of its cells have. A cell is never deleted,
because its position would go with it.

Counting needs no keys: it sees the events as they travel, without what is personal in them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pymongo import InsertOne, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError
from pymongo.write_concern import WriteConcern

from kernel.commits import Commit, records
from kernel.errors import Unavailable
from kernel.events import EventTypes, Recorded
from kernel.ledger_reader import LedgerReader
from kernel.views import SEEN_WITHIN, Pointer, Shelf, collection_name

Document = dict[str, Any]
Cell = tuple[str, ...]
Counts = Mapping[Cell, Mapping[str, int]]
Count = Callable[[Sequence[Recorded]], Counts]

CHECKPOINTS = "tallied"
_BATCH = 200
_TRIES = 20
_DUPLICATE_KEY = 11000


class Tally:
    """Cells over the streams of one category (`dossier-…`), each counting some measures.

    `count` tells what a stream with this history counts for. A cell's document holds its `fields`
    under their names, each measure as a number under its own, and `position`. `indexes` are the
    fields of each secondary index. Where the cells stand is said by a pointer, as with views.
    """

    def __init__(
        self,
        collection: Collection[Document],
        ledger: LedgerReader,
        types: EventTypes,
        category: str,
        fields: Sequence[str],
        count: Count,
        indexes: Iterable[Sequence[str]] = (),
        *,
        seen_within: float = SEEN_WITHIN,
    ) -> None:
        self.name = collection.name
        self.pointer = Pointer(collection.database, collection.name, seen_within)
        self.ledger = ledger
        self._shelf = Shelf(collection.database, self.pointer, collection.name)
        self._checkpoints = collection.database[CHECKPOINTS].with_options(
            write_concern=WriteConcern("majority", j=True)
        )
        self._types = types
        self._category = category
        self._fields = tuple(fields)
        self._count = count
        self._indexes = tuple(tuple(one) for one in indexes)

    @property
    def collection(self) -> Collection[Document]:
        """The cells to be queried now; to be asked for anew for each request."""
        return self._shelf.read

    def ensure_indexes(self) -> None:
        """Create the secondary indexes that do not exist yet, wherever the cells stand."""
        for generation in self.pointer.places().written:
            self.prepare(generation)

    def prepare(self, generation: int) -> None:
        """Create the secondary indexes of a generation."""
        for fields in self._indexes:
            self._shelf.generation(generation).create_index([(name, 1) for name in fields])

    def catch_up(self, at_most: int | None = None) -> int:
        """Count what stands behind the checkpoint; returns how many commits there were.

        `at_most` bounds them for somebody who waits. Raises `Unavailable` where a stream cannot
        be read so far yet: try again.
        """
        generation, seen = self.pointer.places().current, 0
        while at_most is None or seen < at_most:
            limit = _BATCH if at_most is None else min(_BATCH, at_most - seen)
            commits = self.ledger.read(self.position(generation), limit)
            if not commits:
                break
            self.take(commits, generation)
            seen += len(commits)
        return seen

    def position(self, generation: int | None = None) -> int:
        """Return the position up to which everything is counted."""
        asked = self.pointer.places().current if generation is None else generation
        found = self._checkpoints.find_one({"_id": collection_name(self.name, asked)})
        return 0 if found is None else int(found["position"])

    def take(self, commits: Sequence[Commit], generation: int) -> None:
        """Count a range of the ledger into a generation in which all before it is counted."""
        last = commits[-1].position
        moves: dict[Cell, list[tuple[int, Counter[str]]]] = defaultdict(list)
        for position, cell, by in self._moves(commits):
            moves[cell].append((position, by))
        for _ in range(_TRIES):
            if self._moved(self._shelf.generation(generation), moves, last):
                break
        else:
            raise Unavailable(
                "tally-contended",
                "Số liệu đang được cập nhật. Hãy thử lại sau ít phút.",
                f"The cells of {self.name} are moved by others all the time; try again.",
            )
        self._checkpoints.update_one(
            {"_id": collection_name(self.name, generation)},
            {"$max": {"position": last}},
            upsert=True,
        )

    def counted(self) -> dict[Cell, dict[str, int]]:
        """Return all cells that hold something, as they stand; reads the whole collection."""
        known = {"_id", "position", *self._fields}
        found = {
            tuple(str(one[name]) for name in self._fields): {
                measure: int(n) for measure, n in one.items() if measure not in known and n
            }
            for one in self.collection.find()
        }
        return {cell: measures for cell, measures in found.items() if measures}

    def recounted(self) -> dict[Cell, dict[str, int]]:
        """Return what the cells should hold, from the whole ledger anew."""
        total: dict[Cell, Counter[str]] = defaultdict(Counter)
        for streams in self.ledger.streams(self._follows):
            for commits in streams.values():
                for cell, measures in self._count(self._told(commits)).items():
                    total[cell].update(measures)
        exact = {
            cell: {measure: n for measure, n in measures.items() if n}
            for cell, measures in total.items()
        }
        return {cell: measures for cell, measures in exact.items() if measures}

    # How

    def _follows(self, stream: str) -> bool:
        return stream.startswith(f"{self._category}-")

    def _moves(self, commits: Sequence[Commit]) -> Iterator[tuple[int, Cell, Counter[str]]]:
        """Yield by how much each of the commits moves each cell."""
        wanted: dict[str, list[Commit]] = defaultdict(list)
        for commit in commits:
            if self._follows(commit.stream):
                wanted[commit.stream].append(commit)
        for stream, new in wanted.items():
            whole = self._whole(stream, new[-1])
            first = new[0].position
            known = self._told([one for one in whole if one.position < first])
            before = self._count(known) if known else {}
            for commit in new:
                known = [*known, *records(commit, self._types, None)]
                after = self._count(known)
                for cell in {**before, **after}:
                    by = Counter(after.get(cell, {}))
                    by.subtract(before.get(cell, {}))
                    if any(by.values()):
                        yield commit.position, cell, by
                before = after

    def _whole(self, stream: str, last: Commit) -> list[Commit]:
        """Return a stream's commits up to one that is known to be there."""
        if last.first == 1:
            return [last]
        found = [one for one in self.ledger.stream_commits(stream) if one.last <= last.last]
        if found and found[-1].last == last.last:
            return found
        raise Unavailable(
            "stream-incomplete",
            "Dữ liệu của hệ thống chưa đầy đủ. Hãy thử lại sau ít phút.",
            f"{stream} could not be read up to version {last.last}; try again.",
        )

    def _told(self, commits: Iterable[Commit]) -> list[Recorded]:
        return [record for commit in commits for record in records(commit, self._types, None)]

    def _moved(
        self,
        cells: Collection[Document],
        moves: Mapping[Cell, Sequence[tuple[int, Counter[str]]]],
        last: int,
    ) -> bool:
        """Bring all cells to `last`; False: somebody else moved some, look again."""
        keys = {cell: "\n".join(cell) for cell in moves}
        asked = {"_id": {"$in": list(keys.values())}}
        seen = {one["_id"]: int(one["position"]) for one in cells.find(asked, {"position": 1})}
        writes: list[InsertOne[Document] | UpdateOne] = []
        for cell, steps in moves.items():
            known = seen.get(keys[cell], 0)
            if known >= last:
                continue
            total: Counter[str] = Counter()
            for position, by in steps:
                if position > known:
                    total.update(by)
            # a cell is brought to `last` also where nothing remains: it has seen these commits
            if keys[cell] not in seen:
                named = dict(zip(self._fields, cell, strict=True))
                document = {"_id": keys[cell], **named, **total, "position": last}
                writes.append(InsertOne(document))
                continue
            change: Document = {"$set": {"position": last}}
            if increments := {measure: n for measure, n in total.items() if n}:
                change["$inc"] = increments
            writes.append(UpdateOne({"_id": keys[cell], "position": known}, change))
        if not writes:
            return True
        try:
            done = cells.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE_KEY for one in error.details["writeErrors"]):
                raise
            return False
        return done.inserted_count + done.matched_count == len(writes)
