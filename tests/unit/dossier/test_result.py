"""The result: dispatched, then in the applicant's hands."""

from __future__ import annotations

import dossier_samples as s
import pytest

from kernel.errors import Conflict, Forbidden, Invalid
from kernel.events import Encoded
from services.dossier import contract, views
from services.dossier.contract import (
    ClockState,
    DossierRated,
    ResultDispatched,
    ResultReceived,
    ReturnBy,
    Status,
    StepState,
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
    assert received == ResultReceived(
        s.CODE, s.APPLICANT.id, appointment, ReturnBy.IN_PERSON, s.ref(s.RECEIVING)
    )
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


# In the applicant's hands


def seen(story: s.Story, who=s.APPLICANT):
    """Return the status view of a story."""
    return views.status(views.project(story.history()), who, s.MONDAY, s.CALENDAR)


@pytest.mark.proves("F07")
def test_who_signs_for_another_is_named_and_shown_to_those_concerned():
    story = s.UNTIL["completed"]()
    received = story.tell(s.hand_over(signed_by="Nguyễn Văn Bá"))[-1]
    assert (received.signed_by, received.subject) == ("Nguyễn Văn Bá", s.APPLICANT.id)
    assert seen(story, s.RECEIVING).result.signed_by == "Nguyễn Văn Bá"
    assert seen(story, s.AUDITOR).result.signed_by is None
    erased = views.project(s.without_key(story.history()))
    assert "Nguyễn Văn Bá" not in str(erased)


@pytest.mark.proves("F07")
def test_a_result_is_offered_to_those_who_may_fetch_it_and_to_nobody_else():
    story = s.UNTIL["completed"]()
    file = seen(story).result.file
    assert file
    assert seen(story, s.RECEIVING).result.file == file
    assert seen(story, s.AUDITOR).result.file is None


@pytest.mark.proves("F06")
def test_the_applicant_confirms_what_the_post_brought():
    story = s.UNTIL["sent by post"]()
    assert story.tell(s.confirm_receipt(s.at("2026-09-08 20:00"))) == [
        ResultReceived(s.CODE, s.APPLICANT.id, s.at("2026-09-08 20:00"), ReturnBy.POST)
    ]
    assert (story.state.status, story.state.hold) == (Status.RETURNED, None)
    last = seen(story).steps[-1]
    assert (last.state, last.timing) == (StepState.DONE, Timing.LATE)
    assert views.trace(story.history()).entries[-1].who == "Người nộp hồ sơ"
    with pytest.raises(Conflict):
        story.tell(s.hand_over())


def test_what_is_signed_for_at_the_desk_is_not_confirmed_from_afar():
    with pytest.raises(Conflict) as refusal:
        s.UNTIL["completed"]().tell(s.confirm_receipt())
    assert refusal.value.code == "not-by-post"


def test_a_receipt_recorded_before_it_said_who_signed_is_still_read():
    former = Encoded(
        *("event-9", "ResultReceived", 1),
        '{"by":"in-person","code":"H56-260907-0001","officer":null,'
        '"received_at":"2026-09-07T02:00:00Z"}',
    )
    read = contract.EVENTS.decode(former)
    assert (read.subject, read.signed_by) == ("", None)


# Rated


@pytest.mark.proves("G20")
def test_the_applicant_rates_it_once_with_the_result_in_hand():
    story = s.UNTIL["returned"]()
    assert story.tell(s.rate()) == [DossierRated(s.CODE, s.APPLICANT.id, 4, s.MONDAY, "Nhanh")]
    assert story.state.status is Status.RETURNED
    assert (seen(story).rating.score, seen(story).rating.comment) == (4, "Nhanh")
    assert seen(story, s.AUDITOR).rating.comment is None
    with pytest.raises(Conflict) as refusal:
        story.tell(s.rate())
    assert refusal.value.code == "rated-already"


@pytest.mark.parametrize("stage", ["completed", "refused", "withdrawn", "stopped"])
def test_without_a_result_there_is_nothing_to_rate(stage):
    with pytest.raises(Conflict):
        s.UNTIL[stage]().tell(s.rate())


def test_nobody_else_rates_it():
    with pytest.raises(Forbidden):
        s.UNTIL["returned"]().tell(s.rate(by=s.RECEIVING))


def test_an_empty_comment_is_none():
    assert s.UNTIL["returned"]().tell(s.rate(comment="  "))[0].comment is None
