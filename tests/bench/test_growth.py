"""The same operations on ledgers of very different length, side by side.

A ledger here holds streams of twenty events in two commits, and a view with one document a
stream, filled the short way; what is measured goes through the kernel as always.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any
from uuid import uuid4

from figures import Report
from notes import BareNotes, Noted, append_note, new_meta, note_types, open_ledger
from pymongo import MongoClient
from rounds import interleaved, percentile

from kernel.commits import GENESIS, Commit, digest_of_commit, to_document
from kernel.decider import Decider
from kernel.ledger import Ledger
from kernel.store import Store
from kernel.views import StreamView

EVENTS_A_COMMIT = 10
COMMITS_A_STREAM = 2
EVENTS_A_STREAM = EVENTS_A_COMMIT * COMMITS_A_STREAM
STATUS_CHARACTERS = 2_000
SHORT = Noted("x" * 60)
_LOADED_AT_ONCE = 1_000
_FAR_BEHIND = 3 * 10**15  # positions that no ledger looks at

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SIZES_QUICK = (1_000, 10_000, 100_000)

COUNTING: Decider[int] = Decider(0, lambda _, command: command, lambda count, _: count + 1)


@dataclass(frozen=True)
class Filled:
    """A ledger and its view, with so many streams."""

    ledger: Ledger
    view: StreamView
    streams: int
    bare: BareNotes

    def append(self) -> None:
        """Append a commit to a stream of its own."""
        append_note(self.ledger)

    def insert(self) -> None:
        """Insert a document of such a commit, bare, into the very collection."""
        self.bare.insert([1])

    def fold(self) -> None:
        """Load and fold a stream drawn at random."""
        loaded = Store(self.ledger, COUNTING).load(f"note-{random.randrange(self.streams)}")
        assert loaded.state == EVENTS_A_STREAM

    def status(self) -> None:
        """Read a status drawn at random."""
        assert self.view.get(str(random.randrange(self.streams))) is not None


def test_growth(client: MongoClient[Any], database_prefix: str, report: Report) -> None:
    sizes, rounds = (SIZES_QUICK, 5) if report.quick else (SIZES, 9)
    filled = {size: _fill(client, f"{database_prefix}_{size}", size) for size in sizes}
    for what in ("append", "fold", "status", "insert"):
        works = {str(size): partial(_median_of, getattr(one, what)) for size, one in filled.items()}
        seconds = interleaved(works, rounds)
        least, most = str(sizes[0]), str(sizes[-1])
        detail = ", ".join(f"{size:,}: {1000 * seconds[str(size)]:.2f} ms" for size in sizes)
        report.value(f"growth-{what}", seconds[most] / seconds[least], detail, seconds=seconds)
    for size, one in filled.items():
        assert one.ledger.head().position > size // EVENTS_A_COMMIT


def _median_of(work: Callable[[], None], times: int = 40) -> float:
    """Return the median time of one."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return percentile(taken, 0.5)


def _fill(client: MongoClient[Any], namespace: str, events: int) -> Filled:
    """Return a ledger with so many events; its chains are as sound as if it had been appended."""
    ledger = open_ledger(client, namespace)
    streams = events // EVENTS_A_STREAM
    # durable at the end is enough for what can be filled again
    documents = _commits(streams)
    while batch := list(islice(documents, _LOADED_AT_ONCE)):
        ledger.collection.insert_many(batch, ordered=False)
    view = StreamView(client[f"{namespace}_views"]["note"], "note", lambda _: None)
    for start in range(0, streams, _LOADED_AT_ONCE):
        numbers = range(start, min(start + _LOADED_AT_ONCE, streams))
        view.collection.insert_many([_status(number) for number in numbers], ordered=False)
    return Filled(ledger, view, streams, BareNotes(ledger.collection, _FAR_BEHIND))


def _commits(streams: int) -> Iterator[dict[str, Any]]:
    encoded = note_types().encode(SHORT, uuid4().hex)
    meta, now = new_meta(), datetime.now(UTC)
    front, position = GENESIS, 0
    ends = dict.fromkeys(range(streams), GENESIS)
    for turn in range(COMMITS_A_STREAM):
        first = turn * EVENTS_A_COMMIT + 1
        for number in range(streams):
            position += 1
            commit = Commit(
                id=f"c-{position}",
                position=position,
                stream=f"note-{number}",
                first=first,
                last=first + EVENTS_A_COMMIT - 1,
                events=(encoded,) * EVENTS_A_COMMIT,
                meta=meta,
                recorded_at=now,
                prev=front,
                stream_prev=ends[number],
                hash="",
            )
            document = to_document(commit)
            front = ends[number] = document["hash"] = digest_of_commit(document)
            yield document


def _status(number: int) -> dict[str, Any]:
    return {"_id": str(number), "version": EVENTS_A_STREAM, "text": "x" * STATUS_CHARACTERS}
