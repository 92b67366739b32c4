"""The operators' page says what is wrong with a service and what to do, from its figures alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from services.portal.screens.operations import Line, Mood, ServiceCard


def card(pages: Mapping[str, Any], service: str) -> ServiceCard:
    """One of the cards of the sample page."""
    cards: tuple[ServiceCard, ...] = pages["operations"].screen.cards
    return next(one for one in cards if one.service == service)


def line(one: ServiceCard, what: str) -> Line:
    """The fact of this name."""
    return next(line for line in one.lines if line.what == what)


@pytest.mark.parametrize(
    ("service", "mood"),
    [("notify", Mood.CONCERN), ("catalog", Mood.WELL), ("payment", Mood.SILENT)],
)
def test_a_service_has_one_mood(pages: Mapping[str, Any], service: str, mood: Mood) -> None:
    assert card(pages, service).mood is mood


@pytest.mark.usefixtures("in_vietnamese")
def test_everything_that_is_wrong_is_said_with_what_to_do(pages: Mapping[str, Any]) -> None:
    said = dict(card(pages, "notify").concerns)
    assert list(said) == [
        "Không có tiến trình phát sự kiện nào hoạt động",
        "Việc phát sự kiện bị chậm",
        "Không ai nhận từ hộp thư đến",
        "Có sự kiện không xử lý được",
        "Có sự kiện đã chờ quá hai phút",
        "Dữ liệu hiển thị bị chậm",
        "Việc dựng lại dữ liệu hiển thị bị gián đoạn",
    ]
    assert all(said.values())
    assert card(pages, "catalog").concerns == ()


@pytest.mark.usefixtures("in_vietnamese")
def test_a_figure_says_how_much_waits_and_what_the_longest(pages: Mapping[str, Any]) -> None:
    one = card(pages, "notify")
    published = line(one, "Đã phát đi")
    assert (published.figure, published.note, published.bad) == (
        "45",
        "không có relay hoạt động",
        True,
    )
    heard = line(one, "Đã nghe từ: Hồ sơ")
    assert (heard.figure, heard.note, heard.waiting) == ("116", "4 đang chờ", "3 phút")
    assert line(one, "Đã nghe từ: Tài khoản").note == "hiện chưa biết"
    assert line(one, "Dựng lại message").figure == "20 / 48"


def test_an_auditor_is_offered_no_change(render: Any, pages: Mapping[str, Any]) -> None:
    assert "<button" in render(pages["dead-letters"]).partition("<main")[2].partition("</main")[0]
    for name in ("dead-letters-auditor", "dead-letter-unreadable"):
        inside = render(pages[name]).partition("<main")[2].partition("</main")[0]
        assert "<button" not in inside
        assert "checkbox" not in inside


def test_what_a_dead_letter_holds_is_shown_and_never_read_as_markup(
    render: Any, pages: Mapping[str, Any]
) -> None:
    assert "the number &lt;13&gt; is unlucky" in render(pages["dead-letter"])
    assert "yesterday" in render(pages["dead-letter-unreadable"])


@pytest.mark.parametrize(
    ("name", "there"), [("dead-letters", True), ("dead-letters-auditor", True), ("home", False)]
)
def test_the_menu_leads_operators_there_and_nobody_else(
    render: Any, pages: Mapping[str, Any], name: str, there: bool
) -> None:
    assert ('href="/operations"' in render(pages[name]).partition("<main")[0]) is there
