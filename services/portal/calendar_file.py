"""The appointments of a dossier as a calendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import flask
from icalendar import Calendar, Event

from services.dossier.contract import DossierStatus
from services.portal.language import gettext, named

_AT_THE_DESK = timedelta(minutes=30)


def calendar_file(dossier: DossierStatus) -> bytes:
    """Return the file; read again after a change it moves what it had put into the calendar."""
    calendar = Calendar()
    calendar.add("prodid", "-//Mot Cua//VI")
    calendar.add("version", "2.0")
    for event in _events(dossier):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def download(dossier: DossierStatus) -> flask.Response:
    """Answer the file as an attachment."""
    response = flask.make_response(calendar_file(dossier))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{dossier.code}.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _events(dossier: DossierStatus) -> Iterator[Event]:
    booked, result, agency = dossier.appointment, dossier.result, named(dossier.agency)
    if booked is not None:
        place = f"{named(booked.unit)}, {agency}"
        title = gettext("Dossier %(code)s: come to the counter", code=dossier.code)
        yield _event(dossier, "in-person", title, booked.starts_at, place, booked.purpose)
    if result is not None and result.appointment_at is not None:
        title = gettext("Dossier %(code)s: collect the result", code=dossier.code)
        yield _event(dossier, "result", title, result.appointment_at, result.appointment_place, "")


def _event(
    dossier: DossierStatus, kind: str, title: str, starts_at: datetime, place: str, purpose: str
) -> Event:
    event = Event()
    event.add("uid", f"{dossier.code}-{kind}@motcua")
    event.add("sequence", dossier.version)
    event.add("dtstamp", dossier.updated_at)
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + _AT_THE_DESK)
    event.add("summary", title)
    event.add("location", place)
    event.add("description", purpose or named(dossier.procedure))
    return event
