"""A supplement: sent by the applicant, or entered at the desk for who brought it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rendered import Page

from kernel.errors import FieldError, Invalid, Unavailable, UnsupportedType
from kernel.requests import Caller
from services.catalog.contract import FindPlaces, PlacePage, ReadProcedure
from services.dossier.contract import (
    FileTicket,
    NewUploadTicket,
    ReadDossier,
    StoredFile,
    SupplementDossier,
)
from services.portal import protection, sessions, uploads
from services.portal.pages import dossiers, places

APPLICANT = Caller("acc-1", "citizen", "An", verified=True)
DESK = Caller("acc-9", "officer", "Bình", roles=("receiving",), agency="a", unit="desk")
TICKET = FileTicket(
    "t", "http://localhost/files", datetime.now(UTC), 20 * 1024 * 1024, ("application/pdf",)
)
WRONG_KIND = UnsupportedType("wrong-kind", "Không nhận loại tệp này.", "No such files.")


class Services:
    """Answer what the page asks, and keep the supplement."""

    def __init__(self, status: Any, procedure: Any) -> None:
        self.sent: list[SupplementDossier] = []
        self.refusal: Exception | None = None
        self._answers = {
            ReadDossier: status,
            ReadProcedure: procedure,
            NewUploadTicket: TICKET,
            FindPlaces: PlacePage((), None),
        }

    def __call__(self, message: Any, **_: Any) -> Any:
        """Return a made-up answer."""
        if not isinstance(message, SupplementDossier):
            return self._answers[type(message)]
        if self.refusal is not None:
            raise self.refusal
        self.sent.append(message)
        return self._answers[ReadDossier]


@pytest.fixture
def services(status: Any, procedure: Any, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The services, with nobody at the browser yet."""
    answering = Services(status, procedure)
    for module in (dossiers, places):
        monkeypatch.setattr(module, "ask", answering)
    monkeypatch.setattr(protection.csrf, "protect", lambda: None)
    return answering


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception]:
    """What is wrong with files, by their names; all others are taken."""
    wrong: dict[str, Exception] = {}

    def upload(given: Any, *, name: str, asking: Any) -> StoredFile:
        if name in wrong:
            raise wrong[name]
        return uploads.StoredFile(f"file-of-{name}", name, "", "application/pdf", 3)

    monkeypatch.setattr(uploads, "upload", upload)
    return wrong


