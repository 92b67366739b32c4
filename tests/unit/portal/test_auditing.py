"""The auditor's pages: what they ask, for whom, and what they answer when nothing fits."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import dossier_samples as s
import pytest
import replays
from flask import Flask, g
from flask.testing import FlaskClient

from kernel.client import Client
from kernel.config import Settings
from kernel.errors import Internal, NotFound, Unavailable
from kernel.http import Tools, connect
from kernel.requests import ANONYMOUS, Caller
from kernel.transparency.answering import ReadCheckpoint, ReadLogKey, asked_of
from kernel.trust import Keyring, ensure_keys
from services.dossier import contract
from services.portal import site
from services.portal.settings import PortalSettings

HISTORY = f"/dossiers/{s.CODE}/history"
BUNDLE = contract.BundleFile("d.bundle.zip", base64.b64encode(b"PK").decode(), "0" * 64)


class Services(Client):
    """The services with one dossier; remembers what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.verification: contract.Verification | Exception = replays.VERIFICATION
        self.signed: Exception | None = None
        self.unreadable: Exception | None = None

    def call(self, message: Any, **_: Any) -> Any:
        """Answer as the services do."""
        self.asked.append(message)
        if getattr(message, "code", s.CODE) != s.CODE:
            raise NotFound("unknown-dossier", "Không tìm thấy hồ sơ này.", "No such dossier.")
        answer = self._answer(message)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _answer(self, message: Any) -> Any:
        match message:
            case contract.ReplayDossier() if self.unreadable:
                return self.unreadable
            case contract.ReplayDossier(at=None):
                return replays.replayed(message.version)
            case contract.ReplayDossier():
                return replays.replayed(3)
            case contract.ReadTrace():
                return replays.traced()
            case contract.VerifyDossier():
                return self.verification
            case contract.ExportDossier():
                return BUNDLE
            case contract.ReadDossier():
                return replays.replayed().status
            case ReadCheckpoint():
                return self.signed or replays.SIGNED
            case ReadLogKey():
                return replays.KEY
        raise AssertionError(message)


@pytest.fixture
def services() -> Services:
    """The other side of the pages."""
    return Services()


@pytest.fixture
def caller() -> list[Caller]:
    """Who is logged in: an auditor, unless a test says otherwise."""
    return [s.AUDITOR]


@pytest.fixture
def browser(tmp_path: Path, services: Services, caller: list[Caller]) -> FlaskClient:
    """A browser."""
    ensure_keys(tmp_path, ["portal"])
    settings = Settings(keys=tmp_path)
    app: Flask = site.build(settings, PortalSettings())
    app.jinja_env.globals["bundle"] = lambda name: f"/assets/{name}"
    connect(app, Tools("portal", settings, services, Keyring(tmp_path), lambda name: None))

    @app.before_request
    def log_in() -> None:
        g.who = caller[0]

    return app.test_client()


def asked(services: Services, kind: type[Any]) -> list[Any]:
    """Return the requests of a kind that were asked."""
    return [message for message in services.asked if isinstance(message, kind)]


@pytest.mark.proves("I06")
@pytest.mark.parametrize("address", ["/audit", HISTORY, f"{HISTORY}/moment", f"{HISTORY}/bundle"])
def test_only_auditors_are_let_in(
    browser: FlaskClient, services: Services, caller: list[Caller], address: str
) -> None:
    for other in (s.APPLICANT, s.RECEIVING, s.CHAIR):
        caller[0] = other
        assert browser.get(address).status_code == 403
    caller[0] = ANONYMOUS
    answer = browser.get(address)
    assert answer.status_code == 303
    assert "/login?next=" in answer.headers["Location"]
    assert services.asked == []


def test_a_dossier_is_found_by_its_code_however_it_is_typed(browser: FlaskClient) -> None:
    answer = browser.get("/audit", query_string={"code": f" {s.CODE.lower()} "})
    assert (answer.status_code, answer.headers["Location"]) == (303, HISTORY)
    missing = browser.get("/audit?code=000.01.38.H56-260907-0002")
    assert missing.status_code == 404
    assert 'href="#code">Mã hồ sơ: Không tìm thấy hồ sơ này.' in missing.text
    assert browser.get("/audit?code=1&code=2").status_code == 404
    assert browser.get("/audit?code=").status_code == 200


@pytest.mark.proves("E05", "E09")
def test_a_moment_is_asked_for_as_it_was_chosen(browser: FlaskClient, services: Services) -> None:
    assert "Hồ sơ sau sự kiện 9 trên 30" in browser.get(f"{HISTORY}?version=9").text
    assert [one.version for one in asked(services, contract.ReplayDossier)] == [None, 9]
    services.asked.clear()
    shown = browser.get(HISTORY, query_string={"at": "07/09/2026 09:02"}).text
    assert "Hồ sơ lúc 07/09/2026 09:02:59, sau sự kiện 3 trên 30" in shown
    assert (
        asked(services, contract.ReplayDossier)[1]
        .at.isoformat()
        .startswith("2026-09-07T09:02:59.999999")
    )
    services.asked.clear()
    assert "Đây là tình trạng hiện nay." in browser.get(f"{HISTORY}?version=30").text
    assert len(asked(services, contract.ReplayDossier)) == 1


@pytest.mark.parametrize("query", ["version=0", "version=31", "version=x", "at=x", "at=1/1/2020"])
def test_a_moment_that_makes_no_sense_is_named_and_the_dossier_shown(
    browser: FlaskClient, query: str
) -> None:
    answer = browser.get(f"{HISTORY}?{query}")
    assert answer.status_code == 422
    assert "Có điểm cần sửa" in answer.text
    assert "Đây là tình trạng hiện nay." in answer.text
    assert browser.get(f"{HISTORY}/moment?{query}").status_code == 422


