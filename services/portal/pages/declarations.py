"""Papers to prepare a dossier with: the declaration, blank or filled in, and the checklist."""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, request

from services.catalog.contract import FieldType, Procedure, ReadProcedure
from services.dossier.contract import PrintDeclaration, ReadChecklist, ReadDraft
from services.portal import drafting, papers
from services.portal.drafting import Writing, declaration_of
from services.portal.pages.places import find_place
from services.portal.sessions import ask, logged_in

pages = Blueprint("declarations", __name__)


@pages.get("/drafts/<draft>/declaration.pdf")
@logged_in
def filled_in(draft: str) -> flask.Response:
    """Give the filled-in declaration to be saved and printed (D08)."""
    return papers.sent(ask(declaration_of(ask(ReadDraft(draft=draft)))))


@pages.get("/procedures/<code>/declaration.pdf")
def blank(code: str) -> flask.Response:
    """Give the blank declaration to be printed and filled in by hand (C23, F02)."""
    procedure: Procedure = ask(ReadProcedure(code=code))
    return papers.sent(ask(PrintDeclaration(procedure=procedure.code)))


@pages.get("/procedures/<code>/checklist.pdf")
def checklist(code: str) -> flask.Response:
    """Give the list of what to bring to the counter (D24)."""
    procedure: Procedure = ask(ReadProcedure(code=code))
    case = request.args.get("case") or None
    return papers.sent(ask(ReadChecklist(procedure=procedure.code, case=case)))


def place_names(writing: Writing, procedure: Procedure) -> dict[str, str]:
    """Return the names of all places that the draft speaks of."""
    codes: set[Any] = {writing.place, writing.applicant.get("place"), writing.owner.get("place")}
    codes |= {
        str(writing.form.get(item.key) or "")
        for item in drafting.fields_of(procedure.form)
        if item.type is FieldType.PLACE
    }
    found = {str(code): find_place(str(code)) for code in codes if code}
    return {code: place.name for code, place in found.items() if place is not None}
