"""Looking up without login: one-time codes, and a bound on tries."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import NotFound, TooMany
from services.dossier.look_ups import TRIES, LookUps, opened, recipients, same


@pytest.fixture
def look_ups(database: Any) -> LookUps:
    """No look-ups yet."""
    LookUps.ensure_indexes(database)
    return LookUps(database, bytes(32))


def document(code: str, subject: str, pin: str, submitted_at: str) -> dict[str, Any]:
    """What a look-up reads of a dossier's stored view."""
    view = {"pin": pin}
    return {
        "code": code,
        "subject": subject,
        "submitted_at": submitted_at,
        "picture": {"view": view},
    }


AN_FIRST = document("H56-260101-0001", "acc-an", "1111", "2026-01-01T02:00:00.000Z")
AN_SECOND = document("H56-260102-0001", "acc-an", "2222", "2026-01-02T02:00:00.000Z")
BINH = document("H56-260103-0001", "acc-binh", "3333", "2026-01-03T02:00:00.000Z")
UNDER_ONE_NUMBER = (AN_FIRST, AN_SECOND, BINH)


def test_a_one_time_code_is_good_for_its_key_alone(look_ups: LookUps) -> None:
    look_up = look_ups.new_code("038190000123", "H56-260101-0001", "acc-an")
    dossier, code, _ = look_ups.read_code(look_up)
    assert dossier == "H56-260101-0001"
    assert look_ups.sent_for("038190000123", code) == {dossier}
    assert look_ups.sent_for("038 190 000 123", code) == {dossier}
    assert not look_ups.sent_for("038190000124", code)
    assert not look_ups.sent_for("038190000123", "000000x")


def test_two_accounts_under_one_number_get_a_code_each() -> None:
    assert recipients(UNDER_ONE_NUMBER) == [BINH, AN_SECOND]


def test_the_number_of_mails_is_bounded() -> None:
    many = [document(f"H56-{n}", f"acc-{n}", "1", f"2026-01-{n:02}") for n in range(1, 20)]
    assert [one["subject"] for one in recipients(many)] == [f"acc-{n}" for n in range(19, 14, -1)]


def test_a_code_sent_to_one_account_does_not_open_anothers_dossiers(look_ups: LookUps) -> None:
    number = "038190000123"
    look_up = look_ups.new_code(number, BINH["code"], BINH["subject"])
    _, code, _ = look_ups.read_code(look_up)
    assert opened(UNDER_ONE_NUMBER, code, look_ups.sent_for(number, code)) == [BINH]


def test_a_pin_opens_its_own_dossier_alone(look_ups: LookUps) -> None:
    sent_for = look_ups.sent_for("038190000123", "1111")
    assert opened(UNDER_ONE_NUMBER, "1111", sent_for) == [AN_FIRST]


def test_on_paper_anybody_can_write_somebodys_number_and_gets_no_code_to_the_others(
    look_ups: LookUps,
) -> None:
    def on_paper(code: str, email: str, day: int) -> dict[str, Any]:
        found = document(code, "person-an", "4444", f"2026-02-{day:02}T02:00:00.000Z")
        found["picture"]["view"]["applicant"] = {"email": email}
        return found

    first, without, forged = (
        on_paper("H56-260201-0001", "an@example.vn", 1),
        on_paper("H56-260202-0001", "", 2),
        on_paper("H56-260203-0001", "mallory@example.vn", 3),
    )
    found = (first, without, forged)
    assert recipients(found) == [forged, first]
    look_up = look_ups.new_code("038190000123", forged["code"], "person-an")
    _, code, _ = look_ups.read_code(look_up)
    assert opened(found, code, look_ups.sent_for("038190000123", code)) == [forged]


def test_an_unknown_look_up_has_no_code(look_ups: LookUps) -> None:
    with pytest.raises(NotFound):
        look_ups.read_code("look-up-unknown")


def test_tries_are_bounded_by_key_and_by_address(look_ups: LookUps) -> None:
    for _ in range(TRIES):
        look_ups.count_try("H56-260101-0100", "10.0.0.1")
    with pytest.raises(TooMany) as refused:
        look_ups.count_try("h56-260101-0100 ", "10.0.0.2")
    assert refused.value.retry_after
    for number in range(2 * TRIES):
        look_ups.count_try(f"H56-260101-{number:04}", "10.0.0.1")
    with pytest.raises(TooMany):
        look_ups.count_try("H56-260101-9999", "10.0.0.1")


def test_an_erased_secret_matches_nothing() -> None:
    assert same("1234", " 1234 ")
    assert not same("1234", "1235")
    assert not same(None, "")
