"""More time, with an apology: once, in time, by whole working days."""

from __future__ import annotations

import dossier_samples as s
import pytest

from kernel.errors import Conflict, Forbidden
from services.dossier import views
from services.dossier.contract import DeadlineExtended, Timing


def test_both_due_times_move_by_whole_working_days():
    story = s.UNTIL["handling"]()  # due Wednesday of next week, the step on Thursday 09:00
    (extended,) = story.tell(s.extend(s.at("2026-09-08 10:00"), days=3))
    assert extended == DeadlineExtended(
        code=s.CODE,
        officer=s.ref(s.CHAIR),
        reason="Chờ xác minh nơi cư trú cũ.",
        days=3,
        extended_at=s.at("2026-09-08 10:00"),
        former_due=s.at("2026-09-16 17:30"),
        due=s.at("2026-09-21 17:30"),  # over the weekend
        step_due=s.at("2026-09-15 09:00"),
    )
    assert (story.state.clock.due, story.state.hold.due) == (extended.due, extended.step_due)
    assert story.tell(s.complete_step(s.at("2026-09-14 09:00")))[0].timing is Timing.EARLY


def test_the_citizen_sees_the_old_and_the_new_due_time_and_why():
    view = views.status(
        views.project(s.UNTIL["extended"]().history()), s.APPLICANT, s.MONDAY, s.CALENDAR
    )
    assert view.clock.explained == (
        "Hạn trả 18/09/2026 17:30; đã gia hạn 2 ngày làm việc, trước đó hẹn 16/09/2026 17:30"
    )
    assert view.extension.reason == "Chờ xác minh nơi cư trú cũ."
    assert view.step.due == s.at("2026-09-14 09:00")


def test_the_day_before_it_is_due_is_the_last_on_which_it_is_extended():
    story = s.UNTIL["handling"]()
    for late in ("2026-09-16 00:00", "2026-09-16 08:00", "2026-09-20 08:00"):
        with pytest.raises(Conflict) as refusal:
            story.tell(s.extend(s.at(late)))
        assert refusal.value.code == "too-late-to-extend"
    story.tell(s.extend(s.at("2026-09-15 23:59")))
    assert story.state.clock.due == s.at("2026-09-18 17:30")


def test_it_is_extended_once_only():
    with pytest.raises(Conflict) as refusal:
        s.UNTIL["extended"]().tell(s.extend())
    assert refusal.value.code == "extended-already"


def test_a_leader_of_the_agency_answers_for_it():
    for who in (s.HANDLING, s.RECEIVING):
        with pytest.raises(Forbidden):
            s.UNTIL["handling"]().tell(s.extend(by=who))


def test_while_the_clock_is_paused_there_is_nothing_to_extend():
    with pytest.raises(Conflict):
        s.UNTIL["supplement asked in handling"]().tell(s.extend())


def test_a_pause_after_it_moves_what_was_extended():
    story = s.UNTIL["extended"]()
    story.tell(s.request_supplement(s.at("2026-09-08 09:00"), by=s.HANDLING))
    resumed = story.tell(s.supplement(s.at("2026-09-09 09:00")))[-1]
    assert resumed.former_due == s.at("2026-09-18 17:30")
    assert resumed.due == s.at("2026-09-21 17:30")


def test_nothing_is_promised_beyond_the_calendars_end():
    story = s.Story(s.submit(), s.accept(s.at("2045-12-20 09:00")), s.assign())
    with pytest.raises(Conflict) as refusal:
        story.tell(s.extend(days=60))
    assert refusal.value.code == "beyond-calendar"
