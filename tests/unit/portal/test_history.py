"""A dossier through time: the moment that is asked for, its facts, what changed, what is proved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import dossier_samples as s
import pytest
import replays

from kernel.errors import Invalid
from services.dossier.contract import Change
from services.portal.forms import Form
from services.portal.screens.changes import in_words
from services.portal.screens.facts import compared
from services.portal.screens.history import Checked, MomentScreen, Wanted, spans, wanted

NOW = replays.replayed()
CLOCK = s.at("2026-10-01 12:00")


def test_a_moment_is_an_event_or_a_time_and_without_either_it_is_now() -> None:
    assert wanted(Form(), NOW, CLOCK) == Wanted()
    assert wanted(Form({"version": "3"}), NOW, CLOCK) == Wanted(version=3)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("7/9/2026 10:30:05", "2026-09-07T10:30:05.999999+07:00"),
        ("07/09/2026 10:30", "2026-09-07T10:30:59.999999+07:00"),
        ("07/09/2026", "2026-09-07T23:59:59.999999+07:00"),
    ],
)
def test_a_time_lasts_as_long_as_it_is_precise(text: str, until: str) -> None:
    assert wanted(Form({"at": text}), NOW, CLOCK).at == datetime.fromisoformat(until)
    assert wanted(Form({"at": "01/10/2026"}), NOW, CLOCK).at == CLOCK


@pytest.mark.parametrize(
    "values",
    [
        {"version": "0"},
        {"version": str(NOW.version + 1)},
        {"version": "³"},
        {"version": ["1", "2"]},
        {"at": "yesterday"},
        {"at": "31/02/2026 10:00"},
        {"at": "06/09/2026 23:59"},
        {"at": "31/12/9999"},
        {"at": "01/01/0001"},
        {"at": "02/10/2026 00:00"},
        {"at": ["07/09/2026", "x"]},
    ],
)
def test_what_is_no_moment_of_the_dossier_is_named(values: Mapping[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        wanted(Form(values), NOW, CLOCK)
    assert [item.field for item in refused.value.fields] == list(values)


@pytest.mark.proves("E05", "E09")
def test_it_is_told_who_held_it_then_and_what_is_another_now(in_vietnamese: None) -> None:
    then = replays.replayed(9)
    facts = {fact.label: fact for fact in compared(then.status, NOW.status)}
    assert facts["Cán bộ"].then == "Vũ Thị Mai, Chuyên viên"
    assert facts["Trạng thái"].then == "Yêu cầu bổ sung giấy tờ"
    assert facts["Trạng thái"].now == "Đã trả kết quả"
    assert facts["Phí, lệ phí"] == replace(facts["Phí, lệ phí"], then="")
    assert "BL-0001" in facts["Phí, lệ phí"].now
    first = {fact.label: fact.then for fact in compared(replays.replayed(1).status, NOW.status)}
    assert first["Đơn vị đang giữ hồ sơ"] == ""
    assert facts["Đơn vị đang giữ hồ sơ"].now == "không còn đơn vị nào: hồ sơ đã kết thúc"
    document = facts["Giấy tờ: Tờ khai (1\u00a0KB)"]
    assert document.then == f"SHA-256 {'0' * 64}"
    assert not document.differs
    assert all(not fact.differs for fact in compared(NOW.status, NOW.status))


def test_one_goes_from_event_to_event_and_not_beyond() -> None:
    assert (MomentScreen(replays.replayed(1), NOW).earlier, MomentScreen(NOW, NOW).later) == (
        None,
        None,
    )
    middle = MomentScreen(replays.replayed(9), NOW)
    assert (middle.earlier, middle.later, middle.is_now) == (8, 10, False)


@pytest.mark.proves("E05")
def test_every_change_that_people_ask_about_has_words(in_vietnamese: None) -> None:
    told = {event.type: in_words(event.changes, NOW.status) for event in NOW.events}
    accepted = {change.label: change for change in told["DossierAccepted"]}
    assert (accepted["Thời hạn"].before, accepted["Thời hạn"].after) == (
        "Chưa bắt đầu tính",
        "Đang tính thời gian",
    )
    assert accepted["Hạn trả kết quả"].after == "16/09/2026 17:30"
    assert [change.label for change in told["StepCompleted"]]
    submitted = [change.label for change in told["DossierSubmitted"]]
    assert not [label for label in submitted if label.startswith("Bước «")]
    for changes in told.values():
        for change in changes:
            assert not re.search(r"\d{4}-\d\d-\d\dT|%\(", f"{change.label}{change.after}")


def test_names_are_told_once_and_in_the_language_of_the_page(portal: Any) -> None:
    changes = (
        Change("holder.unit.name", None, "Bộ phận một cửa"),
        Change("holder.unit.name_en", None, "One-stop desk"),
    )
    for language, name in (("vi", "Bộ phận một cửa"), ("en", "One-stop desk")):
        with portal.test_request_context("/", headers={"Cookie": f"language={language}"}):
            assert [change.after for change in in_words(changes, NOW.status)] == [name]


def test_a_value_of_another_version_is_shown_as_it_is(in_vietnamese: None) -> None:
    (change,) = in_words((Change("clock.state", None, "frozen"),), NOW.status)
    assert (change.before, change.after) == ("–", "frozen")


def test_positions_are_drawn_together() -> None:
    assert spans((7, 12, 13, 14, 20)) == "7, 12–14, 20"
    assert spans(()) == ""


@pytest.mark.proves("I06")
def test_a_badge_says_what_was_verified_and_what_was_not(render: Any, pages: Any) -> None:
    text = render(pages["history"])
    for words in (
        "Mã băm của cả 14 lần ghi của hồ sơ này (36 sự kiện) đều đúng",
        "12 lần ghi trong số đó có trong sổ đã ký lúc 20/11/2026 09:30:00",
        "Các lần ghi ở vị trí 231–232",
        "Điều được ghi là đúng sự thật.",
        "q80=",
        replays.KEY.vkey,
    ):
        assert words in text
    whole = render(pages["history-now"])
    assert "app-verified--sound" in whole
    assert "app-verified--sound" not in text


@pytest.mark.parametrize("page", ["history-tampered", "history-unverified"])
def test_nothing_is_called_verified_that_was_not(render: Any, pages: Any, page: str) -> None:
    text = render(pages[page])
    assert "app-verified--sound" not in text
    assert "đều đúng" not in text
    assert "Những gì đã kiểm tra" not in text
    if page == "history-tampered":
        assert "Lỗi đầu tiên, ở vị trí 7 của sổ:" in text
        assert "the hash is another one" in text
        assert "/history/bundle" not in text
    else:
        assert "Chưa kiểm tra được gì" in text


def test_a_history_is_whole_only_where_all_of_it_was_verified() -> None:
    found = replace(replays.VERIFICATION, uncovered=())
    assert Checked(s.MONDAY, found).is_whole
    assert not Checked(s.MONDAY, replays.VERIFICATION).is_whole
    faulty = Checked(s.MONDAY, replace(found, fault="x"))
    assert (faulty.is_whole, faulty.is_faulty) == (False, True)
    away = Checked(s.MONDAY, None, "away")
    assert (away.is_whole, away.is_faulty) == (False, False)


def test_every_ledger_is_on_the_public_page(render: Any, pages: Any) -> None:
    text = render(pages["transparency"])
    assert "— localhost/motcua/dossier AAAA" in text
    assert "Dịch vụ đang tạm ngừng." in text


@pytest.mark.proves("I06")
def test_only_an_auditor_is_led_to_histories(render: Any, pages: Any) -> None:
    assert "/history" in render(pages["dossier-auditor"])
    assert 'href="/audit"' in render(pages["dossier-auditor"])
    for name in ("dossier", "dossier-officer", "home"):
        text = render(pages[name])
        assert "/history" not in text
        assert 'href="/audit"' not in text
        assert "/transparency" in text
