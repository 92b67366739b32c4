"""One active process per ledger: a lease on the database's clock, with a fencing token.

The lease and the checkpoint it guards are one document, so that a process that lost the lease
without noticing can no longer move the checkpoint:

    {_id: "relay", holder, token, expires_at, position}

`expires_at` is in milliseconds of the database server's clock; no other clock is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError
from pymongo.write_concern import WriteConcern

_NOW = {"$toLong": "$$NOW"}


class LeaseLost(Exception):
    """Another process has taken the lease."""


@dataclass(frozen=True)
class Held:
    """A lease as it was acquired: its fencing token and the checkpoint to go on from."""

    token: int
    position: int


@dataclass(frozen=True)
class Holding:
    """A lease as anybody may look at it; `active` says whether its holder holds it now."""

    holder: str
    position: int
    active: bool


def holding(collection: Collection[dict[str, Any]], name: str) -> Holding | None:
    """Return who held a lease last and the checkpoint it guards; None: nobody ever did."""
    found = list(
        collection.aggregate(
            [
                {"$match": {"_id": name}},
                {"$project": {"holder": 1, "position": 1, "expires_at": 1, "now": _NOW}},
            ]
        )
    )
    if not found or "holder" not in found[0]:
        return None
    seen = found[0]
    return Holding(
        holder=str(seen["holder"]),
        position=int(seen["position"]),
        active=int(seen["expires_at"]) > int(seen["now"]),
    )


class Lease:
    """A named lease, wanted by `holder`, for `duration` at a time."""

    def __init__(
        self,
        collection: Collection[dict[str, Any]],
        name: str,
        holder: str,
        duration: timedelta,
    ) -> None:
        self._collection = collection.with_options(write_concern=WriteConcern("majority", j=True))
        self._name = name
        self._holder = holder
        self._ms = int(duration.total_seconds() * 1000)

    def acquire(self) -> Held | None:
        """Take the lease if nobody else holds it; None while somebody does.

        Each time it is taken the token grows by one.
        """
        expired = {"$lte": [{"$ifNull": ["$expires_at", 0]}, _NOW]}
        free = {"$or": [expired, {"$eq": ["$holder", self._holder]}]}
        token = {"$ifNull": ["$token", 0]}

        def if_free(value: Any, else_value: Any) -> dict[str, Any]:
            return {"$cond": [free, value, else_value]}

        taken = {
            "holder": if_free(self._holder, "$holder"),
            "token": if_free({"$add": [token, 1]}, token),
            "position": {"$ifNull": ["$position", 0]},
            "expires_at": if_free({"$add": [_NOW, self._ms]}, "$expires_at"),
        }
        try:
            document: dict[str, Any] | None = self._collection.find_one_and_update(
                {"_id": self._name},
                [{"$set": taken}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:  # somebody else made the document in the same moment
            return None
        if document is None or document["holder"] != self._holder:
            return None
        return Held(int(document["token"]), int(document["position"]))

    def keep(self, held: Held, position: int) -> None:
        """Hold on for another duration and move the checkpoint forward to `position`.

        Raises `LeaseLost`, and moves nothing, when another token was given out since.
        """
        self._update(held, position, {"$add": [_NOW, self._ms]})

    def release(self, held: Held, position: int) -> None:
        """Move the checkpoint and let the next process in at once. Raises `LeaseLost`.

        The token counts on, so that a `keep` of this holder that is still under way finds nothing.
        """
        self._update(held, position, 0, token={"$add": ["$token", 1]})

    def _update(self, held: Held, position: int, expires_at: Any, **more: Any) -> None:
        forward = {"$max": ["$position", position]}
        changes = {"expires_at": expires_at, "position": forward, **more}
        updated = self._collection.update_one(
            {"_id": self._name, "holder": self._holder, "token": held.token}, [{"$set": changes}]
        )
        if updated.matched_count == 0:
            raise LeaseLost(f"{self._holder} no longer holds the lease {self._name!r}")
