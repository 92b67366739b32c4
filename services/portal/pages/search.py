"""Find a procedure and read about it."""

from __future__ import annotations

from datetime import date
from typing import Any

import flask
from flask import Blueprint, request

from kernel.errors import DomainError, Invalid
from services.catalog.contract import (
    AgencyLevel,
    AgencyPage,
    FieldsOfWork,
    FindAgencies,
    FindProcedures,
    ListFields,
    Procedure,
    ProcedurePage,
    ReadProcedure,
)
from services.dossier.contract import ProcessingTimes, ReadProcessingTimes
from services.portal.formats import read_day, today
from services.portal.forms import Form, read, typed
from services.portal.language import named
from services.portal.pages import counter, places
from services.portal.rendering import address, page
from services.portal.screens.places import Options
from services.portal.screens.search import WITHOUT_DISTRICTS, ProcedureScreen, SearchScreen
from services.portal.sessions import ask

pages = Blueprint("search", __name__)


@pages.get("/procedures")
def find() -> flask.Response:
    """Search by words and filters (C03 to C12)."""
    form = typed(request.args)
    values = {name: value for name, value in form.values.items() if name != "then"}
    on = _day(values)
    chosen = values.get("commune") or values.get("district") or None
    found, form = _search({**values, "place": chosen}, form)
    province = str(values.get("province") or "")
    with_districts = on < WITHOUT_DISTRICTS
    district = str(values.get("district") or "") if with_districts else ""
    screen = SearchScreen(
        form=form,
        found=found,
        fields=_fields(),
        agencies=_agencies(values, chosen or province or None),
        provinces=places.provinces(on),
        districts=places.districts(province, on) if with_districts else (),
        communes=places.communes(district or ("" if with_districts else province), on),
        with_districts=with_districts,
        next_address=address("search.find", {**values, "after": found.next}) if found.next else "",
    )
    return page("search.html", screen)


@pages.get("/procedures/<code>")
def show(code: str) -> flask.Response:
    """Show a procedure: guidance, papers, time, fees, legal documents (C22 to C25)."""
    procedure: Procedure = ask(ReadProcedure(code=code))
    place = request.args.get("place", "")
    screen = ProcedureScreen(
        procedure, place, times=_times(procedure.code), receives=counter.receives(procedure)
    )
    return page("procedure.html", screen)


@pages.get("/places/communes")
def communes() -> flask.Response:
    """Answer the communes of a province to the form that asks for them by script."""
    found = places.communes(request.args.get("province", "")[:10])
    return flask.jsonify(items=[{"code": code, "name": name} for code, name in found])


def _search(values: dict[str, Any], form: Form) -> tuple[ProcedurePage, Form]:
    try:
        return ask(read(FindProcedures, values)), form
    except Invalid as error:
        return ProcedurePage(items=(), total=0), form.refused(error)


def _times(procedure: str) -> ProcessingTimes:
    """Return how long it took; nothing while the dossier service is away."""
    try:
        found: ProcessingTimes = ask(ReadProcessingTimes(procedure=procedure))
    except DomainError:
        return ProcessingTimes(procedure)
    return found


def _day(values: dict[str, Any]) -> date:
    try:
        return date.fromisoformat(read_day(str(values.get("on") or "")))
    except ValueError:
        return today()


def _fields() -> Options:
    fields: FieldsOfWork = ask(ListFields())
    return tuple((item.code, named(item)) for item in fields.items)


def _agencies(values: dict[str, Any], place: str | None) -> Options:
    """Return the agencies of the chosen place, or those of the provinces (C04)."""
    level = values.get("level")
    wanted = None
    if isinstance(level, str) and level in set(AgencyLevel):
        wanted = AgencyLevel(level)
    if place is None and wanted is None:
        wanted = AgencyLevel.PROVINCE
    found: AgencyPage = ask(FindAgencies(place=place, level=wanted, limit=100))
    return tuple((agency.id, named(agency)) for agency in found.items)
