"""Write a dossier in four steps, check it, send it; what was entered is saved at every step."""

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
    ReadProcedure,
    can_file_online,
)
from services.dossier.contract import (
    DeleteDraft,
    Draft,
    Drafts,
    FileTicket,
    ListDrafts,
    NewUploadTicket,
    ReadDraft,
    Receipt,
    SaveDraft,
)
from services.identity.contract import Account, ReadAccount
from services.portal import drafting, sessions, uploads
from services.portal.drafting import FileGiven, Step, Writing
from services.portal.forms import Form, typed, version_of
from services.portal.language import gettext
from services.portal.pages.declarations import place_names
from services.portal.pages.places import places_for, with_provinces
from services.portal.rendering import page
from services.portal.screens.places import Places
from services.portal.screens.wizard import (
    BeginScreen,
    CheckScreen,
    StepScreen,
)
from services.portal.sessions import ask, logged_in

pages = Blueprint("wizard", __name__)


@pages.get("/procedures/<code>/apply")
@logged_in
def begin(code: str) -> flask.Response:
    """Ask where the dossier goes and how the result is wanted (C13)."""
    procedure = _fileable(code)
    account: Account = ask(ReadAccount())
    place = request.args.get("place") or (account.profile.place if account.profile else None)
    values = {"place": place, "place-province": request.args.get("place-province", "")}
    return _begin(procedure, Form({**values, "return_by": ""}))


@pages.post("/procedures/<code>/apply")
@logged_in
def start(code: str) -> Response:
    """Save a new draft and lead to the first step."""
    procedure = _fileable(code)
    form = typed(request.form)
    values = form.values
    if values.get("then") == "places":
        return _begin(procedure, form)
    errors = {}
    if not values.get("place"):
        errors["place"] = gettext("Choose the commune or ward where the dossier is handled.")
    if not values.get("return_by"):
        errors["return_by"] = gettext("Choose how you want to receive the result.")
    if procedure.cases and not values.get("case"):
        errors["case"] = gettext("Choose the case that is yours.")
    if errors:
        return _begin(procedure, dataclasses.replace(form, errors=errors), status=422)
    account: Account = ask(ReadAccount())
    writing = Writing(
        procedure_name=procedure.name,
        procedure_name_en=procedure.name_en,
        place=str(values["place"]),
        case=str(values["case"]) if values.get("case") else None,
        return_by=str(values["return_by"]),
        applicant={"email": account.profile.email} if account.profile else {},
        provinces={"place": str(values.get("place-province") or "")},
    )
    draft: Draft = ask(SaveDraft(procedure=procedure.code, content=writing.content()), key=form.key)
    return redirect(url_for("wizard.step", draft=draft.draft, step=Step.APPLICANT.value), 303)


@pages.get("/drafts/<draft>")
@logged_in
def resume(draft: str) -> Response:
    """Go on at the first step that is not complete."""
    _, writing, _ = _open(draft)
    return redirect(_address(draft, writing.next_step), 302)


@pages.get("/drafts/<draft>/<any(applicant, owner, form, documents):step>")
@logged_in
def step(draft: str, step: str) -> flask.Response:
    """Show one of the four steps; with its faults, if a list of them led here."""
    saved, writing, procedure = _open(draft)
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
    saved, writing, procedure = _open(draft)
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
    _save(saved, writing, form)
    return redirect(_address(draft, Step(step)), 303)


@pages.post("/drafts/<draft>/form")
@logged_in
def save_form(draft: str) -> Response:
    """Save the declaration (D07)."""
    saved, writing, procedure = _open(draft)
    form = typed(request.form)
    writing = drafting.take_answers(writing, procedure.form, form.values)
    if form.value("then") == "places":
        _save(saved, writing, form)
        return redirect(_address(draft, Step.FORM), 303)
    return _go_on(Step.FORM, saved, writing, procedure, form)


@pages.post("/drafts/<draft>/documents")
@logged_in
def save_documents(draft: str) -> Response:
    """Take the chosen files, or drop one (D09, D10)."""
    saved, writing, procedure = _open(draft)
    form = typed(request.form)
    if dropped := form.value("remove"):
        writing = writing.without_file(str(dropped))
        saved = _save(saved, writing, form)
        return redirect(url_for("wizard.step", draft=draft, step=Step.DOCUMENTS.value), 303)
    needed = drafting.documents_of(procedure, writing.case)
    inputs = {f"documents.{document.id}": document.id for document in needed}
    taken, errors = uploads.upload_chosen(request.files, inputs, asking=ask)
    for name, file in taken:
        writing = writing.with_file(FileGiven(inputs[name], file.file, file.name, file.size))
    if errors:
        saved = _save(saved, writing, form)
        shown = Form(writing.values(), errors)
        return _show(Step.DOCUMENTS, saved, writing, procedure, shown, status=422)
    return _go_on(Step.DOCUMENTS, saved, writing, procedure, form)


