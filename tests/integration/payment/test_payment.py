"""The running service: a fee is asked for, paid online or in cash, once, and told to all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from cashier import AGENCY, OFFICER, UNIT, Cashier, signed
from installation import Process, eventually
from pymongo import MongoClient

from kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kernel.ledger_reader import LedgerReader, ledger_collection
from services.dossier import contract as dossier
from services.payment.contract import (
    Method,
    ObligationState,
    PaymentState,
    StartPayment,
)

PAID = ObligationState.PAID


def recorded(cashier: Cashier, obligation: str) -> list[str]:
    """Return the types of the events of an obligation, in order."""
    with MongoClient(cashier.settings.mongo_uri) as client:
        reader = LedgerReader(ledger_collection(client, cashier.settings.namespace, "payment"))
        commits = reader.stream_commits(f"obligation-{obligation}")
        return [event.type for commit in commits for event in commit.events]


# Owing


@pytest.mark.proves("F08")
def test_a_fee_is_owed_only_where_one_was_asked_for(cashier: Cashier) -> None:
    fee = cashier.requested()
    (owed,) = cashier.owed(fee.code)
    assert (owed.amount, owed.state, owed.payable_online) == (10_000, ObligationState.DUE, True)
    assert cashier.owed("H56-without-any-fee") == ()


def test_only_who_owes_and_those_whose_work_it_is_see_it(cashier: Cashier) -> None:
    fee = cashier.requested()
    assert cashier.seen(fee.code, cashier.receiving_officer())
    assert cashier.seen(fee.code, cashier.people.officer(OFFICER.account, AGENCY, "handling"))
    assert not cashier.seen(fee.code, cashier.people.officer("acc-o", AGENCY, "auditor"))
    assert not cashier.seen(fee.code, cashier.receiving_officer("ag-other"))
    assert not cashier.seen(fee.code, cashier.people.citizen("acc-other"))


def test_a_dossier_that_ends_owes_nothing_more(cashier: Cashier) -> None:
    withdrawn, refused, stopped = (cashier.requested() for _ in range(3))
    cashier.withdrawn(withdrawn)
    because = (OFFICER, UNIT, "Sai thẩm quyền", "Điều 9", datetime.now(UTC))
    cashier.dossiers.tell(f"dossier-{refused.code}", dossier.DossierRefused(refused.code, *because))
    cashier.dossiers.tell(
        f"dossier-{stopped.code}", dossier.ProcessingStopped(stopped.code, *because)
    )
    cashier.becomes(refused, ObligationState.CANCELLED)
    cashier.becomes(stopped, ObligationState.CANCELLED)
    with pytest.raises(Conflict, match="fee-not-due"):
        cashier.start(withdrawn)


# Paying online


@pytest.mark.proves("F04")
def test_a_fee_is_paid_online_from_the_pay_page_to_the_event(cashier: Cashier) -> None:
    fee = cashier.requested()
    paid_events = cashier.listen("FeePaid")
    redirect = cashier.start(fee)
    assert cashier.payment(redirect.payment).state is PaymentState.PENDING
    cashier.provider.pay(redirect.url)
    cashier.becomes(fee, PAID)
    (owed,) = cashier.owed(fee.code)
    assert (owed.method, owed.receipt) == (Method.ONLINE, redirect.payment)
    assert cashier.payment(redirect.payment).state is PaymentState.PAID
    (told,) = cashier.heard(paid_events, fee.code)
    assert (told["obligation"], told["amount"]) == (fee.obligation, 10_000)
    assert told["provider_reference"]


def test_the_way_back_shows_and_changes_nothing(cashier: Cashier) -> None:
    fee = cashier.requested()
    redirect = cashier.start(fee)
    cashier.provider.behave(silent=True, delay=3600)
    back = cashier.provider.pay(redirect.url)["return_url"]
    assert dict(parse_qsl(urlsplit(back).query))["vnp_ResponseCode"] == "00"
    assert cashier.payment(redirect.payment).state is PaymentState.PENDING


def test_many_copies_of_a_notification_pay_once(cashier: Cashier) -> None:
    fee = cashier.requested()
    cashier.provider.behave(copies=8)
    redirect = cashier.start(fee)
    cashier.provider.pay(redirect.url)
    eventually(
        lambda: len(cashier.provider.transaction(redirect.payment)["sent"]) >= 8,
        lambda: str(cashier.provider.transaction(redirect.payment)),
    )
    answers = [sent["answer"] for sent in cashier.provider.transaction(redirect.payment)["sent"]]
    assert sorted(answers) == ["00"] + ["02"] * 7
    assert recorded(cashier, fee.obligation) == ["ObligationRaised", "PaymentStarted", "FeePaid"]
    assert cashier.provider.notify(redirect.payment) == ["02"]


def test_a_cancelled_attempt_leaves_the_fee_due_and_another_may_follow(cashier: Cashier) -> None:
    fee = cashier.requested()
    first = cashier.start(fee)
    cashier.provider.pay(first.url, "cancelled")
    eventually(
        lambda: cashier.payment(first.payment).state is PaymentState.FAILED,
        lambda: str(cashier.payment(first.payment)),
    )
    assert cashier.payment(first.payment).reason == "cancelled-by-payer"
    second = cashier.start(fee)
    cashier.provider.pay(second.url)
    cashier.becomes(fee, PAID)


def test_the_same_key_starts_one_attempt(cashier: Cashier) -> None:
    fee = cashier.requested()
    key = f"key-{fee.obligation}"
    assert cashier.start(fee, idempotency_key=key) == cashier.start(fee, idempotency_key=key)
    assert recorded(cashier, fee.obligation) == ["ObligationRaised", "PaymentStarted"]


def test_nobody_pays_for_another(cashier: Cashier) -> None:
    fee = cashier.requested()
    with pytest.raises(NotFound):
        cashier.start(replace(fee, subject="acc-other"))
    with pytest.raises(NotFound):
        cashier.portal.call(StartPayment(fee.obligation, "http://127.0.0.1/x"))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://a@evil.example/", "//x"])
def test_the_way_back_is_a_web_address(cashier: Cashier, address: str) -> None:
    message = StartPayment("ob-any", address)
    with pytest.raises(Invalid) as refused:
        cashier.portal.call(message, token=cashier.people.citizen("acc-citizen"))
    assert [fault.field for fault in refused.value.fields] == ["return_url"]


# Bad notifications


def test_forged_unknown_and_wrong_notifications_are_told_apart_in_order(cashier: Cashier) -> None:
    fee = cashier.requested()
    payment = cashier.start(fee).payment
    forged = {**signed(vnp_TxnRef=payment), "vnp_Amount": "1"}
    assert cashier.notify(forged) == "97"
    assert cashier.notify({}) == "97"
    assert cashier.notify(signed(vnp_TxnRef="nobody-1", vnp_Amount="1")) == "01"
    assert cashier.notify(signed(vnp_TxnRef=f"{fee.obligation}-2")) == "01"
    assert cashier.notify(signed(vnp_TxnRef=payment, vnp_Amount="999900")) == "04"
    assert cashier.notify(signed(vnp_TxnRef=payment, vnp_Amount="nhiều")) == "99"
    assert recorded(cashier, fee.obligation) == ["ObligationRaised", "PaymentStarted"]
    assert cashier.notify(signed(vnp_TxnRef=payment)) == "00"
    assert cashier.notify(signed(vnp_TxnRef=payment)) == "02"
    assert cashier.notify(signed(vnp_TxnRef=payment, vnp_Amount="999900")) == "04"


def test_money_for_a_withdrawn_dossier_is_flagged_and_never_dropped(cashier: Cashier) -> None:
    fee = cashier.requested()
    redirect = cashier.start(fee)
    flagged = cashier.listen("PaymentFlagged")
    cashier.withdrawn(fee)
    assert cashier.notify(signed(vnp_TxnRef=redirect.payment)) == "00"
    assert cashier.notify(signed(vnp_TxnRef=redirect.payment)) == "02"
    assert cashier.payment(redirect.payment).state is PaymentState.FLAGGED
    assert cashier.owed(fee.code)[0].state is ObligationState.CANCELLED
    assert recorded(cashier, fee.obligation).count("PaymentFlagged") == 1
    eventually(lambda: flagged.get(no_ack=True), lambda: "no PaymentFlagged on the bus")


# A provider that says nothing


def test_a_lost_notification_is_made_good_by_asking(cashier: Cashier) -> None:
    fee = cashier.requested()
    redirect = cashier.start(fee)
    cashier.provider.behave(silent=True)
    cashier.provider.pay(redirect.url)
    cashier.becomes(fee, PAID)
    assert cashier.provider.transaction(redirect.payment)["sent"] == []
    assert cashier.provider.notify(redirect.payment) == ["02"]


def test_a_killed_service_loses_no_payment_and_takes_none_twice(
    cashier: Cashier, process: Process
) -> None:
    fees = [cashier.requested() for _ in range(4)]
    urls = [cashier.start(fee).url for fee in fees]
    cashier.provider.behave(copies=2)
    with ThreadPoolExecutor(4) as pool:
        paying = [pool.submit(cashier.provider.pay, url) for url in urls]
        process.kill()
        process.start()
        process.wait_ready()
        for payment in paying:
            payment.result()
    for fee in fees:
        cashier.becomes(fee, PAID)
        assert recorded(cashier, fee.obligation).count("FeePaid") == 1
        assert "PaymentFlagged" not in recorded(cashier, fee.obligation)


# Cash


def test_cash_at_the_counter_pays_at_once_and_once(cashier: Cashier) -> None:
    fee = cashier.requested(online=False)
    with pytest.raises(Conflict, match="pay-at-counter"):
        cashier.start(fee)
    officer = cashier.receiving_officer()
    paid = cashier.cash(fee, officer)
    assert (paid.state, paid.method, paid.receipt) == (PAID, Method.CASH, "BL-0042")
    assert cashier.owed(fee.code)[0] == paid
    assert cashier.cash(fee, officer) == paid
    with pytest.raises(Conflict, match="fee-not-due"):
        cashier.cash(fee, officer, receipt="BL-0043")


def test_cash_is_entered_only_at_that_agencys_counter(cashier: Cashier) -> None:
    fee = cashier.requested()
    with pytest.raises(Forbidden):
        cashier.cash(fee, cashier.people.officer("acc-l", AGENCY, "leader"))
    with pytest.raises(Forbidden):
        cashier.cash(fee, cashier.people.citizen("acc-citizen"))
    handling = cashier.people.officer("acc-h", AGENCY, "handling")
    elsewhere = cashier.receiving_officer("ag-other")
    for stranger in (handling, elsewhere, cashier.people.citizen("acc-other")):
        with pytest.raises(NotFound):
            cashier.cash(fee, stranger)


def test_cash_is_exactly_what_is_due(cashier: Cashier) -> None:
    fee = cashier.requested()
    with pytest.raises(Invalid, match="amount-differs"):
        cashier.cash(fee, cashier.receiving_officer(), amount=9_999)


def test_cash_and_a_provider_at_the_same_moment_pay_once(cashier: Cashier) -> None:
    fee = cashier.requested()
    payment = cashier.start(fee).payment
    officer = cashier.receiving_officer()

    def take_cash() -> str:
        try:
            return str(cashier.cash(fee, officer).state)
        except Conflict:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        cash = pool.submit(take_cash)
        online = pool.submit(cashier.notify, signed(vnp_TxnRef=payment))
    assert online.result() == "00"
    assert cash.result() in ("paid", "refused")
    events = recorded(cashier, fee.obligation)
    assert events.count("FeePaid") == 1
    assert events.count("PaymentFlagged") == (1 if cash.result() == "paid" else 0)
