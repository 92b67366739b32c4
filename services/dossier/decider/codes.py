"""The dossier's code (mã hồ sơ, domain §3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from services.dossier.clock import day_of


def dossier_code(identifier: str, at: datetime, number: int) -> str:
    """Return `<agency identifier>-<YYMMDD>-<NNNN>`; the day is Vietnam's.

    >>> from datetime import UTC
    >>> dossier_code("000.00.14.H56", datetime(2020, 2, 3, 3, tzinfo=UTC), 118)
    '000.00.14.H56-200203-0118'
    """
    return f"{identifier}-{day_of(at):%y%m%d}-{number:04d}"


def candidates(identifier: str, at: datetime, start: int = 1) -> Iterator[str]:
    """Yield the agency's codes of the day from number `start` on: the first free one is taken."""
    return (dossier_code(identifier, at, number) for number in count(start))
