"""What an obligation allows, told as: given these events, when this, then these events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Conflict, DomainError, Invalid, NotFound
from services.payment.contract import (
    FeePaid,
    Method,
    ObligationCancelled,
    ObligationLine,
    ObligationMoved,
    ObligationRaised,
    ObligationState,
    PaymentFailed,
    PaymentFlagged,
    PaymentStarted,
    PaymentState,
)
from services.payment.decider import (
    Cancel,
    Move,
    Outcome,
    Owed,
    Raise,
    Report,
    Start,
    TakeCash,
    UnknownPayment,
    WrongAmount,
    decide,
    evolve,
    initial,
    stream_of_payment,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
LINES = (ObligationLine("Lệ phí", 5_000, 2),)

RAISED = ObligationRaised(
    obligation="ob7",
    dossier="000.00.14.H56-261123-0001",
    subject="acc-1",
    agency="ag-1",
    lines=LINES,
    amount=10_000,
    payable_online=True,
    raised_at=NOW,
)
STARTED = PaymentStarted("ob7", "ob7-1", "vnpay", 10_000, NOW, NOW + QUARTER)
STARTED_AGAIN = replace(STARTED, payment="ob7-2")
FAILED = PaymentFailed("ob7", "ob7-1", "vnpay", "cancelled-by-payer", NOW)
PAID = FeePaid(
    obligation="ob7",
    dossier=RAISED.dossier,
    payment="ob7-1",
    amount=10_000,
    method=Method.ONLINE,
    receipt="ob7-1",
    paid_at=NOW,
    provider="vnpay",
    provider_reference="14226112",
)
PAID_IN_CASH = FeePaid(
    obligation="ob7",
    dossier=RAISED.dossier,
    payment="ob7-cash",
    amount=10_000,
    method=Method.CASH,
    receipt="BL-0042",
    paid_at=NOW,
    officer="acc-9",
)
CANCELLED = ObligationCancelled("ob7", RAISED.dossier, "withdrawn", NOW)

START = Start("vnpay", NOW, QUARTER)
SUCCESS = Report("ob7-1", "vnpay", Outcome.PAID, 10_000, NOW, reference="14226112")
FAILURE = Report("ob7-1", "vnpay", Outcome.FAILED, 10_000, NOW, reason="cancelled-by-payer")
SUSPICION = Report("ob7-1", "vnpay", Outcome.SUSPECTED, 10_000, NOW, reason="suspected-fraud")
CASH = TakeCash("acc-9", "BL-0042", 10_000, NOW)
CANCEL = Cancel("withdrawn", NOW)


def fold(*events: Any) -> Owed:
    """Return the obligation that these events tell."""
    return reduce(evolve, events, initial)


def when(command: Any, *given_events: Any) -> Sequence[Any]:
    """Return what is decided, given these events."""
    return decide(fold(*given_events), command)


def flagged(reason: str) -> PaymentFlagged:
    """Return the flag on the first attempt's money."""
    return PaymentFlagged("ob7", "ob7-1", "vnpay", 10_000, reason, NOW)


# Raising


def test_an_obligation_exists_only_once_its_dossier_raises_it() -> None:
    raised = Raise(
        "ob7", RAISED.dossier, "acc-1", "ag-1", LINES, 10_000, payable_online=True, at=NOW
    )
    assert when(raised) == [RAISED]
    assert when(raised, RAISED) == []


def test_an_obligation_belongs_to_one_dossier() -> None:
    owed = fold(RAISED)
    assert owed.belongs_to(RAISED.dossier)
    assert owed.belongs_to(None)
    assert not owed.belongs_to("000.00.14.H56-261123-0002")


# Paying online


def test_the_payer_is_sent_to_a_provider_for_exactly_what_is_due() -> None:
    assert when(START, RAISED) == [STARTED]


def test_after_a_failed_attempt_another_may_follow_under_a_new_name() -> None:
    assert when(START, RAISED, STARTED, FAILED) == [STARTED_AGAIN]


def test_an_attempt_leads_back_to_its_obligation_by_its_name_alone() -> None:
    assert stream_of_payment("ob7-1") == "obligation-ob7"
    assert stream_of_payment("a-b-12") == "obligation-a-b"


