"""Into other hands: to another agency, or to what follows a closed agency or unit."""

from __future__ import annotations

from dataclasses import replace

import dossier_samples as s
import pytest

from kernel.errors import Conflict, Forbidden, Invalid
from services.catalog.contract import OfficeHours
from services.dossier import views
from services.dossier.contract import (
    DossierTransferred,
    Status,
    StepEntered,
    StepState,
    Timing,
)

OTHER_DESK = s.OTHER_ROUTE[0].unit


def seen(story: s.Story, who=s.APPLICANT, now=s.MONDAY):
    """Return the status view of a story."""
    return views.status(views.project(story.history()), who, now, s.CALENDAR)


# Sent to another agency (chuyển hồ sơ)


def test_the_other_agencys_desk_holds_it_and_the_promise_stays():
    story = s.UNTIL["handling"]()
    when = s.at("2026-09-08 10:00")
    completed, transferred, entered = story.tell(s.transfer(when))
    assert (completed.step, completed.timing) == ("handle", Timing.EARLY)
    assert isinstance(transferred, DossierTransferred)
    assert (transferred.from_agency, transferred.to_agency) == (s.AGENCY, s.OTHER_AGENCY)
    assert entered == StepEntered(
        *(s.CODE, "receive", OTHER_DESK, when, s.at("2026-09-08 16:00")),  # four working hours
        *(None, s.TEAM, s.ref(s.CHAIR)),
    )
    assert story.state.clock.due == s.at("2026-09-16 17:30")
    assert (story.state.code, story.state.status) == (s.CODE, Status.PROCESSING)
    view = seen(story)
    assert (view.holder.agency, view.holder.unit) == (s.OTHER_AGENCY, OTHER_DESK)
    assert [step.state for step in view.steps] == [StepState.CURRENT, *[StepState.WAITING] * 6]
    assert {step.unit.id for step in view.steps} == {step.unit.id for step in s.OTHER_ROUTE}
    assert view.receiving_officer is None


def test_before_acceptance_the_other_desk_has_its_own_hours_for_the_check():
    story = s.Story(s.submit())
    entered = story.tell(s.transfer(s.at("2026-09-07 14:30"), by=s.RECEIVING))[-1]
    assert entered.due == s.at("2026-09-08 14:30")
    assert story.state.status is Status.SUBMITTED
    accept = s.accept(s.at("2026-09-08 09:00"), by=s.DESK_ELSEWHERE)
    story.tell(accept)
    assert seen(story).receiving_officer == s.ref(s.DESK_ELSEWHERE)


def test_officers_of_the_former_agency_act_no_more():
    story = s.UNTIL["transferred in handling"]()
    for command in (s.complete_step(), s.transfer(), s.extend(), s.stop(by=s.CHAIR)):
        with pytest.raises(Forbidden) as refusal:
            story.tell(command)
        assert refusal.value.code == "not-your-agency"
    assert not views.may_see(views.project(story.history()), s.HANDLING)


def test_the_other_desk_passes_on_what_was_accepted_before():
    story = s.UNTIL["transferred in handling"]()
    completed, entered = story.tell(s.complete_step(by=s.DESK_ELSEWHERE))
    assert (completed.step, entered.step) == ("receive", "assign")
    assert seen(story).receiving_officer == s.ref(s.DESK_ELSEWHERE)
    assert "accept" not in seen(s.UNTIL["transferred in handling"](), s.DESK_ELSEWHERE).actions


def test_it_can_be_asked_for_more_at_the_other_desk_and_comes_back_there():
    story = s.UNTIL["transferred in handling"]()
    story.tell(s.request_supplement(s.at("2026-09-07 10:00"), by=s.DESK_ELSEWHERE))
    story.tell(s.supplement(s.at("2026-09-08 10:00")))
    assert (story.state.status, story.state.hold.unit) == (Status.PROCESSING, OTHER_DESK)
    assert story.state.hold.due == s.at("2026-09-08 15:00")


def test_the_agency_that_holds_it_is_no_other():
    with pytest.raises(Invalid) as refusal:
        s.UNTIL["handling"]().tell(s.transfer(to=s.AGENCY))
    assert refusal.value.fields[0].field == "agency"


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ("fee due in handling", "fee-due"),
        ("withdrawal asked", "withdrawal-asked"),
        ("supplement asked in handling", "not-now"),
        ("completed", "not-now"),
        ("returned", "not-now"),
    ],
)
def test_what_waits_for_somebody_is_not_sent_away(stage, code):
    with pytest.raises(Conflict) as refusal:
        s.UNTIL[stage]().tell(s.transfer())
    assert refusal.value.code == code


def test_the_history_tells_from_where_to_where_and_why():
    entry = views.trace(s.UNTIL["transferred in handling"]().history()).entries[-2]
    assert entry.title == "Chuyển đến UBND phường Nghi Sơn"
    assert entry.detail_en == ("From Tân Dân Ward. Người nộp đã chuyển nơi cư trú. Basis: Điều 22.")


