"""In person at the desk, by appointment."""

from __future__ import annotations

from datetime import timedelta

import dossier_samples as s
import pytest

from kernel.errors import Conflict, Invalid
from services.dossier import views
from services.dossier.contract import AppointmentBooked
from services.dossier.decider.appointments import slots


def seen(story: s.Story):
    """Return the status view of a story."""
    return views.status(views.project(story.history()), s.APPLICANT, s.MONDAY, s.CALENDAR)


@pytest.mark.proves("D22")
def test_the_applicant_comes_to_the_desk_at_the_time_that_was_chosen():
    story = s.UNTIL["to come in person"]()
    (booked,) = story.tell(s.book())
    assert booked == AppointmentBooked(
        code=s.CODE,
        agency=s.AGENCY,
        unit=s.DESK,
        purpose=s.FINGERPRINTS,
        starts_at=s.at("2026-09-08 08:00"),
        ends_at=s.at("2026-09-08 08:30"),
        booked_at=s.MONDAY,
    )
    assert seen(story).appointment.starts_at == s.at("2026-09-08 08:00")
    document = views.project(story.history())
    assert document["appointment"] == "ubnd-16594/one-stop/2026-09-08T01:00:00.000Z"
    assert story.tell(s.book()) == []


def test_another_time_takes_the_place_of_the_one_before():
    story = s.UNTIL["to come in person"]()
    story.tell(s.book())
    story.tell(s.book(by=s.RECEIVING, starts_at=s.at("2026-09-09 13:30")))
    assert seen(story).appointment.starts_at == s.at("2026-09-09 13:30")
    assert views.trace(story.history()).entries[-1].who == "Chuyên viên Lê Thị Lan"


def test_the_desk_offers_the_half_hours_of_its_next_ten_working_days():
    offered = list(slots(s.CALENDAR, s.at("2026-09-04 16:00")))  # a Friday
    assert len(offered) == 10 * 16
    assert offered[0] == s.at("2026-09-07 07:30")
    assert offered[7:9] == [s.at("2026-09-07 11:00"), s.at("2026-09-07 13:30")]
    assert offered[-1] == s.at("2026-09-18 17:00")


@pytest.mark.parametrize(
    "starts_at",
    ["2026-09-07 14:00", "2026-09-08 08:10", "2026-09-08 12:00", "2026-09-12 08:00",
     "2026-09-22 08:00"],
)  # fmt: skip
def test_today_between_the_hours_on_a_day_off_or_far_ahead_nobody_comes(starts_at):
    with pytest.raises(Invalid) as refusal:
        s.UNTIL["to come in person"]().tell(s.book(starts_at=s.at(starts_at)))
    assert refusal.value.fields[0].field == "starts_at"


def test_where_nothing_is_to_be_done_in_person_nobody_need_come():
    with pytest.raises(Conflict) as refusal:
        s.UNTIL["handling"]().tell(s.book())
    assert refusal.value.code == "nothing-in-person"


def test_with_another_agency_it_is_booked_anew():
    story = s.UNTIL["to come in person"]()
    story.tell(s.book())
    story.tell(s.transfer())
    assert seen(story).appointment is None
    booked = story.tell(s.book(s.MONDAY + timedelta(hours=1)))[0]
    assert booked.unit == s.OTHER_ROUTE[0].unit
