"""One's own dossiers, and a dossier in full: follow it, act on it, fetch its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import flask
from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from kernel.errors import DomainError, Invalid, NotFound
from services.catalog.contract import (
    Agency,
    FieldType,
    FindAgencies,
    Procedure,
    ReadAgency,
    ReadProcedure,
)
from services.catalog.contract.competence import competences, resolves
from services.dossier.contract import (
    AttachmentGiven,
    DossierPage,
    DossierStatus,
    Drafts,
    FileTicket,
    ListDrafts,
    ListMyDossiers,
    ListSlots,
    NewUploadTicket,
    ReadDossier,
    ReadPaper,
    ReadTrace,
    Slot,
    Slots,
    SupplementDossier,
    Trace,
)
from services.identity.contract import FindOfficers, Officers, Role
from services.portal import actions, calendar_file, drafting, papers, sessions, uploads
from services.portal.actions import Ask, form_of
from services.portal.formats import VIETNAM
from services.portal.forms import Form, file_name, read, typed, version_of
from services.portal.language import gettext, mark, named
from services.portal.pages.places import find_place, places_for, with_provinces
from services.portal.rendering import page
from services.portal.screens.dossiers import DossierScreen, MineScreen, SupplementScreen
from services.portal.screens.wizard import SentScreen
from services.portal.sessions import ask, logged_in

pages = Blueprint("dossiers", __name__)

_STATES: Mapping[str, str] = {
    "": mark("All"),
    "open": mark("Being handled"),
    "waiting": mark("Waiting for you"),
    "closed": mark("Closed"),
}


@pages.get("/dossiers")
@logged_in
def mine() -> Response:
    """List one's own dossiers and drafts (E20)."""
    if sessions.who().is_officer:
        return redirect(url_for("inbox.show"), 302)
    form = typed(request.args)
    chosen = {name: form.value(name) for name in ("state", "q") if form.value(name)}
    try:
        found: DossierPage = ask(read(ListMyDossiers, {**chosen, "after": form.value("after")}))
    except Invalid as error:
        found, form = DossierPage(items=()), form.refused(error)
    drafts: Drafts = ask(ListDrafts())
    more = url_for("dossiers.mine", **chosen, after=found.next) if found.next else ""
    counts = {"": sum(found.counts.values()), **found.counts}
    tabs = tuple((state, gettext(words), counts.get(state)) for state, words in _STATES.items())
    return page("dossier/mine.html", MineScreen(found, drafts.items, form, more, tabs))


@pages.get("/dossiers/<code>")
@logged_in
def show(code: str) -> flask.Response:
    """Show where a dossier stands: unit, officer, step, due date, history (E02 to E09)."""
    return page("dossier/show.html", _screen(code))


