"""The ledger against the same bytes written and read bare, side by side on one server.

`make bench` prints the table; ratios are of medians over interleaved rounds, so that a machine
whose speed drifts does not decide them. Nothing here asserts a speed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.write_concern import WriteConcern
from rich.console import Console
from rich.table import Table

from kernel.commits import Meta, to_document, verify_documents
from kernel.events import Actor, EventTypes, event
from kernel.ledger import Ledger, create_indexes, ledger_collection
from kernel.schemas import frozen

ROUNDS = 5
SINGLE = 200  # appends a round by one writer
WAITING = 64  # commands that wait at the same time
GROUPED = 20 * WAITING


@event()
@frozen
class Noted:
    """An event of ordinary size, some 600 bytes."""

    text: str


TYPES = EventTypes("bench", (Noted,))
EVENT = Noted("x" * 560)


@pytest.fixture
def client(mongo_uri: str) -> Iterator[MongoClient[Any]]:
    """A client of the real database."""
    with MongoClient(mongo_uri) as opened:
        yield opened


def test_figures(client: MongoClient[Any], database_prefix: str) -> None:
    collection = ledger_collection(client, database_prefix, "bench")
    create_indexes(collection)
    ledger = Ledger(collection, TYPES)
    raw = client[f"{database_prefix}_raw"].get_collection(
        "documents", write_concern=WriteConcern("majority", j=True)
    )
    create_indexes(raw)
    rows = {
        "append, one writer : insert_one": _interleaved(
            lambda: _appends(ledger, SINGLE, 1), lambda: _inserts(raw, SINGLE, 1), SINGLE
        ),
        f"append, {WAITING} waiting : insert_many": _interleaved(
            lambda: _appends(ledger, GROUPED, WAITING),
            lambda: _inserts(raw, GROUPED, WAITING),
            GROUPED,
        ),
    }
    events = ledger.head().position
    rows["replay and verify : bare read"] = _interleaved(
        lambda: verify_documents(ledger.documents()), lambda: _read_bare(collection, events), events
    )
    table = Table(title=f"Ledger, {events} commits of {len(EVENT.text)} bytes")
    for heading in ("what", "ours, a second", "bare, a second", "ratio"):
        table.add_column(heading, justify="right" if heading != "what" else "left")
    for what, (ours, bare) in rows.items():
        table.add_row(what, f"{ours:,.0f}", f"{bare:,.0f}", f"{ours / bare:.2f}")
    Console().print(table)


def _interleaved(
    ours: Callable[[], object], bare: Callable[[], object], count: int
) -> tuple[float, float]:
    """Return how many a second each does: the median over rounds taken in turn."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for seconds, work in zip(taken, (ours, bare), strict=True):
            began = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - began)
    return count / statistics.median(taken[0]), count / statistics.median(taken[1])


def _appends(ledger: Ledger, count: int, waiting: int) -> None:
    def append(_: int) -> None:
        commit_id = uuid4().hex
        meta = Meta(Actor("acc-1", "citizen"), datetime.now(UTC), commit_id)
        ledger.append(f"note-{commit_id}", [EVENT], expected=0, commit_id=commit_id, meta=meta)

    with ThreadPoolExecutor(waiting) as pool:
        list(pool.map(append, range(count)))


def _inserts(raw: Any, count: int, batch: int) -> None:
    """Insert documents of the same shape and size, with the same indexes and durability."""
    for _ in range(0, count, batch):
        documents = [_document() for _ in range(batch)]
        if batch == 1:
            raw.insert_one(documents[0])
        else:
            raw.insert_many(documents, ordered=True)


def _document() -> dict[str, Any]:
    unique = uuid4()
    return _SAMPLE | {"_id": unique.hex, "position": unique.int % 2**62, "stream": unique.hex}


def _sample() -> dict[str, Any]:
    from kernel.commits import GENESIS, Commit

    encoded = TYPES.encode(EVENT, f"{uuid4().hex}.1")
    now = datetime.now(UTC)
    meta = Meta(Actor("acc-1", "citizen"), now, uuid4().hex)
    return to_document(Commit("", 1, "", 1, 1, (encoded,), meta, now, GENESIS, GENESIS, GENESIS))


_SAMPLE = _sample()


def _read_bare(collection: Any, count: int) -> None:
    for start in range(0, count, 1000):
        list(collection.find({"position": {"$gt": start, "$lte": start + 1000}}))
