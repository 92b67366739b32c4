"""Another unit is asked for its opinion while a step is worked on."""

from __future__ import annotations

import dossier_samples as s
import paper_samples as p
import pytest

from kernel.errors import Conflict, Forbidden, Invalid
from services.dossier import views
from services.dossier.contract import (
    ConsultationAnswered,
    ConsultationRequested,
    Status,
    Timing,
)
from services.dossier.decider import decide
from services.dossier.papers.slip import control_slip
from services.dossier.views.work import cells_of, consulted_list, project_work


def consulting(*more) -> s.Story:
    return s.Story(s.submit(), s.accept(), s.assign(), s.consult(), *more)


def seen(story, who=s.HANDLING):
    return views.status(views.project(story.history()), who, s.MONDAY, s.CALENDAR)


def test_it_stays_where_it_is_and_its_clock_runs():
    before = s.Story(s.submit(), s.accept(), s.assign())
    story = s.Story(s.submit(), s.accept(), s.assign())
    (asked,) = story.tell(s.consult())
    assert isinstance(asked, ConsultationRequested)
    assert (asked.unit, asked.step) == (s.OFFICE, "handle")
    assert asked.due == s.CALENDAR.add_hours(s.MONDAY, 16)
    assert story.state.hold == before.state.hold
    assert story.state.clock == before.state.clock
    assert story.state.status is Status.PROCESSING


def test_several_units_are_asked_at_once_and_the_step_waits_for_all():
    story = consulting(s.consult(unit=s.HEADS))
    with pytest.raises(Conflict) as refusal:
        story.tell(s.complete_step())
    assert refusal.value.code == "consultation-open"
    story.tell(s.answer_consultation())
    with pytest.raises(Conflict):
        story.tell(s.complete_step())
    story.tell(s.answer_consultation(by=s.CHAIR))
    assert story.tell(s.complete_step())
    assert story.state.hold.step.id == "review"


@pytest.mark.parametrize(
    ("when", "timing"),
    [("2026-09-07 10:00", Timing.EARLY), ("2026-09-30 10:00", Timing.LATE)],
)
def test_the_answer_says_whether_it_came_in_time(when, timing):
    (answered,) = consulting().tell(s.answer_consultation(s.at(when)))
    assert isinstance(answered, ConsultationAnswered)
    assert (answered.unit, answered.timing) == (s.OFFICE, timing)


def test_only_the_unit_that_was_asked_answers_and_once():
    story = consulting()
    for who in (s.HANDLING, s.RECEIVING, s.AUDITOR):
        with pytest.raises(Forbidden):
            decide(story.state, s.answer_consultation(by=who))
    story.tell(s.answer_consultation())
    with pytest.raises(Conflict) as refusal:
        story.tell(s.answer_consultation())
    assert refusal.value.code == "nobody-consulted"


def test_a_unit_is_asked_once_at_a_time_and_never_itself():
    story = consulting()
    with pytest.raises(Conflict) as refusal:
        story.tell(s.consult())
    assert refusal.value.code == "asked-already"
    with pytest.raises(Invalid) as wrong:
        story.tell(s.consult(unit=s.TEAM))
    assert [fault.field for fault in wrong.value.fields] == ["unit"]
    story.tell(s.answer_consultation())
    assert story.tell(s.consult())
    assert [one.state for one in seen(story).consultations] == ["answered", "open"]


def test_who_asked_may_do_without_it():
    story = consulting()
    with pytest.raises(Invalid) as wrong:
        story.tell(s.call_off_consultation(unit=s.HEADS))
    assert "Waiting for: " in wrong.value.en
    story.tell(s.call_off_consultation())
    assert seen(story).consultations[0].state == "ended"
    assert story.tell(s.complete_step())


@pytest.mark.parametrize(
    "end", [s.return_step(by=s.HANDLING, to="assign"), s.stop()], ids=["sent back", "stopped"]
)
def test_what_leaves_the_step_waits_for_nobody(end):
    story = consulting(end)
    assert story.state.consulted == {}
    assert [one.state for one in seen(story).consultations] == ["ended"]


def test_the_applicant_sees_which_unit_and_not_what_is_written():
    story = consulting(s.answer_consultation())
    (inside,) = seen(story).consultations
    assert (inside.question, inside.opinion) == ("Hồ sơ gốc có trùng không?", "Không trùng")
    for who in (s.APPLICANT, s.AUDITOR):
        (outside,) = seen(story, who).consultations
        assert (outside.unit, outside.state) == (s.OFFICE, "answered")
        assert (outside.question, outside.opinion) == ("", "")
    assert "trùng" not in str(views.trace(story.history()))


def test_it_stands_in_the_list_of_the_unit_that_was_asked_until_it_answered():
    story = consulting()
    lists = {name for name, _ in cells_of(project_work(story.history()))}
    asked, all_asked = (consulted_list(s.AGENCY.id, unit) for unit in (s.OFFICE.id, ""))
    assert {asked, all_asked} <= lists
    story.tell(s.answer_consultation())
    assert not {asked, all_asked} & {name for name, _ in cells_of(project_work(story.history()))}


def test_the_control_slip_names_the_unit_and_whether_it_was_in_time():
    story = consulting(s.answer_consultation(s.at("2026-09-07 10:00")))
    *_, opinion = control_slip(story.events, p.AROUND, s.MONDAY).hops
    assert (opinion.step, opinion.receiver) == ("Lấy ý kiến", s.RECORDS.name)
    assert s.OFFICE.name in opinion.receiver_place
    assert opinion.result == "trước hạn"
