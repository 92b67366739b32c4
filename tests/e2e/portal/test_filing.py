"""The citizen's path: open an account, find a procedure, file a dossier, follow it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(900)

PROVINCE, WARD = "38", "16594"


@pytest.mark.proves(
    "B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09", "B14", "B15", "D16"
)
def test_a_citizen_opens_an_account_and_logs_in(person: Any, system: Any) -> None:
    citizen = person("citizen", phone=True)
    page = citizen.page
    username = f"lan{id(citizen) % 10**8}"
    citizen.go("/")
    citizen.sees("Đăng ký, đăng nhập", "Đăng ký tài khoản một lần")
    page.locator("header").get_by_role("link", name="Đăng ký").click()
    page.get_by_label("Công dân").check()
    citizen.press("Tiếp theo")
    citizen.keep("register")
    citizen.press("Đăng ký")
    citizen.sees("Có điểm cần sửa", "Họ và tên: Hãy nhập mục này.")

    page.fill("[name='profile.name']", "Trịnh Thị Mận")
    page.get_by_label("Thẻ căn cước / số định danh cá nhân").check()
    number = f"0381920{id(page) % 10**5:05d}"
    page.fill("[name='profile.identity_number']", number)
    page.fill("[name='profile.date_of_birth']", "5/8/1992")
    page.select_option("[name='profile.sex']", "female")
    page.fill("[name='profile.email']", f"{username}@demo.example")
    page.fill("[name='profile.phone']", "0912 345 678")
    citizen.choose_place("profile.place", PROVINCE, WARD)
    page.fill("[name='username']", username)
    page.fill("[name='password']", "một câu dài dễ nhớ 2026")
    captcha = page.locator("[name='captcha']").get_attribute("value")
    page.fill("[name='captcha_text']", system.solve(captcha))
    page.locator("[name='consent']").check()
    citizen.press("Đăng ký")
    citizen.sees("Sắp xong: hãy mở thư điện tử")

    text = system.mail_text(f"{username}@demo.example", "")
    link = re.search(r"/activate\?token=\S+", text)
    assert link is not None, text
    citizen.go(link[0])
    citizen.press("Kích hoạt tài khoản")
    citizen.sees("Tài khoản đã được kích hoạt")
    citizen.log_in(username, "một câu dài dễ nhớ 2026")
    citizen.go("/account")
    citizen.sees("đã xác thực", "Trịnh Thị Mận", "05/08/1992")


@pytest.mark.proves("C02", "C03", "C04", "C05", "C07", "C08", "C10", "C11", "C12", "C24")
def test_a_procedure_is_found_by_words_and_filters(person: Any) -> None:
    citizen = person("citizen")
    page = citizen.page
    citizen.go("/")
    page.locator("nav").get_by_role("link", name="Dịch vụ công trực tuyến").click()
    page.fill("#q", "thuong tru")
    page.select_option("[name='province']", PROVINCE)
    page.locator(f"[name='commune'] option[value='{WARD}']").wait_for(state="attached")
    page.select_option("[name='commune']", WARD)
    page.select_option("[name='legacy_level']", "3")
    citizen.press("Tìm kiếm")
    citizen.sees("Đăng ký thường trú")
    citizen.keep("search")
    expect(page.get_by_role("button", name="ĐĂNG KÝ").first).to_be_visible()
    citizen.follow("Đăng ký thường trú")
    citizen.sees("Giấy tờ cần chuẩn bị", "Thời hạn và phí, lệ phí", "Căn cứ pháp lý")
    citizen.keep("procedure")


@pytest.mark.proves(
    "C13", "D01", "D02", "D03", "D04", "D05", "D06", "D07", "D09", "D10", "D11", "D12", "D13",
    "E15", "E16", "E20",
)  # fmt: skip
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_dossier_is_filed_with_and_without_scripts(
    person: Any, paper: Path, scripts: bool
) -> None:
    citizen = person("citizen", phone=not scripts, scripts=scripts)
    page = citizen.page
    citizen.log_in("congdan")
    citizen.fill_in_the_four_steps(paper)
    citizen.keep(f"check-{scripts}")
    citizen.send()
    citizen.sees("Hồ sơ của bạn đã được gửi", "Công an phường Tân Dân")
    citizen.keep(f"sent-{scripts}")
    code = page.locator("#code").inner_text()
    pin = page.locator("#pin").inner_text()

    citizen.press("Theo dõi hồ sơ")
    citizen.sees(code, "Mới đăng ký", "Bộ phận tiếp nhận hồ sơ", "chưa phân công")
    citizen.go("/dossiers")
    citizen.sees(code)

    stranger = person("stranger", phone=True, scripts=scripts)
    stranger.go("/lookup")
    stranger.page.fill("#key", code)
    stranger.page.fill("#factor", "0000" if pin != "0000" else "1111")
    stranger.press("TÌM KIẾM")
    stranger.sees("Không có kết quả cho hai số này.")
    stranger.page.fill("#factor", pin)
    stranger.press("TÌM KIẾM")
    stranger.sees(code, "Hoàng N", "Bộ phận tiếp nhận hồ sơ")
    stranger.keep("lookup")


def test_what_was_entered_is_there_again_later(person: Any) -> None:
    citizen = person("citizen")
    page = citizen.page
    citizen.log_in("congdan2")
    citizen.go("/procedures/dang-ky-tam-tru/apply")
    citizen.choose_place("place", PROVINCE, WARD)
    page.get_by_label("Cá nhân, hộ gia đình").check()
    page.get_by_label("Trực tiếp tại bộ phận một cửa").check()
    citizen.press("Bắt đầu")
    page.fill("#applicant-name", "Lò Bá Thịnh")
    citizen.press("Lưu và làm tiếp sau")
    citizen.sees("Đã lưu.", "Chưa gửi")

    again = person("the same, at another computer")
    again.log_in("congdan2")
    again.follow("Đăng ký tạm trú")
    expect(again.page.locator("#applicant-name")).to_have_value("Lò Bá Thịnh")
    again.press("Tiếp theo")
    again.sees("Có điểm cần sửa", "Người nộp hồ sơ, Số điện thoại: Hãy nhập mục này.")


def test_the_same_pages_speak_english(person: Any) -> None:
    visitor = person("visitor")
    visitor.go("/procedures/dang-ky-tam-tru")
    visitor.page.locator("header").get_by_role("link", name="English").click()
    visitor.sees("Documents to prepare", "Time and fee", "REGISTER")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