@pages.get("/dossiers/<code>/live")
def live(code: str) -> Response:
    """Answer the part of the page that changes, or 304 where nothing has changed."""
    sessions.passive()
    if not sessions.who().session:
        return flask.make_response("", 401)
    dossier: DossierStatus = ask(ReadDossier(code=code))
    trace: Trace = ask(ReadTrace(code=code))
    screen = DossierScreen(dossier, trace, officer=sessions.who().is_officer)
    response = page("dossier/live.html", screen)
    response.set_etag(screen.etag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


@pages.get("/dossiers/<code>/sent")
@logged_in
def sent(code: str) -> flask.Response:
    """Confirm that a dossier has been sent, with its code and PIN."""
    return page("dossier/sent.html", SentScreen(ask(ReadDossier(code=code))))


@pages.post("/dossiers/<code>/actions/<action>")
@logged_in
def act(code: str, action: str) -> Response:
    """Do what a form of the dossier's page asks for; a stale page changes nothing (412)."""
    offered = form_of(action, sessions.who().is_officer)
    if offered is None:
        raise NotFound("no-such-action", "Không có thao tác này.", "There is no such action.")
    dossier: DossierStatus = ask(ReadDossier(code=code))
    form = typed(request.form)
    values: dict[str, Any] = dict(form.values)
    try:
        for field in offered.fields:
            given = request.files.get(field.name)
            if field.kind is Ask.RESULT_FILE and given is not None and given.filename:
                values[field.name] = _uploaded(given)
        message = actions.command(action, dossier, values)
        ask(message, key=form.key, version=version_of(form))
    except Invalid as error:
        refused = {action: form.refused(error)}
        return page("dossier/show.html", _screen(code, refused), status=422)
    flash(gettext("It is done: %(action)s.", action=gettext(offered.title)), "success")
    if action == "transfer":  # nobody here may see it any more
        return redirect(url_for("inbox.show"), 303)
    return redirect(url_for("dossiers.show", code=code), 303)


@pages.get("/dossiers/<code>/supplement")
@logged_in
def supplement(code: str) -> flask.Response:
    """Show what is asked for, with a place for each thing (D19)."""
    return _supplement_page(ask(ReadDossier(code=code)), Form())


@pages.post("/dossiers/<code>/supplement")
@logged_in
def send_supplement(code: str) -> Response:
    """Send what was asked for."""
    dossier: DossierStatus = ask(ReadDossier(code=code))
    form = typed(request.form)
    inputs = {f"documents.{document.id}": document.id for document in dossier.procedure.documents}
    taken, errors = uploads.upload_chosen(request.files, inputs, asking=ask)
    if errors:
        return _supplement_page(dossier, replace(form, errors=errors), status=422)
    try:
        message = SupplementDossier(
            code=code,
            documents=tuple(AttachmentGiven(inputs[name], file.file) for name, file in taken),
            form=_corrections(dossier, form),
            note=str(form.value("note")),
        )
        ask(message, key=form.key, version=version_of(form))
    except Invalid as error:
        return _supplement_page(dossier, form.refused(error), status=422)
    flash(
        gettext("The supplement has been taken in; the dossier goes on.")
        if sessions.who().is_officer
        else gettext("Your supplement has been sent."),
        "success",
    )
    return redirect(url_for("dossiers.show", code=code), 303)


@pages.get("/dossiers/<code>/papers/<number>.pdf")
@logged_in
def paper(code: str, number: str) -> flask.Response:
    """Give an official paper of a dossier, or its declaration (D08)."""
    return papers.sent(ask(ReadPaper(code=code, number=number)))


@pages.get("/dossiers/<code>/files/<file>")
@logged_in
def fetch(code: str, file: str) -> flask.Response:
    """Fetch a document or the result of a dossier."""
    return uploads.download(file, code, asking=ask)


@pages.get("/dossiers/<code>/appointment.ics")
@logged_in
def appointment(code: str) -> flask.Response:
    """Fetch the dossier's appointments for a calendar (D22)."""
    return calendar_file.download(ask(ReadDossier(code=code)))


def _screen(code: str, forms: dict[str, Form] | None = None) -> DossierScreen:
    dossier: DossierStatus = ask(ReadDossier(code=code))
    trace: Trace = ask(ReadTrace(code=code))
    officer = sessions.who().is_officer
    procedure, places = _declaration(dossier)
    return DossierScreen(
        dossier=dossier,
        trace=trace,
        officer=officer,
        officers=_officers(dossier) if "assign" in dossier.actions else (),
        earlier_steps=actions.earlier_steps(dossier),
        slots=_slots(dossier) if "book-appointment" in dossier.actions else (),
        agencies=_other_agencies(dossier) if "transfer" in dossier.actions else (),
        units=_other_units(dossier) if "consult" in dossier.actions else (),
        forms=forms or {},
        procedure=procedure,
        place_names=places,
    )


def _declaration(dossier: DossierStatus) -> tuple[Procedure | None, dict[str, str]]:
    """Return the procedure's form and the names of places in the answers.

    Without the catalogue the dossier is shown all the same, only not its declaration.
    """
    if dossier.answers is None:
        return None, {}
    kept = dossier.procedure
    try:
        procedure: Procedure = ask(ReadProcedure(code=kept.code, version=kept.version))
        codes = {
            str(dossier.answers[item.key])
            for item in drafting.fields_of(procedure.form)
            if item.type is FieldType.PLACE and dossier.answers.get(item.key)
        }
        names = {code: place.name for code in codes if (place := find_place(code)) is not None}
    except DomainError:
        return None, {}
    return procedure, names


def _officers(dossier: DossierStatus) -> tuple[tuple[str, str], ...]:
    """Return who can be assigned: the handling officers of the units on the dossier's route."""
    found: Officers = ask(FindOfficers(agency=dossier.agency.id, role=Role.HANDLING))
    units = {step.unit.id: step.unit.name for step in dossier.steps}
    return tuple(
        (one.account, f"{one.name} – {one.title}, {units[one.unit]}")
        for one in found.items
        if one.unit in units
    )


def _other_units(dossier: DossierStatus) -> tuple[tuple[str, str], ...]:
    """Return the units that can be asked for their opinion."""
    agency: Agency = ask(ReadAgency(agency=dossier.agency.id))
    here = {dossier.holder.unit.id} if dossier.holder else set[str]()
    asked = {one.unit.id for one in dossier.consultations if one.state == "open"}
    return tuple((one.id, named(one)) for one in agency.units if one.id not in here | asked)


def _slots(dossier: DossierStatus) -> tuple[Slot, ...]:
    found: Slots = ask(ListSlots(code=dossier.code))
    return found.items


def _other_agencies(dossier: DossierStatus) -> tuple[tuple[str, str], ...]:
    """Return (id, name) of the other agencies that resolve the procedure.

    Without the catalogue there are none to choose from, and the page is shown all the same.
    """
    kept = dossier.procedure
    try:
        procedure: Procedure = ask(ReadProcedure(code=kept.code, version=kept.version))
        today = datetime.now(UTC).astimezone(VIETNAM).date()
        found = {
            agency.id: agency.name
            for competence in competences(procedure, dossier.case, today)
            for agency in ask(FindAgencies(kind=competence.kind, limit=500)).items
            if resolves(agency, competence)
        }
    except DomainError:
        return ()
    found.pop(dossier.agency.id, None)
    return tuple(sorted(found.items(), key=lambda one: one[1]))


def _supplement_page(dossier: DossierStatus, form: Form, status: int = 200) -> flask.Response:
    if dossier.supplement is None:
        raise NotFound(
            "nothing-asked",
            "Hồ sơ này hiện không cần bổ sung gì.",
            "Nothing is asked for in this dossier now.",
        )
    kept = dossier.procedure
    procedure: Procedure = ask(ReadProcedure(code=kept.code, version=kept.version))
    ticket: FileTicket = ask(NewUploadTicket())
    asked = [
        f"form.{item.key}"
        for item in drafting.fields_of(procedure.form)
        if item.type is FieldType.PLACE
    ]
    given = {f"form.{key}": value for key, value in (dossier.answers or {}).items()}
    form = replace(form, values=with_provinces({**given, **form.values}, asked))
    screen = SupplementScreen(
        dossier=dossier,
        form=form,
        procedure=procedure,
        accept=",".join(ticket.media_types),
        max_bytes=ticket.max_bytes,
        places=places_for(form.values, asked),
        at_counter=sessions.who().is_officer,
    )
    return page("dossier/supplement.html", screen, status=status)


def _corrections(dossier: DossierStatus, form: Form) -> dict[str, Any]:
    """Return the typed answers to the form fields that were asked about."""
    kept = dossier.procedure
    procedure: Procedure = ask(ReadProcedure(code=kept.code, version=kept.version))
    return dict(drafting.take_answers(drafting.Writing(), procedure.form, form.values).form)


def _uploaded(given: FileStorage) -> str:
    return uploads.upload(given, name=file_name(given), asking=ask).file
