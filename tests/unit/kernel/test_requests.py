"""Requests: what their class declares, who makes them, and when two are the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kernel.errors import Invalid
from kernel.events import Actor
from kernel.requests import (
    ANONYMOUS,
    Call,
    Caller,
    Done,
    Purpose,
    RequestType,
    command,
    digest_of,
    request,
    request_type,
)
from kernel.schemas import JSON, field, frozen

KEY = bytes(range(32))


@request("dossier", answer=Done)
@frozen
class ReadDossierByCode:
    code: str


@command("dossier", answer=Done)
@frozen
class Accept:
    code: str
    note: str = field(default="")
    answers: JSON = field(default=None)


@command("dossier", answer=Done)
@frozen
class Refuse:
    code: str
    note: str = field(default="")
    answers: JSON = field(default=None)


def call(caller: Caller = ANONYMOUS, key: str | None = None) -> Call:
    return Call(caller, "c" * 8, datetime(2026, 11, 22, tzinfo=UTC), "digest", idempotency_key=key)


def test_a_class_declares_where_it_goes_and_what_answers_it() -> None:
    assert request_type(ReadDossierByCode) == RequestType(
        "dossier", "read_dossier_by_code", Done, Purpose.READ
    )
    assert request_type(Accept).purpose is Purpose.COMMAND


def test_the_same_request_has_the_same_digest() -> None:
    one = Accept("H1", answers={"b": 1, "a": [True, None]})
    same = Accept("H1", note="", answers={"a": [True, None], "b": 1})

    assert digest_of(one, KEY) == digest_of(same, KEY)


def test_a_digest_tells_nothing_without_the_key() -> None:
    assert digest_of(Accept("H1"), KEY) != digest_of(Accept("H1"), bytes(32))


@pytest.mark.parametrize("other", [Accept("H2"), Accept("H1", note="x"), Refuse("H1")])
def test_another_request_has_another_digest(other: object) -> None:
    assert digest_of(other, KEY) != digest_of(Accept("H1"), KEY)


@pytest.mark.parametrize("answer", [2**70, float("nan"), float("inf"), "\ud800"])
def test_what_json_cannot_carry_unharmed_is_refused(answer: Any) -> None:
    with pytest.raises(Invalid, match="too large"):
        digest_of(Accept("H1", answers={"a": answer}), KEY)


def test_a_key_is_the_commits_id_within_its_caller() -> None:
    hoa, nam = Caller("acc-1", "citizen"), Caller("acc-2", "citizen")

    assert call(hoa, "k").commit_id == call(hoa, "k").commit_id
    assert call(hoa, "k").commit_id != call(nam, "k").commit_id
    assert call(hoa, "k").commit_id != call(hoa, "l").commit_id


def test_without_a_key_every_call_is_new() -> None:
    assert call().commit_id != call().commit_id


def test_a_caller_is_recorded_without_a_name() -> None:
    officer = Caller("acc-2", "officer", name="Lê Văn Nam", agency="a1", unit="u1")

    assert officer.actor == Actor("acc-2", "officer", "a1", "u1")
    assert officer.is_officer
    assert not officer.is_service
    assert Caller("service:notify", "service").is_service