@pages.get("/drafts/<draft>/check")
@logged_in
def check(draft: str) -> flask.Response:
    """Show all that was entered before it is sent."""
    saved, writing, procedure = _open(draft)
    return _check(saved, writing, procedure, Form())


@pages.post("/drafts/<draft>/check")
@logged_in
def send(draft: str) -> Response:
    """Send the dossier: «Gửi đi», «Nộp trực tuyến» (D11, D12)."""
    try:
        saved: Draft = ask(ReadDraft(draft=draft))
    except NotFound:
        # sent from another window, or before an answer that was lost on its way
        flash(gettext("This draft has been sent or deleted. Here are your dossiers."), "important")
        return redirect(url_for("dossiers.mine"), 303)
    writing, procedure = _content(saved)
    try:
        although_open = typed(request.form).value("although_open") == "yes"
        message = drafting.submission(writing, procedure, draft, although_open=although_open)
        # the key is the draft's: it becomes one dossier, from however many windows it is sent
        receipt: Receipt = ask(message, key=f"draft-{draft}", timeout=15)
    except Invalid as error:
        return _check(saved, writing, procedure, Form().refused(error), status=422)
    except Conflict as error:
        if error.code != "already-open":
            raise
        return _check(saved, writing, procedure, Form().refused(error), status=409, second=True)
    return redirect(url_for("dossiers.sent", code=receipt.code), 303)


@pages.post("/drafts/<draft>/delete")
@logged_in
def delete(draft: str) -> Response:
    """Forget a draft."""
    ask(DeleteDraft(draft=draft), key=typed(request.form).key)
    flash(gettext("The draft is deleted."), "success")
    return redirect(url_for("dossiers.mine"), 303)


# Drafts


def _open(draft: str) -> tuple[Draft, Writing, Procedure]:
    saved: Draft = ask(ReadDraft(draft=draft))
    return saved, *_content(saved)


def _content(saved: Draft) -> tuple[Writing, Procedure]:
    procedure: Procedure = ask(ReadProcedure(code=saved.procedure))
    return Writing.of(saved.content), procedure


def _save(saved: Draft, writing: Writing, form: Form) -> Draft:
    answer: Draft = ask(
        SaveDraft(procedure=saved.procedure, content=writing.content(), draft=saved.draft),
        key=form.key,
        version=version_of(form),
    )
    return answer


def _go_on(
    here: Step, saved: Draft, writing: Writing, procedure: Procedure, form: Form
) -> Response:
    """Save what was typed; go on if the step is complete, or if the person leaves for now."""
    leaving = form.value("then") == "leave"
    try:
        _complete(here, writing, procedure)
    except Invalid as error:
        saved = _save(saved, writing, form)
        if not leaving:
            shown = Form(writing.values()).refused(error)
            return _show(here, saved, writing, procedure, shown, status=422)
    else:
        _save(saved, writing.finished(here), form)
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


def _address(draft: str, step: Step) -> str:
    if step is Step.CHECK:
        return url_for("wizard.check", draft=draft)
    return url_for("wizard.step", draft=draft, step=step.value)


def _fileable(code: str) -> Procedure:
    procedure: Procedure = ask(ReadProcedure(code=code))
    if not can_file_online(procedure):
        raise NotFound(
            "not-online",
            "Thủ tục này không nộp trực tuyến; hãy nộp tại bộ phận một cửa.",
            "This procedure is not filed online; file it at the one-stop counter.",
        )
    return procedure


# Pages

_TEMPLATES = {
    Step.APPLICANT: "wizard/person.html",
    Step.OWNER: "wizard/person.html",
    Step.FORM: "wizard/form.html",
    Step.DOCUMENTS: "wizard/documents.html",
}


def _begin(procedure: Procedure, form: Form, status: int = 200) -> flask.Response:
    form = dataclasses.replace(form, values=with_provinces(form.values, ("place",)))
    mine: Drafts = ask(ListDrafts())
    drafts = tuple(draft for draft in mine.items if draft.procedure == procedure.code)
    screen = BeginScreen(procedure, form, places_for(form.values, ("place",)), drafts)
    if len(screen.ways_back) == 1:
        only = {"return_by": screen.ways_back[0].value}
        screen = dataclasses.replace(
            screen, form=dataclasses.replace(form, values={**form.values, **only})
        )
    return page("wizard/begin.html", screen, status=status)


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
        )
    return page(_TEMPLATES[step], screen, status=status)


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
        fault_steps={name: drafting.step_of(name) for name in form.errors},
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
