"""A request's envelope and its answer, as text between two processes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kernel import schemas, wire
from kernel.errors import Invalid, Malformed, NotFound, Unauthenticated
from kernel.requests import ANONYMOUS, Caller, digest_of, request
from kernel.schemas import field, frozen
from kernel.trust import Keyring, ensure_keys

HOUR = timedelta(hours=1)


@frozen
class Status:
    code: str
    step: str = field(default="")


@request("dossier", answer=Status)
@frozen
class ReadStatus:
    code: str = field(max_length=20)


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    directory: Path = tmp_path_factory.mktemp("keys")
    ensure_keys(directory, ["identity"])
    return Keyring(directory)


def envelope(**changes: Any) -> wire.Envelope:
    usual = wire.Envelope(
        request={"code": "H56-1"},
        deadline=datetime.now(UTC) + HOUR,
        correlation="conversation-1",
    )
    return replace(usual, **changes)


def across(body: dict[str, Any]) -> Any:
    """What the other side gets: the same as JSON."""
    return json.loads(json.dumps(body))


def test_a_request_arrives_as_it_was_sent(keyring: Keyring) -> None:
    citizen = Caller("acc-1", "citizen")
    sent = envelope(
        token=keyring.issue(citizen, issuer="identity", lifetime=HOUR),
        idempotency_key="k1",
        expected_version=3,
        locale="en",
        address="2001:db8::1",
    )

    came = wire.open_request(across(wire.request_body(sent)))
    message, call = wire.read_request(came, ReadStatus, keyring)

    assert came == sent
    assert message == ReadStatus("H56-1")
    assert call.caller == citizen
    assert call.digest == digest_of(message, keyring.master)
    assert (call.correlation, call.deadline) == ("conversation-1", sent.deadline)
    assert (call.idempotency_key, call.expected_version) == ("k1", 3)
    assert (call.locale, call.address) == ("en", "2001:db8::1")


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_the_caller_is_anonymous(keyring: Keyring, token: str | None) -> None:
    assert wire.read_request(envelope(token=token), ReadStatus, keyring)[1].caller == ANONYMOUS


def test_a_wrong_token_is_never_taken_for_none(keyring: Keyring) -> None:
    with pytest.raises(Unauthenticated):
        wire.read_request(envelope(token="x"), ReadStatus, keyring)


@pytest.mark.parametrize(
    "change",
    [
        {"deadline": "soon"},
        {"deadline": "2026-11-22T00:00:00"},
        {"deadline": None},
        {"correlation": "short"},
        {"correlation": "x" * 65},
        {"correlation": 'inject"ed line'},
        {"locale": "fr"},
        {"expected_version": -1},
        {"expected_version": "3"},
        {"idempotency_key": ""},
        {"idempotency_key": "k" * 256},
        {"token": "t" * 8193},
        {"request": "text"},
        {"request": None},
    ],
)
def test_a_wrong_envelope_is_malformed(change: dict[str, Any]) -> None:
    body = across(wire.request_body(envelope()))
    body["args"][0] |= change

    with pytest.raises(Malformed) as caught:
        wire.open_request(body)
    assert [fault.field for fault in caught.value.fields] == list(change)


@pytest.mark.parametrize(
    "body", [None, "", 3, [], {}, {"args": None}, {"args": []}, {"args": [1, 2]}, {"args": [None]}]
)
def test_what_is_no_request_is_malformed(body: object) -> None:
    with pytest.raises(Malformed):
        wire.open_request(body)


def test_an_envelope_of_a_newer_sender_is_understood() -> None:
    body = across(wire.request_body(envelope()))
    body["args"][0]["traceparent"] = "00-…"

    assert wire.open_request(body).correlation == "conversation-1"


def test_a_requests_content_is_checked_strictly(keyring: Keyring) -> None:
    with pytest.raises(Invalid) as caught:
        wire.read_request(envelope(request={"code": "x" * 21, "cod": 1}), ReadStatus, keyring)

    assert {fault.field: fault.code for fault in caught.value.fields} == {
        "code": "too-long",
        "cod": "unknown",
    }


def test_a_deadline_passes() -> None:
    now = datetime.now(UTC)

    assert wire.is_expired(envelope(deadline=now - timedelta(milliseconds=1)))
    assert not wire.is_expired(envelope(deadline=now + HOUR))


def test_an_answer_comes_back_as_it_was_given() -> None:
    answer = Status("H56-1", "thẩm định")

    assert wire.read_answer(ReadStatus, across(wire.answer_body(ReadStatus, answer))) == answer


def test_an_answer_of_a_newer_service_is_understood() -> None:
    body = across(wire.answer_body(ReadStatus, Status("H56-1")))
    body["result"]["answer"]["due"] = "2026-12-04"

    assert wire.read_answer(ReadStatus, body) == Status("H56-1")


def test_only_the_declared_answer_is_sent() -> None:
    with pytest.raises(TypeError, match="answered with Status, not ReadStatus"):
        wire.answer_body(ReadStatus, ReadStatus("H56-1"))


def test_a_refusal_is_raised_as_what_it_was() -> None:
    refusal = NotFound("no-dossier", "Không tìm thấy hồ sơ.", "No such dossier.")

    with pytest.raises(NotFound) as caught:
        wire.read_answer(ReadStatus, across(wire.error_body(refusal)))

    assert vars(caught.value) == vars(refusal)


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"result": None, "error": {"exc_type": "MethodNotFound"}},
        {"result": {}},
        {"result": {"answer": {"no": "code"}}},
        {"result": {"error": {"code": "x"}}},
    ],
)
def test_what_is_no_answer_is_told_apart_from_a_refusal(body: object) -> None:
    with pytest.raises(ValueError, match="not an answer to ReadStatus"):
        wire.read_answer(ReadStatus, body)


def test_the_envelope_of_today_is_written_down() -> None:
    """The wire format is a contract between releases: change it with care."""
    text = schemas.dump(envelope(deadline=datetime(2026, 11, 22, 3, 0, tzinfo=UTC)))

    assert text == {
        "request": {"code": "H56-1"},
        "deadline": "2026-11-22T03:00:00.000000Z",
        "correlation": "conversation-1",
        "token": None,
        "idempotency_key": None,
        "expected_version": None,
        "locale": "vi",
        "address": None,
    }
