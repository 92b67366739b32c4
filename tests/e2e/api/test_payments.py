"""Fees: paid online or at the counter, notified by the provider, and never twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from filing import Filed, file, marital_status, residence
from interface import Json, System, eventually, expect, new_key, refused
from records import Records

FEE = 7000
CASH = 15000


def _obligation(filed: Filed) -> Json:
    path = f"{filed.address}/payments"
    found = eventually(lambda: expect(filed.citizen.get(path), 200)["items"], "the obligation")
    return dict(found[0])


def _start(filed: Filed, obligation: Json) -> Json:
    given = {
        "obligation": obligation["obligation"],
        "return_url": f"{filed.system.stack.url('portal')}/payments/return",
    }
    return expect(filed.citizen.post(f"{filed.address}/payments", given, key=new_key()), 201)


def _notify(system: System, query: str) -> Json:
    return expect(system.anybody.get(f"/payments/vnpay/ipn?{query}"), 200)


def _until_paid(filed: Filed) -> Json:
    def paid() -> Json | None:
        status = filed.status()
        return status if status["fees"][0]["state"] == "paid" else None

    return dict(eventually(paid, "the dossier to know of the payment") or {})


def _payments(records: Records, obligation: str) -> Counter[str]:
    return Counter(records.types("payment", f"obligation-{obligation}"))


@pytest.fixture
def due(system: System) -> Filed:
    """A dossier of level 4 whose fee is due."""
    filed = file(system, residence(system.person("congdan").file()))
    filed.act("ca.tiepnhan", "accept")
    filed.act("ca.tiepnhan", "request-fee")
    return filed


class TestNotification:
    """The provider's notification alone changes state; each wrong one gets VNPAY's code for it."""

    @pytest.fixture
    def silent(self, system: System) -> None:
        # here the tests themselves write the notifications
        system.till.behave(silent=True)

    @pytest.fixture(autouse=True)
    def well_behaved_afterwards(self, system: System) -> Iterator[None]:
        yield
        system.till.behave()

    @pytest.mark.usefixtures("silent")
    def test_each_wrong_one_has_its_answer_and_changes_nothing(
        self, system: System, records: Records, due: Filed
    ) -> None:
        obligation = _obligation(due)
        payment = _start(due, obligation)["payment"]
        forged = system.till.notification(payment, FEE, secret="0" * 64)
        changed = system.till.notification(payment, FEE).replace("700000", "100")
        unsigned = system.till.notification(payment, FEE).rpartition("&")[0]
        unknown = system.till.notification("fee-0000.1", FEE)
        less = system.till.notification(payment, FEE - 1)
        assert _notify(system, forged)["RspCode"] == "97"
        assert _notify(system, changed)["RspCode"] == "97"
        assert _notify(system, unsigned)["RspCode"] == "97"
        assert _notify(system, unknown)["RspCode"] == "01"
        assert _notify(system, less)["RspCode"] == "04"
        assert "FeePaid" not in _payments(records, obligation["obligation"])
        assert due.status()["fees"][0]["state"] == "due"

        right = system.till.notification(payment, FEE)
        assert _notify(system, right) == {"RspCode": "00", "Message": "Confirm success"}
        assert _notify(system, right)["RspCode"] == "02"
        _until_paid(due)
        assert _payments(records, obligation["obligation"])["FeePaid"] == 1
        assert Counter(records.dossier(due.code))["FeePaid"] == 1

    @pytest.mark.usefixtures("silent")
    def test_many_at_the_same_moment_are_one_payment(
        self, system: System, records: Records, due: Filed
    ) -> None:
        obligation = _obligation(due)
        query = system.till.notification(_start(due, obligation)["payment"], FEE)
        url = f"{system.anybody.base}/payments/vnpay/ipn?{query}"
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: requests.get(url, timeout=60).json(), range(8)))
        assert Counter(answer["RspCode"] for answer in answers) == {"00": 1, "02": 7}
        _until_paid(due)
        assert _payments(records, obligation["obligation"])["FeePaid"] == 1
        assert Counter(records.dossier(due.code))["FeePaid"] == 1

    def test_one_that_comes_three_times_by_itself_is_one_payment(
        self, system: System, records: Records, due: Filed
    ) -> None:
        system.till.behave(copies=3)
        obligation = _obligation(due)
        system.till.pay(_start(due, obligation)["url"])
        _until_paid(due)
        assert _payments(records, obligation["obligation"])["FeePaid"] == 1

    def test_the_payers_return_changes_nothing(
        self, system: System, records: Records, due: Filed
    ) -> None:
        system.till.behave(silent=True)
        obligation = _obligation(due)
        back = system.till.pay(_start(due, obligation)["url"])["return_url"]
        requests.get(back, timeout=60)
        assert "FeePaid" not in _payments(records, obligation["obligation"])

    def test_of_an_unknown_provider(self, system: System) -> None:
        refused(system.anybody.get("/payments/nobody/ipn"), 404, "provider-unknown")

    def test_a_cancelled_attempt_may_be_followed_by_another(
        self, system: System, records: Records, due: Filed
    ) -> None:
        obligation = _obligation(due)
        system.till.pay(_start(due, obligation)["url"], outcome="cancelled")
        stream = f"obligation-{obligation['obligation']}"
        eventually(lambda: "PaymentFailed" in records.types("payment", stream), "the failure")
        assert due.status()["fees"][0]["state"] == "due"
        system.till.pay(_start(due, obligation)["url"])
        _until_paid(due)


@pytest.mark.proves("F04", "F06", "H08")
def test_level_4_is_paid_online_and_the_clock_goes_on(system: System, due: Filed) -> None:
    waiting = due.status()
    assert waiting["status"] == 6
    assert waiting["clock"]["state"] == "paused"
    obligation = _obligation(due)
    assert obligation["amount"] == FEE
    assert obligation["payable_online"] is True
    started = _start(due, obligation)
    system.till.pay(started["url"])
    paid = _until_paid(due)
    assert paid["clock"]["state"] == "running"
    assert paid["clock"]["due"] >= waiting["clock"]["due"]
    assert paid["fees"][0]["receipt"]
    attempt = expect(due.citizen.get(f"/payments/{started['payment']}"), 200)
    assert attempt["state"] == "paid"
    mail = system.mailbox.await_one(due.email, due.code)
    assert due.code in mail["subject"]


def test_a_payment_started_twice_with_one_key_is_one_attempt(records: Records, due: Filed) -> None:
    obligation, key = _obligation(due)["obligation"], new_key()
    given = {"obligation": obligation, "return_url": "https://example.org/back"}
    path = f"{due.address}/payments"
    first = expect(due.citizen.post(path, given, key=key), 201)
    again = expect(due.citizen.post(path, given, key=key), 201)
    assert again == first
    assert _payments(records, obligation)["PaymentStarted"] == 1
    other = {**given, "return_url": "https://example.org/elsewhere"}
    refused(due.citizen.post(path, other, key=key), 409, "idempotency-key-reused")


def test_only_who_owes_it_can_pay_or_see_it(system: System, due: Filed) -> None:
    obligation = _obligation(due)
    stranger = system.person("congdan2")
    given = {"obligation": obligation["obligation"], "return_url": "https://example.org/back"}
    refused(stranger.post(f"{due.address}/payments", given, key=new_key()), 404)
    payment = _start(due, obligation)["payment"]
    refused(stranger.get(f"/payments/{payment}"), 404)


class TestCash:
    """At level 3 the fee is paid at the counter, against a receipt."""

    @pytest.fixture
    def owing(self, system: System) -> Filed:
        filed = file(system, marital_status())
        filed.act("ubnd.tiepnhan", "accept")
        line = {"label": "Lệ phí cấp giấy", "unit_amount": CASH, "quantity": 1}
        filed.act("ubnd.tiepnhan", "request-fee", lines=[line])
        return filed

    @pytest.mark.proves("F03", "F05", "H10", "A15")
    def test_is_entered_once(self, system: System, records: Records, owing: Filed) -> None:
        obligation = _obligation(owing)["obligation"]
        desk = system.person("ubnd.tiepnhan")
        cash = {"obligation": obligation, "receipt": "BL-0001234", "amount": CASH}
        path, key = f"{owing.address}/payments/cash", new_key()
        first = expect(desk.post(path, cash, key=key), 201)
        assert first["state"] == "paid"
        assert first["method"] == "cash"
        expect(desk.post(path, cash, key=key), 201)
        assert _until_paid(owing)["fees"][0]["receipt"] == "BL-0001234"
        another = {**cash, "receipt": "BL-0009999"}
        assert desk.post(path, another, key=new_key()).status_code == 409
        assert _payments(records, obligation)["FeePaid"] == 1
        assert Counter(records.dossier(owing.code))["FeePaid"] == 1

    def test_cannot_be_paid_online(self, owing: Filed) -> None:
        obligation = _obligation(owing)
        assert obligation["payable_online"] is False
        given = {"obligation": obligation["obligation"], "return_url": "https://example.org/back"}
        answer = owing.citizen.post(f"{owing.address}/payments", given, key=new_key())
        refused(answer, 409, "pay-at-counter")

    def test_of_another_amount_or_by_other_hands_is_refused(
        self, system: System, records: Records, owing: Filed
    ) -> None:
        obligation = _obligation(owing)["obligation"]
        path = f"{owing.address}/payments/cash"
        cash = {"obligation": obligation, "receipt": "BL-1", "amount": CASH}
        desk = system.person("ubnd.tiepnhan")
        less = desk.post(path, {**cash, "amount": CASH - 1}, key=new_key())
        assert less.status_code in (409, 422)
        leader = system.person("ubnd.lanhdao")
        refused(leader.post(path, cash, key=new_key()), 403, "not-the-counter")
        handler = system.person("ubnd.thuly1")  # whose work it is not
        refused(handler.post(path, cash, key=new_key()), 404, "payment-unknown")
        elsewhere = system.person("ca.tiepnhan")
        refused(elsewhere.post(path, cash, key=new_key()), 404)
        refused(owing.citizen.post(path, cash, key=new_key()), 403)
        assert "FeePaid" not in _payments(records, obligation)

    def test_a_withdrawn_dossier_owes_nothing_more(
        self, system: System, records: Records, owing: Filed
    ) -> None:
        obligation = _obligation(owing)["obligation"]
        asked = {"reason": "Không cần nữa"}
        path = f"{owing.address}/request-withdrawal"
        expect(owing.citizen.post(path, asked, key=new_key()), 200)
        assert owing.act("ubnd.lanhdao", "grant-withdrawal")["status"] == 7
        stream = f"obligation-{obligation}"
        cancelled = "ObligationCancelled"
        eventually(lambda: cancelled in records.types("payment", stream), "the cancellation")
        cash = {"obligation": obligation, "receipt": "BL-2", "amount": CASH}
        desk = system.person("ubnd.tiepnhan")
        assert desk.post(f"{owing.address}/payments/cash", cash, key=new_key()).status_code == 409
