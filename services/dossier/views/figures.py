"""What a dossier counts for in the statistics: measures by month, of which sums are made.

Sources: QĐ 766/QĐ-TTg (indicators 2.1, 2.2, 3.3, 3.6, 4.1, 4.5, group 6), and the share of dossiers
that came in online (tỷ lệ hồ sơ trực tuyến). A dossier is received in the month in which it was
submitted and ended in the month in which it ended: completed, refused, withdrawn or stopped,
whichever was first. Months are Vietnam's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from kernel.events import Recorded
from services.catalog.contract import Channel
from services.dossier import contract
from services.dossier.clock import HOURS_A_DAY, at_agency, day_of, vietnam
from services.dossier.decider.reception import begun_at
from services.dossier.decider.state import State, evolve, initial

FIELDS = ("scope", "by", "name", "month")
INDEXES = (("scope", "by", "month"), ("scope", "by", "name", "month"))

EVERYWHERE = "everywhere"
WHOLE, FIELD, AGENCY, PROCEDURE = "whole", "field", "agency", "procedure"

_DAY = HOURS_A_DAY * 60
BOUNDS = (
    *(60, 120, 240, 360),
    *(days * _DAY for days in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 45, 60, 90, 130)),
)
"""Working minutes up to which processing times are told apart; longer ones are one."""

SATISFIED = 4
"""Whoever gives so many of the five points, or more, was served well."""

# how a dossier ends, and the field of the event that says when
_ENDS: Mapping[str, tuple[str, str]] = {
    "DossierCompleted": ("completed", "completed_at"),
    "DossierRefused": ("refused", "refused_at"),
    "DossierWithdrawn": ("withdrawn", "withdrawn_at"),
    "ProcessingStopped": ("stopped", "stopped_at"),
}


def count_figures(history: Sequence[Recorded]) -> dict[tuple[str, ...], dict[str, int]]:
    """Return the cells that a dossier counts in, everywhere and at its agency, and how much.

    | Measure | Counts |
    |---|---|
    | `received`, `online` | that it came in; that it came in online |
    | `online_whole` | online, and its result, where there is one, electronic too (3.3) |
    | `ended`, `completed`, `refused`, `withdrawn`, `stopped` | that and how it ended |
    | `on_time` | ended by its due time; never after a second supplement request (2.1) |
    | `minutes`, `timed`, `up_to_<n>` | working time of completed ones without pauses (2.2) |
    | `reused` | a document of it was taken from an earlier dossier (4.5) |
    | `results`, `results_electronic` | results sent, and as a file (4.1) |
    | `fees`, `fees_online` | fees paid, and online (3.6) |
    | `ratings`, `satisfied` | ratings, and those of 4 or 5 (group 6) |
    """
    events = [record.event for record in history]
    if not events or not isinstance(events[0], contract.DossierSubmitted):
        return {}
    by_month: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for agency, when, measures in _measured(events):
        by_month[(agency, month_of(when))].update(measures)
    kept = events[0].procedure
    return {
        cell: dict(measures)
        for (agency, month), measures in by_month.items()
        for cell in _cells(agency, month, kept)
    }


def month_of(instant: datetime) -> str:
    """Return Vietnam's month of an instant: `2026-11`."""
    return day_of(instant).isoformat()[:7]


def percentile(measures: Mapping[str, int], share: float) -> int | None:
    """Return the working minutes within which this share (0 to 1) was completed.

    It is the bound of the class in which it lies: «within three working days». None where nothing
    was completed; the longest bound where it took longer.
    """
    wanted = share * measures.get("timed", 0)
    if not wanted:
        return None
    seen = 0
    for bound in BOUNDS:
        seen += measures.get(f"up_to_{bound}", 0)
        if seen >= wanted:
            return bound
    return BOUNDS[-1]


def _cells(agency: str, month: str, kept: contract.ProcedureKept) -> Iterator[tuple[str, ...]]:
    for scope in (EVERYWHERE, agency):
        yield scope, WHOLE, "", month
        yield scope, FIELD, kept.field_code, month
        yield scope, PROCEDURE, kept.code, month
    yield EVERYWHERE, AGENCY, agency, month


def _measured(events: Sequence[Any]) -> Iterator[tuple[str, datetime, Mapping[str, int]]]:
    """Yield what happened to the figures: at which agency, when, what."""
    submitted: contract.DossierSubmitted = events[0]
    sent = [one for one in events if isinstance(one, contract.ResultDispatched)]
    online = submitted.channel == Channel.ONLINE
    whole = online and not (sent and sent[-1].result is None)
    came = {"received": 1, "online": int(online), "online_whole": int(whole)}
    came["reused"] = int(any(one.reused_from for one in _documents_of(events)))
    yield submitted.agency.id, submitted.submitted_at, came

    states: list[State] = [initial]
    for event in events:
        states.append(evolve(states[-1], event))
    last = states[-1]
    agency = submitted.agency.id if last is None else last.agency.id
    for event in events:
        if isinstance(event, contract.FeePaid):
            paid = {"fees": 1, "fees_online": int(event.method == "online")}
            yield agency, event.paid_at, paid
        elif isinstance(event, contract.DossierRated):
            rated = {"ratings": 1, "satisfied": int(event.score >= SATISFIED)}
            yield agency, event.rated_at, rated
    if sent:
        results = {"results": 1, "results_electronic": int(sent[-1].result is not None)}
        yield agency, sent[-1].dispatched_at, results
    ends = (number for number, event in enumerate(events) if type(event).__name__ in _ENDS)
    for number in islice(ends, 1):
        how, at = _ENDS[type(events[number]).__name__]
        when: datetime = getattr(events[number], at)
        so_far = events[: number + 1]
        in_time = _asked_once(so_far) and _in_time(states[number], when)
        taken = _time_taken(so_far, when, states[number]) if how == "completed" else {}
        yield agency, when, {"ended": 1, how: 1, "on_time": int(in_time), **taken}


def _documents_of(events: Sequence[Any]) -> Iterator[contract.Attachment]:
    for event in events:
        if isinstance(event, contract.DossierSubmitted | contract.DossierSupplemented):
            yield from event.documents


def _asked_once(events: Sequence[Any]) -> bool:
    """Whether a supplement was asked for once at most; more than that counts as overdue."""
    return sum(isinstance(one, contract.SupplementRequested) for one in events) <= 1


def _in_time(before: State, when: datetime) -> bool:
    """Whether it ended in time; while the applicant is waited for, its time stands still."""
    if before is None:
        return True
    due = before.clock.due or (before.hold.due if before.hold else None)
    until = before.clock.paused_at or when
    return due is None or until.replace(second=0, microsecond=0) <= due


def _time_taken(events: Sequence[Any], end: datetime, before: State) -> dict[str, int]:
    submitted: contract.DossierSubmitted = events[0]
    accepted = next((one for one in events if isinstance(one, contract.DossierAccepted)), None)
    begun = begun_at(submitted, accepted) if accepted else submitted.submitted_at
    pauses = sum(
        one.paused_minutes
        for one in events
        if isinstance(one, contract.ClockResumed) and one.resumed_at > begun
    )
    calendar = at_agency(vietnam(), before.agency.hours if before else None)
    minutes = max(0, calendar.minutes_between(begun, end) - pauses)
    place = min(bisect_left(BOUNDS, minutes), len(BOUNDS))
    bound = {f"up_to_{BOUNDS[place]}": 1} if place < len(BOUNDS) else {}
    return {"minutes": minutes, "timed": 1, **bound}