def at_the_browser(portal: Flask, who: Caller, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return the browser of somebody who is logged in."""
    monkeypatch.setattr(sessions, "who", lambda: who)
    return portal.test_client()


def send(client: FlaskClient, code: str, *names: str) -> Any:
    """Send these files for the document that is asked for, and the day."""
    attached = [(io.BytesIO(b"%PDF"), name) for name in names]
    typed = {"documents.ct01": attached, "form.date": "03/02/1990"}
    return client.post(f"/dossiers/{code}/supplement", data=typed)


@pytest.mark.proves("D19")
@pytest.mark.parametrize(
    ("who", "told"),
    [
        (APPLICANT, "Đã gửi phần bổ sung của bạn."),
        (DESK, "Đã tiếp nhận phần bổ sung; hồ sơ được giải quyết tiếp."),
    ],
    ids=["applicant", "desk"],
)
def test_who_sends_it_is_told_so_and_led_back_to_the_dossier(
    portal: Flask,
    services: Services,
    files: dict[str, Exception],
    monkeypatch: pytest.MonkeyPatch,
    status: Any,
    who: Caller,
    told: str,
) -> None:
    client = at_the_browser(portal, who, monkeypatch)
    answer = send(client, status.code, "a.pdf", "b.pdf")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/dossiers/{status.code}")
    (sent,) = services.sent
    assert [(one.requirement, one.file) for one in sent.documents] == [
        ("ct01", "file-of-a.pdf"),
        ("ct01", "file-of-b.pdf"),
    ]
    assert sent.form == {"date": "1990-02-03"}
    with client.session_transaction() as kept:
        assert [text for _, text in kept["_flashes"]] == [told]


@pytest.mark.proves("B06")
def test_a_file_that_is_not_taken_is_named_at_its_document(
    portal: Flask,
    services: Services,
    files: dict[str, Exception],
    monkeypatch: pytest.MonkeyPatch,
    status: Any,
) -> None:
    files["b.exe"] = WRONG_KIND
    client = at_the_browser(portal, APPLICANT, monkeypatch)
    answer = send(client, status.code, "a.pdf", "b.exe")
    assert answer.status_code == 422
    assert services.sent == []
    page = Page(answer.text)
    field = page.by_id("documents-ct01")
    assert "documents-ct01-error" in field["aria-describedby"].split()
    assert field["aria-invalid"] == "true"
    assert "b.exe: Không nhận loại tệp này." in page.by_id("documents-ct01-error").words
    assert leads(page) == ["#documents-ct01"]


def test_while_files_cannot_be_taken_no_document_is_blamed(
    portal: Flask,
    services: Services,
    files: dict[str, Exception],
    monkeypatch: pytest.MonkeyPatch,
    status: Any,
) -> None:
    files["a.pdf"] = Unavailable("files-unavailable", "Chưa thể nhận tệp.", "Not now.")
    client = at_the_browser(portal, APPLICANT, monkeypatch)
    answer = send(client, status.code, "a.pdf")
    assert answer.status_code == 503
    assert services.sent == []


@pytest.mark.proves("B06", "D19")
def test_what_is_still_missing_is_listed_and_stands_at_its_field(
    portal: Flask, services: Services, monkeypatch: pytest.MonkeyPatch, status: Any
) -> None:
    faults = [
        FieldError("documents.ct01", "required", "Cần bổ sung: Ảnh mờ", "Still needed"),
        FieldError("form.date", "required", "Cần bổ sung: Sai ngày", "Still needed"),
    ]
    services.refusal = Invalid("supplement-incomplete", "Chưa đủ.", "Not all.", fields=faults)
    client = at_the_browser(portal, APPLICANT, monkeypatch)
    answer = client.post(f"/dossiers/{status.code}/supplement", data={"note": ""})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert leads(page) == ["#documents-ct01", "#form-date"]
    for name in ("documents-ct01", "form-date"):
        assert f"{name}-error" in page.by_id(name)["aria-describedby"].split()
        assert "Cần bổ sung" in page.by_id(f"{name}-error").words


@pytest.mark.parametrize(
    ("read_in", "about", "to"),
    [
        ("vi", ("Nhập giấy tờ bổ sung", "Đã yêu cầu người nộp"), ("Lời nhắn cho cán bộ",)),
        ("en", ("Enter what was brought", "The applicant was asked"), ("Message to the officer",)),
    ],
)
def test_at_the_desk_the_page_speaks_about_the_applicant(
    render: Any,
    pages: Mapping[str, Any],
    read_in: str,
    about: tuple[str, ...],
    to: tuple[str, ...],
) -> None:
    at_the_desk = render(pages["supplement-at-the-desk"], read_in)
    own = render(pages["supplement"], read_in)
    assert all(words in at_the_desk for words in about)
    assert not any(words in own for words in about)
    assert all(words in own for words in to)
    assert not any(words in at_the_desk for words in to)


def test_each_thing_that_is_asked_for_is_a_part_named_by_what_the_officer_wrote(
    render: Any, pages: Mapping[str, Any]
) -> None:
    page = Page(render(pages["supplement"]))
    parts = [page.by_id(part["aria-labelledby"]).words for part in page.all("section")]
    assert parts == ["1. Ảnh mờ", "2. Sai ngày"]


@pytest.mark.parametrize(
    ("officer", "title", "why"),
    [
        (True, "Nhập đề nghị rút hồ sơ của người nộp", "Vì sao người nộp rút hồ sơ?"),
        (False, "Đề nghị rút hồ sơ", "Vì sao bạn rút hồ sơ?"),
    ],
    ids=["desk", "applicant"],
)
def test_a_withdrawal_is_asked_for_from_whom_it_is_of(
    render: Any, pages: Mapping[str, Any], officer: bool, title: str, why: str
) -> None:
    shown = pages["dossier-officer" if officer else "dossier"]
    wishing = replace(shown.screen.dossier, actions=("request-withdrawal",))
    text = render(replace(shown, screen=replace(shown.screen, dossier=wishing, forms={})))
    (form,) = [one for one in Page(text).all("details") if "app-action" in one["class"]]
    assert title in form.words
    assert why in form.words


def leads(page: Page) -> list[str]:
    """Return where the list of errors leads."""
    summary = next(one for one in page.all("div") if one["class"] == "govuk-error-summary")
    return [link["href"] for link in summary.all("a")]
