"""The contract of a payment provider. A new one is a file in this folder that fulfils it.

A provider translates: our attempt into the address the payer is sent to, its notifications into
`Report`, our verdict into the answer it expects. It keeps nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.payment.contract import ProviderAnswer
from services.payment.decider import Attempt, Report


class Verdict(StrEnum):
    """What became of a notification, in the order in which it is checked."""

    FORGED = "forged"  # the signature is wrong
    UNKNOWN = "unknown"  # no such attempt
    WRONG_AMOUNT = "wrong-amount"
    REPEATED = "repeated"  # it was taken before
    TAKEN = "taken"  # it is recorded now
    ERROR = "error"  # a fault on our side: the provider should come again


class Forged(Exception):
    """The signature of a notification or an answer is not the provider's."""


class Unreadable(Exception):
    """It is signed, but is not what the protocol says."""


class ProviderAway(Exception):
    """The provider does not answer now."""


@dataclass(frozen=True)
class Payer:
    """Whom to send, and back to where."""

    address: str
    locale: str
    return_url: str


class Provider(Protocol):
    """A payment provider."""

    name: str

    def redirect(self, attempt: Attempt, description: str, payer: Payer) -> str:
        """Return the address that the payer's browser is sent to."""
        ...

    def read_notification(self, parameters: Mapping[str, str], at: datetime) -> Report:
        """Return what a notification says. Raises `Forged` or `Unreadable`."""
        ...

    def ask(self, attempt: Attempt, description: str, at: datetime) -> Report | None:
        """Ask what became of an attempt; None while that is open.

        An attempt that expired unpaid is reported as failed. Raises `ProviderAway`, `Forged` or
        `Unreadable`.
        """
        ...

    def answer(self, verdict: Verdict) -> ProviderAnswer:
        """Return what the notification is answered with."""
        ...
