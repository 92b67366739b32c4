"""Operators look at the services, at what these could not handle, and put it right."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from kernel import deadletters
from kernel.config import Settings
from kernel.envelope import Message
from kernel.errors import NotFound
from kernel.outlet import Outlet
from kernel.topology import dead_queue
from motcua.local.supervision import wait_until

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def given_up(system: Any) -> Iterator[str]:
    """The name of an event that payment has given up; it is gone after the test."""
    name = f"Unheard{uuid4().hex[:8]}"
    settings = Settings(amqp_uri=system.amqp_uri, namespace=system.namespace)
    outlet = Outlet(settings.amqp_uri, threading.Lock())
    headers = {
        "stream": "dossier-000.01-1",
        "error": "builtins.ValueError",
        "error_message": "it is unlucky",
        "traceback": "Traceback (most recent call last)",
        "died_at": "2026-11-22T02:00:00.000000Z",
    }
    letter = Message(headers, b'{"code":"000.01-1"}', f"id-{name}", name)
    outlet.send(dead_queue("payment", settings), letter)
    outlet.close()
    yield name
    with suppress(NotFound):
        deadletters.discard(settings, "payment", {f"id-{name}"})


def test_an_administrator_finds_a_dead_letter_and_discards_it(person: Any, given_up: str) -> None:
    operator = person("operator")
    operator.log_in("quantri")
    operator.go("/operations")
    operator.sees("Vận hành", "Thanh toán", "Cần xem lại", "Có sự kiện không xử lý được")
    expect(operator.page.locator("[data-live-words]")).to_have_text("Trang này tự cập nhật")
    operator.page.locator("main a[href='/operations/payment']").click()
    operator.keep("operations-letters")
    operator.follow(given_up)
    operator.sees("it is unlucky", '{"code":"000.01-1"}', f"id-{given_up}")
    operator.press("Bỏ")
    operator.sees("Dịch vụ sẽ không bao giờ xử lý chúng.", f"id-{given_up}")
    operator.press("Đồng ý bỏ")
    operator.sees("Đã bỏ: 1.")
    expect(operator.page.locator("main")).not_to_contain_text(given_up)


@pytest.mark.parametrize("phone", [False, True], ids=["computer", "phone"])
def test_it_is_replayed_without_scripts_too(person: Any, given_up: str, phone: bool) -> None:
    operator = person("operator", scripts=False, phone=phone)
    operator.log_in("quantri")
    operator.go("/operations/payment")
    operator.press("Xử lý lại các mục đã chọn")
    operator.sees("Hãy chọn ít nhất một sự kiện.")
    operator.page.locator(f"input[value='id-{given_up}']").check(force=True)
    operator.press("Xử lý lại các mục đã chọn")
    operator.sees("Đã gửi lại cho dịch vụ: 1.")
    # it is no event at all, so that the service gives it up once more
    box = operator.page.locator(f"input[value='id-{given_up}']")

    def came_back() -> bool:
        operator.go("/operations/payment")
        return bool(box.count())

    assert wait_until(came_back, 60, every=0.5)
    box.check(force=True)
    operator.press("Bỏ các mục đã chọn")
    operator.press("Đồng ý bỏ")
    operator.sees("Đã bỏ: 1.")


def test_an_auditor_looks_and_changes_nothing(person: Any, given_up: str) -> None:
    auditor = person("auditor")
    auditor.log_in("kiemtoan")
    auditor.go("/operations/payment")
    auditor.sees(given_up)
    expect(auditor.page.locator("main").get_by_role("button")).to_have_count(0)


def test_nobody_else_is_let_in(person: Any) -> None:
    citizen = person("citizen")
    citizen.log_in("congdan")
    citizen.go("/operations")
    citizen.sees("Trang này dành cho quản trị viên và kiểm toán viên.")
