"""A small aggregate, a counter, and ledgers of it on the real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from pymongo import MongoClient

from kernel.commits import Meta
from kernel.decider import Decider
from kernel.errors import Conflict
from kernel.events import Actor, EventTypes, Sealer, event
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.requests import Call, Caller
from kernel.schemas import field, frozen


@event()
@frozen
class Counted:
    """Something was counted, by somebody."""

    by: int
    subject: str = field(default="acc-1")
    name: str | None = field(default=None, personal=True)


TYPES = EventTypes("counting", (Counted,))
CALLER = Caller("acc-1", "citizen")


def decide(total: int, command: int) -> list[Counted]:
    """Count; zero is nothing to do, and the total stays below a hundred."""
    if total + command >= 100:
        raise Conflict("full", "Đã đủ.", "The counter is full.")
    return [Counted(command)] if command else []


COUNTER = Decider(0, decide, lambda total, counted: total + counted.by)


def open_ledger(client: MongoClient[Any], prefix: str, sealer: Sealer | None = None) -> Ledger:
    """Return a writer on the ledger of this test; every call gives another writer."""
    collection = ledger_collection(client, prefix, "counting")
    create_indexes(collection)
    return Ledger(collection, TYPES, sealer)


def meta(digest: str | None = None) -> Meta:
    """Return who, when and why."""
    return Meta(Actor("acc-1", "citizen"), datetime.now(UTC), uuid4().hex, digest=digest)


def new_id() -> str:
    """Return a commit id that nobody used."""
    return uuid4().hex


def call(key: str | None = None, digest: str = "d", version: int | None = None) -> Call:
    """Return a call by the same citizen."""
    return Call(CALLER, "corr", datetime.now(UTC) + timedelta(seconds=5), digest, key, version)
