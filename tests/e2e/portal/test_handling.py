"""The officers' path, with the citizen looking on: from the one-stop desk to the result."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from services.dossier.clock import VIETNAM

pytestmark = pytest.mark.timeout(900)


@pytest.mark.proves(
    "A07", "A10", "A11", "D14", "D15", "D18", "D19", "D20", "E01", "E02", "E03", "E04", "E06",
    "E07", "E09", "F04", "F07", "F12",
)  # fmt: skip
def test_a_dossier_goes_from_the_desk_to_its_result(person: Any, paper: Path, system: Any) -> None:
    citizen = person("citizen", phone=True)
    citizen.log_in("congdan")
    code = citizen.file_a_dossier(paper)
    citizen.go(f"/dossiers/{code}")

    desk = person("receiving officer")
    desk.log_in("ca.tiepnhan")
    desk.sees("Danh sách công việc")
    desk.go(f"/inbox?q={code}")
    desk.sees(code)
    desk.keep("inbox")
    desk.act(code, "Tiếp nhận hồ sơ", "Tiếp nhận", note="Hồ sơ đầy đủ")
    desk.keep("officer")

    # the citizen's page, open all the time, has news without being loaded again
    citizen.sees("Ngô Tuệ Minh", "Phân công", "Hạn trả")
    citizen.keep("tracking")

    head = person("head of the unit")
    head.log_in("ca.totruong")
    head.act(code, "Phân công cán bộ", "Phân công", officer="Vi Thanh Bình")
    citizen.sees("Vi Thanh Bình")

    handler = person("handling officer")
    handler.log_in("ca.thuly1")
    handler.go(f"/inbox?tab=mine&q={code}")
    handler.sees(code)
    form = handler.form_of(code, "Yêu cầu bổ sung")
    form.locator("[name='item.cho-o-hop-phap']").fill("Trang 2 bị mờ")
    form.locator("[name='reason']").fill("Bản chụp không đọc được")
    form.get_by_role("button", name="Gửi yêu cầu").click()
    handler.sees("Yêu cầu bổ sung giấy tờ")

    citizen.sees("Hồ sơ cần bổ sung", "Bản chụp không đọc được", "Trang 2 bị mờ")
    citizen.press("Bổ sung hồ sơ")
    citizen.keep("supplement")
    citizen.page.set_input_files("[name='documents.cho-o-hop-phap']", paper)
    citizen.press("Gửi")
    citizen.sees("Đã gửi phần bổ sung của bạn.", "tạm dừng")

    handler.act(code, "Yêu cầu nộp phí", "Gửi yêu cầu nộp phí")
    citizen.sees("Cần nộp")
    pay_online(citizen, code)

    handler.act(code, "Hoàn thành bước này", "Hoàn thành và chuyển tiếp", note="Đủ điều kiện")
    head.act(code, "Hoàn thành bước này", "Hoàn thành và chuyển tiếp")
    leader = person("leader")
    leader.log_in("ca.lanhdao")
    leader.act(code, "Duyệt kết quả", "Duyệt")

    clerk = person("records")
    clerk.log_in("ca.vanthu")
    form = clerk.form_of(code, "Chuyển kết quả")
    form.locator("[name='number']").fill("128/TB-CAP")
    form.locator("[name='file']").set_input_files(paper)
    form.get_by_role("button", name="Chuyển kết quả").click()
    clerk.sees("Đã xong")

    citizen.go(f"/dossiers/{code}")
    citizen.sees("Đã trả kết quả", "128/TB-CAP")
    citizen.keep("result")
    with citizen.page.expect_download() as download:
        citizen.press("Tải kết quả")
    assert Path(download.value.path()).read_bytes() == paper.read_bytes()

    assert code in system.mail_text("congdan@demo.example", code)
    citizen.go("/notifications")
    citizen.sees(code)
    hand_in_again(citizen, code, desk, paper)


def hand_in_again(citizen: Any, code: str, desk: Any, paper: Path) -> None:
    """Take the result of a dossier in place of an upload for the next one."""
    citizen.go("/dossiers")
    citizen.follow("Kho giấy tờ của tôi")
    citizen.sees("Kết quả", "128/TB-CAP")
    citizen.keep("my-papers")
    citizen.fill_in_three_steps()
    page = citizen.page
    choice = page.locator("section", has=page.locator("[name='documents.cho-o-hop-phap']"))
    choice.locator("summary").click()
    citizen.keep("reuse")
    choice.locator(f"button[name='reuse'][value*=' {code} ']").first.click()
    citizen.sees("Đính kèm thành phần hồ sơ", "✓")
    citizen.press("Tiếp theo")
    citizen.send()
    again = citizen.code
    desk.go(f"/dossiers/{again}")
    desk.sees(f"lấy từ hồ sơ {code}")
    with desk.page.expect_download() as download:
        desk.page.locator(f"a[href*='/dossiers/{again}/files/']").first.click()
    assert Path(download.value.path()).read_bytes() == paper.read_bytes()


def pay_online(citizen: Any, code: str) -> None:
    """Pay at the provider's sandbox and come back."""
    citizen.press("Nộp phí, lệ phí")
    citizen.sees("Tổng cộng")
    citizen.keep("fee")
    citizen.press("trực tuyến")
    page = citizen.page
    page.wait_for_url("**/paymentv2/**", timeout=15_000, wait_until="load")
    page.get_by_role("button").first.click()
    page.wait_for_url("**/payments/return*", timeout=15_000)
    expect(page.locator("main")).to_contain_text("Đã nộp phí, lệ phí", timeout=30_000)
    citizen.press("Quay lại hồ sơ")
    citizen.sees("Đã nộp")


