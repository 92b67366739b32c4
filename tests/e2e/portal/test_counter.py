"""At the desk: an officer takes in what somebody brings, prints the receipt, finds drafts again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.dossier.clock import VIETNAM

PROVINCE, WARD = "38", "16594"

pytestmark = pytest.mark.timeout(900)


def test_an_officer_takes_in_what_came_by_post(person: Any) -> None:
    desk = person("receiving officer")
    desk.log_in("ubnd.tiepnhan")
    desk.follow("Tiếp nhận hồ sơ tại quầy")
    desk.go("/procedures/xac-nhan-tinh-trang-hon-nhan")
    desk.press("Tiếp nhận hồ sơ tại quầy")
    page = desk.page
    page.locator("[name='channel'][value='post']").check()
    page.locator("[name='return_by'][value='post']").check()
    desk.press("Bắt đầu")
    desk.sees("Hãy ghi lúc thư đến")
    desk.keep("receive")
    page.fill("#arrived_at", f"{datetime.now(VIETNAM) - timedelta(days=31):%d/%m/%Y} 09:30")
    desk.press("Bắt đầu")
    desk.sees("không quá 30 ngày trước")
    page.fill("#arrived_at", f"{datetime.now(VIETNAM) - timedelta(days=2):%d/%m/%Y} 09:30")
    desk.press("Bắt đầu")

    desk.sees("Ai nộp hồ sơ?", "Nhập theo giấy tờ của người nộp")
    page.locator("[name='applicant.kind'][value='citizen']").check()
    page.fill("#applicant-name", "Quàng Văn Pánh")
    page.fill("#applicant-identity_number", "038075004444")
    page.fill("#applicant-phone", "0912000444")
    page.fill("#applicant-date_of_birth", "03/02/1975")
    desk.choose_place("applicant.place", PROVINCE, WARD)
    page.fill("#applicant-address", "3 ngõ Bản Mòn")
    desk.press("Lưu và làm tiếp sau")
    desk.go("/inbox")
    desk.sees("Hồ sơ đang nhập dở tại quầy")
    desk.follow("Thủ tục cấp Giấy xác nhận tình trạng hôn nhân")
    desk.press("Tiếp theo")
    desk.press("Lấy thông tin từ người nộp")
    desk.press("Tiếp theo")
    page.locator("[name='form.tinh_trang']").first.wait_for()
    page.locator("[name='form.tinh_trang'][value='chua-ket-hon']").or_(
        page.locator("select[name='form.tinh_trang']")
    ).first.evaluate("one => one.tagName === 'SELECT' ? one.value = 'chua-ket-hon' : one.click()")
    page.fill("#form-muc_dich", "Để làm thủ tục đăng ký kết hôn")
    desk.press("Tiếp theo")
    desk.sees("Đính kèm thành phần hồ sơ")
    desk.press("Tiếp theo")
    desk.sees("Kiểm tra thông tin", "Qua bưu điện", "UBND phường Tân Dân", "09:30")
    desk.keep("receive-check")
    draft = urlsplit(page.url).path.split("/")[2]
    page.locator(f"a[href='/drafts/{draft}/beginning']").click()
    desk.keep("receive-again")
    page.fill("#arrived_at", f"{datetime.now(VIETNAM) - timedelta(days=1):%d/%m/%Y} 10:15")
    desk.press("Tiếp theo")
    desk.sees("Kiểm tra thông tin", "10:15")
    desk.press("Tiếp nhận")
    second = page.get_by_role("button", name="Vẫn nộp thêm hồ sơ này")
    second.or_(page.get_by_text("Đã tiếp nhận hồ sơ")).first.wait_for()
    if second.count():
        second.click()
    desk.sees("Đã tiếp nhận hồ sơ")
    desk.keep("taken-in")
    code = desk.code
    receipt = page.url
    desk.go(f"/drafts/{draft}")  # as after an answer that was lost on its way
    assert page.url == receipt
    paper = page.context.request.get(f"{desk.system.portal}/dossiers/{code}/papers/01.pdf")
    assert paper.body().startswith(b"%PDF")
    desk.go(f"/dossiers/{code}")
    desk.sees("Được tiếp nhận", "Qua bưu điện", "Quàng Văn Pánh")


def test_others_are_not_offered_the_desk(person: Any) -> None:
    for username in ("congdan", "ubnd.tiepnhan"):
        somebody = person(username)
        somebody.log_in(username)
        somebody.go("/procedures/dang-ky-tam-tru")
        assert somebody.page.get_by_text("Tiếp nhận hồ sơ tại quầy").count() == 0
        somebody.go("/procedures/dang-ky-tam-tru/receive")
        somebody.sees("Bạn không được xem trang này" if username == "congdan" else "bàn tiếp nhận")
