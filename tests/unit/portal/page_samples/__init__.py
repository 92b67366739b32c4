"""Every page with made-up content, so that it can be rendered without any service."""

from __future__ import annotations

from page_samples import (
    account,
    audit,
    catalogue,
    dossier,
    inbox,
    lookup,
    mine,
    notifications,
    operations,
    payment,
    statistics,
    wizard,
)
from page_samples.shown import Shown

PAGES: tuple[Shown, ...] = (
    *catalogue.PAGES,
    *account.PAGES,
    *wizard.PAGES,
    *dossier.PAGES,
    *mine.PAGES,
    *lookup.PAGES,
    *inbox.PAGES,
    *statistics.PAGES,
    *payment.PAGES,
    *notifications.PAGES,
    *audit.PAGES,
    *operations.PAGES,
)
