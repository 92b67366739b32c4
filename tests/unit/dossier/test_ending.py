"""Ended before its result: taken back by the applicant, or stopped by the agency."""

from __future__ import annotations

import dossier_samples as s
import pytest

from kernel.errors import Conflict, Forbidden
from kernel.events import Encoded
from services.dossier import contract, views
from services.dossier.contract import (
    ClockState,
    DossierWithdrawn,
    FeeState,
    ProcessingStopped,
    Status,
    StepCompleted,
    StepState,
    Timing,
    WithdrawalRefused,
    WithdrawalRequested,
)
from services.dossier.views import work


def seen(story: s.Story, who=s.APPLICANT, now=s.MONDAY):
    """Return the status view of a story."""
    return views.status(views.project(story.history()), who, now, s.CALENDAR)


# Taken back (rút hồ sơ)


@pytest.mark.parametrize(
    "stage", ["submitted", "supplement asked at the desk", "fee due at the desk"]
)
def test_before_acceptance_the_applicant_takes_it_back_at_once(stage):
    story = s.UNTIL[stage]()
    assert story.tell(s.withdraw()) == [
        DossierWithdrawn(s.CODE, s.APPLICANT.id, s.MONDAY, "Không còn nhu cầu")
    ]
    assert story.state.status is Status.WITHDRAWN


def test_after_acceptance_it_takes_a_request_and_the_work_goes_on():
    story = s.UNTIL["handling"]()
    with pytest.raises(Conflict) as refusal:
        story.tell(s.withdraw())
    assert "«Đề nghị rút hồ sơ»" in refusal.value.vi
    assert story.tell(s.request_withdrawal()) == [
        WithdrawalRequested(s.CODE, s.APPLICANT.id, s.MONDAY, "Không còn nhu cầu")
    ]
    assert story.state.status is Status.PROCESSING
    assert story.state.clock.state is ClockState.RUNNING
    assert s.types(story.tell(s.complete_step())) == ["StepCompleted", "StepEntered"]
    assert story.state.withdrawal_asked


def test_with_the_officers_consent_it_ends():
    story = s.UNTIL["withdrawal asked"]()
    completed, withdrawn = story.tell(s.grant_withdrawal(s.at("2026-09-08 10:00")))
    assert isinstance(completed, StepCompleted)
    assert (completed.step, completed.timing) == ("handle", Timing.EARLY)
    assert withdrawn == DossierWithdrawn(
        s.CODE, s.APPLICANT.id, s.at("2026-09-08 10:00"), officer=s.ref(s.HANDLING)
    )
    assert (story.state.status, story.state.hold) == (Status.WITHDRAWN, None)
    view = seen(story)
    assert view.holder is None
    assert view.steps[2].state is StepState.DONE
    assert views.trace(story.history()).entries[-1].who == "Chuyên viên Vũ Thị Mai"


def test_a_refusal_says_why_and_the_applicant_may_ask_again():
    story = s.UNTIL["withdrawal asked"]()
    (refused,) = story.tell(s.refuse_withdrawal(by=s.CHAIR))
    assert isinstance(refused, WithdrawalRefused)
    assert seen(story).withdrawal.refusal == "Kết quả đã được ký."
    assert story.state.status is Status.PROCESSING
    story.tell(s.request_withdrawal())
    assert (seen(story).withdrawal.refused_at, seen(story).withdrawal.refusal) == (None, "")


def test_one_request_is_open_at_a_time():
    with pytest.raises(Conflict) as refusal:
        s.UNTIL["withdrawal asked"]().tell(s.request_withdrawal())
    assert refusal.value.code == "withdrawal-asked"


def test_an_open_request_is_answered_before_the_result_goes_out():
    story = s.UNTIL["withdrawal asked at records"]()
    with pytest.raises(Conflict) as refusal:
        story.tell(s.dispatch())
    assert refusal.value.code == "withdrawal-asked"
    story.tell(s.refuse_withdrawal(by=s.RECORDS))
    story.tell(s.dispatch())
    assert story.state.status is Status.COMPLETED


def test_where_nobody_asked_there_is_nothing_to_agree_to():
    with pytest.raises(Conflict) as refusal:
        s.UNTIL["handling"]().tell(s.grant_withdrawal())
    assert refusal.value.code == "no-withdrawal-asked"


