"""The pages on which a fee is paid."""

from __future__ import annotations

from dataclasses import dataclass

from services.payment.contract import Obligation, Payment
from services.portal.forms import Form


@dataclass(frozen=True)
class FeeScreen:
    """A fee with its lines, and how it can be paid."""

    code: str
    obligation: Obligation
    form: Form
    hotline: str = ""


@dataclass(frozen=True)
class LeavingScreen:
    """On the way to the payment provider; the browser goes on by itself, or by the link."""

    url: str
    amount: int
    code: str


@dataclass(frozen=True)
class BackScreen:
    """Back from the provider: display only, the provider's notification decides."""

    payment: Payment | None
