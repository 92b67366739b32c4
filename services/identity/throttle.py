"""The growing delay after failures: per account and per network address.

A try is counted before the password is looked at, by compare-and-set, so that a hundred tries at
the same moment count as a hundred. A right password forgives the account all its failures, but
the address only this one try: an own account must not buy an attacker free tries elsewhere.

Failures are forgotten at a steady pace. An address is often that of a whole office or a mobile
network, so it has more free tries, forgets soon and never waits long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from kernel.errors import TooMany

_EXPIRES_AT = "expires_at"


@dataclass(frozen=True)
class Rule:
    """How many failures are free, how the wait after more of them grows, how fast they fade."""

    name: str
    free: int
    first_wait: timedelta
    longest_wait: timedelta
    forgets_one_in: timedelta

    def wait_after(self, failures: float) -> timedelta:
        """Return how long the next try must wait after so many failures: it doubles each time."""
        over = math.ceil(failures) - self.free
        if over <= 0:
            return timedelta()
        doubled: int = 2 ** min(over - 1, 20)
        return min(self.first_wait * doubled, self.longest_wait)

    def left_of(self, failures: float, elapsed: timedelta) -> float:
        """Return what is left of failures after a time; a fraction fades too."""
        return max(0.0, failures - max(elapsed, timedelta()) / self.forgets_one_in)


PER_ACCOUNT = Rule(
    "account",
    free=4,
    first_wait=timedelta(seconds=2),
    longest_wait=timedelta(minutes=15),
    forgets_one_in=timedelta(hours=6),
)
PER_ADDRESS = Rule(
    "address",
    free=30,
    first_wait=timedelta(seconds=1),
    longest_wait=timedelta(minutes=1),
    forgets_one_in=timedelta(seconds=20),
)
PER_RESEND = Rule(
    "resend",
    free=1,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    forgets_one_in=timedelta(hours=1),
)
PER_RESET = replace(PER_RESEND, name="reset")
PER_PERSON = (PER_ACCOUNT, PER_RESEND, PER_RESET)


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
    """Counts failures; the database drops a document once they have faded."""

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
        self._collection.update_one({"_id": one.id}, {"$inc": {"failures": -1}})

    def _count(self, one: Counted, now: datetime) -> None:
        rule = one.rule
        while True:
            known = self._collection.find_one({"_id": one.id})
            failures = 0.0
            if known is not None:
                failures = rule.left_of(known["failures"], now - known["at"])
                if wait := rule.wait_after(failures):
                    _refuse_before(known["at"] + wait, now)
            counted = {
                "tries": 1 if known is None else known["tries"] + 1,
                "failures": failures + 1,
                "at": now,
                _EXPIRES_AT: now + (failures + 1) * rule.forgets_one_in,
            }
            if self._swap(one, known, counted):
                return

    def _swap(
        self, one: Counted, known: Mapping[str, Any] | None, counted: Mapping[str, Any]
    ) -> bool:
        """Write what was counted, unless somebody else has counted meanwhile."""
        if known is not None:
            expected = {"_id": one.id, "tries": known["tries"]}
            changed = self._collection.update_one(expected, {"$set": counted})
            return changed.matched_count > 0
        try:
            self._collection.insert_one({"_id": one.id, **counted})
        except DuplicateKeyError:
            return False
        return True


def _refuse_before(moment: datetime, now: datetime) -> None:
    if now < moment:
        seconds = math.ceil((moment - now).total_seconds())
        raise TooMany(
            "too-many-tries",
            f"Bạn đã thử quá nhiều lần. Hãy thử lại sau {seconds} giây.",
            f"Too many tries. Try again in {seconds} seconds.",
            retry_after=seconds,
        )
