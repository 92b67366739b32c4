"""Inside the agency: every hop says from whom, to whom, due when, and how the step ended."""

from __future__ import annotations

import dossier_samples as s
import pytest

from kernel.errors import Conflict, Invalid
from services.dossier.contract import (
    OfficerAssigned,
    ResultApproved,
    Status,
    StepCompleted,
    StepEntered,
    StepReturned,
    Timing,
)


def test_assignment_names_the_officer_and_moves_it_into_those_hands():
    story = s.UNTIL["accepted"]()
    assigned, completed, entered = story.tell(s.assign(s.at("2026-09-07 10:00")))
    assert isinstance(assigned, OfficerAssigned)
    assert (assigned.step, assigned.officer) == ("handle", s.ref(s.HANDLING))
    assert assigned.assigned_by == s.ref(s.TEAM_LEADER)
    assert isinstance(completed, StepCompleted)
    assert (completed.step, completed.timing) == ("assign", Timing.ON_TIME)
    assert isinstance(entered, StepEntered)
    assert entered.officer == s.ref(s.HANDLING)
    assert entered.from_officer == s.ref(s.TEAM_LEADER)
    assert entered.due == s.at("2026-09-10 10:00")  # 24 working hours
    assert story.state.status is Status.PROCESSING


def test_only_an_officer_with_the_steps_role_and_unit_can_be_assigned():
    story = s.UNTIL["accepted"]()
    for unfit in (s.RECEIVING, s.TEAM_LEADER, s.ELSEWHERE):
        with pytest.raises(Invalid) as refusal:
            story.tell(s.assign(to=unfit))
        assert refusal.value.fields[0].field == "officer"


def test_a_leader_gives_it_to_another_officer_while_it_is_handled():
    story = s.UNTIL["handling"]()
    (assigned,) = story.tell(s.assign(to=s.COLLEAGUE))
    assert assigned.officer == s.ref(s.COLLEAGUE)
    assert story.state.hold.officer == s.ref(s.COLLEAGUE)
    assert story.tell(s.assign(to=s.COLLEAGUE)) == []


@pytest.mark.parametrize(
    ("ended", "timing"),
    [
        ("2026-09-09 17:00", Timing.EARLY),  # a day before
        ("2026-09-10 08:00", Timing.ON_TIME),  # on the day
        ("2026-09-10 09:00", Timing.ON_TIME),  # to the minute
        ("2026-09-10 09:01", Timing.LATE),
    ],
)
def test_a_step_ends_early_on_time_or_late(ended, timing):
    story = s.UNTIL["handling"]()  # entered Monday 09:00, 24 working hours: Thursday 09:00
    completed, entered = story.tell(s.complete_step(s.at(ended)))
    assert completed.timing is timing
    assert entered.entered_at == s.at(ended)


def test_a_returned_step_goes_back_to_who_had_it():
    story = s.UNTIL["signature"]()
    returned, entered = story.tell(s.return_step(to="handle"))
    assert isinstance(returned, StepReturned)
    assert (returned.step, returned.to) == ("sign", "handle")
    assert (entered.step, entered.officer) == ("handle", s.ref(s.HANDLING))
    assert (entered.from_unit, entered.from_officer) == (s.HEADS, s.ref(s.CHAIR))
    assert story.state.status is Status.PROCESSING


@pytest.mark.parametrize("to", ["receive", "sign", "records", "nowhere"])
def test_it_goes_back_only_to_an_earlier_step_behind_the_desk(to):
    story = s.UNTIL["signature"]()
    with pytest.raises(Invalid) as refusal:
        story.tell(s.return_step(to=to))
    assert refusal.value.code == "no-such-step"
    assert "«Phân công», «Thụ lý», «Lãnh đạo phòng duyệt»" in refusal.value.vi


def test_approval_sends_it_to_be_dispatched_and_is_given_again_when_it_goes_back():
    story = s.UNTIL["signature"]()
    approved, completed, entered = story.tell(s.approve())
    assert isinstance(approved, ResultApproved)
    assert approved.officer == s.ref(s.CHAIR)
    assert (completed.step, entered.step) == ("sign", "records")
    story.tell(s.return_step(by=s.RECORDS, to="sign"))
    with pytest.raises(Conflict):
        story.tell(s.dispatch())
    story.tell(s.approve())
    story.tell(s.dispatch())
    assert story.state.status is Status.COMPLETED
