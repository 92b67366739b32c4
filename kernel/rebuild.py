"""Making a view anew from its ledger while everything runs, behind the view's pointer.

1. The pointer announces a new generation: whoever writes the view writes both from then on. The
   rebuild waits until every process has seen that.
2. It folds the ledger into the new generation up to where the ledger ends now, and once more what
   came meanwhile.
3. The pointer turns: the new generation is read, both are written. The rebuild waits again.
4. Only the new one is written; after a last wait, as long as any request, the old one is dropped.

Why nothing is missing. Who wrote only the old generation had looked at the pointer before the
first wait was over, and appended before that look: so the event lies before the end to which the
ledger is folded afterwards. That holds however long a process stands still between its look and
its write. Everybody later writes both, and a crash between the two is healed by the projector,
which asks both. A version guards each document, so that the order of all this does not matter.

The pointer's document is also the lease of who rebuilds (`kernel.lease`), and changes only under
its token: `{_id, current, also, last, stage, position, total, holder, token, expires_at}`. A
rebuild that was killed leaves a generation that is not read, and at its end not written either, and
so may a process that stood still until after the drop. `StreamView.rewrite` reaches all of them, so
that nobody who is erased stays in one; the next rebuild or `cancel` drops them.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import uuid4

from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

from kernel.client import LONGEST_WAIT
from kernel.commits import Commit, Tampered, records
from kernel.errors import Conflict
from kernel.events import EventTypes, Recorded
from kernel.lease import Held, Lease, LeaseLost, holding
from kernel.ledger import Ledger
from kernel.ledger_reader import READ_LIMIT, LedgerReader
from kernel.tallies import Tally
from kernel.views import (
    POINTERS,
    SEEN_WITHIN,
    StreamView,
    collection_name,
    generations,
    places_in,
)

Document = dict[str, Any]


class Stage(StrEnum):
    """What a rebuild is about; the last three need no more than waiting."""

    ANNOUNCING = "announcing"
    FOLDING = "folding"
    TURNING = "turning"
    CLEARING = "clearing"


@dataclass(frozen=True)
class Source:
    """A ledger of which a view is made; `take` puts a range of its commits into a generation."""

    ledger: LedgerReader
    take: Callable[[Sequence[Commit], int], None]


@dataclass(frozen=True)
class Rebuildable:
    """What can be made anew: its pointer's name, its collections, and where it comes from.

    `prepare` makes the indexes of a generation.
    """

    name: str
    database: Database[Document]
    collections: tuple[str, ...]
    prepare: Callable[[int], None]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Kept:
    """What a service keeps of its neighbours' events, in collections behind one pointer.

    A service class names it in its attribute `kept`. `prepare(database, generation)` makes the
    indexes of a generation; `taker(database, generation)` returns the function that puts an event
    of one of the `sources` into it.
    """

    name: str
    collections: tuple[str, ...]
    sources: tuple[EventTypes, ...]
    prepare: Callable[[Database[Document], int], None]
    taker: Callable[[Database[Document], int], Callable[[Recorded], None]]


def kept_by(service_class: type[Any]) -> tuple[Kept, ...]:
    """Return what a service class keeps of its neighbours' events."""
    found: tuple[Kept, ...] = getattr(service_class, "kept", ())
    return found


@dataclass(frozen=True)
class Pace:
    """Waiting times in seconds: until all have seen a pointer, until no reader is left behind."""

    seen: float = 2 * SEEN_WITHIN
    readers: float = LONGEST_WAIT
    lease: timedelta = timedelta(seconds=10)


