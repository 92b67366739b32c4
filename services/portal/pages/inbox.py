"""The officer's work list."""

from __future__ import annotations

from collections.abc import Mapping

import flask
from flask import Blueprint, request, url_for

from kernel.errors import Invalid
from services.dossier.contract import DossierPage, ReadInbox
from services.portal.forms import Form, read, typed
from services.portal.language import gettext, mark
from services.portal.rendering import page
from services.portal.screens.dossiers import InboxScreen
from services.portal.sessions import ask, officers_only

pages = Blueprint("inbox", __name__)

TABS: Mapping[str, str] = {
    "unit": mark("My unit"),
    "mine": mark("In my hands"),
    "waiting": mark("Waiting for the applicant"),
    "closed": mark("Closed"),
}


@pages.get("/inbox")
@officers_only
def show() -> flask.Response:
    """List the unit's dossiers, most urgent first, with filters and a search inside."""
    form = typed(request.args)
    tab = str(form.value("tab") or "unit")
    found, form = _find(form, tab)
    values = {**form.values, "tab": tab}
    screen = InboxScreen(
        dossiers=found,
        form=form,
        tab=tab,
        next_address=url_for("inbox.show", **{**values, "after": found.next}) if found.next else "",
        tabs=tuple((name, gettext(words), found.counts.get(name)) for name, words in TABS.items()),
    )
    return page("inbox.html", screen)


def _find(form: Form, tab: str) -> tuple[DossierPage, Form]:
    try:
        return ask(read(ReadInbox, {**form.values, "tab": tab})), form
    except Invalid as error:
        return DossierPage(items=()), form.refused(error)
