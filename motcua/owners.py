"""The services with a ledger, as the command line knows them."""

from __future__ import annotations

from enum import StrEnum


class LedgerOwner(StrEnum):
    """The services with a ledger, and so with a relay."""

    IDENTITY = "identity"
    CATALOG = "catalog"
    DOSSIER = "dossier"
    PAYMENT = "payment"
    NOTIFY = "notify"
