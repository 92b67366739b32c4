"""How often a silent provider is asked."""

from __future__ import annotations

from datetime import timedelta

from services.payment.inquiries import ASK_AFTER, delay_after


def test_a_provider_is_first_asked_after_a_minute_and_then_ever_less_often() -> None:
    delays = [delay_after(tries) for tries in range(1, 10)]
    assert timedelta(minutes=1) == ASK_AFTER
    assert delays[0] == timedelta(minutes=1)
    assert delays == sorted(delays)
    assert delays[-1] == timedelta(minutes=10)
