"""Dossier codes without gaps or repeats: the number behind the last one that is taken.

A dossier's stream is named after its code, so that the ledger itself decides who gets a number;
nothing else counts. A number is offered only after the one in front was seen to exist.

Those who come to a process at the same time are offered numbers one after another: at once they
would all be offered the same one, and all but one in vain.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from kernel.errors import Unavailable

Taken = Callable[[int], bool]


# series share turns, so that there are not more and more of them
_TURNS = 64


class Numbering:
    """Remembers, for each agency and day, the last number that is known to be taken."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._turns = tuple(threading.Lock() for _ in range(_TURNS))

    @contextmanager
    def turn(self, series: str, until: datetime) -> Iterator[None]:
        """Wait for one's turn to take numbers of a series; it lasts until the context's end.

        Raises `Unavailable` where it does not come until a moment, after which nobody waits.
        """
        lock = self._turns[zlib.crc32(series.encode()) % _TURNS]
        if not lock.acquire(timeout=max(0.0, (until - datetime.now(UTC)).total_seconds())):
            raise Unavailable(
                "contended",
                "Đang có nhiều hồ sơ được nộp cùng lúc. Hãy thử lại sau giây lát.",
                "Many dossiers are being submitted at once. Try again in a moment.",
                retry_after=1,
            )
        try:
            yield
        finally:
            lock.release()

    def free(self, series: str, taken: Taken) -> Iterator[int]:
        """Offer numbers of a series, each the first that is free as far as is known.

        `taken(n)` tells whether n exists. Asking for another means that the last was taken.
        """
        if series in self._last:
            # not looked up: if somebody else was faster, the ledger says so
            yield self._last[series] + 1
            self._last[series] += 1
        while True:
            self._last[series] = self._last_taken(self._last.get(series, 0), taken)
            yield self._last[series] + 1
            self._last[series] += 1

    def took(self, series: str, number: int) -> None:
        """Remember that a number is taken now."""
        self._last[series] = max(number, self._last.get(series, 0))

    @staticmethod
    def _last_taken(known: int, taken: Taken) -> int:
        """Gallop from a number that is taken (or 0) to the last that is."""
        step = 1
        low = known
        while taken(known + step):
            low = known + step
            step *= 2
        high = known + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if taken(middle) else (low, middle)
        return low
