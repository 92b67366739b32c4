"""Write a dossier in four steps, check it, send it; what was entered is saved at every step.

How it begins is `beginning`'s, and at a desk `counter`'s.
"""

from __future__ import annotations

import dataclasses

import flask
from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import Conflict, DomainError, Invalid, NotFound
from services.catalog.contract import (
    Agency,
    FieldType,
    FindCompetentAgency,
    Procedure,
    ReadAgency,
)
from services.dossier.contract import (
    Asset,
    Assets,
    DeleteDraft,
    Draft,
    FileTicket,
    ListAssets,
    NewUploadTicket,
    ReadDraft,
    ReadReceipt,
    Receipt,
    ReuseAsset,
    StoredFile,
    key_of_draft,
)
from services.identity.contract import Account, ReadAccount
from services.portal import drafting, sessions, uploads
from services.portal.drafting import FileGiven, Step, Writing
from services.portal.forms import Form, typed
from services.portal.language import gettext
from services.portal.pages import drafts
from services.portal.pages.declarations import place_names
from services.portal.pages.places import places_for, with_provinces
from services.portal.rendering import page
from services.portal.screens.places import Places
from services.portal.screens.wizard import CheckScreen, StepScreen
from services.portal.sessions import ask, logged_in

pages = Blueprint("wizard", __name__)


@pages.get("/drafts/<draft>")
@logged_in
def resume(draft: str) -> Response:
    """Go on at the first step that is not complete; with the receipt if it was sent."""
    try:
        _, writing, _ = drafts.opened(draft)
    except NotFound:
        return _after_sending(draft)
    return redirect(_address(draft, writing.next_step), 302)


@pages.get("/drafts/<draft>/<any(applicant, owner, form, documents):step>")
@logged_in
def step(draft: str, step: str) -> flask.Response:
    """Show one of the four steps; with its faults, if a list of them led here."""
    saved, writing, procedure = drafts.opened(draft)
    if step == Step.FORM:
        writing = drafting.prefilled(writing, procedure.form)
    form = Form(writing.values())
    looked_up = "faults" in request.args
    if looked_up:
        try:
            _complete(Step(step), writing, procedure)
        except Invalid as error:
            form = form.refused(error)
    return _show(Step(step), saved, writing, procedure, form, looked_up=looked_up)


@pages.post("/drafts/<draft>/<any(applicant, owner):step>")
@logged_in
def save_person(draft: str, step: str) -> Response:
    """Save the applicant or the owner (D02, D05), after filling in what is known (D03, D06)."""
    saved, writing, procedure = drafts.opened(draft)
    form = typed(request.form)
    writing = drafting.take_person(writing, step, form.values)
    match form.value("then"):
        case "fill":
            account: Account = ask(ReadAccount())
            known = drafting.known_person(account)
            writing = drafting.filled(writing, known)
        case "copy":
            writing = writing.copied_from_applicant()
        case "places":
            pass
        case _:
            return _go_on(Step(step), saved, writing, procedure, form)
    drafts.save(saved, writing, form)
    return redirect(_address(draft, Step(step)), 303)


@pages.post("/drafts/<draft>/form")
@logged_in
def save_form(draft: str) -> Response:
    """Save the declaration (D07)."""
    saved, writing, procedure = drafts.opened(draft)
    form = typed(request.form)
    writing = drafting.take_answers(writing, procedure.form, form.values)
    if form.value("then") == "places":
        drafts.save(saved, writing, form)
        return redirect(_address(draft, Step.FORM), 303)
    return _go_on(Step.FORM, saved, writing, procedure, form)


