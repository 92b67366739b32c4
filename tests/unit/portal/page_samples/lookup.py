"""The look-up without login."""

from __future__ import annotations

from page_samples.catalogue import PROCEDURE
from page_samples.dossier import AGENCY, HANDLER, STATUS, UNIT
from page_samples.shown import NOW, Shown
from services.dossier import contract as dossier
from services.portal.forms import Form
from services.portal.screens import dossiers

MASKED = dossier.MaskedStatus(
    STATUS.code, STATUS.status, STATUS.status_name, STATUS.status_name_en, PROCEDURE.name,
    PROCEDURE.name_en, AGENCY.name, UNIT.name, HANDLER.name, "Thụ lý", "Handling",
    "Nguyễn T* A*", NOW, STATUS.clock, 9,
)  # fmt: skip

PAGES: tuple[Shown, ...] = (
    Shown("lookup", "lookup.html", dossiers.LookUpScreen(Form())),
    Shown(
        "lookup-found",
        "lookup.html",
        dossiers.LookUpScreen(Form(), dossier.LookUpResult((MASKED,))),
    ),
    Shown("lookup-nothing", "lookup.html", dossiers.LookUpScreen(Form(), dossier.LookUpResult(()))),
    Shown("lookup-code-sent", "lookup.html", dossiers.LookUpScreen(Form(), code_sent=True)),
)
