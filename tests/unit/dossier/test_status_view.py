"""The status view answers: which unit and officer, at which step, due when, stuck where."""

from __future__ import annotations

import json
from dataclasses import replace

import dossier_samples as s
import pytest

from kernel.requests import ANONYMOUS, Caller
from services.dossier import views
from services.dossier.contract import (
    ClockState,
    FeeState,
    LookUpCodeRequested,
    ReturnBy,
    Status,
    StepState,
    Timing,
)
from services.dossier.decider.state import ENDED


def seen(story: s.Story, who=s.APPLICANT, now=s.MONDAY):
    """Return the status view of a story."""
    return views.status(views.project(story.history()), who, now, s.CALENDAR)


@pytest.mark.proves("E02", "E03")
def test_it_names_the_unit_and_the_officer_that_received_it():
    before = seen(s.UNTIL["submitted"]())
    assert (before.receiving_unit, before.receiving_officer) == (s.DESK, None)
    after = seen(s.UNTIL["handling"]())
    assert after.receiving_unit == s.DESK
    assert after.receiving_officer.name == "Lê Thị Lan"


@pytest.mark.proves("E04", "E09")
def test_it_shows_every_step_of_the_process_and_the_one_it_reached():
    view = seen(s.UNTIL["handling"]())
    assert [(step.id, step.state) for step in view.steps] == [
        ("receive", StepState.DONE),
        ("assign", StepState.DONE),
        ("handle", StepState.CURRENT),
        ("review", StepState.WAITING),
        ("sign", StepState.WAITING),
        ("records", StepState.WAITING),
        ("return", StepState.WAITING),
    ]
    assert (view.step.name, view.step.due) == ("Thụ lý", s.at("2026-09-10 09:00"))
    assert view.steps[0].timing is Timing.EARLY
    assert view.status is Status.PROCESSING
    assert (view.status_name, view.status_name_en) == ("Đang xử lý", "Processing")


@pytest.mark.proves("E06", "E07")
def test_it_names_who_holds_it_now():
    view = seen(s.UNTIL["handling"]())
    assert (view.holder.agency, view.holder.unit) == (s.AGENCY, s.TEAM)
    assert view.holder.officer.name == "Vũ Thị Mai"
    assert seen(s.UNTIL["records"]()).holder.unit == s.OFFICE


@pytest.mark.proves("E08")
def test_it_says_where_it_is_stuck_and_for_how_long():
    story = s.UNTIL["handling"]()  # due at the step on Thursday 09:00
    assert seen(story, now=s.at("2026-09-10 09:00")).stuck_at is None
    stuck = seen(story, now=s.at("2026-09-11 10:00")).stuck_at
    assert (stuck.id, stuck.late_minutes) == ("handle", 9 * 60)


def test_no_step_runs_late_while_the_applicant_is_waited_for():
    story = s.UNTIL["supplement asked in handling"]()
    assert seen(story, now=s.at("2026-12-01 09:00")).stuck_at is None


def test_a_finished_step_keeps_its_overrun():
    story = s.UNTIL["handling"]()
    story.tell(s.complete_step(s.at("2026-09-10 09:30")))
    step = seen(story, now=s.at("2026-10-01 09:00")).steps[2]
    assert (step.timing, step.late_minutes) == (Timing.LATE, 30)


@pytest.mark.proves("E05")
def test_further_facts_are_there_for_the_applicant():
    story = s.UNTIL["completed, fee due"]()
    view = seen(story)
    assert view.fees[0].amount == 20_000
    assert view.fees[0].state is FeeState.DUE
    assert view.result.number == "12/GXN"
    assert view.result.appointment_place == "Bộ phận một cửa"
    assert view.documents[0].name == "Tờ khai"
    assert (view.pin, view.applicant) == ("4711", s.PERSON)
    story.tell(s.fee_paid())
    assert seen(story).fees[0].receipt == "BL-0001"


def test_steps_that_are_done_again_wait_again():
    story = s.UNTIL["signature"]()
    story.tell(s.return_step(s.at("2026-09-08 09:00"), to="handle"))
    states = {step.id: step.state for step in seen(story).steps}
    assert states["handle"] is StepState.CURRENT
    assert states["review"] is states["sign"] is StepState.WAITING


def test_a_check_that_begins_anew_keeps_the_moment_it_came_in():
    story = s.UNTIL["supplement asked at the desk"]()
    story.tell(s.supplement(s.at("2026-09-09 14:30")))
    step = seen(story).step
    assert (step.entered_at, step.due) == (s.MONDAY, s.at("2026-09-10 14:30"))


