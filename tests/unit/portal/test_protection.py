"""What every answer carries, and what a form needs to be taken."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kernel.errors import Conflict, DomainError, NotFound, Stale, TooMany, Unavailable
from services.portal.protection import _HEADERS
from services.portal.refusals import screen_of


@pytest.fixture
def client(portal: Flask) -> FlaskClient:
    """A browser that has no session."""
    return portal.test_client()


def test_every_page_carries_the_headers(client: FlaskClient) -> None:
    answer = client.get("/help")
    for name, value in _HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_that_is_not_there_is_told_in_the_style_of_the_house(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "Không có trang này" in answer.text
    assert 'class="app-footer"' in answer.text


def test_a_form_from_elsewhere_is_not_taken(client: FlaskClient) -> None:
    answer = client.post("/login", data={"username": "an", "password": "x"})
    assert answer.status_code == 400
    assert "Biểu mẫu đã hết hạn hoặc được gửi từ một trang khác." in answer.text


@pytest.mark.proves("B16")
@pytest.mark.parametrize(
    "path", ["/dossiers", "/dossiers/1", "/inbox", "/notifications", "/account"]
)
def test_who_is_not_logged_in_is_led_to_the_login_and_back(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/login?next={path}"


@pytest.mark.parametrize(
    "next_page",
    [
        "//elsewhere.example",
        "https://elsewhere.example",
        "/\\e",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "/\r\nSet-Cookie: a=b",
        "\x00//elsewhere.example",
        " //elsewhere.example",
        "/help\\e",
    ],
)
def test_nobody_is_led_away_from_this_site(client: FlaskClient, next_page: str) -> None:
    answer = client.get("/language/vi", query_string={"next": next_page})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


def test_the_language_is_remembered(client: FlaskClient) -> None:
    answer = client.get("/language/en?next=/help")
    assert answer.headers["Location"] == "/help"
    assert "How to file online, step by step" in client.get("/help").text


@pytest.mark.usefixtures("in_vietnamese")
@pytest.mark.parametrize(
    ("error", "title"),
    [
        (Conflict("c", "Chưa thể.", "Not yet."), "Lúc này chưa thực hiện được"),
        (NotFound("n", "Không có.", "None."), "Không tìm thấy"),
        (Stale("s", "Đã đổi.", "Changed."), "Có người vừa xử lý trước bạn"),
        (TooMany("t", "Chậm lại.", "Slow.", retry_after=30), "Bạn đã thử quá nhiều lần"),
        (Unavailable("u", "Chờ.", "Wait."), "Một phần dịch vụ tạm ngừng"),
    ],
)
def test_a_refusal_says_what_happened_and_what_to_do(error: DomainError, title: str) -> None:
    screen = screen_of(error)
    assert (screen.status, screen.title, screen.detail) == (error.status, title, error.vi)
    assert screen.retry_after == error.retry_after
    assert screen.advice
    assert "hồ sơ" not in screen.advice.lower() or error.status in (429, 503)


@pytest.mark.usefixtures("in_vietnamese")
def test_who_may_see_a_dossier_is_told_where_a_dossier_was_looked_for() -> None:
    advice = screen_of(NotFound("unknown-dossier", "Không thấy.", "None.")).advice
    assert "Hồ sơ chỉ hiển thị cho người nộp" in advice