@pages.post("/drafts/<draft>/documents")
@logged_in
def save_documents(draft: str) -> Response:
    """Take the chosen files, or drop one (D09, D10)."""
    saved, writing, procedure = drafts.opened(draft)
    form = typed(request.form)
    if dropped := form.value("remove"):
        writing = writing.without_file(str(dropped))
        saved = drafts.save(saved, writing, form)
        return redirect(url_for("wizard.step", draft=draft, step=Step.DOCUMENTS.value), 303)
    if chosen := form.value("reuse"):
        writing = _with_reused(str(chosen), writing, procedure)
        drafts.save(saved, writing, form)
        return redirect(url_for("wizard.step", draft=draft, step=Step.DOCUMENTS.value), 303)
    needed = drafting.documents_of(procedure, writing.case)
    inputs = {f"documents.{document.id}": document.id for document in needed}
    taken, errors = uploads.upload_chosen(request.files, inputs, asking=ask)
    for name, file in taken:
        writing = writing.with_file(FileGiven(inputs[name], file.file, file.name, file.size))
    if errors:
        saved = drafts.save(saved, writing, form)
        shown = Form(writing.values(), errors)
        return _show(Step.DOCUMENTS, saved, writing, procedure, shown, status=422)
    return _go_on(Step.DOCUMENTS, saved, writing, procedure, form)


def _with_reused(chosen: str, writing: Writing, procedure: Procedure) -> Writing:
    """Return the draft with a paper of an earlier dossier; `chosen` is `requirement code file`."""
    requirement, code, file = (*chosen.split(" "), "", "")[:3]
    needed = {item.id for item in drafting.documents_of(procedure, writing.case)}
    taken: StoredFile = ask(ReuseAsset(code=code, file=file))
    if requirement not in needed or any(given.file == taken.file for given in writing.documents):
        return writing
    return writing.with_file(FileGiven(requirement, taken.file, taken.name, taken.size))


@pages.get("/drafts/<draft>/check")
@logged_in
def check(draft: str) -> flask.Response:
    """Show all that was entered before it is sent."""
    saved, writing, procedure = drafts.opened(draft)
    return _check(saved, writing, procedure, Form())


@pages.post("/drafts/<draft>/check")
@logged_in
def send(draft: str) -> Response:
    """Send the dossier: «Gửi đi», «Nộp trực tuyến» (D11, D12)."""
    try:
        saved: Draft = ask(ReadDraft(draft=draft))
    except NotFound:
        # sent from another window, or before an answer that was lost on its way
        return _after_sending(draft)
    writing, procedure = drafts.content(saved)
    try:
        although_open = typed(request.form).value("although_open") == "yes"
        message = drafting.submission(writing, procedure, draft, although_open=although_open)
        # the key is the draft's: it becomes one dossier, from however many windows it is sent
        receipt: Receipt = ask(message, key=key_of_draft(draft), timeout=15)
    except Invalid as error:
        return _check(saved, writing, procedure, Form().refused(error), status=422)
    except Conflict as error:
        if error.code == "idempotency-key-reused":  # it was sent, and edited once more since
            return _after_sending(draft)
        if error.code != "already-open":
            raise
        return _check(saved, writing, procedure, Form().refused(error), status=409, second=True)
    return redirect(url_for("dossiers.sent", code=receipt.code), 303)


def _after_sending(draft: str) -> Response:
    """Lead to what became of a draft that is gone."""
    try:
        receipt: Receipt = ask(ReadReceipt(draft=draft))
    except NotFound:
        flash(gettext("This draft has been sent or deleted. Here are your dossiers."), "important")
        return redirect(url_for("dossiers.mine"), 303)
    return redirect(url_for("dossiers.sent", code=receipt.code), 303)


@pages.post("/drafts/<draft>/delete")
@logged_in
def delete(draft: str) -> Response:
    """Forget a draft."""
    ask(DeleteDraft(draft=draft), key=typed(request.form).key)
    flash(gettext("The draft is deleted."), "success")
    return redirect(url_for("dossiers.mine"), 303)


def _go_on(
    here: Step, saved: Draft, writing: Writing, procedure: Procedure, form: Form
) -> Response:
    """Save what was typed; go on if the step is complete, or if the person leaves for now."""
    leaving = form.value("then") == "leave"
    try:
        _complete(here, writing, procedure)
    except Invalid as error:
        saved = drafts.save(saved, writing, form)
        if not leaving:
            shown = Form(writing.values()).refused(error)
            return _show(here, saved, writing, procedure, shown, status=422)
    else:
        drafts.save(saved, writing.finished(here), form)
    if leaving:
        flash(gettext("Saved. You can go on here whenever you like."), "success")
        return redirect(url_for("dossiers.mine"), 303)
    if form.value("then") == "stay":
        return redirect(url_for("wizard.step", draft=saved.draft, step=here.value), 303)
    return redirect(_address(saved.draft, here.following), 303)