@pytest.mark.parametrize("stage", s.UNTIL)
def test_every_stage_has_a_view_that_is_plain_json(stage):
    story = s.UNTIL[stage]()
    document = views.project(story.history())
    assert json.loads(json.dumps(document)) == document
    view = seen(story)
    assert view.version == len(story.events)
    assert document["open"] is (view.status not in ENDED)
    assert (view.holder is None) is (view.status in ENDED)
    assert (view.step is None) is (view.status in ENDED)
    assert view.clock.explained
    assert view.clock.explained_en


def test_another_stream_has_no_view():
    record = replace(
        s.UNTIL["submitted"]().history()[0], event=LookUpCodeRequested("look-up-1", s.CODE)
    )
    assert views.project([record]) is None


# Who sees what


def test_the_caller_sees_the_actions_that_the_caller_may_take():
    story = s.UNTIL["handling"]()
    assert seen(story).actions == ("request-withdrawal",)
    assert seen(story, s.HANDLING).actions == (
        *("request-supplement", "complete-step", "consult", "return-step", "request-fee", "stop"),
    )
    assert seen(story, s.AUDITOR).actions == ()


def test_personal_parts_are_for_the_applicant_and_the_agency():
    document = views.project(s.UNTIL["handling"]().history())
    for who in (s.APPLICANT, s.RECEIVING, s.HANDLING, s.CHAIR, s.RECORDS):
        assert views.may_see(document, who)
        view = views.status(document, who, s.MONDAY, s.CALENDAR)
        assert view.answers == {"reason": "Về ở với cha mẹ"}
    for who in (s.OTHER_CITIZEN, s.ELSEWHERE, s.AUDITOR, s.ADMINISTRATOR, ANONYMOUS):
        assert not views.may_see(document, who)
        view = views.status(document, who, s.MONDAY, s.CALENDAR)
        assert (view.applicant, view.owner, view.answers, view.pin) == (None, None, None, None)
        assert view.documents == ()


def test_the_pin_is_for_the_applicant_alone():
    document = views.project(s.UNTIL["handling"]().history())
    pins = {
        name: views.status(document, who, s.MONDAY, s.CALENDAR).pin
        for name, who in s.PEOPLE.items()
    }
    assert pins.pop("applicant") == "4711"
    assert set(pins.values()) == {None}


def test_an_erased_person_leaves_a_view_without_personal_parts():
    history = s.UNTIL["handling"]().history()
    erased = replace(history[0].event, applicant=None, owner=None, answers=None, pin=None)
    document = views.project([replace(history[0], event=erased), *history[1:]])
    assert views.status(document, s.HANDLING, s.MONDAY, s.CALENDAR).applicant is None
    assert views.masked(document, s.MONDAY, s.CALENDAR).applicant == ""


def test_corrected_answers_replace_the_first():
    item = s.SupplementItem("Ghi rõ", form_field="reason")
    story = s.Story(s.submit(), s.request_supplement(item=item))
    story.tell(s.supplement(documents=(), answers={"reason": "Thuê nhà"}))
    assert seen(story).answers == {"reason": "Thuê nhà"}


def test_files_get_their_names_from_where_the_files_are():
    document = views.project(s.UNTIL["submitted"]().history())
    names = {"file-declaration": "to-khai.pdf"}
    view = views.status(document, s.APPLICANT, s.MONDAY, s.CALENDAR, names)
    assert view.documents[0].file_name == "to-khai.pdf"


# Lists and look-ups


def test_what_stands_beside_the_picture_says_who_holds_it_until_when():
    document = views.project(s.UNTIL["handling"]().history())
    asked = {
        "agency": "ubnd-16594",
        "unit": "civil",
        "officer": "acc-mai",
        "status": 4,
        "open": True,
        "waiting": False,
        "subject": "acc-an",
        "procedure": "1.004222",
        "submitted_at": "2026-09-07T02:00:00.000Z",
        "due": "2026-09-16T10:30:00.000Z",
        "step_due": "2026-09-10T02:00:00.000Z",
    }
    assert {key: document[key] for key in asked} == asked


def test_a_look_up_shows_how_it_goes_with_the_name_masked():
    document = views.project(s.UNTIL["handling"]().history())
    found = views.masked(document, s.MONDAY, s.CALENDAR)
    assert found.applicant == "Nguyễn T* A*"
    assert (found.status_name, found.unit, found.step) == ("Đang xử lý", s.TEAM.name, "Thụ lý")
    assert found.clock.due == s.at("2026-09-16 17:30")


