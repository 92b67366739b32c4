"""The appointments of a dossier as a calendar file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from services.dossier.contract import AppointmentView, UnitRef
from services.portal.calendar_file import calendar_file

WHEN = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
DESK = UnitRef("one-stop", "Bộ phận một cửa", "One-stop desk")


@pytest.mark.proves("D22")
def test_an_appointment_in_person_goes_into_the_calendar(status: Any) -> None:
    booked = AppointmentView(WHEN, WHEN + timedelta(minutes=30), DESK, "Thu nhận vân tay.")
    read = Calendar.from_ical(calendar_file(replace(status, appointment=booked, result=None)))
    (event,) = read.walk("VEVENT")
    assert event["dtstart"].dt == WHEN
    assert event["dtend"].dt == WHEN + timedelta(minutes=30)
    assert status.code in event["summary"]
    assert event["location"].startswith("Bộ phận một cửa, ")
    assert event["description"] == "Thu nhận vân tay."
    assert event["sequence"] == status.version


def test_the_appointment_for_the_result_goes_there_too(status: Any) -> None:
    result = replace(status.result, appointment_at=WHEN, appointment_place="Quầy 2")
    (event,) = Calendar.from_ical(
        calendar_file(replace(status, appointment=None, result=result))
    ).walk("VEVENT")
    assert (event["dtstart"].dt, event["location"]) == (WHEN, "Quầy 2")


def test_without_an_appointment_the_calendar_is_empty(status: Any) -> None:
    nothing = replace(status, appointment=None, result=None)
    assert Calendar.from_ical(calendar_file(nothing)).walk("VEVENT") == []
