"""Every page renders by itself, in both languages, as a page of the house."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from services.payment.providers.vnpay import REASONS
from services.portal import wording


class Page(HTMLParser):
    """What a page is made of, as far as the rules below ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag."""
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        """Return the attributes of all tags of these names."""
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture
def page(render: Any, shown: Any, language: str) -> Page:
    """A page in a language."""
    return Page(render(shown, language))


@pytest.mark.proves("B18", "B19", "I14")
def test_a_page_has_one_title_one_heading_and_the_way_past_the_menu(page: Page) -> None:
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert {"href": "#main"}.items() <= page.all("a")[0].items()
    assert "width=device-width" in str(page.all("meta"))


def test_ids_are_unique_and_every_label_and_error_link_finds_its_field(page: Page) -> None:
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    assert [name for name, n in ids.items() if n > 1] == []
    assert [a["for"] for a in page.all("label") if a.get("for") not in ids] == []
    described = [
        target
        for _, attributes in page.tags
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "data-communes-for")
        for target in (attributes.get(name) or "").split()
    ]
    assert [target for target in described if target not in ids] == []
    within = [a["href"][1:] for a in page.all("a") if (a.get("href") or "").startswith("#")]
    assert [target for target in within if target not in ids] == []


def test_every_field_has_a_label(page: Page) -> None:
    labelled = {a.get("for") for a in page.all("label")}
    fields = [a for a in page.all("input", "select", "textarea") if a.get("type") != "hidden"]
    assert [a["name"] for a in fields if a.get("id") not in labelled] == []


def test_every_sent_form_is_protected(render: Any, shown: Any) -> None:
    text = render(shown)
    for form in re.findall(r"<form\b.*?</form>", text, flags=re.DOTALL):
        if 'method="post"' in form.split(">", 1)[0]:
            assert 'name="csrf_token"' in form


def test_nothing_is_scripted_or_styled_within_a_page(page: Page) -> None:
    inline = [
        name
        for _, attributes in page.tags
        for name in attributes
        if name.startswith("on") or name == "style"
    ]
    assert inline == []
    assert page.all("style") == []
    assert [a for a in page.all("script") if "src" not in a] == []


def test_the_page_says_its_language(page: Page, language: str) -> None:
    assert page.all("html")[0]["lang"] == language


@pytest.mark.proves("B03", "B04", "C02", "E10")
def test_the_frame_offers_registration_login_services_and_look_up(
    render: Any, pages: Mapping[str, Any]
) -> None:
    text = render(pages["home"])
    for words in ("Đăng ký", "Đăng nhập", "Dịch vụ công trực tuyến", "Tra cứu hồ sơ"):
        assert words in text


@pytest.mark.proves("D08", "D24")
def test_the_pages_lead_to_the_papers(render: Any, pages: Mapping[str, Any]) -> None:
    text = render(pages["dossier"])
    code = pages["dossier"].screen.dossier.code
    for number, name in (("01", "Giấy tiếp nhận hồ sơ"), ("declaration", "Tờ khai")):
        assert f"/dossiers/{code}/papers/{number}.pdf" in text
        assert name in text
    assert "Receipt with the day of the result" in render(pages["dossier"], "en")
    assert "declaration.pdf" in render(pages["wizard-check"])
    procedure = render(pages["procedure"])
    assert "/procedures/dang-ky-thuong-tru/declaration.pdf" in procedure
    assert "/procedures/dang-ky-thuong-tru/checklist.pdf?case=own" in procedure


@pytest.mark.proves("B06")
def test_a_summary_of_faults_names_and_links_each_field(
    render: Any, pages: Mapping[str, Any]
) -> None:
    text = render(pages["register-citizen"])
    for place, label in (
        ("profile-name", "Họ và tên"),
        ("captcha_text", "Mã xác nhận"),
    ):
        assert f'<a href="#{place}">{label}: ' in text


def test_a_payment_that_failed_says_why_in_words(render: Any, pages: Mapping[str, Any]) -> None:
    text = render(pages["payment-failed"])
    assert "Bạn đã hủy thanh toán." in text
    assert "You cancelled the payment." in render(pages["payment-failed"], "en")
    assert set(REASONS.values()) <= set(wording._PAYMENT_REASONS)


@pytest.mark.proves("E08")
def test_the_tracking_page_says_where_it_is_stuck(render: Any, pages: Mapping[str, Any]) -> None:
    text = render(pages["dossier"])
    assert "Hồ sơ đang tắc ở khâu:" in text
    assert "Quá thời gian của bước này 1 ngày làm việc 2 giờ 20 phút." in text


def test_where_personal_parts_were_the_pages_say_that_they_were_erased(
    render: Any, pages: Mapping[str, Any]
) -> None:
    text = render(pages["dossier-erased"])
    assert text.count("đã xóa theo yêu cầu") == 3  # the applicant, the document, the result
    assert "Kết quả đã xóa theo yêu cầu." in text
    assert "/files/" not in text
    assert "erased on request" in render(pages["dossier-erased"], "en")
    assert "đã xóa theo yêu cầu" in render(pages["inbox-erased"])
    assert "xóa theo yêu cầu" not in render(pages["dossier-officer"])