def test_a_fee_is_paid_in_cash_at_the_counter(person: Any, paper: Path) -> None:
    citizen = person("citizen")
    citizen.log_in("congdan")
    code = citizen.file_a_dossier(paper)
    desk = person("receiving officer")
    desk.log_in("ca.tiepnhan")
    desk.act(code, "Yêu cầu nộp phí", "Gửi yêu cầu nộp phí")
    desk.follow("Ghi nhận tiền mặt thu tại quầy")
    desk.page.fill("[name='receipt']", "BL-0001")
    desk.page.fill("[name='amount']", "1.000")
    desk.press("Ghi nhận")
    desk.sees("Có điểm cần sửa")
    desk.page.fill("[name='amount']", "7.000")
    desk.press("Ghi nhận")
    desk.sees("Đã ghi nhận khoản nộp.")
    desk.sees("biên lai số BL-0001", "Đã nộp")


@pytest.mark.proves("E11", "E16")
def test_a_one_time_code_opens_the_look_up(person: Any, paper: Path, system: Any) -> None:
    citizen = person("citizen")
    citizen.log_in("congdan")
    code = citizen.file_a_dossier(paper)
    stranger = person("the same, without the PIN", phone=True)
    stranger.go("/lookup")
    stranger.page.fill("#key", code)
    stranger.press("Không có mã PIN? Gửi mã dùng một lần")
    stranger.sees("mã dùng một lần đang được gửi")
    text = system.mail_text("congdan@demo.example", "tra cứu")
    one_time_code = re.search(r"\b\d{6}\b", text)
    assert one_time_code is not None, text
    stranger.page.fill("#factor", one_time_code[0])
    stranger.press("TÌM KIẾM")
    stranger.sees(code, "Hoàng N")


def test_the_applicant_takes_a_dossier_back(person: Any, paper: Path) -> None:
    citizen = person("citizen")
    citizen.log_in("congdan")
    code = citizen.file_a_dossier(paper)
    citizen.act(code, "Rút hồ sơ", "Rút hồ sơ", reason="Nộp nhầm")
    citizen.sees("Công dân yêu cầu rút hồ sơ")


def test_an_officer_on_a_stale_page_changes_nothing(person: Any, paper: Path) -> None:
    citizen = person("citizen")
    citizen.log_in("congdan")
    code = citizen.file_a_dossier(paper)

    first, second = person("officer"), person("the same officer, in another window")
    for officer in (first, second):
        officer.log_in("ca.tiepnhan")
        officer.go(f"/dossiers/{code}")
    first.act(code, "Tiếp nhận hồ sơ", "Tiếp nhận")
    form = second.page.locator("details.app-action").filter(has_text="Từ chối").first
    form.locator("summary").click()
    form.locator("[name='reason']").fill("Không thuộc thẩm quyền")
    with second.page.expect_response("**/actions/refuse") as refused:
        form.get_by_role("button", name="Từ chối").click()
    assert refused.value.status in (409, 412)
    second.press("Xem tình trạng hiện tại")
    second.sees("Được tiếp nhận")


def test_a_dossier_is_shown_to_nobody_else(person: Any, paper: Path) -> None:
    citizen = person("citizen")
    citizen.log_in("congdan")
    code = citizen.file_a_dossier(paper)
    for username in ("congdan2", "ubnd.tiepnhan"):
        other = person(username)
        other.log_in(username)
        other.go(f"/dossiers/{code}")
        other.sees("Hồ sơ chỉ hiển thị cho người nộp")
    nobody = person("nobody")
    nobody.go(f"/dossiers/{code}")
    nobody.sees("Hãy đăng nhập để tiếp tục.")
    assert "/login" in nobody.page.url


def test_the_inbox_is_only_for_officers(person: Any) -> None:
    citizen = person("citizen")
    citizen.log_in("congdan")
    citizen.go("/inbox")
    citizen.sees("Bạn không được xem trang này")


@pytest.mark.proves("B17", "H06")
def test_an_idle_session_is_warned_kept_and_ended(person: Any) -> None:
    citizen = person("citizen")
    page = citizen.page
    page.clock.install()
    citizen.log_in("congdan")
    warning = page.locator("[data-session]")
    expect(warning).to_be_hidden()
    page.clock.fast_forward("28:05")
    page.clock.run_for(2000)
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("Bạn đã không sử dụng trang này một thời gian.")
    assert 0 < int(warning.locator("[data-seconds]").inner_text()) < 60
    warning.get_by_role("button", name="Duy trì đăng nhập").click()
    expect(warning).to_be_hidden()
    page.clock.fast_forward("29:05")
    page.clock.run_for(2000)
    page.wait_for_url("**/login?idle=1")
    citizen.sees("Bạn đã được đăng xuất vì không sử dụng trang")
    citizen.go("/dossiers")
    assert "/login" in page.url


def test_an_officer_says_who_stands_in(person: Any) -> None:
    officer = person("handling officer")
    officer.log_in("ca.thuly2")
    officer.follow("Ủy quyền xử lý khi vắng mặt")
    officer.sees("Không có ai vắng mặt.")
    page = officer.page
    page.locator("#deputy").select_option(label="Vi Thanh Bình – Cán bộ Quản lý hành chính")
    # far ahead: nothing changes hands meanwhile
    begins = datetime.now(VIETNAM) + timedelta(days=90)
    page.fill("#since", f"{begins:%d/%m/%Y}")
    officer.press("Ủy quyền")
    officer.sees("Có điểm cần sửa")
    page.fill("#until", f"{begins + timedelta(days=5):%d/%m/%Y}")
    officer.press("Ủy quyền")
    officer.sees("Đã ghi nhận", "Âu Dương Hạnh", "Vi Thanh Bình")
    officer.keep("delegations")
    officer.press("Kết thúc")
    officer.sees("Đã kết thúc ủy quyền.", "Không có ai vắng mặt.")