def _complete(here: Step, writing: Writing, procedure: Procedure) -> None:
    match here:
        case Step.APPLICANT | Step.OWNER:
            drafting.check_person(writing, here.value)
        case Step.FORM:
            drafting.check_answers(writing, procedure.form)
        case Step.DOCUMENTS:
            needed = drafting.documents_of(procedure, writing.case)
            drafting.check_documents(writing, needed)
        case Step.CHECK:
            pass


def _place_of(draft: str, field: str) -> str:
    """Return the address of the page on which a field is filled in."""
    if field in drafting.BEGINNING:
        return url_for("beginning.again", draft=draft)
    step = drafting.step_of(field)
    return url_for("wizard.step", draft=draft, step=step.value, faults="shown")


def _address(draft: str, step: Step) -> str:
    if step is Step.CHECK:
        return url_for("wizard.check", draft=draft)
    return url_for("wizard.step", draft=draft, step=step.value)


# Pages

_TEMPLATES = {
    Step.APPLICANT: "wizard/person.html",
    Step.OWNER: "wizard/person.html",
    Step.FORM: "wizard/form.html",
    Step.DOCUMENTS: "wizard/documents.html",
}


def _show(
    step: Step,
    saved: Draft,
    writing: Writing,
    procedure: Procedure,
    form: Form,
    status: int = 200,
    *,
    looked_up: bool = False,
) -> flask.Response:
    names = _place_fields(step, procedure)
    form = dataclasses.replace(form, values=with_provinces(form.values, names))
    screen = StepScreen(
        step=step,
        draft=saved.draft,
        version=saved.version,
        procedure=procedure,
        writing=writing,
        form=form,
        places=places_for(form.values, names) if names else Places(),
        looked_up=looked_up,
    )
    if step is Step.DOCUMENTS:
        ticket: FileTicket = ask(NewUploadTicket())
        screen = dataclasses.replace(
            screen,
            documents=drafting.documents_of(procedure, writing.case),
            accept=",".join(ticket.media_types),
            max_bytes=ticket.max_bytes,
            assets=() if writing.at_counter else _assets(),
        )
    return page(_TEMPLATES[step], screen, status=status)


def _assets() -> tuple[Asset, ...]:
    found: Assets = ask(ListAssets())
    return found.items


def _check(
    saved: Draft,
    writing: Writing,
    procedure: Procedure,
    form: Form,
    status: int = 200,
    *,
    second: bool = False,
) -> flask.Response:
    screen = CheckScreen(
        draft=saved.draft,
        version=saved.version,
        procedure=procedure,
        writing=writing,
        agency=_competent(procedure, writing),
        documents=drafting.documents_of(procedure, writing.case),
        form=form,
        fault_links={name: _place_of(draft=saved.draft, field=name) for name in form.errors},
        place_names=place_names(writing, procedure),
        second=second,
    )
    return page("wizard/check.html", screen, status=status)


def _competent(procedure: Procedure, writing: Writing) -> Agency | None:
    """Return the agency that the dossier will go to (D13), if the catalogue can tell now."""
    question = (
        ReadAgency(agency=sessions.who().agency or "")
        if writing.at_counter
        else FindCompetentAgency(procedure=procedure.code, place=writing.place, case=writing.case)
    )
    try:
        found: Agency = ask(question)
    except uploads.PASSING:
        raise
    except DomainError:
        return None
    return found


def _place_fields(step: Step, procedure: Procedure) -> tuple[str, ...]:
    match step:
        case Step.APPLICANT | Step.OWNER:
            return (f"{step.value}.place",)
        case Step.FORM:
            return tuple(
                f"form.{item.key}"
                for item in drafting.fields_of(procedure.form)
                if item.type is FieldType.PLACE
            )
        case _:
            return ()
