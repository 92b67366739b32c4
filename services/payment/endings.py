"""Which dossiers have ended, so that a fee asked for before, but heard of only after, is not due.

One document per dossier, `{_id: code, reason, at}`. A dossier's events come in order, save those
that an operator sends again after they could not be handled; for these alone it is kept.
"""

from __future__ import annotations

from typing import Any

from pymongo.collection import Collection

from services.payment.decider import Cancel


class Endings:
    """The ends of dossiers, in a collection of their own."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def remember(self, code: str, end: Cancel) -> None:
        """A dossier has ended; the first end that was heard of counts."""
        document = {"reason": end.reason, "at": end.at}
        self._collection.update_one({"_id": code}, {"$setOnInsert": document}, upsert=True)

    def of(self, code: str) -> Cancel | None:
        """Return how a dossier ended; None: it goes on, as far as is known."""
        found = self._collection.find_one({"_id": code})
        return None if found is None else Cancel(found["reason"], found["at"])
