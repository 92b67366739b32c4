"""The rules of delivery, as pure functions and values: order, patience and the confirmed prefix.

`kernel.relay` and `kernel.subscription` carry them out; nothing here knows a broker.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from enum import Enum


class Delivery(Enum):
    """What a consumer does with an event, given the version it has applied of that stream."""

    REPEATED = "repeated"  # it was applied before: acknowledge, do nothing
    NEXT = "next"  # it follows what was applied: handle it
    GAP = "gap"  # events before it are missing: fetch them from their owner first


def decide_delivery(applied: int, version: int) -> Delivery:
    """Return what to do with `version` of a stream of which `applied` is the last one applied."""
    if version <= applied:
        return Delivery.REPEATED
    return Delivery.NEXT if version == applied + 1 else Delivery.GAP


@dataclass(frozen=True)
class Tier:
    """A waiting time before another attempt; `name` is part of its queue's name."""

    name: str
    delay_ms: int


_UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_TIER = re.compile(r"([1-9][0-9]*)(ms|s|m|h)")


def read_tiers(text: str) -> tuple[Tier, ...]:
    """Return the retry tiers written as `1s,10s,60s`, in the order they are used.

    Raises ValueError, with the part at fault, on anything else.
    """
    tiers = []
    for part in text.split(","):
        matched = _TIER.fullmatch(part.strip())
        if matched is None:
            raise ValueError(f"{part.strip()!r} is not a waiting time such as 500ms, 10s or 1m")
        tiers.append(Tier(matched[0], int(matched[1]) * _UNITS_MS[matched[2]]))
    return tuple(tiers)


DEFAULT_TIERS = read_tiers("1s,10s,60s")


def tier_after_failure(attempts: int, tiers: tuple[Tier, ...]) -> Tier | None:
    """Return where a message waits that failed for the `attempts`-th time (from 1).

    None means that it has used up its attempts and goes to the dead letters.
    """
    return tiers[attempts - 1] if attempts <= len(tiers) else None


def tier_while_waiting(waits: int, tiers: tuple[Tier, ...]) -> Tier:
    """Return where a message waits, for the `waits`-th time (from 1), for somebody who is away.

    A neighbour or a database that does not answer is no fault of the message: it is asked again
    in the last tier for as long as it takes.
    """
    return tiers[min(waits, len(tiers)) - 1]


_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)


def pause_after(failures: int, jitter: float) -> float:
    """Return the seconds to wait before connecting again, after so many failures in a row.

    `jitter`, from 0 to 1, spreads processes that lost the same server over some 20 %.
    """
    pause = _PAUSES[min(failures, len(_PAUSES)) - 1]
    return pause * (0.9 + 0.2 * jitter)


class ConfirmedPrefix:
    """What was published and not yet confirmed, in order, and how far everything is confirmed.

    Messages are numbered 1, 2, 3, … as on an AMQP channel in confirm mode. `position` is the last
    ledger position of which every message, and every message before it, is confirmed: the only
    value that a checkpoint may take.
    """

    def __init__(self, position: int) -> None:
        self.position = position
        self._published = 0
        self._completes: deque[int | None] = deque()
        self._confirmed: set[int] = set()

    @property
    def oldest(self) -> int:
        """The number of the oldest message that lacks a confirm, or of the next one."""
        return self._published - len(self._completes) + 1

    @property
    def confirmed_any(self) -> bool:
        """Whether anything was confirmed at all."""
        return self.oldest > 1

    @property
    def outstanding(self) -> int:
        """How many messages were published of which, or before which, a confirm is missing."""
        return len(self._completes)

    def publish(self, completes: int | None) -> int:
        """Count one more message and return its number.

        `completes` is the ledger position of which this is the last message, None if more of
        that position follow.
        """
        self._published += 1
        self._completes.append(completes)
        return self._published

    def confirm(self, number: int, *, multiple: bool = False) -> None:
        """Take a confirm of `number`, or of everything up to it."""
        oldest = self.oldest
        if multiple:
            self._confirmed.update(range(oldest, number + 1))
        elif number >= oldest:
            self._confirmed.add(number)
        while oldest in self._confirmed:
            self._confirmed.remove(oldest)
            completes = self._completes.popleft()
            if completes is not None:
                self.position = completes
            oldest += 1
