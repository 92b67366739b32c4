"""What the suite appends, and how: one at a time, or several in one group."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from pymongo.collection import Collection

from kernel.commits import Commit, Document, Meta
from kernel.conformance.faults import Send, Wire, over_wire
from kernel.events import Actor, EventTypes, event
from kernel.ledger import Ledger, VersionConflict
from kernel.schemas import frozen

OpenCollection = Callable[[], Collection[Document]]
_E = TypeVar("_E", bound=BaseException)
_PATIENCE = 60.0


@event()
@frozen
class Noted:
    """An event of the suite."""

    text: str


TYPES = EventTypes("conformance", (Noted,))


def append(
    ledger: Ledger, stream: str, expected: int, *texts: str, commit_id: str | None = None
) -> Commit:
    """Append one commit with an event for each text."""
    meta = Meta(Actor("acc-1", "citizen"), datetime.now(UTC), "corr-1")
    return ledger.append(
        stream,
        [Noted(text) for text in texts],
        expected=expected,
        commit_id=commit_id or uuid4().hex,
        meta=meta,
    )


def texts(ledger: Ledger, stream: str) -> list[str]:
    """Return the texts of a stream, in order."""
    return [record.event.text for record in ledger.read_stream(stream)]


def ledger_on(open_collection: OpenCollection, wire: Wire | None = None) -> Ledger:
    """Return another writer on the ledger of the test."""
    collection = open_collection()
    return Ledger(over_wire(collection, wire) if wire else collection, TYPES)


def as_one_group(
    ledger: Ledger, streams: Sequence[str], expected: Mapping[str, int] | None = None
) -> list[Commit | VersionConflict | ValueError]:
    """Append a commit to each stream, all while one writes; return what became of each.

    A command that comes to nothing keeps the ledger busy until all others wait behind it.
    """
    all_wait = threading.Event()

    def busy(name: str, send: Send) -> Any:
        assert all_wait.wait(_PATIENCE), "the others do not come"
        return send()

    def write(stream: str, version: int) -> Commit | VersionConflict | ValueError:
        try:
            return append(ledger, stream, version, "a")
        except (VersionConflict, ValueError) as refused:
            return refused

    ledger.collection = over_wire(ledger.collection, busy)
    with ThreadPoolExecutor(len(streams) + 1) as pool:
        pool.submit(write, "nothing", 1)
        _until(partial(_wait, ledger, 0))
        group = []
        for waiting, stream in enumerate(streams, 1):
            group.append(pool.submit(write, stream, (expected or {}).get(stream, 0)))
            _until(partial(_wait, ledger, waiting))
        all_wait.set()
        return [outcome.result() for outcome in group]


def refusal(kind: type[_E], act: Callable[[], object]) -> _E:
    """Return what an act raises; it must be of this kind."""
    try:
        answer = act()
    except kind as refusal:
        return refusal
    raise AssertionError(f"expected {kind.__name__}, got {answer!r}")


def _wait(ledger: Ledger, count: int) -> bool:
    return ledger._turns.waiting() == count


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end, "what was waited for does not happen"
        time.sleep(0.001)
