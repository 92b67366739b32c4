"""How a dossier begins: where it goes, which case, how the result is wanted; a new draft (C13).

Of a draft that is there the same page shows what was chosen, and another choice changes it.
"""

from __future__ import annotations

import dataclasses

import flask
from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import NotFound
from services.catalog.contract import Procedure, ReadProcedure, can_file_online
from services.dossier.contract import Draft
from services.identity.contract import Account, ReadAccount
from services.portal import drafting
from services.portal.drafting import Step, Writing
from services.portal.forms import Form, typed
from services.portal.language import gettext
from services.portal.pages import counter, drafts
from services.portal.pages.places import places_for, with_provinces
from services.portal.rendering import page
from services.portal.screens.wizard import BeginScreen
from services.portal.sessions import ask, logged_in

pages = Blueprint("beginning", __name__)


@pages.get("/procedures/<code>/apply")
@logged_in
def begin(code: str) -> flask.Response:
    """Ask where the dossier goes and how the result is wanted."""
    procedure = _fileable(code)
    account: Account = ask(ReadAccount())
    place = request.args.get("place") or (account.profile.place if account.profile else None)
    values = {"place": place, "place-province": request.args.get("place-province", "")}
    return _show(procedure, Form({**values, "return_by": ""}))


@pages.post("/procedures/<code>/apply")
@logged_in
def start(code: str) -> Response:
    """Save a new draft and lead to the first step."""
    procedure = _fileable(code)
    form = typed(request.form)
    if form.value("then") == "places":
        return _show(procedure, form)
    if errors := _faults(procedure, form):
        return _show(procedure, dataclasses.replace(form, errors=errors), status=422)
    account: Account = ask(ReadAccount())
    writing = Writing(
        procedure_name=procedure.name,
        procedure_name_en=procedure.name_en,
        applicant={"email": account.profile.email} if account.profile else {},
    )
    writing = drafting.beginning_with(writing, procedure, _chosen(form))
    draft = drafts.begin(procedure, writing, form)
    return redirect(url_for("wizard.step", draft=draft.draft, step=Step.APPLICANT.value), 303)


@pages.get("/drafts/<draft>/beginning")
@logged_in
def again(draft: str) -> flask.Response:
    """Show how a draft began."""
    saved, writing, procedure = drafts.opened(draft)
    if writing.at_counter:
        return counter.show(procedure, counter.chosen_in(writing), saved)
    return _show(procedure, Form(writing.values()), saved)


@pages.post("/drafts/<draft>/beginning")
@logged_in
def change(draft: str) -> Response:
    """Let a draft begin otherwise and go on at the first step that is not complete."""
    saved, writing, procedure = drafts.opened(draft)
    form = typed(request.form)
    show, faults, chosen = (
        (counter.show, counter.faults, counter.chosen)
        if writing.at_counter
        else (_show, _faults, _chosen)
    )
    if form.value("then") == "places":
        return show(procedure, form, saved)
    if errors := faults(procedure, form):
        return show(procedure, dataclasses.replace(form, errors=errors), saved, status=422)
    drafts.save(saved, drafting.beginning_with(writing, procedure, chosen(form)), form)
    return redirect(url_for("wizard.resume", draft=draft), 303)


def _fileable(code: str) -> Procedure:
    procedure: Procedure = ask(ReadProcedure(code=code))
    if not can_file_online(procedure):
        raise NotFound(
            "not-online",
            "Thủ tục này không nộp trực tuyến; hãy nộp tại bộ phận một cửa.",
            "This procedure is not filed online; file it at the one-stop counter.",
        )
    return procedure


def _faults(procedure: Procedure, form: Form) -> dict[str, str]:
    errors = {}
    if not form.value("place"):
        errors["place"] = gettext("Choose the commune or ward where the dossier is handled.")
    if not form.value("return_by"):
        errors["return_by"] = gettext("Choose how you want to receive the result.")
    if procedure.cases and not form.value("case"):
        errors["case"] = gettext("Choose the case that is yours.")
    return errors


def _chosen(form: Form) -> drafting.Beginning:
    return drafting.Beginning(
        place=str(form.value("place")),
        province=str(form.value("place-province") or ""),
        case=str(form.value("case")) or None,
        return_by=str(form.value("return_by")),
    )


def _show(
    procedure: Procedure, form: Form, saved: Draft | None = None, status: int = 200
) -> flask.Response:
    form = dataclasses.replace(form, values=with_provinces(form.values, ("place",)))
    screen = BeginScreen(
        procedure,
        form,
        places_for(form.values, ("place",)),
        () if saved else drafts.begun(procedure),
        saved.version if saved else None,
    )
    if len(screen.ways_back) == 1:
        only = {"return_by": screen.ways_back[0].value}
        screen = dataclasses.replace(
            screen, form=dataclasses.replace(form, values={**form.values, **only})
        )
    return page("wizard/begin.html", screen, status=status)
