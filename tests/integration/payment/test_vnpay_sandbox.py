"""The adapter against the sandbox: two implementations of one protocol, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from provider_sandbox import Merchant, Sandbox, merchant, running_sandbox

from motcua.local.ports import Ports
from motcua.local.supervision import wait_until
from services.payment.contract import PaymentState
from services.payment.decider import Attempt, Outcome
from services.payment.providers.provider import Payer, ProviderAway
from services.payment.providers.vnpay import Vnpay

BACK = "http://127.0.0.1:8000/payments/return?lang=vi"


def attempt(payment: str = "ob7-1") -> Attempt:
    """Return an attempt that begins now."""
    now = datetime.now(UTC)
    return Attempt(payment, "vnpay", 10_000, now, now + timedelta(minutes=15))


@pytest.fixture
def shop() -> Iterator[Merchant]:
    with merchant(lambda parameters: "00") as receiving:
        yield receiving


@pytest.fixture
def sandbox(tmp_path: Path, shop: Merchant) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path, Ports.free(ops=1).vnpay, shop.url) as running:
        yield running


@pytest.fixture
def vnpay(sandbox: Sandbox) -> Vnpay:
    return Vnpay(sandbox.settings)


def pay_page(vnpay: Vnpay, tried: Attempt) -> str:
    """Return the address of the pay page for an attempt."""
    return vnpay.redirect(tried, "Lệ phí hồ sơ 1", Payer("203.0.113.5", "vi", BACK))


def test_who_opens_the_sandbox_itself_is_told_what_it_is(sandbox: Sandbox) -> None:
    for language, words in (("vi", "Đây là môi trường thử nghiệm"), ("en", "sent to the pay page")):
        page = requests.get(sandbox.url, headers={"Accept-Language": language}, timeout=10)
        assert (page.status_code, words in page.text, "<form" in page.text) == (200, True, False)


def test_the_payer_sees_what_is_paid_pays_and_comes_back(
    sandbox: Sandbox, vnpay: Vnpay, shop: Merchant
) -> None:
    page = requests.get(pay_page(vnpay, attempt()), timeout=10)
    assert page.status_code == 200
    for shown in ("10.000 ₫", "Le phi ho so 1", "Thanh toán", "Huỷ", 'lang="vi"'):
        assert shown in page.text
    action = page.text.partition('action="')[2].partition('"')[0]
    back = requests.post(
        f"{sandbox.url}{action}", data={"outcome": "paid"}, allow_redirects=False, timeout=10
    )
    assert back.status_code == 303
    assert back.headers["Location"].startswith(f"{BACK}&vnp_Amount=1000000")
    returned = dict(parse_qsl(urlsplit(back.headers["Location"]).query))
    for parameters in (returned, *shop.taken):
        own: Mapping[str, str] = {k: v for k, v in parameters.items() if k.startswith("vnp_")}
        report = vnpay.read_notification(own, datetime.now(UTC))
        assert (report.payment, report.outcome, report.amount) == ("ob7-1", Outcome.PAID, 10_000)
    assert len(shop.taken) == 1


def test_an_address_that_was_changed_is_refused(vnpay: Vnpay) -> None:
    url = pay_page(vnpay, attempt()).replace("vnp_Amount=1000000", "vnp_Amount=100")
    page = requests.get(url, timeout=10)
    assert page.status_code == 400
    assert "Chữ ký" in page.text


def test_an_expired_attempt_cannot_be_paid(vnpay: Vnpay) -> None:
    over = replace(attempt(), expires_at=datetime.now(UTC) - timedelta(seconds=1))
    page = requests.get(pay_page(vnpay, over), timeout=10)
    assert page.status_code == 400
    assert "quá thời hạn" in page.text


def test_a_cancelled_payment_is_notified_as_a_failure(
    sandbox: Sandbox, vnpay: Vnpay, shop: Merchant
) -> None:
    sandbox.pay(pay_page(vnpay, attempt()), "cancelled")
    assert wait_until(lambda: len(shop.taken) == 1, 10)
    report = vnpay.read_notification(shop.taken[0], datetime.now(UTC))
    assert (report.outcome, report.reason) == (Outcome.FAILED, "cancelled-by-payer")


def test_the_notification_comes_again_until_it_is_taken(
    sandbox: Sandbox, vnpay: Vnpay, shop: Merchant
) -> None:
    shop.answer = lambda parameters: "99" if len(shop.taken) < 3 else "00"
    sandbox.pay(pay_page(vnpay, attempt()))
    assert wait_until(lambda: sandbox.transaction("ob7-1")["done"], 20)
    answers = [sent["answer"] for sent in sandbox.transaction("ob7-1")["sent"]]
    assert answers == ["99", "99", "00"]


def test_a_notification_that_is_owed_outlives_a_kill(
    sandbox: Sandbox, vnpay: Vnpay, shop: Merchant
) -> None:
    sandbox.behave(silent=True)
    sandbox.pay(pay_page(vnpay, attempt()))
    sandbox.kill()
    assert shop.taken == []
    sandbox.start()
    sandbox.behave(silent=False)
    assert wait_until(lambda: len(shop.taken) == 1, 10)


def test_copies_can_be_ordered(sandbox: Sandbox, vnpay: Vnpay, shop: Merchant) -> None:
    sandbox.behave(copies=3)
    sandbox.pay(pay_page(vnpay, attempt()))
    assert wait_until(lambda: len(shop.taken) == 3, 10)
    assert sandbox.notify("ob7-1", copies=2) == ["00", "00"]


def test_an_inquiry_follows_a_transaction(sandbox: Sandbox, vnpay: Vnpay) -> None:
    tried = attempt()
    now = datetime.now(UTC)
    assert vnpay.ask(tried, "Lệ phí hồ sơ 1", now) is None
    url = pay_page(vnpay, tried)
    requests.get(url, timeout=10)
    assert vnpay.ask(tried, "Lệ phí hồ sơ 1", now) is None
    sandbox.pay(url)
    report = vnpay.ask(tried, "Lệ phí hồ sơ 1", datetime.now(UTC))
    assert report is not None
    assert (report.outcome, report.amount) == (Outcome.PAID, 10_000)


def test_an_attempt_that_nobody_paid_is_written_off(vnpay: Vnpay) -> None:
    tried = attempt()
    report = vnpay.ask(tried, "Lệ phí hồ sơ 1", tried.expires_at + timedelta(minutes=6))
    assert report is not None
    assert (report.outcome, report.reason) == (Outcome.FAILED, "expired")
    assert tried.state is PaymentState.PENDING


def test_a_provider_that_is_down_is_away(sandbox: Sandbox, vnpay: Vnpay) -> None:
    sandbox.kill()
    with pytest.raises(ProviderAway):
        vnpay.ask(attempt(), "Lệ phí hồ sơ 1", datetime.now(UTC))
