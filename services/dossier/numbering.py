"""Dossier codes without gaps or repeats: the number behind the last one that is taken.

A dossier's stream is named after its code, so that the ledger itself decides who gets a number;
nothing else counts. A number is offered only after the one in front was seen to exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Taken = Callable[[int], bool]


class Numbering:
    """Remembers, for each agency and day, the last number that was seen to be taken."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def free(self, series: str, taken: Taken) -> Iterator[int]:
        """Offer numbers of a series, each the first that is free as far as can be seen.

        `taken(n)` tells whether n exists. Asking for another means that the last was taken.
        """
        known = self._last.get(series, 0)
        while True:
            known = self._last_taken(known, taken)
            self._last[series] = known
            yield known + 1
            known += 1

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