def test_notify_learns_what_a_message_needs():
    notice = views.notice(views.project(s.UNTIL["handling"]().history()))
    assert (notice.account, notice.email, notice.pin) == ("acc-an", "an@example.vn", "4711")
    assert (notice.unit, notice.officer, notice.hotline) == (s.TEAM.name, "Vũ Thị Mai", "1900")


# The clock in words


def words(story: s.Story, now=s.MONDAY) -> tuple[str, str]:
    clock = seen(story, now=now).clock
    return clock.explained, clock.explained_en


def test_before_acceptance_the_check_is_awaited():
    assert words(s.UNTIL["submitted"]())[0] == (
        "Chưa tính thời hạn: bộ phận một cửa kiểm tra hồ sơ trước 08/09/2026 09:00"
    )
    assert words(s.UNTIL["supplement asked at the desk"]())[0] == (
        "Chưa tính thời hạn: đang chờ bổ sung"
    )


def test_a_pause_is_told_while_it_lasts_and_after():
    story = s.UNTIL["handling"]()
    assert words(story) == ("Hạn trả 16/09/2026 17:30", "Due 16/09/2026 17:30")
    story.tell(s.request_supplement(s.at("2026-09-08 09:00"), by=s.HANDLING))
    assert words(story)[0] == (
        "Hạn trả 16/09/2026 17:30; đang tạm dừng từ 08/09/2026 09:00 vì chờ bổ sung, "
        "hạn sẽ lùi đúng bằng thời gian tạm dừng"
    )
    story.tell(s.supplement(s.at("2026-09-11 09:00")))
    vi, en = words(story)
    assert vi == "Hạn trả 21/09/2026 17:30; đã tạm dừng 3 ngày làm việc vì chờ bổ sung"
    assert en == "Due 21/09/2026 17:30; was paused for 3 working days, waiting for the supplement"
    assert seen(story).clock.paused_minutes == 3 * 480


def test_lateness_is_told_in_working_time():
    vi, en = words(s.UNTIL["handling"](), now=s.at("2026-09-18 08:30"))
    assert vi == "Hạn trả 16/09/2026 17:30; đã quá hạn 1 ngày làm việc 1 giờ"
    assert en == "Due 16/09/2026 17:30; late by 1 working day 1 hour"


def test_the_end_is_told():
    assert words(s.UNTIL["completed"]())[0] == (
        "Hạn trả 16/09/2026 17:30; xử lý xong 07/09/2026 09:00, trước hạn"
    )
    assert words(s.UNTIL["refused"]())[0] == "Hồ sơ không được tiếp nhận nên không tính thời hạn"
    assert seen(s.UNTIL["withdrawn"]()).clock.state is ClockState.STOPPED


def test_what_was_received_online_leaves_no_step_waiting():
    story = s.Story(
        *(s.submit(return_by=ReturnBy.ONLINE), s.accept(), s.assign(), s.complete_step()),
        *(s.complete_step(by=s.TEAM_LEADER), s.approve(), s.dispatch()),
    )
    assert {step.state for step in seen(story).steps} == {StepState.DONE}


@pytest.mark.parametrize("agency", ["another", s.AGENCY.id])
@pytest.mark.parametrize("roles", [("auditor",), ("auditor", "administrator")])
def test_an_auditor_of_any_agency_follows_a_dossier_without_its_personal_parts(agency, roles):
    document = views.project(s.UNTIL["handling"]().history())
    auditor = Caller("acc-auditor", "officer", "Kiểm toán", roles, agency, "office")
    assert views.may_read(document, auditor)
    assert not views.may_see(document, auditor)
    view = views.status(document, auditor, s.MONDAY, s.CALENDAR)
    assert view.holder is not None
    assert (view.applicant, view.answers, view.documents, view.actions) == (None, None, (), ())
    assert not views.may_read(document, s.ELSEWHERE)
    assert not views.may_read(document, s.ADMINISTRATOR)


def test_an_auditor_who_also_works_on_dossiers_sees_those_of_the_own_agency_alone():
    document = views.project(s.UNTIL["handling"]().history())
    both = replace(s.AUDITOR, roles=("auditor", "handling"))
    assert views.may_see(document, both)
    assert not views.may_see(document, replace(both, agency="another"))