def test_the_slider_gets_the_moment_alone(browser: FlaskClient, services: Services) -> None:
    answer = browser.get(f"{HISTORY}/moment?version=9")
    assert answer.text.lstrip().startswith("<h2")
    assert "Vũ Thị Mai" in answer.text
    assert asked(services, contract.VerifyDossier) == []


@pytest.mark.proves("E05")
@pytest.mark.parametrize(
    ("spoken", "name", "result", "size"),
    [
        ("vi", "Tờ khai", "Kết quả", "9 byte"),
        ("en", "Declaration", "The result", "9 bytes"),
    ],
)
def test_each_file_is_told_where_it_came_with_its_size_and_hash(
    browser: FlaskClient, spoken: str, name: str, result: str, size: str
) -> None:
    browser.set_cookie("language", spoken)
    page = browser.get(HISTORY).text
    events = re.split('id="event-([0-9]+)"', page)
    shown = dict(zip(events[1::2], events[2::2], strict=True))
    hashed = f'{size}, SHA-256 <span class="app-exact">{"0" * 64}</span>'
    assert f"<li>{name}, {hashed}" in shown["1"]
    assert page.count(hashed) == 3, "as filed, as supplemented, as returned"
    assert f"<li>{result}, {hashed}" in page


def test_it_is_verified_at_each_view_and_nothing_is_kept(
    browser: FlaskClient, services: Services
) -> None:
    for number in (1, 2):
        answer = browser.get(HISTORY)
        assert len(asked(services, contract.VerifyDossier)) == number
        assert answer.headers["Cache-Control"] == "no-store"
    services.verification = Unavailable("away", "Dịch vụ không trả lời.", "It does not answer.")
    answer = browser.get(HISTORY)
    assert answer.status_code == 200
    assert "Chưa kiểm tra được gì" in answer.text
    assert "Dịch vụ không trả lời." in answer.text
    assert "đều đúng" not in answer.text


@pytest.mark.parametrize(
    "gone",
    [Internal("internal", "Lỗi.", "Broken."), NotFound("not-then", "Chưa có.", "Not then.")],
    ids=["broken", "removed"],
)
def test_what_was_tampered_with_until_it_cannot_be_read_is_named(
    browser: FlaskClient, services: Services, gone: Exception
) -> None:
    services.unreadable = Internal("internal", "Lỗi.", "Broken.")
    assert "Hệ thống gặp lỗi" in browser.get(HISTORY).text
    services.unreadable = gone
    services.verification = replace(
        replays.VERIFICATION, fault="its hash is another one", fault_position=7
    )
    answer = browser.get(HISTORY)
    assert answer.status_code == 500
    assert "Lỗi đầu tiên, ở vị trí 7 của sổ:" in answer.text
    assert "its hash is another one" in answer.text


def test_a_checkpoint_that_cannot_be_read_is_shown_as_a_fault(
    browser: FlaskClient, services: Services
) -> None:
    reason = "what is stored as checkpoint 12 is no checkpoint"
    services.verification = contract.Verification(
        s.CODE, 0, 0, 0, (), fault=reason, fault_position=230
    )
    answer = browser.get(HISTORY)
    assert answer.status_code == 200
    assert "Lịch sử này có lỗi" in answer.text
    assert "nội dung lưu làm điểm kiểm số 12 không phải điểm kiểm" in answer.text
    assert "Chưa kiểm tra được gì" not in answer.text
    assert "Gốc của cây" not in answer.text
    assert "Đây là tình trạng hiện nay." in answer.text


def test_a_dossier_that_is_not_there_is_no_fault(browser: FlaskClient) -> None:
    answer = browser.get("/dossiers/000.01.38.H56-260907-0002/history")
    assert answer.status_code == 404
    assert "Lỗi đầu tiên" not in answer.text


def test_a_bundle_is_a_file(browser: FlaskClient, services: Services) -> None:
    answer = browser.get(f"{HISTORY}/bundle?kept_size=20")
    assert (answer.data, answer.mimetype) == (b"PK", "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="d.bundle.zip"'
    assert asked(services, contract.ExportDossier) == [contract.ExportDossier(s.CODE, 20)]
    assert browser.get(f"{HISTORY}/bundle?kept_size=").status_code == 200
    assert browser.get(f"{HISTORY}/bundle?kept_size=x").status_code == 422


@pytest.mark.proves("I06")
def test_checkpoints_are_public_and_a_ledger_without_one_is_named(
    browser: FlaskClient, services: Services, caller: list[Caller]
) -> None:
    caller[0] = ANONYMOUS
    assert browser.get("/transparency").text.count("— localhost/motcua/dossier AAAA") == 5
    services.signed = Unavailable("away", "Dịch vụ không trả lời.", "It does not answer.")
    answer = browser.get("/transparency")
    assert answer.status_code == 200
    assert answer.text.count("Dịch vụ không trả lời.") == 5
    assert browser.get("/transparency/guide").status_code == 200


def test_all_ledgers_are_asked_at_once_and_not_for_long(
    browser: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, patience = Barrier(10, timeout=20), []

    def call(message: Any, *, timeout: float, **_: Any) -> Any:
        together.wait()
        patience.append(timeout)
        if message == asked_of("payment", ReadLogKey)():
            raise Unavailable("away", "Dịch vụ không trả lời.", "It does not answer.")
        return services._answer(message)

    monkeypatch.setattr(services, "call", call)
    answer = browser.get("/transparency")
    assert answer.text.count("Dịch vụ không trả lời.") == 1
    assert answer.text.count("— localhost/motcua/dossier AAAA") == 4
    assert patience == [3] * 10
