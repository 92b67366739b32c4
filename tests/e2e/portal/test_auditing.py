"""The auditor's path: find a dossier, go back in time, see what is verified, check it elsewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from kernel.transparency.checkpoints import open_checkpoint
from kernel.transparency.notes import VerifierKey
from motcua.local.supervision import wait_until
from services.identity.demo import read_demo_accounts

pytestmark = pytest.mark.timeout(900)

_COVERED = "điểm kiểm đã gồm toàn bộ hồ sơ này"


@pytest.mark.proves("E05", "E09", "I06", "L6")
def test_an_auditor_goes_back_in_time_and_checks_the_dossier_elsewhere(
    person: Any, paper: Path, tmp_path: Path
) -> None:
    code = handled(person, paper)
    auditor = person("auditor")
    page = auditor.page
    auditor.log_in("kiemtoan")
    auditor.sees("Kiểm toán viên xem được gì")
    auditor.keep("audit")
    page.fill("#code", f" {code.lower()} ")
    auditor.press("Mở lịch sử hồ sơ")
    auditor.sees(code, "Đây là tình trạng hiện nay.", "Vi Thanh Bình")

    page.locator("#version").press("Home")
    page.wait_for_url("**version=1")
    moment = page.locator("[data-moment]")
    expect(moment).to_contain_text(re.compile("Hồ sơ sau sự kiện 1 trên"))
    expect(moment).to_contain_text("Hiện nay: Vi Thanh Bình, Cán bộ Quản lý hành chính")
    auditor.keep("history-then")
    first = page.locator("[data-event='1']")
    expect(first).to_contain_text("Công dân")
    expect(first.locator("details").first).to_have_attribute("open", "")
    title = page.locator("h3", has_text=re.compile(r"^\d+\. Tiếp nhận hồ sơ$"))
    accepted = page.locator("[data-event]").filter(has=title)
    accepted.locator("summary").first.click()
    for words in ("Cán bộ", "Bộ phận tiếp nhận hồ sơ", "Công an phường Tân Dân"):
        expect(accepted).to_contain_text(words)
    expect(accepted.locator("tr").filter(has_text="Thời hạn").first).to_contain_text(
        "Đang tính thời gian"
    )
    for secret in ("Hoàng Ngọc Lan Chi", "038190004321"):
        assert secret not in page.content()

    # the relay signs what is new about once a minute
    def covered() -> bool:
        page.reload()
        return _COVERED in page.locator("#verification").inner_text()

    assert wait_until(covered, 240, every=2), page.locator("#verification").inner_text()
    badge = page.locator("#verification")
    expect(badge).to_contain_text(re.compile(r"Mã băm của cả \d+ lần ghi của hồ sơ này"))
    expect(badge).to_contain_text("Điều được ghi là đúng sự thật.")
    auditor.keep("history-verified")

    with page.expect_download() as download:
        auditor.press("Tải gói chứng cứ")
    download.value.save_as(tmp_path / download.value.suggested_filename)
    program, *arguments = shlex.split(page.locator("#command").inner_text())
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert code in done.stdout


@pytest.mark.proves("B18", "E05")
def test_time_can_be_travelled_on_a_phone_and_without_scripts(person: Any, paper: Path) -> None:
    code = handled(person, paper)
    auditor = person("auditor", phone=True, scripts=False)
    auditor.log_in("kiemtoan")
    auditor.go(f"/dossiers/{code}")
    auditor.follow("Lịch sử theo thời gian, có kiểm tra")
    page = auditor.page
    auditor.sees("Đây là sự kiện mới nhất")
    page.locator("#version").press("Home")
    auditor.press("Xem sự kiện đó")
    auditor.sees("Đây là sự kiện đầu tiên", "Hiện nay: Vi Thanh Bình")
    auditor.follow("Sự kiện sau")
    auditor.sees("Hồ sơ sau sự kiện 2 trên")
    recorded = page.locator("[data-moment] time").first.inner_text()
    page.fill("#at", recorded)
    auditor.press("Xem thời điểm đó")
    auditor.sees(f"Hồ sơ lúc {recorded}, sau sự kiện")
    auditor.keep("history-phone")

    page.fill("#at", "hôm qua")
    auditor.press("Xem thời điểm đó")
    auditor.sees("Có điểm cần sửa", "Hãy nhập ngày và giờ như 25/11/2026 10:30.", code)
    for moment, status in (("version=999", 422), ("version=x&at=", 422), ("at=01/01/2020", 422)):
        answer = page.request.get(f"{auditor.system.portal}/dossiers/{code}/history?{moment}")
        assert answer.status == status


@pytest.mark.proves("I06")
def test_histories_are_for_auditors_alone(person: Any, paper: Path) -> None:
    citizen = person("citizen")
    citizen.log_in("congdan")
    code = citizen.file_a_dossier(paper)
    officer = person("officer")
    officer.log_in("ca.tiepnhan")
    addresses = (
        "/audit",
        *(f"/dossiers/{code}/history{end}" for end in ("", "/moment", "/bundle")),
    )
    for who in (citizen, officer):
        for address in addresses:
            with who.page.expect_response(
                lambda answer: answer.request.is_navigation_request()
            ) as it:
                who.go(address)
            assert it.value.status == 403
            who.sees("Bạn không được xem trang này", "Trang này dành cho kiểm toán viên.")
    stranger = person("stranger")
    stranger.go(f"/dossiers/{code}/history")
    expect(stranger.page).to_have_url(re.compile("/login"))
    stranger.page.fill("#username", "kiemtoan")
    stranger.page.fill("#password", read_demo_accounts().password)
    stranger.press("Đăng nhập")
    stranger.sees("Lịch sử hồ sơ", code)
    stranger.go("/audit?code=000.00.00.H00-000000-0000")
    stranger.sees("Có điểm cần sửa", "Không tìm thấy hồ sơ này")


@pytest.mark.proves("I06")
def test_anybody_may_keep_the_checkpoints(person: Any) -> None:
    visitor = person("visitor")
    page = visitor.page
    visitor.go("/")
    page.locator("footer").get_by_role("link", name="Điểm kiểm đã ký").click()

    def signed() -> bool:
        page.reload()
        return bool(page.locator("#note-identity").count())

    assert wait_until(signed, 240, every=2)
    visitor.sees("Vì sao nên giữ", "Hồ sơ", "Tài khoản")
    visitor.keep("transparency")
    panel = page.locator("section").filter(has=page.locator("#note-identity"))
    key = VerifierKey.parse(panel.locator(".app-exact").inner_text())
    note = page.locator("#note-identity").evaluate("element => element.textContent")
    assert open_checkpoint(note, [key]).size > 0
    visitor.follow("Cách kiểm tra, và những điều không gì chứng minh được")
    visitor.sees("Những điều không gì chứng minh được", "motcua audit check")


def handled(person: Any, paper: Path) -> str:
    """File a dossier that is accepted and assigned; return its code."""
    citizen = person("citizen", phone=True)
    citizen.log_in("congdan")
    code: str = citizen.file_a_dossier(paper)
    desk = person("receiving officer")
    desk.log_in("ca.tiepnhan")
    desk.act(code, "Tiếp nhận hồ sơ", "Tiếp nhận", note="Hồ sơ đầy đủ")
    head = person("head of the unit")
    head.log_in("ca.totruong")
    head.act(code, "Phân công cán bộ", "Phân công", officer="Vi Thanh Bình")
    return code
