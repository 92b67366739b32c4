"""What the REST interface does with a request before any service hears of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kernel.client import Client
from kernel.config import Settings
from kernel.errors import NotFound, Unavailable
from kernel.http import Tools, connect
from kernel.operations import DealtWith
from kernel.requests import request_type
from kernel.transparency.answering import LogKey, ReadLogKey, asked_of
from kernel.trust import Keyring, ensure_keys
from services.dossier.contract import (
    Draft,
    PaperFile,
    PrintDeclaration,
    ReadDraft,
    ReadPaper,
    ReadRegister,
)
from services.portal import api, site
from services.portal.settings import PortalSettings

Asked = list[tuple[Any, dict[str, Any]]]


class Services(Client):
    """The services: remembers what they are asked, and breaks as one is told."""

    def __init__(self) -> None:
        self.asked: Asked = []
        self.answer: Callable[[Any], Any] | None = None

    def call(self, message: Any, **options: Any) -> Any:
        """Answer what was said beforehand."""
        self.asked.append((message, options))
        if self.answer is None:
            raise ValueError("broken")
        return self.answer(message)


@pytest.fixture
def services() -> Services:
    """The other side of the interface."""
    return Services()


@pytest.fixture
def client(tmp_path: Path, services: Services) -> FlaskClient:
    """A program that speaks to the interface."""
    ensure_keys(tmp_path, ["portal"])
    settings = Settings(keys=tmp_path)
    app: Flask = site.build(settings, PortalSettings())
    api.install(app)
    connect(app, Tools("portal", settings, services, Keyring(tmp_path), lambda name: None))
    return app.test_client()


def post(client: FlaskClient, body: bytes, path: str = "/api/v1/drafts") -> Any:
    """Return the answer to a JSON body, in English."""
    return client.post(
        path,
        data=body,
        content_type="application/json",
        headers={"Accept-Language": "en"},
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"procedure": "1", "content": {"a": ' + b"9" * 5_000 + b"}}",
        b"\xff\xfe",
    ],
    ids=["cut off", "lists in lists", "objects in objects", "endless number", "no text"],
)
def test_what_is_no_json_is_refused_as_malformed(client: FlaskClient, body: bytes) -> None:
    answer = post(client, body)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert (answer.json["code"], answer.json["detail"]) == (
        "malformed-json",
        "The body is not valid JSON.",
    )


def test_depth_that_shows_only_on_the_way_on_is_malformed_too(
    client: FlaskClient, services: Services
) -> None:
    def endless(message: Any) -> Any:
        return endless(message)

    services.answer = endless
    answer = post(client, b'{"procedure": "1.004222", "content": {}}')
    assert (answer.status_code, answer.json["code"]) == (400, "malformed-json")


def test_a_body_is_at_most_one_megabyte(client: FlaskClient, services: Services) -> None:
    answer = post(client, b'{"content": "' + b"x" * 1024 * 1024 + b'"}')
    assert (answer.status_code, answer.json["code"]) == (413, "body-too-large")
    assert services.asked == []


def test_a_file_may_be_larger(client: FlaskClient, services: Services) -> None:
    file = (io.BytesIO(b"x" * 2 * 1024 * 1024), "a.pdf")
    answer = client.post("/api/v1/files", data={"file": file})
    assert answer.status_code == 500  # only the services, which are broken here, refuse it
    assert len(services.asked) == 1


def test_what_broke_is_told_with_the_reference_that_finds_it(client: FlaskClient) -> None:
    answer = post(client, b'{"procedure": "1.004222", "content": {}}')
    reference = answer.headers["X-Correlation-Id"]
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert answer.json["detail"] == (
        f"Something broke on our side. If it happens again, tell us this reference: {reference}."
    )
    assert answer.json["correlation"] == reference


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("payments", {"obligation": "ob-1", "return_url": "https://here.example/back"}),
        ("payments/cash", {"obligation": "ob-1", "receipt": "BL-1", "amount": 10_000}),
    ],
)
def test_a_fee_is_paid_for_the_dossier_of_the_address(
    client: FlaskClient, services: Services, path: str, body: dict[str, Any]
) -> None:
    address = f"/api/v1/dossiers/000.01-1/{path}"
    client.post(address, json=body)
    ((message, _),) = services.asked
    assert (message.obligation, message.dossier) == ("ob-1", "000.01-1")
    answer = client.post(address, json={**body, "dossier": "another"})
    assert answer.status_code == 422


@pytest.mark.parametrize("act", ["replay", "discard"])
def test_dead_letters_are_those_of_the_service_in_the_address(
    client: FlaskClient, services: Services, act: str
) -> None:
    address = f"/api/v1/operations/notify/dead-letters/{act}"
    services.answer = lambda message: DealtWith(len(message.ids))
    answer = client.post(address, json={"ids": ["e-1", "e-2"]})
    ((message, _),) = services.asked
    assert (answer.status_code, answer.json) == (200, {"count": 2})
    assert request_type(type(message)).service == "notify"
    assert request_type(type(message)).method == f"{act}_dead_letters"
    assert message.ids == ("e-1", "e-2")
    for wrong in ({}, {"ids": []}, {"ids": "e-1"}, {"ids": ["e-1"], "all": True}):
        assert client.post(address, json=wrong).status_code == 422
    unknown = client.post("/api/v1/operations/portal/dead-letters/replay", json={"ids": ["e"]})
    assert (unknown.status_code, unknown.json["code"]) == (404, "unknown-service")
    assert len(services.asked) == 1


def test_a_service_that_is_away_does_not_take_the_keys_of_the_others_along(
    client: FlaskClient, services: Services
) -> None:
    refusals = {
        asked_of("payment", ReadLogKey): Unavailable("away", "Không trả lời.", "Away."),
        asked_of("notify", ReadLogKey): NotFound("no-checkpoint", "Chưa có.", "None yet."),
    }

    def key(message: Any) -> LogKey:
        if type(message) in refusals:
            raise refusals[type(message)]
        return LogKey(request_type(type(message)).service, "vkey")

    services.answer = key
    answer = client.get("/api/v1/audit/keys")
    assert answer.status_code == 200
    assert {one["service"] for one in answer.json["items"]} == {"identity", "catalog", "dossier"}
    assert answer.json["unavailable"] == ["payment"]
    assert [options["timeout"] for _, options in services.asked] == [3] * 5


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/dossiers/H56-1/papers/01.pdf?version=4", ReadPaper("H56-1", "01", 4)),
        ("/dossiers/H56-1/papers/declaration.pdf", ReadPaper("H56-1", "declaration")),
        (
            "/register.pdf?since=2026-09-01&until=2026-09-30",
            ReadRegister(date(2026, 9, 1), date(2026, 9, 30)),
        ),
    ],
)
def test_a_paper_is_a_file_with_a_name_and_an_etag(
    client: FlaskClient, services: Services, path: str, asked: Any
) -> None:
    services.answer = lambda _: PaperFile("01-H56 à.pdf", "JVBERi0=", "ab12")
    answer = client.get(f"/api/v1{path}")
    assert [message for message, _ in services.asked] == [asked]
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/pdf", b"%PDF-")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''01-H56%20%C3%A0.pdf"
    )
    assert answer.headers["ETag"] == '"ab12"'


def test_a_draft_s_declaration_is_printed_with_what_was_typed(
    client: FlaskClient, services: Services
) -> None:
    content = {"form": {"ho_ten": "An"}, "applicant": {"name": "Nguyễn Thị An"}}
    now = datetime(2026, 9, 7, tzinfo=UTC)
    services.answer = lambda message: (
        Draft("d-1", 1, "1.004222", content, now, now)
        if isinstance(message, ReadDraft)
        else PaperFile("CT01.pdf", "JVBERi0=", "ab12")
    )
    assert client.get("/api/v1/drafts/d-1/declaration.pdf").status_code == 200
    assert services.asked[-1][0] == PrintDeclaration("1.004222", {"ho_ten": "An"}, "Nguyễn Thị An")