def test_a_fee_of_a_lower_service_level_is_paid_at_the_counter() -> None:
    with pytest.raises(Conflict, match="pay-at-counter"):
        when(START, replace(RAISED, payable_online=False))


@pytest.mark.parametrize("end", [PAID, PAID_IN_CASH, CANCELLED])
def test_nothing_is_started_for_what_is_no_longer_due(end: Any) -> None:
    with pytest.raises(Conflict, match="fee-not-due"):
        when(START, RAISED, STARTED, end)


def test_nothing_is_started_for_an_unknown_obligation() -> None:
    with pytest.raises(NotFound):
        when(START)


# What the provider reports


def test_a_reported_success_pays_the_fee() -> None:
    assert when(SUCCESS, RAISED, STARTED) == [PAID]


@pytest.mark.parametrize("report", [SUCCESS, FAILURE, SUSPICION])
def test_a_report_about_paid_money_that_comes_again_changes_nothing(report: Report) -> None:
    assert when(report, RAISED, STARTED, PAID) == []


def test_a_reported_failure_ends_the_attempt_and_not_the_obligation() -> None:
    assert when(FAILURE, RAISED, STARTED) == [FAILED]
    assert when(FAILURE, RAISED, STARTED, FAILED) == []
    assert fold(RAISED, STARTED, FAILED).state is ObligationState.DUE


@pytest.mark.parametrize(
    ("end", "reason"),
    [(CANCELLED, "cancelled"), (PAID_IN_CASH, "already-paid")],
)
def test_money_for_what_is_no_longer_due_is_flagged_and_never_dropped(
    end: Any, reason: str
) -> None:
    assert when(SUCCESS, RAISED, STARTED, end) == [flagged(reason)]
    assert when(SUCCESS, RAISED, STARTED, end, flagged(reason)) == []


def test_of_two_attempts_that_both_succeed_the_second_is_flagged() -> None:
    second = replace(SUCCESS, payment="ob7-2")
    assert when(second, RAISED, STARTED, STARTED_AGAIN, PAID) == [
        replace(flagged("already-paid"), payment="ob7-2")
    ]


def test_a_late_success_pays_what_is_still_due() -> None:
    expired = replace(FAILED, reason="expired")
    assert when(SUCCESS, RAISED, STARTED, expired) == [PAID]


def test_suspected_money_is_flagged_and_the_fee_stays_due() -> None:
    flag = flagged("suspected-fraud")
    assert when(SUSPICION, RAISED, STARTED) == [flag]
    assert when(SUSPICION, RAISED, STARTED, flag) == []
    assert fold(RAISED, STARTED, flag).state is ObligationState.DUE
    assert when(SUCCESS, RAISED, STARTED, flag) == [PAID]


def test_an_attempt_that_was_never_started_is_unknown() -> None:
    for events in ((), (RAISED,), (RAISED, STARTED_AGAIN)):
        with pytest.raises(UnknownPayment):
            when(SUCCESS, *events)


def test_an_attempt_belongs_to_its_provider() -> None:
    with pytest.raises(UnknownPayment):
        when(replace(SUCCESS, provider="other"), RAISED, STARTED)


@pytest.mark.parametrize("amount", [9_999, 10_001, 0, 1_000_000])
@pytest.mark.parametrize("end", [(), (PAID,), (CANCELLED,)])
def test_another_amount_is_refused_whatever_the_state(amount: int, end: tuple[Any, ...]) -> None:
    with pytest.raises(WrongAmount):
        when(replace(SUCCESS, amount=amount), RAISED, STARTED, *end)


# Cash at the counter


def test_cash_against_a_receipt_pays_the_fee() -> None:
    assert when(CASH, RAISED) == [PAID_IN_CASH]
    assert when(CASH, replace(RAISED, payable_online=False)) == [PAID_IN_CASH]


def test_the_same_receipt_twice_is_one_payment_and_another_is_refused() -> None:
    assert when(CASH, RAISED, PAID_IN_CASH) == []
    with pytest.raises(Conflict):
        when(replace(CASH, receipt="BL-0043"), RAISED, PAID_IN_CASH)


def test_cash_must_be_exactly_the_amount_due() -> None:
    with pytest.raises(Invalid) as refused:
        when(replace(CASH, amount=9_000), RAISED)
    assert [(e.field, e.code) for e in refused.value.fields] == [("amount", "amount-differs")]