# An agency is closed (sắp xếp, sáp nhập)


@pytest.mark.parametrize(
    ("stage", "step"),
    [
        *((stage, "receive") for stage in ("submitted", "handling", "records")),
        *((stage, "receive") for stage in ("fee due in handling", "supplement asked at the desk")),
        ("completed", "return"),
    ],
)
def test_whatever_a_closed_agency_holds_lies_at_its_successors_desk(stage, step):
    story = s.UNTIL[stage]()
    before = story.state
    transferred, entered = story.tell(s.succeed())
    assert (transferred.officer, transferred.to_agency) == (None, s.OTHER_AGENCY)
    assert (entered.step, entered.unit, entered.officer) == (step, OTHER_DESK, None)
    after = story.state
    assert (after.status, after.clock, after.fees) == (before.status, before.clock, before.fees)
    assert story.tell(s.succeed()) == []


@pytest.mark.parametrize("stage", ["refused", "withdrawn", "stopped", "returned"])
def test_what_has_ended_stays_where_it_ended(stage):
    assert s.UNTIL[stage]().tell(s.succeed()) == []


def test_a_pause_goes_on_across_the_move_and_the_step_gets_its_whole_time_after_it():
    story = s.UNTIL["fee due in handling"]()  # asked for on Monday 09:00
    story.tell(s.succeed(s.at("2026-09-08 09:00")))
    story.tell(s.fee_paid(s.at("2026-09-09 09:00")))
    assert story.state.hold.due == s.at("2026-09-09 15:00")
    assert story.state.clock.due == s.at("2026-09-18 17:30")


def test_an_appointment_for_the_result_stays():
    story = s.UNTIL["completed"]()
    story.tell(s.succeed())
    assert story.state.hold.due == s.at("2026-09-30 09:00")
    hand_over = s.hand_over(s.at("2026-09-30 09:00"), by=s.DESK_ELSEWHERE)
    story.tell(hand_over)
    assert story.state.status is Status.RETURNED


# A unit is closed


def reorganised(*ids: str):
    """The route, where a new unit has taken the place of some."""
    new = replace(s.TEAM, id="justice", name="Phòng Tư pháp", name_en="Justice")
    return tuple(replace(step, unit=new) if step.unit.id in ids else step for step in s.ROUTE)


def test_the_unit_that_follows_has_it_at_the_same_step_due_at_the_same_time():
    story = s.UNTIL["handling"]()
    due = story.state.hold.due
    transferred, entered = story.tell(s.succeed(agency=s.AGENCY, route=reorganised("civil")))
    assert not transferred.to_another
    assert (entered.step, entered.unit.id, entered.due) == ("handle", "justice", due)
    assert story.state.hold.officer is None
    assert "assign" in seen(story, s.CHAIR).actions
    steps = {step.id: step for step in seen(story).steps}
    assert (steps["assign"].state, steps["assign"].unit) == (StepState.DONE, s.TEAM)
    assert steps["review"].unit.id == "justice"
    assert story.tell(s.succeed(agency=s.AGENCY, route=reorganised("civil"))) == []


def test_a_unit_that_is_to_act_later_changes_without_a_move():
    story = s.UNTIL["handling"]()
    (transferred,) = story.tell(s.succeed(agency=s.AGENCY, route=reorganised("office")))
    assert not transferred.to_another
    assert story.state.hold.officer == s.ref(s.HANDLING)
    assert "complete-step" in seen(story, s.HANDLING).actions


class TestOwnHours:
    """Time is counted by the hours of the agency that holds the dossier, as they were filed."""

    SATURDAYS = OfficeHours(week=(*("07:30-11:30 13:30-17:30",) * 5, "07:30-11:30", ""))
    OWN = replace(s.AGENCY, hours=SATURDAYS)
    FRIDAY = s.at("2026-09-11 16:30")

    def test_the_check_and_every_step_are_due_by_them(self):
        story = s.Story(s.submit(self.FRIDAY, agency=self.OWN))
        assert story.state.hold.due == s.at("2026-09-14 10:30")
        story.tell(s.accept(self.FRIDAY))
        ordinary = s.Story(s.submit(self.FRIDAY), s.accept(self.FRIDAY)).state
        assert story.state.hold.due < ordinary.hold.due

    def test_another_agency_counts_by_its_own(self):
        story = s.Story(s.submit(self.FRIDAY, agency=self.OWN))
        story.tell(s.transfer(self.FRIDAY))
        assert story.state.hold.due == s.at("2026-09-14 16:30")

    def test_reminders_follow_them(self):
        story = s.Story(s.submit(self.FRIDAY, agency=self.OWN), s.accept(self.FRIDAY))
        ordinary = s.Story(s.submit(self.FRIDAY), s.accept(self.FRIDAY))
        own, usual = (
            views.project(one.history())["picture"]["remind_at"] for one in (story, ordinary)
        )
        assert own < usual
