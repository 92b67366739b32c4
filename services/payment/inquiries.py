"""When a provider is asked about an attempt of which it has said nothing, and by which process.

One document per open attempt, `{_id: payment, next_at, tries}`: whoever moves `next_at` on has
the turn, so that several processes do not ask at once, and a process that dies gives its turn
back after a minute. It is working memory and not history: without it, asking starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

ASK_AFTER = timedelta(seconds=60)

_TURN = timedelta(seconds=60)
_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (60, 60, 120, 300, 600))


def delay_after(tries: int) -> timedelta:
    """Return how long to wait after the `tries`-th inquiry (from 1) that brought no end."""
    return _DELAYS[min(tries, len(_DELAYS)) - 1]


class Rotation:
    """Goes through ever so many names, at most `limit` at a time and each in its turn.

    What was looked at longest ago is next, so that none waits for ever behind others. After the
    last name it begins from the front, as a process does that has just started.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._after = ""

    def next(self, page: Callable[[str, int], Sequence[str]]) -> Sequence[str]:
        """Return the next few; `page` gives so many names that come after one, in order."""
        found = page(self._after, self._limit)
        if not found and self._after:
            found = page("", self._limit)
        self._after = found[-1] if len(found) == self._limit else ""
        return found


class Inquiries:
    """The turns of asking, in a collection of their own."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def claim(self, payment: str, now: datetime) -> int | None:
        """Take the turn to ask about an attempt; returns the number of the try.

        None: it is too early, or another process asks at this moment.
        """
        try:
            turn: dict[str, Any] | None = self._collection.find_one_and_update(
                {"_id": payment, "next_at": {"$lte": now}},
                {"$set": {"next_at": now + _TURN}, "$inc": {"tries": 1}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            return None
        return None if turn is None else int(turn["tries"])

    def postpone(self, payment: str, tries: int, now: datetime) -> None:
        """Ask again later."""
        next_at = now + delay_after(tries)
        self._collection.update_one({"_id": payment}, {"$set": {"next_at": next_at}})

    def forget(self, payment: str) -> None:
        """The attempt has ended."""
        self._collection.delete_one({"_id": payment})
