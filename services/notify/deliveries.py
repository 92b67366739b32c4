"""Which planned message is sent next, when, and by which process.

One document per message that is not sent yet, `{_id: message, next_at, tries}`. A process claims
one by moving `next_at` on by the length of a turn: nobody else takes it meanwhile, and if the
process dies, somebody does after that. It is working memory and not history: what is missing here
is put back from the view of planned messages at start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.collection import Collection

# longer than any single try: an answer of each neighbour and the mail server's timeout
TURN = timedelta(minutes=2)

DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 1_800, 3_600, 7_200)
)


@dataclass(frozen=True)
class Turn:
    """The claim on one message; `tries` counts this one too."""

    message: str
    tries: int


def delay_after(tries: int) -> timedelta:
    """Return how long a message waits after its `tries`-th try (from 1) failed."""
    return DELAYS[min(tries, len(DELAYS)) - 1]


class Deliveries:
    """The messages that wait, in a collection of their own."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def ensure_indexes(self) -> None:
        """Create the index by which the next message is found."""
        self._collection.create_index("next_at")

    def add(self, message: str, now: datetime) -> None:
        """Let a planned message be sent; harmless if it waits already."""
        self._collection.update_one(
            {"_id": message}, {"$setOnInsert": {"next_at": now, "tries": 0}}, upsert=True
        )

    def claim(self, now: datetime) -> Turn | None:
        """Take a message whose time has come; None: there is none."""
        found: dict[str, Any] | None = self._collection.find_one_and_update(
            {"next_at": {"$lte": now}},
            {"$set": {"next_at": now + TURN}, "$inc": {"tries": 1}},
            return_document=ReturnDocument.AFTER,
        )
        return None if found is None else Turn(str(found["_id"]), int(found["tries"]))

    def give_back(self, turn: Turn, next_at: datetime) -> None:
        """The try did not count, for the message was not at fault."""
        self._collection.update_one(
            {"_id": turn.message}, {"$set": {"next_at": next_at}, "$inc": {"tries": -1}}
        )

    def put_off(self, turn: Turn, now: datetime) -> None:
        """The try failed; the next one comes later."""
        self._collection.update_one(
            {"_id": turn.message}, {"$set": {"next_at": now + delay_after(turn.tries)}}
        )

    def remove(self, message: str) -> None:
        """The message has ended, one way or the other."""
        self._collection.delete_one({"_id": message})
