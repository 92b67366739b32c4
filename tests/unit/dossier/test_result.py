"""The result: dispatched, then in the applicant's hands."""

from __future__ import annotations

import dossier_samples as s
import pytest

from kernel.errors import Invalid
from services.dossier.contract import (
    ClockState,
    ResultDispatched,
    ResultReceived,
    ReturnBy,
    Status,
    Timing,
)


def ready(by: ReturnBy) -> s.Story:
    """A dossier whose result waits to be dispatched this way."""
    return s.Story(
        *(s.submit(return_by=by), s.accept(), s.assign(), s.complete_step()),
        *(s.complete_step(by=s.TEAM_LEADER), s.approve()),
    )


@pytest.mark.proves("D20")
def test_in_person_it_waits_at_the_desk_for_the_appointment():
    story = ready(ReturnBy.IN_PERSON)
    appointment = s.at("2026-09-18 09:00")
    events = story.tell(s.dispatch(s.at("2026-09-16 10:00"), appointment_at=appointment))
    assert s.types(events) == [
        *("StepCompleted", "DossierCompleted", "ResultDispatched", "StepEntered")
    ]
    assert events[1].timing is Timing.ON_TIME
    assert events[2].appointment_at == appointment
    assert (events[3].step, events[3].unit, events[3].due) == ("return", s.DESK, appointment)
    assert story.state.status is Status.COMPLETED
    assert story.state.clock.state is ClockState.STOPPED
    received = story.tell(s.hand_over(appointment))[-1]
    assert received == ResultReceived(s.CODE, appointment, ReturnBy.IN_PERSON, s.ref(s.RECEIVING))
    assert story.state.status is Status.RETURNED


@pytest.mark.proves("F04")
def test_online_it_is_received_as_it_is_sent():
    story = ready(ReturnBy.ONLINE)
    events = story.tell(s.dispatch())
    assert s.types(events) == [
        *("StepCompleted", "DossierCompleted", "ResultDispatched", "ResultReceived")
    ]
    assert isinstance(events[2], ResultDispatched)
    assert events[2].result == s.RESULT
    assert story.state.status is Status.RETURNED


@pytest.mark.proves("F06")
def test_the_fee_is_paid_online_and_the_result_travels_by_post():
    story = s.Story(s.submit(return_by=ReturnBy.POST), s.accept())
    assert story.tell(s.request_fee())[0].payable_online
    for command in (
        *(s.fee_paid(), s.assign(), s.complete_step()),
        *(s.complete_step(by=s.TEAM_LEADER), s.approve()),
    ):
        story.tell(command)
    events = story.tell(s.dispatch(appointment_at=None))
    assert events[2].tracking == "EV123456789VN"
    assert story.state.status is Status.COMPLETED


@pytest.mark.parametrize(
    ("by", "lacking", "field"),
    [
        (ReturnBy.ONLINE, {"result": None}, "file"),
        (ReturnBy.POST, {"tracking": " "}, "tracking"),
        (ReturnBy.IN_PERSON, {"appointment_at": None}, "appointment_at"),
        (ReturnBy.IN_PERSON, {"appointment_at": s.at("2026-09-06 09:00")}, "appointment_at"),
        *((by, {"appointment_at": s.at("2027-09-09 09:00")}, "appointment_at") for by in ReturnBy),
    ],
)
def test_each_way_of_return_needs_its_particulars(by, lacking, field):
    with pytest.raises(Invalid) as refusal:
        ready(by).tell(s.dispatch(**lacking))
    assert refusal.value.fields[0].field == field


def test_after_the_due_time_it_is_completed_late():
    story = ready(ReturnBy.ONLINE)
    completed = story.tell(s.dispatch(s.at("2026-09-17 08:00")))[1]
    assert completed.due == s.at("2026-09-16 17:30")
    assert completed.timing is Timing.LATE


def test_a_notification_is_recorded_once_for_each_outcome():
    story = s.UNTIL["accepted"]()
    assert s.types(story.tell(s.notified(delivered=False))) == ["CitizenNotified"]
    assert story.tell(s.notified(delivered=False)) == []
    assert s.types(story.tell(s.notified(delivered=True))) == ["CitizenNotified"]
    assert story.state.status is Status.ACCEPTED
