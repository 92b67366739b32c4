"""The newest signed checkpoint of every ledger, for anybody to keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.transparency.answering import LogKey, SignedCheckpoint
from services.portal.language import gettext, mark

_LEDGERS: Mapping[str, str] = {
    "dossier": mark("Dossiers"),
    "identity": mark("Accounts"),
    "catalog": mark("Procedures"),
    "payment": mark("Fees and payments"),
    "notify": mark("Messages"),
}


@dataclass(frozen=True)
class LedgerScreen:
    """A ledger: its newest checkpoint and its key, or why there is none."""

    service: str
    checkpoint: SignedCheckpoint | None = None
    key: LogKey | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        """What stands in the ledger, in the page's language."""
        return gettext(_LEDGERS[self.service])


@dataclass(frozen=True)
class TransparencyScreen:
    """All ledgers."""

    ledgers: tuple[LedgerScreen, ...]


SERVICES = tuple(_LEDGERS)
"""The services with a ledger, in the order of the page."""
