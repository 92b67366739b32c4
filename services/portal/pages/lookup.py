"""Look up a dossier without login (E10 to E16): a number, and a second factor."""

from __future__ import annotations

import flask
from flask import Blueprint, request

from kernel.errors import Invalid
from services.dossier.contract import LookUp, LookUpResult, RequestLookUpCode
from services.portal.forms import Form, read, typed
from services.portal.neighbours import send
from services.portal.rendering import page
from services.portal.screens.dossiers import LookUpScreen

pages = Blueprint("lookup", __name__)


@pages.get("/lookup")
def ask_page() -> flask.Response:
    """Ask for the number and the second factor."""
    return page("lookup.html", LookUpScreen(Form({"key": request.args.get("code", "")})))


@pages.post("/lookup")
def find() -> flask.Response:
    """Show what is found, masked; or send a one-time code to the contact on file.

    The answer is the page itself: neither the numbers nor the result stand in an address.
    """
    form = typed(request.form)
    try:
        if form.value("then") == "code":
            send(read(RequestLookUpCode, form.values), token=None, key=form.key)
            return page("lookup.html", LookUpScreen(form, code_sent=True))
        found: LookUpResult = send(read(LookUp, form.values), token=None)
    except Invalid as error:
        return page("lookup.html", LookUpScreen(form.refused(error)), status=422)
    shown = Form({"key": form.value("key")})
    return page("lookup.html", LookUpScreen(shown, found))
