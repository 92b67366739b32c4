"""What may be asked of an obligation. Moments and amounts come in with the command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.payment.contract import ObligationLine


@dataclass(frozen=True)
class Cancel:
    """The dossier ended."""

    reason: str
    at: datetime


@dataclass(frozen=True)
class Move:
    """Another agency holds the dossier."""

    agency: str
    at: datetime


@dataclass(frozen=True)
class Raise:
    """A dossier's fee is due; `ended` where it is known that the dossier has ended since."""

    obligation: str
    dossier: str
    subject: str
    agency: str
    lines: tuple[ObligationLine, ...]
    amount: int
    payable_online: bool
    at: datetime
    ended: Cancel | None = None
    officer: str = ""


@dataclass(frozen=True)
class Start:
    """The payer goes to a provider; the attempt ends by itself after `lifetime`."""

    provider: str
    at: datetime
    lifetime: timedelta


class Outcome(StrEnum):
    """What a provider says became of an attempt."""

    PAID = "paid"
    FAILED = "failed"
    SUSPECTED = "suspected"  # the money was taken, but the provider suspects fraud


@dataclass(frozen=True)
class Report:
    """A provider's word on an attempt, signed and checked. `amount` is in VND."""

    payment: str
    provider: str
    outcome: Outcome
    amount: int
    at: datetime
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True)
class TakeCash:
    """An officer took cash against a receipt number."""

    officer: str
    receipt: str
    amount: int
    at: datetime


Command = Raise | Start | Report | TakeCash | Cancel | Move
