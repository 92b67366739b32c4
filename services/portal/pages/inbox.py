"""The officer's work list: read, sorted, kept under a name, taken away, assigned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import DomainError, Invalid, NotFound
from services.catalog.contract import Agency, ReadAgency
from services.dossier.contract import (
    DeleteFilter,
    DossierPage,
    Draft,
    Drafts,
    ListDrafts,
    ListFilters,
    ReadInbox,
    SavedFilter,
    SavedFilters,
    SaveFilter,
)
from services.identity.contract import FindOfficers, Officers, Role
from services.portal import sessions, tables, work_lists
from services.portal.forms import Form, read, typed
from services.portal.language import gettext, locale, mark, named
from services.portal.rendering import page
from services.portal.screens.work_lists import COLUMNS, Column, InboxScreen, Saved
from services.portal.sessions import ask, officers_only
from services.portal.work_lists import AssignSeveral

pages = Blueprint("inbox", __name__)

TABS: Mapping[str, str] = {
    "unit": mark("My unit"),
    "mine": mark("In my hands"),
    "nobody": mark("Not assigned"),
    "consulted": mark("Asked for an opinion"),
    "waiting": mark("Waiting for the applicant"),
    "closed": mark("Closed"),
}
_FILTERS = ("tab", "q", "status", "procedure", "colour", "unit", "officer", "sort")
_FORMATS = {"xlsx": (tables.as_xlsx, tables.XLSX), "csv": (tables.as_csv, tables.CSV)}


@pages.get("/inbox")
@officers_only
def show() -> flask.Response:
    """List the unit's dossiers, most urgent first, with filters and a search inside."""
    form = typed(request.args)
    values = _filters(form)
    found, form = _find(form, values)
    leads = Role.LEADER in sessions.who().roles
    receives = Role.RECEIVING in sessions.who().roles
    units = _units() if leads else ()
    more = url_for("inbox.show", **values, after=found.next) if found.next else ""
    screen = InboxScreen(
        dossiers=found,
        form=form,
        tab=values["tab"],
        next_address=more,
        tabs=tuple((name, gettext(words), found.counts.get(name)) for name, words in TABS.items()),
        columns=tuple(_column(name, values) for name in COLUMNS),
        units=units,
        officers=_officers(dict(units)) if leads else (),
        saved=_saved(),
        exports=tuple(
            (name.upper(), url_for("inbox.export", form=name, **values)) for name in _FORMATS
        ),
        again=values,
        receives=receives,
        drafts=_drafts() if receives else (),
    )
    return page("inbox.html", screen)


@pages.get("/inbox/export.<form>")
@officers_only
def export(form: str) -> Response:
    """Take the whole list away, as it is filtered."""
    if form not in _FORMATS:
        raise NotFound("no-such-format", "Không có định dạng này.", "There is no such format.")
    write, media_type = _FORMATS[form]
    asked: ReadInbox = read(ReadInbox, _filters(typed(request.args)))
    response = flask.Response(write(work_lists.export(asked, ask)), content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="inbox.{form}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.post("/inbox/assign")
@officers_only
def assign() -> Response:
    """Put the chosen dossiers into an officer's hands; say which were refused, and why."""
    form = typed(request.form)
    back = redirect(url_for("inbox.show", **_filters(form)), 303)
    codes = tuple(request.form.getlist("codes"))
    officer = str(form.value("assignee"))
    if not codes or not officer:
        flash(gettext("Choose at least one dossier and an officer."), "notice")
        return back
    done = work_lists.assign(AssignSeveral(officer, codes), form.key, ask, locale())
    if assigned := len(done.items) - len(done.refused):
        flash(gettext("%(n)s dossiers were assigned.", n=assigned), "success")
    for detail in dict.fromkeys(one.detail for one in done.refused):
        concerned = ", ".join(one.code for one in done.refused if one.detail == detail)
        flash(f"{concerned}: {detail}", "notice")
    return back


@pages.post("/inbox/filters")
@officers_only
def save() -> Response:
    """Keep the list as it is filtered under a name."""
    form = typed(request.form)
    values = _filters(form)
    try:
        wanted: SavedFilter = read(SavedFilter, {**values, "name": form.value("name")})
        ask(SaveFilter(filter=wanted))
    except Invalid:
        flash(gettext("Type a name of at most 60 characters."), "notice")
    except DomainError as error:
        flash(error.vi if locale() == "vi" else error.en, "notice")
    else:
        flash(gettext("The filter was saved: %(name)s.", name=wanted.name), "success")
    return redirect(url_for("inbox.show", **values), 303)


@pages.post("/inbox/filters/delete")
@officers_only
def delete() -> Response:
    """Forget a saved filter."""
    form = typed(request.form)
    ask(read(DeleteFilter, form.values))
    return redirect(url_for("inbox.show"), 303)


def _filters(form: Form) -> dict[str, Any]:
    """Return what chooses and orders the rows, of what was typed."""
    values: dict[str, Any] = {name: str(form.value(name)) for name in _FILTERS if form.value(name)}
    if values.get("tab") not in TABS:
        values["tab"] = "unit"
    return values


def _find(form: Form, values: Mapping[str, Any]) -> tuple[DossierPage, Form]:
    try:
        return ask(read(ReadInbox, {**values, "after": form.value("after")})), form
    except Invalid as error:
        return DossierPage(items=()), form.refused(error)


def _column(name: str, values: Mapping[str, Any]) -> Column:
    """Return a head whose link sorts by it, or the other way round."""
    now = values.get("sort", "due" if values["tab"] != "closed" else "")
    ways = {name: "ascending", f"-{name}": "descending"}
    other = f"-{name}" if now == name else name
    address = url_for("inbox.show", **{**values, "sort": other})
    return Column(name, gettext(COLUMNS[name]), address, ways.get(now, "none"))


def _units() -> tuple[tuple[str, str], ...]:
    """Return the units of the agency; none while the catalogue is away."""
    try:
        agency: Agency = ask(ReadAgency(agency=sessions.who().agency or ""))
    except DomainError:
        return ()
    return tuple((unit.id, named(unit)) for unit in agency.units)


def _officers(units: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return who can be assigned something; none while identity is away."""
    try:
        agency = sessions.who().agency or ""
        found: Officers = ask(FindOfficers(agency=agency, role=Role.HANDLING))
    except DomainError:
        return ()
    return tuple(
        (one.account, f"{one.name} – {one.title}, {units.get(one.unit, one.unit)}")
        for one in found.items
    )


def _drafts() -> tuple[Draft, ...]:
    try:
        found: Drafts = ask(ListDrafts())
    except DomainError:
        return ()
    return found.items


def _saved() -> tuple[Saved, ...]:
    try:
        found: SavedFilters = ask(ListFilters())
    except DomainError:
        return ()
    return tuple(Saved(one, url_for("inbox.show", **_query(one))) for one in found.items)


def _query(wanted: SavedFilter) -> dict[str, Any]:
    values = {name: getattr(wanted, name, None) for name in _FILTERS}
    values["status"] = wanted.status and int(wanted.status)
    return {name: str(value) for name, value in values.items() if value}
