"""One's own dossiers and drafts."""

from __future__ import annotations

from dataclasses import replace

from samples.inbox import ROWS
from samples.shown import CITIZEN, Shown
from samples.wizard import DRAFT
from services.portal.forms import Form
from services.portal.screens import dossiers

PAGES: tuple[Shown, ...] = (
    Shown(
        "mine",
        "dossier/mine.html",
        dossiers.MineScreen(ROWS, (DRAFT,), Form(), "/next", (("", "Tất cả", 3),)),
        CITIZEN,
    ),
    Shown(
        "mine-empty", "dossier/mine.html", dossiers.MineScreen(replace(ROWS, items=()), ()), CITIZEN
    ),
)
