"""At the one-stop desk: an officer takes in what somebody brings, or what came by post.

What follows the first page is the wizard's; what is sent is accepted with that (channels 1 and 3).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import flask
from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import NotFound
from services.catalog.contract import Agency, Channel, Procedure, ReadAgency, ReadProcedure
from services.catalog.contract.competence import resolves
from services.dossier.contract import Draft, Drafts, ListDrafts, SaveDraft
from services.identity.contract import Role
from services.portal import sessions
from services.portal.drafting import Step, Writing
from services.portal.formats import read_moment
from services.portal.forms import Form, typed
from services.portal.language import gettext
from services.portal.rendering import page
from services.portal.screens.wizard import ReceiveScreen
from services.portal.sessions import ask, officers_only

pages = Blueprint("counter", __name__)


@pages.get("/procedures/<code>/receive")
@officers_only
def begin(code: str) -> flask.Response:
    """Ask how it came and how the result is wanted."""
    return _begin(_receivable(code), Form({"channel": Channel.IN_PERSON.value}))


@pages.post("/procedures/<code>/receive")
@officers_only
def start(code: str) -> Response:
    """Save a new draft and lead to the first step."""
    procedure = _receivable(code)
    form = typed(request.form)
    errors = _faults(procedure, form)
    if errors:
        return _begin(procedure, replace(form, errors=errors), status=422)
    by_post = form.value("channel") == Channel.POST.value
    writing = Writing(
        procedure_name=procedure.name,
        procedure_name_en=procedure.name_en,
        case=str(form.value("case")) or None,
        return_by=str(form.value("return_by")),
        channel=str(form.value("channel")),
        arrived_at=read_moment(str(form.value("arrived_at"))) if by_post else "",
    )
    draft: Draft = ask(SaveDraft(procedure=procedure.code, content=writing.content()), key=form.key)
    return redirect(url_for("wizard.step", draft=draft.draft, step=Step.APPLICANT.value), 303)


def _faults(procedure: Procedure, form: Form) -> dict[str, str]:
    typed_in = {name: str(form.value(name)) for name in ("channel", "return_by", "case")}
    by_post = typed_in["channel"] == Channel.POST.value
    errors = {}
    if typed_in["channel"] not in {one.value for one in ReceiveScreen.channels_of(procedure)}:
        errors["channel"] = gettext("Choose how the dossier came.")
    if by_post and not _is_past(str(form.value("arrived_at"))):
        errors["arrived_at"] = gettext("Write when the letter arrived, as dd/mm/yyyy hh:mm.")
    if typed_in["return_by"] not in {way.value for way in ReceiveScreen.WAYS_BACK}:
        errors["return_by"] = gettext("Choose how the result is wanted.")
    if procedure.cases and typed_in["case"] not in {case.id for case in procedure.cases}:
        errors["case"] = gettext("Choose the case.")
    return errors


def _is_past(text: str) -> bool:
    try:
        return datetime.fromisoformat(read_moment(text)) <= datetime.now(UTC)
    except (TypeError, ValueError):
        return False


def receives(procedure: Procedure) -> bool:
    """Whether the person at the browser takes in dossiers of a procedure at a desk."""
    who = sessions.who()
    if Role.RECEIVING not in who.roles or not ReceiveScreen.channels_of(procedure):
        return False
    try:
        agency: Agency = ask(ReadAgency(agency=who.agency or ""))
    except NotFound:  # it was closed
        return False
    named = (procedure.competence, *procedure.also_competent)
    return any(resolves(agency, competence) for competence in named)


def _receivable(code: str) -> Procedure:
    procedure: Procedure = ask(ReadProcedure(code=code))
    if not receives(procedure):
        raise NotFound(
            "not-at-this-desk",
            "Thủ tục này không nhận tại bàn tiếp nhận của bạn.",
            "This procedure is not taken in at your desk.",
        )
    return procedure


def _begin(procedure: Procedure, form: Form, status: int = 200) -> flask.Response:
    mine: Drafts = ask(ListDrafts())
    drafts = tuple(draft for draft in mine.items if draft.procedure == procedure.code)
    screen = ReceiveScreen(procedure, form, drafts)
    return page("wizard/receive.html", screen, status=status)
