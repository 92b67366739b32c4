"""Statistics: for everybody the public part, for officers all of it (G01 to G13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import flask
from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import DomainError, Invalid, NotFound
from services.catalog.contract import (
    Agency,
    AgencyPage,
    FieldsOfWork,
    FindAgencies,
    ListFields,
    Offer,
    ReadAgency,
    ReadOffer,
)
from services.dossier.contract import DossierPage, ListBehind, ReadStatistics, Statistics
from services.portal import sessions, tables
from services.portal.formats import VIETNAM, month
from services.portal.forms import Form, read, typed
from services.portal.language import gettext, named
from services.portal.rendering import address, page
from services.portal.screens.statistics import BehindScreen, Period, StatisticsScreen, table
from services.portal.sessions import ask, officers_only

pages = Blueprint("statistics", __name__)

_ASKED = ("begin", "end", "agency", "by")
_FORMATS = {"xlsx": (tables.as_xlsx, tables.XLSX), "csv": (tables.as_csv, tables.CSV)}


@pages.get("/statistics")
def show() -> flask.Response:
    """Show the figures of a period: this year's where nothing is said."""
    form = typed(request.args)
    values = _asked(form)
    try:
        found: Statistics = ask(read(ReadStatistics, values))
    except Invalid as error:
        found, form = ask(ReadStatistics()), form.refused(error)
    else:
        form = replace(form, values={**_said(found), **values})
    agencies = _agencies()
    names = {**_fields(), **agencies}
    screen = StatisticsScreen(
        found=found,
        form=form,
        names=names,
        periods=_periods(found, values),
        agencies=tuple(agencies.items()),
        exports=tuple(
            (name.upper(), url_for("statistics.export", form=name, **values)) for name in _FORMATS
        ),
        behind=_behind(found),
        units=_units(found),
        offer=_offer(),
    )
    return page("statistics/show.html", screen)


@pages.get("/statistics/export.<form>")
def export(form: str) -> Response:
    """Take the figures away."""
    if form not in _FORMATS:
        raise NotFound("no-such-format", "Không có định dạng này.", "There is no such format.")
    found: Statistics = ask(read(ReadStatistics, _asked(typed(request.args))))
    write, media_type = _FORMATS[form]
    content = write(table(found, {**_fields(), **_agencies()}))
    response = flask.Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="statistics.{form}"'
    return response


@pages.get("/statistics/dossiers")
@officers_only
def behind() -> flask.Response:
    """List the dossiers behind a figure."""
    form = typed(request.args)
    asked: ListBehind = read(ListBehind, form.values)
    found: DossierPage = ask(asked)
    values = {name: value for name, value in form.values.items() if name != "after"}
    screen = BehindScreen(
        dossiers=found,
        begin=month(asked.begin),
        end=month(asked.end),
        about=_fields().get(asked.field_code or "", asked.procedure or ""),
        back=url_for("statistics.show", begin=asked.begin, end=asked.end, agency=_own()),
        next_address=address("statistics.behind", {**values, "after": found.next})
        if found.next
        else "",
    )
    return page("statistics/behind.html", screen)


def _asked(form: Form) -> dict[str, Any]:
    return {name: form.value(name) for name in _ASKED if form.value(name)}


def _said(found: Statistics) -> dict[str, Any]:
    """Return what the figures are of, as inputs: also where nothing was said."""
    return {name: getattr(found, name) or "" for name in _ASKED}


def _own() -> str:
    return sessions.who().agency or ""


def _behind(found: Statistics) -> Mapping[str, str]:
    """Return where the dossiers of each group are listed; only those of one's own agency are."""
    if not sessions.who().is_officer or found.agency != _own() or found.by == "agency":
        return {}
    key = {"field": "field_code", "procedure": "procedure"}[found.by]
    period: dict[str, Any] = {"begin": found.begin, "end": found.end}
    return {
        one.name: url_for("statistics.behind", **{**period, key: one.name}) for one in found.groups
    }


def _units(found: Statistics) -> Mapping[str, str]:
    """Return the names of the units of those whose load is shown."""
    if not found.load:
        return {}
    try:
        agency: Agency = ask(ReadAgency(agency=_own()))
    except DomainError:
        return {}
    return {unit.id: named(unit) for unit in agency.units}


def _periods(found: Statistics, values: Mapping[str, Any]) -> tuple[Period, ...]:
    """Return the half-years of this year and the last, and the years, as links."""
    this = datetime.now(UTC).astimezone(VIETNAM).year
    offered = []
    for year in (this, this - 1):
        halves = (("01", "06", 1), ("07", "12", 2))
        for first, last, half in halves:
            words = gettext("Half-year %(half)s of %(year)s", half=half, year=year)
            offered.append((words, f"{year}-{first}", f"{year}-{last}"))
        offered.append((gettext("Year %(year)s", year=year), f"{year}-01", f"{year}-12"))
    return tuple(
        Period(
            words,
            url_for("statistics.show", **{**values, "begin": begin, "end": end}),
            shown=(begin, end) == (found.begin, found.end),
        )
        for words, begin, end in offered
    )


def _fields() -> dict[str, str]:
    """Return the names of the fields of work; none while the catalogue is away."""
    try:
        found: FieldsOfWork = ask(ListFields())
    except DomainError:
        return {}
    return {one.code: named(one) for one in found.items}


def _offer() -> Offer | None:
    """Return what is offered online today; None while the catalogue is away."""
    try:
        offer: Offer = ask(ReadOffer())
    except DomainError:
        return None
    return offer


def _agencies() -> dict[str, str]:
    """Return the names of the agencies; none while the catalogue is away."""
    try:
        found: AgencyPage = ask(FindAgencies(limit=500))
    except DomainError:
        return {}
    return {one.id: named(one) for one in found.items}
