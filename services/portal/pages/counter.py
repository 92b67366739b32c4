"""At the one-stop desk: an officer takes in what somebody brings, or what came by post.

What follows the first page is the wizard's; what is sent is accepted with that (channels 1 and 3).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import flask
from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import NotFound
from services.catalog.contract import (
    Agency,
    Channel,
    Place,
    Procedure,
    ReadAgency,
    ReadPlace,
    ReadProcedure,
)
from services.catalog.contract.competence import one_stop_unit, takes
from services.dossier.contract import LONGEST_ON_ITS_WAY, Draft
from services.identity.contract import Role
from services.portal import drafting, sessions
from services.portal.drafting import Step, Writing
from services.portal.formats import VIETNAM, read_moment, typed_moment
from services.portal.forms import Form, typed
from services.portal.language import gettext
from services.portal.pages import drafts
from services.portal.rendering import page
from services.portal.screens.wizard import ReceiveScreen
from services.portal.sessions import ask, officers_only

pages = Blueprint("counter", __name__)


@pages.get("/procedures/<code>/receive")
@officers_only
def begin(code: str) -> flask.Response:
    """Ask how it came and how the result is wanted."""
    return show(_receivable(code), Form({"channel": Channel.IN_PERSON.value}))


@pages.post("/procedures/<code>/receive")
@officers_only
def start(code: str) -> Response:
    """Save a new draft and lead to the first step."""
    procedure = _receivable(code)
    form = typed(request.form)
    if errors := faults(procedure, form):
        return show(procedure, replace(form, errors=errors), status=422)
    writing = Writing(procedure_name=procedure.name, procedure_name_en=procedure.name_en)
    writing = drafting.beginning_with(writing, procedure, chosen(form))
    draft = drafts.begin(procedure, writing, form)
    return redirect(url_for("wizard.step", draft=draft.draft, step=Step.APPLICANT.value), 303)


def chosen(form: Form) -> drafting.Beginning:
    """Return how it begins, as it was typed."""
    by_post = form.value("channel") == Channel.POST.value
    return drafting.Beginning(
        case=str(form.value("case")) or None,
        return_by=str(form.value("return_by")),
        channel=str(form.value("channel")),
        arrived_at=read_moment(str(form.value("arrived_at"))) if by_post else "",
    )


def chosen_in(writing: Writing) -> Form:
    """Return how a draft began, as it is typed."""
    arrived = {"channel": writing.channel, "arrived_at": typed_moment(writing.arrived_at)}
    return Form({**writing.values(), **arrived})


def faults(procedure: Procedure, form: Form) -> dict[str, str]:
    """Return what is wrong with how it begins, by field."""
    typed_in = {name: str(form.value(name)) for name in ("channel", "return_by", "case")}
    by_post = typed_in["channel"] == Channel.POST.value
    errors = {}
    if typed_in["channel"] not in {one.value for one in ReceiveScreen.channels_of(procedure)}:
        errors["channel"] = gettext("Choose how the dossier came.")
    if by_post and not _can_have_arrived(str(form.value("arrived_at"))):
        errors["arrived_at"] = gettext(
            "Write when the letter arrived, as dd/mm/yyyy hh:mm: not in the future, at most "
            "%(days)d days ago.",
            days=LONGEST_ON_ITS_WAY.days,
        )
    if typed_in["return_by"] not in {way.value for way in ReceiveScreen.WAYS_BACK}:
        errors["return_by"] = gettext("Choose how the result is wanted.")
    if procedure.cases and typed_in["case"] not in {case.id for case in procedure.cases}:
        errors["case"] = gettext("Choose the case.")
    return errors


def _can_have_arrived(text: str) -> bool:
    now = datetime.now(UTC)
    try:
        return now - LONGEST_ON_ITS_WAY <= datetime.fromisoformat(read_moment(text)) <= now
    except (TypeError, ValueError):
        return False


def receives(procedure: Procedure) -> bool:
    """Whether the person at the browser takes in dossiers of a procedure at a desk.

    As the dossier service judges: a receiving officer of the one-stop desk of an agency that
    resolves it today, at least in one of its cases.
    """
    who = sessions.who()
    if Role.RECEIVING not in who.roles or not ReceiveScreen.channels_of(procedure):
        return False
    try:
        agency: Agency = ask(ReadAgency(agency=who.agency or ""))
    except NotFound:  # it was closed
        return False
    today = datetime.now(VIETNAM).date()
    cases = [case.id for case in procedure.cases]
    return who.unit == one_stop_unit(agency).id and any(
        takes(agency, procedure, case, today, partial(_lies_in, agency))
        for case in (cases or (None,))
    )


def _lies_in(agency: Agency, province: str) -> bool:
    place: Place = ask(ReadPlace(place=agency.place))
    return province in (place.code, place.parent)


def _receivable(code: str) -> Procedure:
    procedure: Procedure = ask(ReadProcedure(code=code))
    if not receives(procedure):
        raise NotFound(
            "not-at-this-desk",
            "Thủ tục này không nhận tại bàn tiếp nhận của bạn.",
            "This procedure is not taken in at your desk.",
        )
    return procedure


def show(
    procedure: Procedure, form: Form, saved: Draft | None = None, status: int = 200
) -> flask.Response:
    """Show how it begins: of a new draft, or of a saved one."""
    begun = () if saved else drafts.begun(procedure)
    screen = ReceiveScreen(procedure, form, begun, saved.version if saved else None)
    return page("wizard/receive.html", screen, status=status)
