"""A browser, people who use it, and the running system.

`TEST_PORTAL_URL` and `TEST_MAIL_URL`, `TEST_AMQP_URI`, `TEST_MONGO_URI`, `TEST_NAMESPACE` name a
running system to use instead of one that is started for the tests.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import captchas
import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from motcua.local.supervision import wait_until
from services.identity.demo import read_demo_accounts

SHOTS = Path(__file__).parents[2] / "artefacts" / "portal"
AXE = Path(__file__).parents[3] / "services/portal/assets/node_modules/axe-core/axe.min.js"
PROVINCE, WARD = "38", "16594"
PASSWORD = read_demo_accounts().password
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
    b"0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)


@dataclass(frozen=True)
class System:
    """Where the system under test answers."""

    portal: str
    mail: str
    amqp_uri: str
    mongo_uri: str
    namespace: str
    own: bool

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """Return the mails to somebody, newest first."""
        answer = requests.get(f"{self.mail}/messages", params={"to": address}, timeout=30)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def mail_text(self, address: str, words: str) -> str:
        """Wait for a mail whose subject has these words and return its text."""
        found: list[dict[str, Any]] = []

        def came() -> bool:
            found[:] = [m for m in self.mails_to(address) if words in m["subject"]]
            return bool(found)

        assert wait_until(came, 60, every=0.5), f"no mail to {address}"
        answer = requests.get(f"{self.mail}/messages/{found[0]['id']}", timeout=30)
        return str(answer.json()["text"])

    def solve(self, captcha: str) -> str:
        """Return the letters of a captcha."""
        return captchas.solve(self.mongo_uri, self.namespace, captcha)


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, page: Page, system: System, name: str) -> None:
        self.page = page
        self.system = system
        self.name = name
        page.set_default_timeout(30_000)

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.system.portal}{path}")

    def log_in(self, username: str, password: str = PASSWORD) -> None:
        """Log in by the login page."""
        self.go("/login")
        self.page.fill("#username", username)
        self.page.fill("#password", password)
        self.press("Đăng nhập")
        expect(self.page.get_by_role("button", name="Đăng xuất")).to_be_visible()

    def press(self, words: str) -> None:
        """Press the button of the page with these words."""
        self.page.locator("main").get_by_role("button", name=words).first.click()

    def follow(self, words: str) -> None:
        """Follow the link of the page with these words."""
        self.page.locator("main").get_by_role("link", name=words).first.click()

    def choose_place(self, name: str, province: str, commune: str) -> None:
        """Choose a province and one of its communes, by script or by the button for it."""
        self.page.locator(f"[name='{name}-province']").select_option(province)
        button = self.page.get_by_role("button", name="Hiện các xã, phường của tỉnh này")
        if button.count() and button.first.is_visible():
            button.first.click()
        option = self.page.locator(f"[name='{name}'] option[value='{commune}']")
        option.wait_for(state="attached")
        self.page.locator(f"[name='{name}']").select_option(commune)

    def sees(self, *words: str) -> None:
        """Expect words in the page's content."""
        for text in words:
            expect(self.page.locator("main")).to_contain_text(text)

    def fill_in_the_four_steps(self, paper: Path) -> None:
        """As the demo citizen, go from the procedure's page to that on which all is checked."""
        self.fill_in_three_steps()
        self.page.set_input_files("[name='documents.cho-o-hop-phap']", paper)
        self.press("Tải các tệp đã chọn lên")
        self.sees("giấy tờ.pdf")
        self.press("Tiếp theo")
        self.sees("Kiểm tra thông tin trước khi gửi", "Công an phường Tân Dân", "giấy tờ.pdf")

    def fill_in_three_steps(self) -> None:
        """As the demo citizen, go from the procedure's page to that of the documents."""
        page = self.page
        self.go("/procedures/dang-ky-tam-tru")
        self.press("ĐĂNG KÝ")
        self.choose_place("place", PROVINCE, WARD)
        page.get_by_label("Cá nhân, hộ gia đình").check()
        page.get_by_label("Bản điện tử, nhận trực tuyến").check()
        self.press("Bắt đầu")

        self.sees("Ai nộp hồ sơ?")
        self.press("Chọn – lấy từ tài khoản của tôi")
        expect(page.locator("#applicant-name")).to_have_value("Hoàng Ngọc Lan Chi")
        expect(page.locator("#applicant-place")).to_have_value(WARD)
        self.press("Tiếp theo")

        self.sees("Hồ sơ của ai?")
        self.press("Lấy thông tin từ người nộp")
        expect(page.locator("#owner-name")).to_have_value("Hoàng Ngọc Lan Chi")
        self.press("Tiếp theo")

        self.sees("Tờ khai thay đổi thông tin cư trú")
        expect(page.locator("#form-so_dinh_danh")).to_have_value("038190004321")
        page.fill("#form-ho_ten_chu_ho", "Hoàng Ngọc Lan Chi")
        page.locator("[name='form.quan_he_chu_ho']").first.select_option("chu-ho")
        page.fill("#form-so_dinh_danh_chu_ho", "038190004321")
        page.fill("#form-noi_dung_de_nghi", "Đăng ký tạm trú tại 12 đường Bến Cá")
        self.press("Tiếp theo")

        self.sees("Đính kèm thành phần hồ sơ")

    def file_a_dossier(self, paper: Path) -> str:
        """File one as the demo citizen and return its code."""
        self.fill_in_the_four_steps(paper)
        self.send()
        return self.code

    def send(self) -> None:
        """Send the dossier from the page on which all is checked, be it a second of its kind."""
        self.press("Gửi đi – Nộp trực tuyến")
        second = self.page.get_by_role("button", name="Vẫn nộp thêm hồ sơ này")
        second.or_(self.page.get_by_text("Hồ sơ của bạn đã được gửi")).first.wait_for()
        if second.count():
            second.click()
        self.sees("Hồ sơ của bạn đã được gửi")

    def form_of(self, code: str, title: str) -> Locator:
        """Open the dossier and unfold the form of an action."""
        self.go(f"/dossiers/{code}")
        form = self.page.locator("details.app-action").filter(has_text=title).first
        if form.get_attribute("open") is None:
            form.locator("summary").click()
        return form

    def act(self, code: str, title: str, button: str, **fields: str) -> None:
        """Open the dossier, fill in the form of an action and send it."""
        form = self.form_of(code, title)
        for name, value in fields.items():
            field = form.locator(f"[name='{name}']")
            if field.evaluate("field => field.tagName") == "SELECT":
                option = field.locator("option", has_text=value)
                field.select_option(option.get_attribute("value"))
            else:
                field.fill(value)
        form.get_by_role("button", name=button).click()
        self.sees("Đã xong")

    def keep(self, what: str) -> None:
        """Keep a picture of the page as a test artefact."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{what}.png", full_page=True)

    @property
    def code(self) -> str:
        """The code of the dossier whose page is open."""
        found = re.search(r"/dossiers/([^/?#]+)", self.page.url)
        assert found is not None, self.page.url
        return found[1]


@pytest.fixture(scope="session")
def system(request: pytest.FixtureRequest) -> System:
    """The running system."""
    if given := os.environ.get("TEST_PORTAL_URL"):
        return System(
            given,
            os.environ["TEST_MAIL_URL"],
            os.environ["TEST_AMQP_URI"],
            os.environ["TEST_MONGO_URI"],
            os.environ.get("TEST_NAMESPACE", "motcua"),
            own=False,
        )
    stack = request.getfixturevalue("stack")
    return System(
        stack.url("portal"),
        stack.url("mail"),
        stack.amqp_uri,
        stack.mongo_uri,
        stack.namespace,
        own=True,
    )


class Browsers:
    """Opens a browser window for each person; all are closed at the end of the test."""

    def __init__(self, browser: Browser, system: System) -> None:
        self._browser = browser
        self._system = system
        self._open: list[BrowserContext] = []

    def __call__(
        self, name: str, *, phone: bool = False, scripts: bool = True, trusted: bool = False
    ) -> Person:
        """Return a person at a computer, or with a phone, with or without JavaScript.

        `trusted` lets the test's own scripts into the pages, which their policy forbids.
        """
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = self._browser.new_context(
            viewport=size,
            java_script_enabled=scripts,
            locale="vi-VN",
            has_touch=phone,
            bypass_csp=trusted,
        )
        self._open.append(context)
        return Person(context.new_page(), self._system, name)

    def close(self) -> None:
        """Close all windows."""
        for context in self._open:
            context.close()


@pytest.fixture
def person(browser: Browser, system: System) -> Iterator[Browsers]:
    """Open a browser for somebody."""
    browsers = Browsers(browser, system)
    yield browsers
    browsers.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's script."""
    return AXE.read_text()


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A small PDF to attach."""
    path = tmp_path / "giấy tờ.pdf"
    path.write_bytes(PDF)
    return path
