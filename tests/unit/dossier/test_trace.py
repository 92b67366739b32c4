"""The trace tells every event in both languages; every hop names unit, officer, step, due."""

from __future__ import annotations

from dataclasses import replace

import dossier_samples as s
import pytest

from kernel.events import Encoded
from services.dossier import contract, views
from services.dossier.views.trace import TELLERS


def whole_life() -> s.Story:
    """From submission to the result, with a supplement, a fee and a step that went back."""
    return s.Story(
        s.submit(),
        s.accept(s.at("2026-09-07 10:00")),
        s.assign(s.at("2026-09-07 11:00")),
        s.request_supplement(s.at("2026-09-08 09:00"), by=s.HANDLING),
        s.supplement(s.at("2026-09-09 09:00")),
        s.request_fee(s.at("2026-09-09 10:00")),
        s.fee_paid(s.at("2026-09-09 11:00")),
        s.complete_step(s.at("2026-09-10 09:00")),
        s.complete_step(s.at("2026-09-10 10:00"), by=s.TEAM_LEADER),
        s.return_step(s.at("2026-09-10 14:00")),
        s.complete_step(s.at("2026-09-10 15:00")),
        s.complete_step(s.at("2026-09-10 16:00"), by=s.TEAM_LEADER),
        s.approve(s.at("2026-09-11 09:00")),
        s.dispatch(s.at("2026-09-11 10:00")),
        s.notified(),
        s.hand_over(s.at("2026-09-30 09:00")),
    )


@pytest.mark.proves("E09")
def test_every_hop_names_unit_officer_step_and_due():
    hops = [
        (entry.title, entry.unit, entry.officer, entry.step_due)
        for entry in views.trace(whole_life().history()).entries
        if entry.type == "StepEntered"
    ]
    assert hops[:4] == [
        ("Chuyển đến bước «Tiếp nhận»", s.DESK.name, "", s.at("2026-09-08 09:00")),
        ("Chuyển đến bước «Phân công»", s.TEAM.name, "", s.at("2026-09-07 16:00")),
        (
            *("Chuyển đến bước «Thụ lý»", s.TEAM.name, "Chuyên viên Vũ Thị Mai"),
            s.at("2026-09-10 11:00"),
        ),
        ("Chuyển đến bước «Lãnh đạo phòng duyệt»", s.TEAM.name, "", s.at("2026-09-11 09:00")),
    ]


def test_it_says_who_did_it_and_what_came_of_it():
    entries = {entry.type: entry for entry in views.trace(whole_life().history()).entries}
    assert entries["DossierSubmitted"].who == "Người nộp hồ sơ"
    assert entries["DossierAccepted"].who == "Chuyên viên Lê Thị Lan"
    assert entries["DossierAccepted"].detail == "Bộ phận một cửa. Hạn trả 16/09/2026 17:30."
    assert entries["SupplementRequested"].detail_en == (
        "Hồ sơ chưa đủ. Needed: Lease: Thiếu trang ký tên."
    )
    assert entries["ClockPaused"].title == "Tạm dừng tính thời hạn"
    assert entries["FeePaid"].title == "Đã nộp 20.000 ₫"
    assert entries["StepReturned"].title_en == "Returned to step “Handling”"
    assert entries["ResultDispatched"].detail.endswith(
        "Lịch hẹn 30/09/2026 09:00, Bộ phận một cửa."
    )
    assert entries["CitizenNotified"].who == "Hệ thống"


def test_a_pause_tells_how_far_the_due_time_moved():
    entries = views.trace(whole_life().history()).entries
    resumed = [entry for entry in entries if entry.type == "ClockResumed"]
    assert resumed[0].detail == (
        "Đã tạm dừng 1 ngày làm việc; hạn trả từ 16/09/2026 17:30 lùi đến 17/09/2026 17:30."
    )
    assert resumed[0].due == s.at("2026-09-17 17:30")
    assert resumed[1].due == s.at("2026-09-18 08:30")


def test_every_entry_is_told_in_both_languages():
    trace = views.trace(whole_life().history())
    assert trace.version == len(trace.entries)
    for entry in trace.entries:
        assert entry.title
        assert entry.title_en
        assert bool(entry.detail) is bool(entry.detail_en)


class Safe:
    """Keeps what is personal out of sight."""

    def seal(self, subject: str, context: str, plaintext: str) -> str:
        return "sealed"

    def unseal(self, subject: str, context: str, ciphertext: str) -> str | None:
        return None


def test_without_keys_the_applicants_own_words_are_left_out():
    story = s.Story(s.submit(), s.request_supplement())
    story.tell(s.supplement(note="Mẹ tôi đang nằm viện"))
    story.tell(s.withdraw())
    public = [
        replace(record, event=contract.EVENTS.decode(stored))
        for record in story.history()
        if (stored := contract.EVENTS.encode(record.event, record.id, Safe()))
    ]
    assert "nằm viện" in str(views.trace(story.history()))
    assert "Không còn nhu cầu" in str(views.trace(story.history()))
    told = views.trace(public)
    assert "nằm viện" not in str(told)
    assert told.entries[-1].detail == ""


def test_a_withdrawal_recorded_before_it_said_whose_is_still_read():
    former = Encoded(
        *("event-9", "DossierWithdrawn", 1),
        '{"code":"H56-260907-0001","reason":"Đổi ý","withdrawn_at":"2026-09-07T02:00:00Z"}',
    )
    assert contract.EVENTS.decode(former).reason == "Đổi ý"


def test_every_event_of_a_dossier_has_a_teller():
    about_dossiers = set(contract.EVENTS.types.values()) - {
        contract.LookUpCodeRequested,
        contract.DraftExpiring,
        contract.WorkDelegated,
        contract.DelegationEnded,
    }
    assert set(TELLERS) == about_dossiers


@pytest.mark.parametrize("stage", s.UNTIL)
def test_every_stage_can_be_told(stage):
    story = s.UNTIL[stage]()
    assert len(views.trace(story.history()).entries) == len(story.events)
