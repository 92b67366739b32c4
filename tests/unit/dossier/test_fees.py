"""The fee: asked for by the tariff, paid once, due before anything is handed over."""

from __future__ import annotations

from dataclasses import replace

import dossier_samples as s
import pytest

from kernel.errors import Conflict, Invalid
from services.dossier.contract import ClockPaused, FeeLine, FeePaid, FeeRequested, Status


@pytest.mark.proves("F04")
def test_the_fee_of_the_tariff_is_asked_for_and_the_clock_stands_still():
    story = s.UNTIL["handling"]()
    asked, paused = story.tell(s.request_fee())
    assert isinstance(asked, FeeRequested)
    assert (asked.amount, asked.lines, asked.payable_online) == (20_000, (s.TARIFF,), True)
    assert isinstance(paused, ClockPaused)
    assert paused.reason == "fee"
    assert story.state.status is Status.FEE_DUE


@pytest.mark.proves("F03", "F05")
def test_below_level_four_the_fee_is_paid_at_the_counter():
    partial = replace(s.PROCEDURE, legacy_level=3, service_level="partial")
    story = s.Story(s.submit(procedure=partial), s.accept())
    assert story.tell(s.request_fee())[0].payable_online is False


def test_payment_resumes_the_clock():
    story = s.UNTIL["handling"]()
    story.tell(s.request_fee(s.at("2026-09-07 10:00")))
    paid, resumed = story.tell(s.fee_paid(s.at("2026-09-07 11:00")))
    assert isinstance(paid, FeePaid)
    assert (resumed.reason, resumed.paused_minutes) == ("fee", 60)
    assert resumed.former_due == s.at("2026-09-16 17:30")
    assert resumed.due == s.at("2026-09-17 08:30")
    assert story.state.status is Status.PROCESSING


def test_a_fee_asked_for_at_the_desk_is_paid_before_acceptance():
    story = s.Story(s.submit())
    assert s.types(story.tell(s.request_fee())) == ["FeeRequested"]
    assert s.types(story.tell(s.fee_paid())) == ["FeePaid", "StepEntered"]
    assert story.state.status is Status.SUBMITTED


def test_a_payment_told_again_changes_nothing():
    story = s.UNTIL["fee due in handling"]()
    story.tell(s.fee_paid())
    assert story.tell(s.fee_paid()) == []


@pytest.mark.parametrize(
    ("stage", "endings", "status"),
    [
        ("fee due at the desk", [s.withdraw()], Status.WITHDRAWN),
        (
            "fee due in handling",
            [s.request_withdrawal(), s.grant_withdrawal()],
            Status.WITHDRAWN,
        ),
        ("fee due in handling", [s.stop()], Status.STOPPED),
    ],
)
def test_money_that_comes_after_the_end_is_recorded_once_and_changes_nothing_else(
    stage, endings, status
):
    story = s.UNTIL[stage]()
    for ending in endings:
        story.tell(ending)
    assert s.types(story.tell(s.fee_paid())) == ["FeePaid"]
    assert story.tell(s.fee_paid()) == []
    assert story.state.status is status


def test_a_payment_for_a_fee_that_was_never_asked_for_is_refused():
    with pytest.raises(Conflict) as refusal:
        s.UNTIL["handling"]().tell(s.fee_paid(obligation="obligation-9"))
    assert refusal.value.code == "unknown-obligation"


@pytest.mark.proves("F05")
def test_a_fee_due_at_the_hand_over_is_paid_first():
    story = s.UNTIL["completed, fee due"]()
    assert story.state.status is Status.COMPLETED
    with pytest.raises(Conflict) as refusal:
        story.tell(s.hand_over())
    assert refusal.value.code == "fee-due"
    assert s.types(story.tell(s.fee_paid())) == ["FeePaid"]
    story.tell(s.hand_over())
    assert story.state.status is Status.RETURNED


def test_a_result_is_not_dispatched_while_a_fee_is_due():
    with pytest.raises(Conflict) as refusal:
        s.UNTIL["fee due in handling"]().tell(s.dispatch())
    assert refusal.value.code == "fee-due"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (FeeLine("Lệ phí", 0), "lines.0.unit_amount"),
        (FeeLine("Lệ phí", 1_000, 1, "registration"), "lines.0.unit_amount"),
        (FeeLine("Lệ phí", 1_000, 1, "invented"), "lines.0.tariff"),
    ],
)
def test_a_fee_needs_an_amount_and_follows_the_tariff(line, field):
    with pytest.raises(Invalid) as refusal:
        s.UNTIL["handling"]().tell(s.request_fee(lines=[line]))
    assert refusal.value.fields[0].field == field


def test_an_amount_that_the_province_has_not_set_must_be_entered():
    unset = FeeLine("Lệ phí", 0, 1, "registration")
    story = s.Story(s.submit(procedure=replace(s.PROCEDURE, fees=(unset,))))
    with pytest.raises(Invalid) as refusal:
        story.tell(s.request_fee())
    assert refusal.value.fields[0].code == "no-amount"
    asked = story.tell(s.request_fee(lines=[FeeLine("Lệ phí", 8_000, 2, "registration")]))[0]
    assert asked.amount == 16_000


@pytest.mark.proves("F08")
def test_a_fee_is_optional():
    story = s.Story(s.submit(procedure=replace(s.PROCEDURE, fees=())))
    with pytest.raises(Invalid) as refusal:
        story.tell(s.request_fee())
    assert refusal.value.code == "no-tariff"
    for command in (
        *(s.accept(), s.assign(), s.complete_step(), s.complete_step(by=s.TEAM_LEADER)),
        *(s.approve(), s.dispatch(), s.hand_over()),
    ):
        story.tell(command)
    assert story.state.status is Status.RETURNED


def test_the_fee_of_the_tariff_is_asked_for_once():
    story = s.UNTIL["fee due in handling"]()
    story.tell(s.fee_paid())
    with pytest.raises(Conflict) as refusal:
        story.tell(s.request_fee())
    assert refusal.value.code == "tariff-already-asked"


def test_what_was_filed_at_the_counter_is_paid_there():
    (asked, *_) = s.Story(s.enter(), s.assign()).tell(s.request_fee(by=s.HANDLING))
    assert not asked.payable_online
