"""What is appended when appending is measured: notes of some 600 bytes, ours and bare."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from pymongo import MongoClient, monitoring
from pymongo.collection import Collection
from pymongo.write_concern import WriteConcern

from kernel.commits import GENESIS, Commit, Meta, to_document
from kernel.events import Actor, EventTypes, event
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.schemas import frozen

CHARACTERS = 560


@event()
@frozen
class Noted:
    """An event of ordinary size."""

    text: str


NOTE = Noted("x" * CHARACTERS)


def note_types(service: str = "bench") -> EventTypes:
    """Return the events of a service that takes notes."""
    return EventTypes(service, (Noted,))


def new_meta() -> Meta:
    """Return who, when and why, as a citizen's command has it."""
    return Meta(Actor("acc-1", "citizen"), datetime.now(UTC), uuid4().hex, digest="d" * 64)


class Batches(monitoring.CommandListener):
    """Remembers how many documents each insert of a client held."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name == "insert":
            self.sizes.append(len(event.command["documents"]))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to do."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to do."""


def open_ledger(
    client: MongoClient[Any],
    namespace: str,
    service: str = "bench",
    appended: Callable[[], None] = lambda: None,
) -> Ledger:
    """Return an empty ledger with its indexes."""
    collection = ledger_collection(client, namespace, service)
    create_indexes(collection)
    return Ledger(collection, note_types(service), appended=appended)


def append_note(ledger: Ledger) -> Commit:
    """Append one note to a stream of its own."""
    commit_id = uuid4().hex
    return ledger.append(
        f"note-{commit_id}", [NOTE], expected=0, commit_id=commit_id, meta=new_meta()
    )


def append_notes(ledger: Ledger, number: int, writers: int) -> None:
    """Append notes from writers that each wait for their own answer."""
    turns = iter(range(number))

    def write() -> None:
        for _ in turns:
            append_note(ledger)

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def bare_collection(client: MongoClient[Any], namespace: str) -> Collection[Any]:
    """Return an empty collection with a ledger's indexes and durability."""
    collection = client[f"{namespace}_bare"].get_collection(
        "ledger", write_concern=WriteConcern("majority", j=True)
    )
    create_indexes(collection)
    return collection


class BareNotes:
    """Inserts documents of the same bytes into a collection, at positions from `first` on."""

    def __init__(self, collection: Collection[Any], first: int = 1) -> None:
        self._collection = collection
        self._positions = count(first)
        now = datetime.now(UTC)
        noted = note_types().encode(NOTE, f"{uuid4().hex}.1")
        chain = "a" * 64
        commit = Commit("", 1, "", 1, 1, (noted,), new_meta(), now, chain, GENESIS, chain)
        self._sample = to_document(commit)

    def insert(self, batches: Iterable[int]) -> None:
        """Insert in batches of these sizes."""
        for size in batches:
            documents = self._documents(size)
            if size == 1:
                self._collection.insert_one(documents[0])
            else:
                self._collection.insert_many(documents, ordered=True)

    def _documents(self, size: int) -> Sequence[dict[str, Any]]:
        ids = [uuid4().hex for _ in range(size)]
        return [
            self._sample | {"_id": one, "position": next(self._positions), "stream": f"note-{one}"}
            for one in ids
        ]
