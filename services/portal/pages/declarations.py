"""The declaration on paper: filled in from a draft, or blank."""

from __future__ import annotations

import dataclasses
from typing import Any

import flask
from flask import Blueprint, request

from services.catalog.contract import FieldType, Procedure, ReadProcedure
from services.dossier.contract import Draft, ReadDraft
from services.portal import drafting
from services.portal.drafting import Writing
from services.portal.pages.places import find_place
from services.portal.rendering import page
from services.portal.screens.wizard import DeclarationScreen
from services.portal.sessions import ask, logged_in

pages = Blueprint("declarations", __name__)


@pages.get("/drafts/<draft>/declaration")
@logged_in
def filled_in(draft: str) -> flask.Response:
    """Give the filled-in declaration to be saved and printed (D08)."""
    saved: Draft = ask(ReadDraft(draft=draft))
    procedure: Procedure = ask(ReadProcedure(code=saved.procedure))
    writing = Writing.of(saved.content)
    screen = DeclarationScreen(procedure, writing.form, place_names(writing, procedure))
    return _page(screen, download="download" in request.args)


@pages.get("/procedures/<code>/declaration")
def blank(code: str) -> flask.Response:
    """Give the blank declaration to be printed and filled in by hand (C23, F02)."""
    procedure: Procedure = ask(ReadProcedure(code=code))
    return _page(DeclarationScreen(procedure, {}), download="download" in request.args)


def _page(screen: DeclarationScreen, *, download: bool) -> flask.Response:
    """Return a declaration as a page, or as a file that needs nothing beside it."""
    if not download:
        return page("declaration.html", screen)
    style = flask.render_template("parts/declaration.css")
    response = page("declaration_file.html", dataclasses.replace(screen, style=style))
    code = screen.procedure.form.code or screen.procedure.slug
    response.headers["Content-Disposition"] = f'attachment; filename="{code}.html"'
    return response


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