@dataclass(frozen=True)
class Standing:
    """Where a view stands. `stage` is that of a rebuild; `running`: somebody is at it now.

    `left_over` are collections of generations that are neither read nor written, while no rebuild
    would drop them at its end.
    """

    name: str
    current: int = 0
    also: int | None = None
    stage: Stage | None = None
    running: bool = False
    done: int = 0
    total: int = 0
    left_over: tuple[str, ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether a rebuild ended before its end."""
        return self.stage is not None and not self.running


Progress = Callable[[Stage, int, int], None]
"""Told (stage, commits done, commits in all); during a wait both numbers stand still."""


def of_view(view: StreamView, database: Database[Document], ledger: Ledger) -> Rebuildable:
    """Return a view of a service's own streams as something to be made anew."""

    def take(commits: Sequence[Commit], generation: int) -> None:
        latest = {commit.stream: commit.last for commit in commits}
        view.heal(ledger, latest, (generation,))

    return Rebuildable(view.name, database, (view.name,), view.prepare, (Source(ledger, take),))


def of_tally(tally: Tally, database: Database[Document]) -> Rebuildable:
    """Return a tally over a service's own ledger as something to be made anew.

    Nobody else counts into a generation that is not current: it is brought to the ledger's end,
    and whoever sees the pointer turned goes on from there.
    """
    source = Source(tally.ledger, tally.take)
    return Rebuildable(tally.name, database, (tally.name,), tally.prepare, (source,))


def of_kept(
    kept: Kept, database: Database[Document], ledgers: Callable[[str], LedgerReader]
) -> Rebuildable:
    """Return what is kept of neighbours' events as something to be made anew.

    `ledgers` gives the ledger of a neighbour; its events are read as they travel, without keys.
    """

    def source(types: EventTypes) -> Source:
        def take(commits: Sequence[Commit], generation: int) -> None:
            put = kept.taker(database, generation)
            for commit in commits:
                for record in records(commit, types, None):
                    put(record)

        return Source(ledgers(types.source), take)

    return Rebuildable(
        name=kept.name,
        database=database,
        collections=kept.collections,
        prepare=partial(kept.prepare, database),
        sources=tuple(map(source, kept.sources)),
    )


def standing(
    database: Database[Document], name: str, collections: Sequence[str] | None = None
) -> Standing:
    """Return where a view stands and what became of its last rebuild.

    Its `collections` are the one of its name where nothing else is said.
    """
    pointer = database[POINTERS].find_one({"_id": name}) or {}
    places = places_in(pointer)
    held = holding(database[POINTERS], name)
    return Standing(
        name=name,
        current=places.current,
        also=places.also,
        stage=Stage(pointer["stage"]) if pointer.get("stage") else None,
        running=held is not None and held.active,
        done=int(pointer.get("done", 0)),
        total=int(pointer.get("total", 0)),
        left_over=tuple(_left_over(database, pointer, collections or (name,))),
    )


def _left_over(
    database: Database[Document], pointer: Document, collections: Sequence[str]
) -> Iterable[str]:
    """Return what no rebuild will drop; `pointer` was read before."""
    if pointer.get("stage"):
        return
    written = places_in(pointer).written
    for base in collections:
        for generation in generations(database, base):
            # later ones belong to a rebuild that has begun since
            if generation not in written and generation <= int(pointer.get("last", 0)):
                yield collection_name(base, generation)


def rebuild(what: Rebuildable, progress: Progress, pace: Pace | None = None) -> None:
    """Make it anew and return when the new one is all there is.

    Raises `Conflict` while another rebuild of it runs, `LeaseLost` if this one stood still so
    long that another could begin; it may be begun again at any time.
    """
    with _Work(what, progress, pace or Pace()) as work:
        generation = work.announce()
        what.prepare(generation)
        work.wait(work.pace.seen)
        reached = work.fold(generation, [0 for _ in what.sources])
        work.fold(generation, reached)
        work.turn_to(generation)
        work.wait(work.pace.seen)
        work.clear(work.pace.readers)


def cancel(what: Rebuildable, progress: Progress, pace: Pace | None = None) -> None:
    """Give up an interrupted rebuild; drop whatever is left over. Raises `Conflict` while one runs.

    One that had turned already is brought to its end instead.
    """
    stage = standing(what.database, what.name).stage
    with _Work(what, progress, pace or Pace()) as work:
        turned = stage in (Stage.TURNING, Stage.CLEARING)
        work.clear(work.pace.readers if turned else 0)


class _Work:
    """One rebuild: the lease, the pointer's changes under it, the waits."""

    def __init__(self, what: Rebuildable, progress: Progress, pace: Pace) -> None:
        self.pace = pace
        self._what = what
        self._progress = progress
        self._pointers: Collection[Document] = what.database[POINTERS].with_options(
            write_concern=WriteConcern("majority", j=True)
        )
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._lease = Lease(self._pointers, what.name, self._holder, pace.lease)
        self._done = self._total = 0
        self._stage = Stage.ANNOUNCING

    def __enter__(self) -> _Work:
        held = self._lease.acquire()
        if held is None:
            raise Conflict(
                "rebuild-running",
                f"{self._what.name} đang được dựng lại; hãy chờ, hoặc thử lại sau "
                f"{self.pace.lease.total_seconds():.0f} giây nếu tiến trình đó đã chết.",
                f"{self._what.name} is being rebuilt already: wait for it, or try again in "
                f"{self.pace.lease.total_seconds():.0f} seconds if that process was killed.",
            )
        self._held: Held = held
        self._kept_at = time.monotonic()
        pointer = self._pointers.find_one({"_id": self._what.name}) or {}
        if pointer.get("stage") == Stage.TURNING:
            # the one before it ended there: somebody may still read what is no longer current
            self.wait(self.pace.seen)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or not issubclass(kind, LeaseLost):
            self._lease.release(self._held, 0)

    def announce(self) -> int:
        """Give out a new generation, which everybody writes from now on."""
        pointer = self._pointers.find_one({"_id": self._what.name}) or {}
        places = places_in(pointer)
        generation = 1 + max(int(pointer.get("last", 0)), *places.written)
        self._point(Stage.ANNOUNCING, also=generation, last=generation)
        return generation

    def fold(self, generation: int, after: Sequence[int]) -> list[int]:
        """Fold every source behind these positions up to its present end; return those ends."""
        heads = [source.ledger.head().position for source in self._what.sources]
        self._total = self._done + sum(heads) - sum(after)
        self._point(Stage.FOLDING)
        for source, begin, end in zip(self._what.sources, after, heads, strict=True):
            position = begin
            while position < end:
                commits = source.ledger.read(position, min(READ_LIMIT, end - position))
                for part in _parts(commits):
                    source.take(part, generation)
                    self._done += len(part)
                    self._keep()
                if commits:
                    position = commits[-1].position
                elif source.ledger.at(position + 1) is None:
                    raise Tampered(position + 1, "the commit is missing")
        return heads

    def turn_to(self, generation: int) -> None:
        """Let the new generation be read; the other one is written still."""
        pointer = self._pointers.find_one({"_id": self._what.name}) or {}
        before = places_in(pointer).current
        self._point(Stage.TURNING, current=generation, also=before)

    def clear(self, readers: float) -> None:
        """Write and keep what is read and nothing else; wait so long for readers of the rest."""
        self._point(Stage.CLEARING, also=None)
        self.wait(max(self.pace.seen, readers))
        pointer = self._pointers.find_one({"_id": self._what.name})
        kept = places_in(pointer).current
        self._keep(at_once=True)
        for name in self._others(kept):
            self._what.database.drop_collection(name)
        self._point(None)

    def wait(self, seconds: float) -> None:
        """Wait, and hold on to the lease meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._keep()
            time.sleep(min(left, _GLANCE_SECONDS))
        self._keep(at_once=True)

    def _others(self, kept: int) -> Iterable[str]:
        """Return the collections of all generations but one."""
        for base in self._what.collections:
            for generation in generations(self._what.database, base):
                if generation != kept:
                    yield collection_name(base, generation)

    def _point(self, stage: Stage | None, **changes: Any) -> None:
        """Change the pointer, under the lease's token only."""
        self._stage = stage or self._stage
        self._update({"stage": stage, **changes})
        self._progress(self._stage, self._done, self._total)

    def _keep(self, *, at_once: bool = False) -> None:
        """Hold on to the lease in good time, and tell how far it is."""
        self._progress(self._stage, self._done, self._total)
        if at_once or time.monotonic() - self._kept_at > self.pace.lease.total_seconds() / 4:
            self._update({})

    def _update(self, changes: Document) -> None:
        self._lease.keep(self._held, 0)
        self._kept_at = time.monotonic()
        updated = self._pointers.update_one(
            {"_id": self._what.name, "token": self._held.token},
            {"$set": {"done": self._done, "total": self._total, **changes}},
        )
        if updated.matched_count == 0:
            raise LeaseLost(f"another rebuild of {self._what.name} has begun")


_PART = 25
_GLANCE_SECONDS = 0.25


def _parts(commits: Sequence[Commit]) -> Iterable[Sequence[Commit]]:
    """Cut a range into parts small enough to hold on to the lease between them."""
    return (commits[begin : begin + _PART] for begin in range(0, len(commits), _PART))
