"""Home, help, privacy, and the switch of language."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kernel.errors import Unavailable
from services.catalog.contract import (
    FieldsOfWork,
    FindProcedures,
    ListFields,
    ProcedurePage,
    ServiceLevel,
)
from services.portal import bundles, language
from services.portal.rendering import page
from services.portal.screens.search import HomeScreen
from services.portal.sessions import ask, way_back

pages = Blueprint("home", __name__)

_POPULAR = 6


@pages.get("/")
def index() -> flask.Response:
    """Show the home page: search first, then the ways in (C02, E10).

    It is shown without its lists where the catalogue does not answer.
    """
    try:
        fields: FieldsOfWork = ask(ListFields())
        popular: ProcedurePage = ask(
            FindProcedures(service_level=ServiceLevel.FULL, limit=_POPULAR)
        )
    except Unavailable:
        return page("home.html", HomeScreen(FieldsOfWork(()), ProcedurePage((), 0)))
    return page("home.html", HomeScreen(fields, popular))


@pages.get("/help")
def help_page() -> flask.Response:
    """Show the guidance, in numbered steps that follow the screens (H13)."""
    return page("help.html")


@pages.get("/privacy")
def privacy() -> flask.Response:
    """Show what is done with personal data, and which cookies there are."""
    return page("privacy.html")


@pages.get("/language/<to>")
def switch_language(to: str) -> Response:
    """Switch the language and come back to the same page."""
    response = redirect(way_back() or url_for("home.index"), 303)
    if to in language.LOCALES:
        language.remember(response, to)
    return response


@pages.get("/favicon.ico")
def icon() -> Response:
    """Lead browsers that ask by habit to the icon."""
    return redirect(bundles.address("favicon.svg"), 302)
