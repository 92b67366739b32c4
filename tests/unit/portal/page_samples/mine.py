"""One's own dossiers, drafts and papers."""

from __future__ import annotations

from dataclasses import replace

from page_samples.inbox import ROWS
from page_samples.shown import CITIZEN, Shown
from page_samples.wizard import ASSETS, DRAFT
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
    Shown("assets", "assets.html", dossiers.AssetsScreen(ASSETS), CITIZEN),
    Shown("assets-none", "assets.html", dossiers.AssetsScreen(()), CITIZEN),
)
