"""The dossier's code (mã hồ sơ, domain §3)."""

from __future__ import annotations

from datetime import datetime

from services.dossier.clock import day_of

CATEGORY = "dossier"


def stream_of(code: str) -> str:
    """Return the stream of a dossier."""
    return f"{CATEGORY}-{code}"


def dossier_code(identifier: str, at: datetime, number: int) -> str:
    """Return `<agency identifier>-<YYMMDD>-<NNNN>`; the day is Vietnam's.

    >>> from datetime import UTC
    >>> dossier_code("000.00.14.H56", datetime(2020, 2, 3, 3, tzinfo=UTC), 118)
    '000.00.14.H56-200203-0118'
    """
    return f"{identifier}-{day_of(at):%y%m%d}-{number:04d}"
