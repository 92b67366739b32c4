"""Looking up without login: a second factor, masked names, and bounds on trying."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from filing import Filed, file, person, stay
from interface import Json, System, expect, refused
from records import Records

NUMBER = "038190777001"


@pytest.fixture(autouse=True)
def tries_are_forgotten(records: Records) -> Iterator[None]:
    """All tests come from one address: none of them uses up the tries of the others."""
    records.forget_tries()
    yield
    records.forget_tries()


@pytest.fixture(scope="module")
def filed(system: System) -> Filed:
    applicant = person(identity_number=NUMBER)
    sent = stay(applicant=applicant, owner=applicant)
    sent["form"]["so_dinh_danh"] = NUMBER
    return file(system, sent)


def _look_up(system: System, key: str, factor: str) -> list[Json]:
    answer = system.anybody.post("/lookups", {"key": key, "factor": factor})
    return list(expect(answer, 200)["items"])


@pytest.mark.proves("A04", "E11", "E16")
def test_by_code_with_the_pin_of_the_receipt(system: System, filed: Filed) -> None:
    (found,) = _look_up(system, filed.code, filed.pin)
    assert found["code"] == filed.code
    assert found["status_name"] == "Mới đăng ký"
    assert found["unit"] == "Bộ phận tiếp nhận hồ sơ"
    assert found["step"] == "Tiếp nhận"
    assert found["clock"]["explained"]


def test_names_are_masked_and_papers_are_not_shown(system: System, filed: Filed) -> None:
    (found,) = _look_up(system, filed.code, filed.pin)
    assert found["applicant"].startswith("Hoàng")
    assert "*" in found["applicant"]
    assert not {"owner", "answers", "documents", "pin"} & set(found)
    assert NUMBER not in str(found)


@pytest.mark.proves("E12", "E13", "E14")
@pytest.mark.parametrize("number", [NUMBER, "172345678", "C1234567"])
def test_by_identity_number_with_the_pin(system: System, filed: Filed, number: str) -> None:
    if number != NUMBER:
        applicant = person(identity_number=number)
        sent = stay(applicant=applicant)
        filed = file(system, sent)
    codes = {found["code"] for found in _look_up(system, number, filed.pin)}
    assert filed.code in codes


@pytest.mark.parametrize("factor", ["0000", "123456", "x' or 1=1"])
def test_a_wrong_factor_finds_nothing_as_an_unknown_key_does(
    system: System, filed: Filed, factor: str
) -> None:
    if factor != filed.pin:
        assert _look_up(system, filed.code, factor) == []
    assert _look_up(system, "594.16.38.G01-200101-0001", factor) == []
    assert _look_up(system, "038190999999", factor) == []


@pytest.mark.proves("E11")
def test_with_a_one_time_code_from_the_mail(system: System, filed: Filed) -> None:
    asked = system.anybody.post("/lookups/codes", {"key": filed.code})
    expect(asked, 202)
    mail = system.mailbox.await_one(filed.email, "Mã tra cứu")
    (code,) = re.findall(r"^\s*(\d{6})\s*$", mail["text"], re.MULTILINE)
    (found,) = _look_up(system, filed.code, code)
    assert found["code"] == filed.code
    assert _look_up(system, NUMBER, code) == []  # it was asked for another key


def test_asking_for_a_code_does_not_tell_whether_there_is_a_dossier(system: System) -> None:
    asked = system.anybody.post("/lookups/codes", {"key": "594.16.38.G01-200101-0001"})
    known = expect(asked, 202)
    assert known == expect(system.anybody.post("/lookups/codes", {"key": "C7654321"}), 202)


def test_too_many_tries_at_one_key_must_wait(system: System, filed: Filed) -> None:
    for _ in range(10):
        _look_up(system, filed.code, "9999" if filed.pin != "9999" else "9998")
    right = system.anybody.post("/lookups", {"key": filed.code, "factor": filed.pin})
    refused(right, 429, "too-many-look-ups")
    assert int(right.headers["Retry-After"]) > 0


def test_too_many_tries_from_one_address_must_wait(system: System) -> None:
    answers = [
        system.anybody.post("/lookups", {"key": f"03819000{number:04}", "factor": "1234"})
        for number in range(31)
    ]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