def test_while_it_is_paused_it_ends_as_early_as_when_it_was_paused():
    story = s.UNTIL["supplement asked in handling"]()
    story.tell(s.request_withdrawal(s.at("2026-10-01 09:00")))
    completed = story.tell(s.grant_withdrawal(s.at("2026-10-02 09:00")))[0]
    assert completed.timing is Timing.EARLY


def test_after_it_ended_nobody_acts_any_more():
    story = s.UNTIL["withdrawal asked"]()
    story.tell(s.grant_withdrawal())
    for late in (s.complete_step(), s.request_supplement(by=s.HANDLING), s.request_withdrawal()):
        with pytest.raises(Conflict) as refusal:
            story.tell(late)
        assert refusal.value.code == "not-now"


def test_what_was_to_be_paid_is_not_due_any_more():
    story = s.UNTIL["fee due in handling"]()
    story.tell(s.request_withdrawal())
    story.tell(s.grant_withdrawal(by=s.CHAIR))
    assert seen(story).fees[0].state is FeeState.CANCELLED
    story.tell(s.fee_paid())
    assert seen(story).fees[0].state is FeeState.PAID
    assert story.state.status is Status.WITHDRAWN


def test_an_officer_sees_the_reason_and_an_auditor_does_not():
    story = s.UNTIL["withdrawal asked"]()
    assert seen(story, s.HANDLING).withdrawal.reason == "Không còn nhu cầu"
    assert seen(story, s.AUDITOR).withdrawal.reason is None
    document = {**(work.project_work(story.history()) or {}), "_id": s.CODE, "version": 1}
    row = work.row(document, s.HANDLING, s.MONDAY, s.CALENDAR)
    assert row.withdrawal_asked


def test_a_colleague_of_the_assigned_officer_does_not_answer():
    with pytest.raises(Forbidden):
        s.UNTIL["withdrawal asked"]().tell(s.grant_withdrawal(by=s.COLLEAGUE))


def test_a_withdrawal_recorded_before_it_said_who_agreed_is_still_read():
    former = Encoded(
        *("event-9", "DossierWithdrawn", 2),
        '{"code":"H56-260907-0001","reason":"Đổi ý","subject":"acc-an",'
        '"withdrawn_at":"2026-09-07T02:00:00Z"}',
    )
    assert contract.EVENTS.decode(former).officer is None


# Stopped by the agency (dừng giải quyết, paper 05)


def test_the_officer_of_the_step_stops_it_with_the_laws_reason():
    story = s.UNTIL["handling"]()
    completed, stopped = story.tell(s.stop(s.at("2026-09-08 09:00")))
    assert (completed.step, completed.timing) == ("handle", Timing.EARLY)
    assert stopped == ProcessingStopped(
        *(s.CODE, s.ref(s.HANDLING), s.TEAM, "Chủ hồ sơ đã mất.", "Điều 7 Luật Cư trú"),
        s.at("2026-09-08 09:00"),
    )
    assert (story.state.status, story.state.hold) == (Status.STOPPED, None)
    view = seen(story)
    assert view.stopped == "Chủ hồ sơ đã mất. (Điều 7 Luật Cư trú)"
    assert view.clock.state is ClockState.STOPPED
    assert "dừng giải quyết" in view.clock.explained
    assert view.actions == ()


def test_before_acceptance_it_is_refused_and_not_stopped():
    for stage, who in (("submitted", s.RECEIVING), ("fee due at the desk", s.CHAIR)):
        with pytest.raises(Conflict):
            s.UNTIL[stage]().tell(s.stop(by=who))


@pytest.mark.parametrize("stage", ["supplement asked in handling", "fee due in handling"])
def test_a_leader_stops_what_waits_for_the_applicant_and_nothing_is_due(stage):
    story = s.UNTIL[stage]()
    story.tell(s.stop(by=s.CHAIR))
    assert story.state.status is Status.STOPPED
    assert {fee.state for fee in seen(story).fees} <= {FeeState.CANCELLED}


def test_a_request_to_withdraw_that_was_open_ends_with_it():
    story = s.UNTIL["withdrawal asked"]()
    story.tell(s.stop())
    assert not story.state.withdrawal_asked
