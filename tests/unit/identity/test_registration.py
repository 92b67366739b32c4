"""The registration form: every field at fault is named at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.identity.contract import AccountKind, IdentityDocument, Profile, Sex
from services.identity.decider.registration import (
    faults_of_login,
    faults_of_profile,
    normal_phone,
    normal_profile,
)

TODAY = date(2026, 11, 22)
CITIZEN = Profile(
    name="Trần Minh Khôi",
    identity_document=IdentityDocument.PERSONAL_NUMBER,
    identity_number="038090000123",
    email="khoi@example.vn",
    phone="0912345678",
    date_of_birth=date(1990, 2, 3),
    sex=Sex.MALE,
    place="16594",
    address="12 ngõ 3, tổ dân phố 4",
)
ENTERPRISE = Profile(
    name="Công ty TNHH Gió Biển",
    identity_document=IdentityDocument.TAX_CODE,
    identity_number="0100109106",
    email="lienhe@giobien.example",
    phone="02373123456",
    representative="Phạm Hải Yến",
)


def faults(kind: AccountKind, profile: Profile) -> dict[str, str]:
    """Return the codes of all faults by field."""
    return {fault.field: fault.code for fault in faults_of_profile(kind, profile, TODAY)}


@pytest.mark.proves("B05", "B06")
@pytest.mark.parametrize(
    ("kind", "profile"),
    [
        (AccountKind.CITIZEN, CITIZEN),
        (AccountKind.ORGANISATION, ENTERPRISE),
        (AccountKind.ENTERPRISE, ENTERPRISE),
    ],
)
def test_citizens_organisations_and_enterprises_register(
    kind: AccountKind, profile: Profile
) -> None:
    assert faults(kind, profile) == {}


@pytest.mark.proves("B05")
def test_officers_are_appointed_and_never_register() -> None:
    assert faults(AccountKind.OFFICER, CITIZEN) == {"kind": "choice"}


@pytest.mark.proves("B06")
def test_every_required_field_that_is_empty_is_named_at_once() -> None:
    blank = Profile("", IdentityDocument.PERSONAL_NUMBER, "", "", "")
    assert faults(AccountKind.CITIZEN, blank) == {
        "profile.name": "required",
        "profile.identity_number": "required",
        "profile.email": "required",
        "profile.phone": "required",
        "profile.date_of_birth": "required",
    }
    blank = replace(blank, identity_document=IdentityDocument.TAX_CODE)
    assert faults(AccountKind.ENTERPRISE, blank) == {
        "profile.name": "required",
        "profile.identity_number": "required",
        "profile.email": "required",
        "profile.phone": "required",
        "profile.representative": "required",
    }


@pytest.mark.proves("B06", "B12", "B13")
def test_every_wrong_field_is_named_at_once() -> None:
    wrong = Profile(
        name="123",
        identity_document=IdentityDocument.PERSONAL_NUMBER,
        identity_number="038191000123",
        email="khoi@",
        phone="0112",
        date_of_birth=date(1990, 2, 3),
        place="Tân Dân",
    )
    assert faults(AccountKind.CITIZEN, wrong) == {
        "profile.name": "name",
        "profile.identity_number": "personal-number-birth-year",
        "profile.email": "email",
        "profile.phone": "phone",
        "profile.place": "place",
    }


@pytest.mark.parametrize("born", [date(2026, 11, 23), date(1899, 12, 31)])
def test_nobody_is_born_tomorrow_or_in_another_age(born: date) -> None:
    card = replace(
        CITIZEN,
        identity_document=IdentityDocument.OLD_IDENTITY_CARD,
        identity_number="171234567",
        date_of_birth=born,
    )
    assert faults(AccountKind.CITIZEN, card) == {"profile.date_of_birth": "date-of-birth"}


def test_each_kind_has_its_own_documents() -> None:
    assert faults(AccountKind.ENTERPRISE, replace(CITIZEN, representative="A B")) == {
        "profile.identity_document": "choice"
    }
    assert faults(AccountKind.CITIZEN, replace(ENTERPRISE, date_of_birth=date(1990, 2, 3))) == {
        "profile.identity_document": "choice"
    }


@pytest.mark.proves("B13")
@pytest.mark.parametrize("email", ["an@gmail.com", "an.nguyen+dvc@example.vn", "a@phuong.gov.vn"])
def test_any_providers_mail_address_is_taken(email: str) -> None:
    assert faults(AccountKind.CITIZEN, replace(CITIZEN, email=email)) == {}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("091 234 56 78", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("+33 1 42 68 53 00", "+33142685300"),
        ("không có", "không có"),
    ],
)
def test_a_phone_number_is_kept_as_it_is_dialled(typed: str, stored: str) -> None:
    assert normal_phone(typed) == stored


def test_a_profile_is_kept_in_one_form() -> None:
    typed = replace(
        CITIZEN,
        name="  Trần  Minh\nKho\u0302i ",
        identity_number="038 090 000 123",
        phone="+84912345678",
        email=" khoi@example.vn",
    )
    assert normal_profile(typed) == CITIZEN


@pytest.mark.proves("B09")
@pytest.mark.parametrize(
    ("username", "password", "codes"),
    [
        ("khoi.tran", "ba con mèo đen", []),
        ("", "", ["required", "required"]),
        ("k k", "ba con mèo đen", ["username"]),
        ("khôi.trần", "ba con mèo đen", ["username"]),
        ("khoi.tran", "short", ["password-short"]),
        ("khoi.tran", "khoi.tran-2026", ["password-contains-username"]),
    ],
)
def test_user_name_and_password_are_checked(username: str, password: str, codes: list[str]) -> None:
    assert [fault.code for fault in faults_of_login(username, password, ())] == codes


def test_every_fault_has_a_sentence_in_both_languages() -> None:
    for fault in faults_of_login("k k", "short", ()):
        assert fault.vi
        assert fault.en
        assert fault.vi != fault.en
