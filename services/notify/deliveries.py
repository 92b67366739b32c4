"""Which planned message is sent next, when, and by which process.

One document per message that is not sent yet, `{_id: message, next_at, tries}`. A process claims
one by moving `next_at` on by the length of a turn: nobody else takes it meanwhile, and if the
process dies, somebody does after that. It is working memory and not history: what is missing here
is put back from the view of planned messages at start.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.collection import Collection

# longer than any single try: an answer of each neighbour and the mail server's timeout
TURN = timedelta(minutes=2)

_AT_ONCE = 100

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
    """The messages that wait, in a collection of their own.

    Which are due is looked up for many at a time: where many wait, a database may go through all
    of them for each such question. What was found so is claimed one by one, if it still stands as
    it was found.
    """

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection
        self._found: deque[dict[str, Any]] = deque()

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
        while self._found or self._find_due(now):
            seen = self._found.popleft()
            # not find_one_and_update, for which the embedded database reads the whole collection
            claimed = self._collection.update_one(
                {"_id": seen["_id"], "next_at": seen["next_at"]},
                {"$set": {"next_at": now + TURN}, "$inc": {"tries": 1}},
            )
            if claimed.modified_count:
                return Turn(str(seen["_id"]), int(seen["tries"]) + 1)
        return None

    def _find_due(self, now: datetime) -> bool:
        """Look up some messages whose time has come; return whether there are any."""
        self._found.extend(self._collection.find({"next_at": {"$lte": now}}, limit=_AT_ONCE))
        return bool(self._found)

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
