"""Every page renders by itself, in both languages, as a page of the house."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from rendered import Page

from services.payment.providers.vnpay import REASONS
from services.portal import wording


@pytest.fixture
def page(render: Any, shown: Any, language: str) -> Page:
    """A page in a language."""
    return Page(render(shown, language))


@pytest.mark.proves("B18", "B19", "I14")
def test_a_page_has_one_title_one_heading_and_the_way_past_the_menu(page: Page) -> None:
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.all("a")[0]["href"] == "#main"
    assert any("width=device-width" in meta["content"] for meta in page.all("meta"))


def test_ids_are_unique_and_every_label_and_error_link_finds_its_field(page: Page) -> None:
    ids = Counter(tag["id"] for tag in page.tags if "id" in tag.attributes)
    assert [name for name, n in ids.items() if n > 1] == []
    assert [label["for"] for label in page.all("label") if label["for"] not in ids] == []
    described = [
        target
        for tag in page.tags
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "data-communes-for")
        for target in tag[name].split()
    ]
    assert [target for target in described if target not in ids] == []
    within = [link["href"][1:] for link in page.all("a") if link["href"].startswith("#")]
    assert [target for target in within if target not in ids] == []


def test_every_field_has_a_label(page: Page) -> None:
    labelled = {label["for"] for label in page.all("label")}
    fields = [tag for tag in page.all("input", "select", "textarea") if tag["type"] != "hidden"]
    assert [tag["name"] for tag in fields if tag["id"] not in labelled] == []


@pytest.mark.proves("I14")
def test_what_is_required_says_so_to_those_who_do_not_see_the_star(
    page: Page, language: str
) -> None:
    words = {"vi": "bắt buộc", "en": "required"}[language]
    silent = []
    for star in page.all("span"):
        if star["class"] != "app-required" or not star["aria-hidden"]:
            continue
        if legend := star.around("legend"):
            group = star.around("fieldset")
            says = (group is not None and group["aria-required"] == "true") or words in legend.words
        else:
            field = page.by_id(star.around("label")["for"])
            says = field["aria-required"] == "true" or "required" in field.attributes
            # ARIA knows no aria-required for a file
            says = says and not (field["type"] == "file" and field["aria-required"])
        if not says:
            silent.append(star.within.words)
    assert silent == []


def test_every_group_of_choices_is_a_fieldset_with_a_legend(page: Page) -> None:
    choices = [tag for tag in page.all("input") if tag["type"] in ("radio", "checkbox")]
    several = Counter(tag["name"] for tag in choices)
    # those in the rows of a table are named by their rows
    groups = [tag for tag in choices if several[tag["name"]] > 1 and tag.around("table") is None]
    outside = [
        tag["name"]
        for tag in groups
        if (fieldset := tag.around("fieldset")) is None
        or not any(legend.words.strip() for legend in fieldset.all("legend"))
    ]
    assert outside == []


@pytest.mark.proves("B06")
def test_every_error_stands_at_a_field_that_points_to_it(page: Page) -> None:
    pointed = {target for tag in page.tags for target in tag["aria-describedby"].split()}
    errors = [tag for tag in page.all("p") if "govuk-error-message" in tag["class"]]
    assert [error.words for error in errors if error["id"] not in pointed] == []


def test_every_row_of_a_table_has_a_head(page: Page) -> None:
    rows = [row for body in page.all("tbody") for row in body.all("tr")]
    headless = [
        row.words
        for row in rows
        if not any(head["scope"] == "row" for head in row.all("th"))
        and not any(cell["colspan"] for cell in row.all("td"))
    ]
    assert headless == []


def test_every_sent_form_is_protected(render: Any, shown: Any) -> None:
    text = render(shown)
    for form in re.findall(r"<form\b.*?</form>", text, flags=re.DOTALL):
        if 'method="post"' in form.split(">", 1)[0]:
            assert 'name="csrf_token"' in form


def test_nothing_is_scripted_or_styled_within_a_page(page: Page) -> None:
    inline = [
        name
        for tag in page.tags
        for name in tag.attributes
        if name.startswith("on") or name == "style"
    ]
    assert inline == []
    assert page.all("style") == []
    assert [tag for tag in page.all("script") if not tag["src"]] == []


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


@pytest.mark.proves("B06")
def test_faults_of_a_list_are_named_by_what_the_list_names(
    render: Any, pages: Mapping[str, Any]
) -> None:
    text = render(pages["dossier-wrongly-asked"])
    for place, label in (
        ("request-supplement-item-ct01", "Tờ khai"),
        ("request-fee-quantity-0", "Lệ phí"),
        ("request-fee-other-amount", "Số tiền (đồng)"),
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
