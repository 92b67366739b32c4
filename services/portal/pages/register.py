"""The register of what an agency received (paper 07), for its officers."""

from __future__ import annotations

import flask
from flask import Blueprint, request

from kernel.errors import Invalid
from services.dossier.contract import ReadRegister
from services.portal import papers
from services.portal.formats import today
from services.portal.forms import Form, read, typed
from services.portal.rendering import page
from services.portal.screens.dossiers import RegisterScreen
from services.portal.sessions import ask, officers_only

pages = Blueprint("register", __name__)


@pages.get("/inbox/register")
@officers_only
def show() -> flask.Response:
    """Ask for the days, or give the register of the days that were asked for."""
    form = typed(request.args)
    if not form.values:
        day = today().isoformat()
        return page("register_of_dossiers.html", RegisterScreen(Form({"since": day, "until": day})))
    try:
        return papers.sent(ask(read(ReadRegister, form.values)))
    except Invalid as error:
        screen = RegisterScreen(form.refused(error))
        return page("register_of_dossiers.html", screen, status=422)
