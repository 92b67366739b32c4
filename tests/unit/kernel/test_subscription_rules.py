"""Order by version, and patience: attempts are counted, waiting for somebody is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.delivery import (
    DEFAULT_TIERS,
    Delivery,
    Tier,
    decide_delivery,
    read_tiers,
    tier_after_failure,
    tier_while_waiting,
)


@pytest.mark.parametrize(
    ("applied", "version", "decision"),
    [
        (0, 1, Delivery.NEXT),
        (0, 2, Delivery.GAP),
        (4, 3, Delivery.REPEATED),
        (4, 4, Delivery.REPEATED),
        (4, 5, Delivery.NEXT),
        (4, 6, Delivery.GAP),
    ],
)
def test_the_version_decides(applied: int, version: int, decision: Delivery) -> None:
    assert decide_delivery(applied, version) is decision


@settings(deadline=None)
@given(st.lists(st.integers(1, 8), max_size=40))
def test_whatever_arrives_each_version_is_applied_once_and_in_order(arrivals: list[int]) -> None:
    applied: list[int] = []
    for version in arrivals:
        match decide_delivery(len(applied), version):
            case Delivery.NEXT:
                applied.append(version)
            case Delivery.GAP:
                applied.extend(range(len(applied) + 1, version + 1))
            case Delivery.REPEATED:
                pass

    assert applied == list(range(1, max(arrivals, default=0) + 1))


def test_tiers_are_read_from_text() -> None:
    assert read_tiers("500ms, 10s,1m") == (
        Tier("500ms", 500),
        Tier("10s", 10_000),
        Tier("1m", 60_000),
    )
    assert [tier.name for tier in DEFAULT_TIERS] == ["1s", "10s", "60s"]


@pytest.mark.parametrize("text", ["", "1s,", "0s", "10", "1.5s", "s", "-1s"])
def test_a_tier_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a waiting time"):
        read_tiers(text)


def test_a_failure_goes_from_tier_to_tier_and_then_to_the_dead_letters() -> None:
    waits = [tier_after_failure(attempt, DEFAULT_TIERS) for attempt in (1, 2, 3, 4)]

    assert [tier and tier.name for tier in waits] == ["1s", "10s", "60s", None]


def test_waiting_for_somebody_has_no_end() -> None:
    waits = [tier_while_waiting(wait, DEFAULT_TIERS).name for wait in (1, 2, 3, 4, 1000)]

    assert waits == ["1s", "10s", "60s", "60s", "60s"]
