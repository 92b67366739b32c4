"""A dossier's replays and what was verified of it, for pages that show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dossier_samples as s

from kernel.events import Recorded
from kernel.transparency.answering import LogKey, SignedCheckpoint
from services.dossier import views
from services.dossier.contract import Replay, Trace, Verification

AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
NOTE = "localhost/motcua/dossier\n230\nq80=\n\n— localhost/motcua/dossier AAAA\n"
SIGNED = SignedCheckpoint(12, 230, "q80=", "ab" * 32, NOTE, AT)
KEY = LogKey("dossier", "localhost/motcua/dossier+1234abcd+AbCd")
VERIFICATION = Verification(
    code=s.CODE,
    commits=14,
    events=36,
    included=12,
    uncovered=(231, 232),
    checkpoint=12,
    size=230,
    root="q80=",
    signed_at=AT,
    origin="localhost/motcua/dossier",
    key=KEY.vkey,
    key_id="1234abcd",
)


def whole_life() -> s.Story:
    """From submission to the result, with a supplement and a fee."""
    return s.Story(
        s.submit(),
        s.accept(s.at("2026-09-07 10:00")),
        s.assign(s.at("2026-09-07 11:00")),
        s.request_supplement(s.at("2026-09-08 09:00"), by=s.HANDLING),
        s.supplement(s.at("2026-09-09 09:00")),
        s.request_fee(s.at("2026-09-09 10:00")),
        s.fee_paid(s.at("2026-09-09 11:00")),
        s.complete_step(s.at("2026-09-10 09:00")),
        s.complete_step(s.at("2026-09-10 10:00"), by=s.TEAM_LEADER),
        s.approve(s.at("2026-09-11 09:00")),
        s.dispatch(s.at("2026-09-11 10:00")),
        s.notified(),
        s.hand_over(s.at("2026-09-30 09:00")),
    )


def replayed(version: int | None = None) -> Replay:
    """Return the whole life, or its beginning; its events were recorded a minute apart."""
    return views.replay(_history()[:version], s.HANDLING, s.CALENDAR)


def traced() -> Trace:
    """Return the whole life in words."""
    return views.trace(_history())


def _history() -> list[Recorded]:
    return [
        replace(record, recorded_at=s.MONDAY + timedelta(minutes=number))
        for number, record in enumerate(whole_life().history())
    ]
