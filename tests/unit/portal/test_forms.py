"""What is typed becomes the message that a service reads, or says what is wrong with it."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from kernel.errors import Invalid
from services.dossier.contract import LookUp
from services.identity.contract import AccountKind, IdentityDocument, Register
from services.payment.contract import RecordCash
from services.portal.forms import Form, read, typed, version_of, whole_number

REGISTRATION = {
    "kind": "citizen",
    "username": "nguyenthian",
    "password": "một câu dài dễ nhớ",
    "profile.name": "Nguyễn Thị An",
    "profile.identity_document": "personal-number",
    "profile.identity_number": "038190000123",
    "profile.email": "an@example.vn",
    "profile.phone": "0912345678",
    "profile.date_of_birth": "3/2/1990",
    "profile.sex": "",
    "captcha": "c-1",
    "captcha_text": "ABC",
    "consent": "on",
}


@pytest.mark.proves("B06")
def test_inputs_are_named_by_the_path_of_their_field() -> None:
    message = read(Register, REGISTRATION, locale="vi")
    assert message.kind is AccountKind.CITIZEN
    assert message.profile.identity_document is IdentityDocument.PERSONAL_NUMBER
    assert message.profile.date_of_birth == date(1990, 2, 3)
    assert message.profile.sex is None
    assert message.consent is True


@pytest.mark.usefixtures("in_vietnamese")
def test_what_is_wrong_is_said_at_its_input() -> None:
    faulty = {**REGISTRATION, "profile.name": "", "profile.date_of_birth": "31/2/1990"}
    with pytest.raises(Invalid) as refused:
        read(Register, faulty)
    form = Form(faulty).refused(refused.value)
    assert form.errors["profile.name"] == "Hãy nhập mục này."
    assert "profile.date_of_birth" in form.errors
    assert form.value("profile.phone") == "0912345678"


def test_a_tick_that_is_missing_means_no() -> None:
    assert read(Register, {**REGISTRATION, "consent": ""}).consent is False


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.250.000", 1_250_000),
        ("20000 ₫", 20_000),
        ("10.000\u00a0₫", 10_000),
        ("-5", -5),
        *(
            (text, text)
            for text in ("nhiều", "1.5", "12.34.567", "²", "٣", "--5", "-", "9" * 5_000)
        ),
    ],
)
def test_amounts_are_read_as_they_are_written(text: str, number: object) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("amount", ["1.5", "²", "--5", "9" * 5_000])
def test_what_is_no_amount_is_a_fault_of_its_input(amount: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(RecordCash, {"receipt": "BL-1", "amount": amount}, obligation="mine")
    assert [item.field for item in refused.value.fields] == ["amount"]


@pytest.mark.parametrize(
    ("text", "version"), [("17", 17), ("", None), ("²", None), ("-1", None), ("9" * 5_000, None)]
)
def test_a_version_is_one_that_a_page_can_have_shown(text: str, version: int | None) -> None:
    assert version_of(Form({"version": text})) == version


def test_parts_that_the_page_knows_are_not_taken_from_the_browser() -> None:
    values = {"obligation": "another", "receipt": "BL-1", "amount": "10.000"}
    assert read(RecordCash, values, obligation="mine") == RecordCash("mine", "BL-1", 10_000)


def test_a_form_carries_one_key_for_one_sending() -> None:
    sent = typed(MultiDict([("form_key", "k" * 32), ("key", " 000.01 "), ("factor", "1234")]))
    assert sent.key == "k" * 32
    assert read(LookUp, {**sent.values, "key": "000.01.38"}) == LookUp("000.01.38", "1234")
    assert Form().key != Form().key
    assert typed(MultiDict([("form_key", "x")])).key != "x"
