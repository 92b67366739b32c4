"""How often a silent provider is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from services.payment.inquiries import ASK_AFTER, Rotation, delay_after


def test_a_provider_is_first_asked_after_a_minute_and_then_ever_less_often() -> None:
    delays = [delay_after(tries) for tries in range(1, 10)]
    assert timedelta(minutes=1) == ASK_AFTER
    assert delays[0] == timedelta(minutes=1)
    assert delays == sorted(delays)
    assert delays[-1] == timedelta(minutes=10)


@pytest.mark.parametrize("many", [0, 1, 4, 5, 9, 10, 11])
def test_each_open_attempt_has_its_turn_however_many_there_are(many: int) -> None:
    names = [f"ob{number:02}" for number in range(many)]

    def page(after: str, limit: int) -> Sequence[str]:
        return [name for name in names if name > after][:limit]

    rotation = Rotation(limit=5)
    turns = [rotation.next(page) for _ in range(6)]
    assert all(len(turn) <= 5 for turn in turns)
    seen = [name for turn in turns for name in turn]
    assert {name: seen.count(name) for name in names} == pytest.approx(
        dict.fromkeys(names, len(seen) / (many or 1)), abs=1
    )
