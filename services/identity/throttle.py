"""The growing delay after failures: per account and per network address.

A try is counted before the password is looked at, by compare-and-set, so that a hundred tries at
the same moment count as a hundred. A right password forgives the account all its failures, but
the address only this one try: an own account must not buy an attacker free tries elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from kernel.errors import TooMany

LONGEST_WAIT = timedelta(minutes=15)
_MEMORY = timedelta(hours=24)
_EXPIRES_AT = "expires_at"


@dataclass(frozen=True)
class Rule:
    """How many failures are free, and the wait after the next, which then doubles each time."""

    name: str
    free: int
    first_wait: timedelta

    def wait_after(self, failures: int) -> timedelta:
        """Return how long the next try must wait after so many failures."""
        over = failures - self.free
        if over <= 0:
            return timedelta()
        doubled: int = 2 ** min(over - 1, 20)
        return min(self.first_wait * doubled, LONGEST_WAIT)


PER_ACCOUNT = Rule("account", free=4, first_wait=timedelta(seconds=2))
PER_ADDRESS = Rule("address", free=30, first_wait=timedelta(seconds=1))
PER_RESEND = Rule("resend", free=1, first_wait=timedelta(minutes=1))


@dataclass(frozen=True)
class Counted:
    """Something whose tries are counted; `key` is pseudonymous."""

    rule: Rule
    key: str

    @property
    def id(self) -> str:
        """The id of its document."""
        return f"{self.rule.name}:{self.key}"


class Throttle:
    """Counts failures; forgets them a day after the last."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def ensure_indexes(self) -> None:
        """Create the index by which the database drops what is forgotten."""
        self._collection.create_index(_EXPIRES_AT, expireAfterSeconds=0)

    def enter(self, counted: Iterable[Counted], now: datetime) -> None:
        """Count a try against each, or raise `TooMany` and count it against none behind."""
        for one in counted:
            self._count(one, now)

    def forgive(self, one: Counted) -> None:
        """Forget all failures."""
        self._collection.delete_one({"_id": one.id})

    def take_back(self, one: Counted) -> None:
        """Uncount one try that turned out well."""
        self._collection.update_one(
            {"_id": one.id, "failures": {"$gt": 0}}, {"$inc": {"failures": -1}}
        )

    def _count(self, one: Counted, now: datetime) -> None:
        while True:
            known = self._collection.find_one({"_id": one.id})
            failures = 0 if known is None else int(known["failures"])
            if known is not None and (wait := one.rule.wait_after(failures)):
                _refuse_before(known["at"] + wait, now)
            counted = {"failures": failures + 1, "at": now, _EXPIRES_AT: now + _MEMORY}
            if known is None:
                try:
                    self._collection.insert_one({"_id": one.id, **counted})
                except DuplicateKeyError:
                    continue
                return
            swapped = self._collection.update_one(
                {"_id": one.id, "failures": failures}, {"$set": counted}
            )
            if swapped.matched_count:
                return


def _refuse_before(moment: datetime, now: datetime) -> None:
    if now < moment:
        seconds = math.ceil((moment - now).total_seconds())
        raise TooMany(
            "too-many-tries",
            f"Bạn đã thử quá nhiều lần. Hãy thử lại sau {seconds} giây.",
            f"Too many tries. Try again in {seconds} seconds.",
            retry_after=seconds,
        )
