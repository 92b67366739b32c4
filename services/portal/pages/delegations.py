"""Who stands in for officers who are away: seen by the agency, said by the officer or a leader."""

from __future__ import annotations

import flask
from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import Invalid
from services.dossier.contract import Delegate, Delegations, EndDelegation, ListDelegations
from services.identity.contract import FindOfficers, Officers, Role
from services.portal import sessions
from services.portal.formats import today
from services.portal.forms import Form, read, typed
from services.portal.language import gettext
from services.portal.rendering import page
from services.portal.screens.work_lists import DelegationsScreen
from services.portal.sessions import ask, officers_only

pages = Blueprint("delegations", __name__)


@pages.get("/inbox/delegations")
@officers_only
def show() -> flask.Response:
    """List who is away and who stands in, with the form to name somebody."""
    return _page(Form({"since": today().isoformat()}))


@pages.post("/inbox/delegations")
@officers_only
def name() -> Response:
    """Name a deputy."""
    form = typed(request.form)
    try:
        ask(read(Delegate, form.values), key=form.key)
    except Invalid as error:
        return _page(form.refused(error), status=422)
    flash(gettext("It is kept. What comes to who is away goes to the deputy."), "success")
    return redirect(url_for("delegations.show"), 303)


@pages.post("/inbox/delegations/end")
@officers_only
def end() -> Response:
    """End a delegation."""
    form = typed(request.form)
    ask(read(EndDelegation, form.values), key=form.key)
    flash(gettext("The delegation has ended."), "success")
    return redirect(url_for("delegations.show"), 303)


def _page(form: Form, status: int = 200) -> flask.Response:
    who = sessions.who()
    found: Delegations = ask(ListDelegations())
    officers: Officers = ask(FindOfficers(agency=who.agency or ""))
    everybody = tuple(
        (one.account, f"{one.name} – {one.title}") for one in officers.items if one.unit
    )
    leads = Role.LEADER in who.roles
    screen = DelegationsScreen(
        delegations=found,
        form=form,
        officers=everybody if leads else (),
        deputies=tuple(one for one in everybody if leads or one[0] != who.id),
        own=who.id,
        leads=leads,
    )
    return page("delegations.html", screen, status=status)
