"""Something is missing: the clock stands still, and the due time moves by exactly the pause."""

from __future__ import annotations

import dossier_samples as s
import pytest

from kernel.errors import Invalid
from services.dossier import views
from services.dossier.contract import (
    ClockPaused,
    ClockResumed,
    ClockState,
    DossierSupplemented,
    Status,
    StepEntered,
    SupplementItem,
    SupplementRequested,
)


@pytest.mark.proves("D19")
def test_a_request_says_what_is_missing_and_pauses_the_clock():
    story = s.UNTIL["handling"]()
    asked, paused = story.tell(s.request_supplement(s.at("2026-09-08 09:00"), by=s.HANDLING))
    assert isinstance(asked, SupplementRequested)
    assert asked.items == (SupplementItem("Thiếu trang ký tên", "lease"),)
    assert paused == ClockPaused(
        s.CODE, "supplement", s.at("2026-09-08 09:00"), s.at("2026-09-16 17:30")
    )
    assert story.state.status is Status.SUPPLEMENT_REQUESTED


def test_the_answer_resumes_where_it_stood_with_both_due_times_moved_alike():
    story = s.UNTIL["handling"]()
    story.tell(s.request_supplement(s.at("2026-09-08 09:00"), by=s.HANDLING))
    sent, resumed = story.tell(s.supplement(s.at("2026-09-11 09:00")))
    assert isinstance(sent, DossierSupplemented)
    assert resumed == ClockResumed(
        code=s.CODE,
        reason="supplement",
        resumed_at=s.at("2026-09-11 09:00"),
        paused_minutes=3 * 480,
        former_due=s.at("2026-09-16 17:30"),
        due=s.at("2026-09-21 17:30"),
        step_due=s.at("2026-09-15 09:00"),
    )
    assert story.state.status is Status.PROCESSING
    assert story.state.hold.officer == s.ref(s.HANDLING)


def test_before_acceptance_there_is_no_clock_to_pause_and_the_check_begins_anew():
    story = s.Story(s.submit())
    assert s.types(story.tell(s.request_supplement())) == ["SupplementRequested"]
    sent, entered = story.tell(s.supplement(s.at("2026-09-09 14:30")))
    assert isinstance(sent, DossierSupplemented)
    assert entered == StepEntered(
        s.CODE, "receive", s.DESK, s.at("2026-09-09 14:30"), s.at("2026-09-10 14:30")
    )
    assert story.state.status is Status.SUBMITTED


def test_a_pause_over_the_week_end_costs_nothing():
    story = s.UNTIL["handling"]()
    story.tell(s.request_supplement(s.at("2026-09-11 17:30"), by=s.HANDLING))
    _, resumed = story.tell(s.supplement(s.at("2026-09-13 20:00")))
    assert resumed.paused_minutes == 0
    assert resumed.due == resumed.former_due


@pytest.mark.proves("D21")
def test_nothing_outside_the_list_may_be_asked_for():
    with pytest.raises(Invalid) as refusal:
        s.Story(s.submit(), s.request_supplement(item=SupplementItem("Sổ gạo", "ration-book")))
    assert refusal.value.fields[0].field == "items.0.requirement"


@pytest.mark.proves("D19")
def test_the_applicant_is_told_what_is_still_missing():
    story = s.UNTIL["supplement asked at the desk"]()
    with pytest.raises(Invalid) as refusal:
        story.tell(s.supplement(documents=(), note="Tôi gửi sau"))
    (fault,) = refusal.value.fields
    assert fault.field == "documents.lease"
    assert fault.vi == "Cần bổ sung: Thiếu trang ký tên"


def test_an_answer_in_the_form_can_be_asked_for():
    item = SupplementItem("Ghi rõ địa chỉ", form_field="address")
    story = s.Story(s.submit(), s.request_supplement(item=item))
    with pytest.raises(Invalid) as refusal:
        story.tell(s.supplement())
    assert refusal.value.fields[0].field == "form.address"
    story.tell(s.supplement(documents=(), answers={"address": "12 Lê Lợi"}))
    assert story.state.status is Status.SUBMITTED


@pytest.mark.proves("D21")
def test_what_is_sent_must_be_on_the_list_too():
    story = s.UNTIL["supplement asked at the desk"]()
    with pytest.raises(Invalid):
        story.tell(s.supplement(documents=(s.attachment("lease"), s.attachment("ration-book"))))


def test_a_file_sent_again_replaces_the_one_before():
    item = SupplementItem("Ảnh mờ", "declaration")
    story = s.Story(s.submit(), s.request_supplement(item=item))
    story.tell(s.supplement(documents=(s.attachment("declaration", "file-sharp"),)))
    assert [one.file for one in story.state.documents] == ["file-sharp"]


@pytest.mark.parametrize("who", [s.APPLICANT, s.AUDITOR], ids=["applicant", "auditor"])
def test_a_view_can_be_shown_after_every_single_event_also_within_a_commit(who):
    story = s.UNTIL["handling"]()
    story.tell(s.request_supplement(s.at("2026-09-08 09:00"), by=s.HANDLING))
    sent, resumed = story.tell(s.supplement(s.at("2026-09-11 09:00")))
    history = story.history()
    told = []
    for length in range(len(history) - 2, len(history) + 1):
        document = views.project(history[:length])
        assert document is not None
        view = views.status(document, who, s.at("2026-09-11 09:00"), s.CALENDAR)
        told.append((history[length - 1].event, view.clock.state, view.clock.explained_en))
    assert told[1:] == [
        (sent, ClockState.PAUSED, "Due 16/09/2026 17:30"),
        (
            *(resumed, ClockState.RUNNING),
            "Due 21/09/2026 17:30; was paused for 3 working days, waiting for the supplement",
        ),
    ]
    begun = views.project(history[:1])
    assert begun is not None
    clock = views.status(begun, who, s.MONDAY, s.CALENDAR).clock
    assert clock.explained_en == "The time has not started"
    assert "paused since 08/09/2026 09:00, waiting for the supplement" in told[0][2]
