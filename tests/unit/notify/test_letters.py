"""What a mail says: plain words in both languages, who holds it, where, due when, a link."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from notify_events import (
    ACCEPTED,
    ACTIVATION,
    CODE,
    ENTERED,
    EXPIRING,
    FEE_DUE,
    FEE_PAID,
    FORGOTTEN,
    IN_PERSON,
    LOOK_UP,
    LOOK_UP_NOTICE,
    NOTICE,
    NOW,
    PASSWORD_RESET,
    REGISTERED,
    REMINDED,
    SECRET_TEXT,
    SUBMITTED,
    SUPPLEMENT,
    TOLD_OF_ALL,
    recorded,
)

from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify import rendering
from services.notify.channels.channel import Letter, Undeliverable
from services.notify.letters import Pages, Source, Told, write
from services.notify.occasions import OCCASIONS
from services.notify.planning import plan
from services.notify.wording import WORDS

PAGES = Pages("https://motcua.example")
ENGLISH = replace(NOTICE, locale="en")


def letter(event: Any, told: Told = NOTICE) -> Letter:
    """Return the mail that an event causes."""
    planned = next(plan(recorded(event), lambda: "acc-1", NOW))
    source = Source(planned, event, told, "conversation-1", SUBMITTED)
    return write(source, "<m-1@motcua.example>", PAGES, NOW)


@pytest.mark.parametrize("told", [NOTICE, ENGLISH], ids=["vi", "en"])
@pytest.mark.parametrize("event", TOLD_OF_ALL, ids=lambda event: type(event).__name__)
def test_every_mail_names_the_dossier_who_holds_it_and_when_it_is_due(
    event: Any, told: dossier.Notice
) -> None:
    written = letter(event, told)
    english = told.locale == "en"
    for form in (written.text, written.html):
        for expected in (
            CODE,
            told.name,
            told.procedure_en if english else told.procedure,
            told.agency_en if english else told.agency,
            told.hotline,
            f"https://motcua.example/dossiers/{CODE}",
            WORDS[told.locale]["unit"],
            WORDS[told.locale]["officer"],
            WORDS[told.locale]["step"],
            WORDS[told.locale]["due"],
            "28/11/2026",
        ):
            assert expected in form
    assert CODE in written.subject
    assert f'lang="{told.locale}"' in written.html
    assert (written.recipient, written.correlation) == ("hoa@example.vn", "conversation-1")


@pytest.mark.parametrize("urgency", list(dossier.Urgency))
@pytest.mark.parametrize(("locale", "step"), [("vi", "Thẩm định"), ("en", "Assessment")])
def test_an_officer_is_reminded_of_the_step_with_its_due_time_and_the_way_there(
    locale: str, step: str, urgency: dossier.Urgency
) -> None:
    contact = identity.Contact("Lê Thị Bình", "binh@example.vn", "", locale)
    written = letter(replace(REMINDED, urgency=urgency), contact)
    assert (written.recipient, written.name) == ("binh@example.vn", "Lê Thị Bình")
    assert CODE in written.subject
    for form in (written.text, written.html):
        for expected in (step, "12:30 23/11/2026", f"https://motcua.example/dossiers/{CODE}"):
            assert expected in form
    assert NOTICE.name not in written.text


@pytest.mark.parametrize(("locale", "name"), [("vi", "Đăng ký khai sinh"), ("en", "Birth")])
def test_the_owner_of_a_draft_is_told_until_when_and_the_way_back(locale: str, name: str) -> None:
    contact = identity.Contact("Nguyễn Thị Hoa", "hoa@example.vn", "", locale)
    written = letter(EXPIRING, contact)
    assert written.recipient == "hoa@example.vn"
    for form in (written.text, written.html):
        for expected in (name, "09:30 26/11/2026", "https://motcua.example/drafts/draft-1"):
            assert expected in form


def test_who_has_no_account_is_led_to_the_look_up() -> None:
    written = letter(SUBMITTED, replace(NOTICE, account="person-1"))
    assert "https://motcua.example/lookup" in written.text
    assert "/dossiers/" not in written.text


def test_a_step_is_told_with_unit_officer_step_and_due_time_of_then() -> None:
    moved_on = replace(NOTICE, unit="Văn thư", officer="Ai đó", step="Phát hành")
    written = letter(ENTERED, moved_on)
    for expected in (
        "Đơn vị đang giữ hồ sơ: Phòng Tư pháp",
        "Cán bộ: Lê Thị Bình (chuyên viên)",
        "Bước: Thẩm định",
        "Hạn của bước này: 09:30 25/11/2026",
        "Hẹn trả kết quả: 09:30 28/11/2026",
    ):
        assert expected in written.text
    assert "Phát hành" not in written.text
    assert "Step: Assessment" in letter(ENTERED, ENGLISH).text


def test_the_receipt_has_the_pin_for_looking_up_without_login() -> None:
    assert "4711" in letter(SUBMITTED).text
    assert "4711" in letter(SUBMITTED).html
    assert "4711" not in letter(ACCEPTED).text


def test_a_supplement_request_says_in_detail_what_is_missing() -> None:
    text = letter(SUPPLEMENT).text
    assert "- Bản sao giấy khai sinh" in text
    assert f"- {SECRET_TEXT}" in text
    assert "Thành phần hồ sơ chưa đủ" in text


def test_a_fee_is_told_with_its_lines_and_where_to_pay() -> None:
    online = letter(FEE_DUE)
    assert "Lệ phí × 2: 10.000 ₫" in online.text
    assert "“Thanh toán”" in online.text
    assert "bộ phận một cửa" in letter(replace(FEE_DUE, payable_online=False)).text
    assert "10.000 ₫" in letter(FEE_PAID).subject


def test_a_result_by_appointment_names_hour_day_and_place() -> None:
    written = letter(IN_PERSON)
    assert "09:30 24/11/2026" in written.subject
    assert "Bộ phận một cửa, UBND xã Cẩm Lạc" in written.text


def test_activation_leads_to_the_page_that_activates() -> None:
    written = letter(REGISTERED, ACTIVATION)
    assert "https://motcua.example/activate?token=token.of.activation" in written.text
    assert 'href="https://motcua.example/activate?token=token.of.activation"' in written.html


@pytest.mark.parametrize(("locale", "words"), [("vi", "Đặt mật khẩu mới"), ("en", "Set another")])
def test_a_forgotten_password_leads_to_the_page_that_sets_one(locale: str, words: str) -> None:
    contact = replace(PASSWORD_RESET.contact, locale=locale)
    written = letter(FORGOTTEN, replace(PASSWORD_RESET, contact=contact))
    assert "https://motcua.example/password?token=token.of.password" in written.text
    assert words in written.text


def test_a_look_up_code_goes_out_without_any_name() -> None:
    written = letter(LOOK_UP, LOOK_UP_NOTICE)
    assert "903114" in written.text
    assert "903114" not in written.subject
    assert WORDS["vi"]["greeting"] not in written.text


def test_nobody_can_put_markup_into_a_mail() -> None:
    written = letter(replace(SUPPLEMENT, reason="<script>alert(1)</script>"))
    assert "<script>" not in written.html
    assert "&lt;script&gt;" in written.html


@pytest.mark.parametrize(
    ("event", "told", "why"),
    [
        (ACCEPTED, replace(NOTICE, email=""), "no address"),
        (LOOK_UP, replace(LOOK_UP_NOTICE, expires_at=NOW), "expired"),
        (REGISTERED, replace(ACTIVATION, expires_at=NOW - timedelta(days=1)), "expired"),
    ],
)
def test_what_has_no_address_or_came_too_late_is_undeliverable(
    event: Any, told: Told, why: str
) -> None:
    with pytest.raises(Undeliverable, match=why):
        letter(event, told)


def test_every_template_exists_in_both_languages_and_no_other() -> None:
    folder = Path(rendering.__file__).parent / "templates"
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {
        occasion.template for occasion in OCCASIONS
    }
    for occasion in OCCASIONS:
        files = {path.name for path in (folder / occasion.template).iterdir()}
        assert files == {"vi.j2", "en.j2"}


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