# The end of the dossier


def test_an_obligation_is_cancelled_with_its_dossier_unless_it_is_settled() -> None:
    assert when(CANCEL, RAISED) == [CANCELLED]
    assert when(CANCEL, RAISED, STARTED, FAILED) == [CANCELLED]
    for events in ((), (RAISED, CANCELLED), (RAISED, PAID_IN_CASH)):
        assert when(CANCEL, *events) == []
    later = replace(CANCEL, at=NOW + timedelta(seconds=1))
    assert when(later, RAISED, STARTED, PAID) == []


def test_money_of_the_very_second_of_the_end_is_flagged_for_a_provider_tells_no_finer() -> None:
    within = replace(CANCEL, at=NOW + timedelta(milliseconds=478))
    assert when(within, RAISED, STARTED, PAID) == [flagged("cancelled")]
    assert when(within, RAISED, PAID_IN_CASH) == []


@pytest.mark.parametrize(
    ("events", "payment", "provider"),
    [((STARTED, PAID), "ob7-1", "vnpay"), ((PAID_IN_CASH,), "ob7-cash", "")],
)
def test_money_that_came_after_the_end_is_flagged_when_word_of_the_end_comes_late(
    events: tuple[Any, ...], payment: str, provider: str
) -> None:
    before = replace(CANCEL, at=NOW - timedelta(minutes=1))
    flag = replace(flagged("cancelled"), payment=payment, provider=provider)
    assert when(before, RAISED, *events) == [flag]
    assert when(before, RAISED, *events, flag) == []


def test_money_that_was_suspected_before_it_came_is_flagged_for_the_end_too() -> None:
    before = replace(CANCEL, at=NOW - timedelta(minutes=1))
    history = (RAISED, STARTED, flagged("suspected-fraud"), PAID)
    assert when(before, *history) == [flagged("cancelled")]


def test_a_fee_heard_of_after_the_end_of_its_dossier_is_never_due() -> None:
    late = Raise(
        "ob7", RAISED.dossier, "acc-1", "ag-1", LINES, 10_000, payable_online=True, at=NOW,
        ended=CANCEL,
    )  # fmt: skip
    assert when(late) == [RAISED, CANCELLED]
    for command in (START, CASH):
        with pytest.raises(Conflict, match="fee-not-due"):
            when(command, *when(late))


def test_an_attempt_is_followed_through_its_states() -> None:
    def state(*events: Any) -> PaymentState:
        attempt = fold(RAISED, STARTED, *events).attempt("ob7-1")
        assert attempt is not None
        return attempt.state

    assert state() is PaymentState.PENDING
    assert state(FAILED) is PaymentState.FAILED
    assert state(PAID) is PaymentState.PAID
    assert state(CANCELLED, flagged("cancelled")) is PaymentState.FLAGGED


# Whatever is sent, in whatever order


COMMANDS = st.sampled_from(
    [START, SUCCESS, replace(SUCCESS, payment="ob7-2"), FAILURE, SUSPICION, CASH, CANCEL]
)


@given(st.lists(COMMANDS, max_size=12))
def test_a_fee_is_paid_at_most_once_and_no_money_is_forgotten(commands: list[Any]) -> None:
    events: list[Any] = [RAISED]
    taken: set[str] = set()
    for command in commands:
        try:
            decided = decide(fold(*events), command)
        except DomainError:
            continue
        events.extend(decided)
        match command:
            case Report(outcome=Outcome.PAID):
                taken.add(command.payment)
            case TakeCash():
                taken.add("ob7-cash")
    paid = [event for event in events if isinstance(event, FeePaid)]
    accounted = {e.payment for e in events if isinstance(e, FeePaid | PaymentFlagged)}
    assert len(paid) <= 1
    assert taken <= accounted


# Another agency holds the dossier


def test_an_obligation_follows_its_dossier_to_another_agency_once():
    moved = Move("ag-2", NOW)
    assert decide(initial, moved) == []
    assert when(moved, RAISED) == [ObligationMoved("ob7", RAISED.dossier, "ag-2", NOW)]
    assert when(moved, RAISED, ObligationMoved("ob7", RAISED.dossier, "ag-2", NOW)) == []
