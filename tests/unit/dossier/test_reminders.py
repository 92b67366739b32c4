"""Reminders of a step's time (domain §6): half, four fifths, late; each once for each hop."""

from __future__ import annotations

from datetime import timedelta

import dossier_samples as s
import pytest

from services.dossier.contract import StepReminded, Urgency
from services.dossier.decider.reminders import next_reminder
from services.dossier.views.trace import trace
from services.dossier.views.work import project_work

# The step lasts three working days, from Monday 09:00 to Thursday 09:00.
HALF, MOST, LATE = s.at("2026-09-08 15:00"), s.at("2026-09-09 14:12"), s.at("2026-09-10 09:01")
A_MINUTE = timedelta(minutes=1)


def handling() -> s.Story:
    return s.UNTIL["handling"]()


def urgencies(story: s.Story) -> list[Urgency]:
    return [one.urgency for one in story.events if isinstance(one, StepReminded)]


def test_the_officer_is_reminded_at_half_and_at_four_fifths_and_the_head_when_it_is_late():
    story = handling()
    for moment in (HALF, MOST, LATE):
        assert story.state is not None
        assert next_reminder(story.state, s.CALENDAR) == moment
        assert story.tell(s.remind(moment - A_MINUTE)) == []
        (told,) = story.tell(s.remind(moment))
        assert story.tell(s.remind(moment)) == []
        assert (told.step, told.unit, told.due) == ("handle", s.TEAM, LATE - A_MINUTE)
    assert urgencies(story) == [Urgency.HALF, Urgency.MOST, Urgency.LATE]
    half, most, late = (one for one in story.events if isinstance(one, StepReminded))
    assert half.recipients == most.recipients == (s.ref(s.HANDLING),)
    assert late.recipients == (s.ref(s.TEAM_LEADER),)
    assert story.state is not None
    assert next_reminder(story.state, s.CALENDAR) is None
    assert story.tell(s.remind(LATE + timedelta(days=30))) == []


def test_after_a_long_silence_only_the_most_urgent_is_said():
    story = handling()
    story.tell(s.remind(MOST + A_MINUTE))
    assert urgencies(story) == [Urgency.MOST]
    story.tell(s.remind(LATE + timedelta(days=3)))
    assert urgencies(story) == [Urgency.MOST, Urgency.LATE]


def test_what_ends_in_the_minute_that_it_is_due_is_not_late():
    story = handling()
    story.tell(s.remind(LATE - A_MINUTE))
    assert urgencies(story) == [Urgency.MOST]


def test_the_next_step_has_reminders_of_its_own():
    story = handling()
    story.tell(s.remind(LATE))
    story.tell(s.complete_step(LATE))
    assert story.tell(s.remind(LATE)) == []
    (told,) = story.tell(s.remind(s.at("2026-09-10 15:01")))
    assert (told.step, told.urgency) == ("review", Urgency.HALF)


@pytest.mark.parametrize(
    "ask", [s.request_supplement(HALF, by=s.HANDLING), s.request_fee(HALF)], ids=["paper", "fee"]
)
def test_nobody_is_reminded_while_the_applicant_is_waited_for_and_the_pause_moves_it(ask):
    story = handling()
    story.tell(ask)
    for moment in (HALF, LATE, LATE + timedelta(days=30)):
        assert story.tell(s.remind(moment)) == []
    a_week_later = HALF + timedelta(days=7)
    answer = s.fee_paid if story.state.fee_due else s.supplement
    story.tell(answer(a_week_later))
    story.tell(s.remind(a_week_later))
    story.tell(s.remind(MOST + timedelta(days=7) - A_MINUTE))
    assert urgencies(story) == [Urgency.HALF]
    story.tell(s.remind(MOST + timedelta(days=7)))
    assert urgencies(story) == [Urgency.HALF, Urgency.MOST]


def test_an_extension_gives_new_time_and_new_reminders():
    story = handling()
    story.tell(s.remind(MOST))
    story.tell(s.extend(MOST))
    assert story.tell(s.remind(LATE)) == []
    two_days = timedelta(days=2)
    story.tell(s.remind(HALF + two_days))
    assert urgencies(story) == [Urgency.MOST, Urgency.HALF]


@pytest.mark.parametrize(
    "until", ["completed", "returned", "refused", "withdrawn", "stopped", "sent by post"]
)
def test_where_nothing_is_to_be_done_nobody_is_reminded(until):
    story = s.UNTIL[until]()
    assert story.tell(s.remind(s.MONDAY + timedelta(days=300))) == []
    assert project_work(story.history())["remind_at"] is None


def test_the_desk_is_reminded_of_the_check_before_anything_is_accepted():
    story = s.UNTIL["submitted"]()
    (told,) = story.tell(s.remind(s.MONDAY + timedelta(days=2)))
    assert (told.step, told.urgency) == ("receive", Urgency.LATE)


def test_the_narrow_document_says_when_to_look_and_for_which_role():
    story = handling()
    document = project_work(story.history())
    assert (document["remind_at"], document["role"]) == ("2026-09-08T08:00:00.000Z", "handling")
    story.tell(s.remind(HALF))
    assert project_work(story.history())["remind_at"] == "2026-09-09T07:12:00.000Z"


def test_the_history_tells_who_was_reminded_of_what_in_both_languages():
    story = handling()
    story.tell(s.remind(HALF))
    said = trace(story.history()).entries[-1]
    assert said.title == "Nhắc việc: đã dùng 50 % thời gian của bước"
    assert said.title_en == "Reminder: half of the step's time is used up"
    assert "Vũ Thị Mai" in said.detail
    assert "Handling" in said.detail_en


def test_where_nobody_serves_it_is_recorded_all_the_same():
    story = handling()
    (told,) = story.tell(s.do.Remind(LATE, s.CALENDAR))
    assert told.recipients == ()
    assert story.tell(s.do.Remind(LATE, s.CALENDAR)) == []
