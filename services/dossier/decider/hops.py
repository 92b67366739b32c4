"""The hops of the workflow (domain §5): a step ends, the next is entered; pauses move its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.dossier.clock import Calendar, timing
from services.dossier.contract import (
    ClockPaused,
    ClockResumed,
    ClockState,
    OfficerRef,
    RouteStep,
    StepCompleted,
    StepEntered,
)
from services.dossier.decider.state import Dossier, Hold

CHECK_HOURS = 8  # an online dossier is checked within 8 working hours


@dataclass(frozen=True)
class Moment:
    """When an officer does something, by which calendar."""

    officer: OfficerRef
    at: datetime
    calendar: Calendar


def step_completed(
    dossier: Dossier, officer: OfficerRef, at: datetime, note: str = ""
) -> StepCompleted:
    """The current step ends; where the clock is paused, its time ended with that."""
    hold = held(dossier)
    ended = timing(min(at, dossier.clock.paused_at or at), hold.due)
    return StepCompleted(dossier.code, hold.step.id, hold.unit, officer, at, ended, note)


def step_entered(
    dossier: Dossier, step: RouteStep, moment: Moment, to: OfficerRef | None = None
) -> StepEntered:
    """The dossier moves to `step`, into the hands of `to` where one is named."""
    return StepEntered(
        code=dossier.code,
        step=step.id,
        unit=step.unit,
        entered_at=moment.at,
        due=moment.calendar.add_hours(moment.at, step.budget_hours),
        officer=to,
        from_unit=held(dossier).unit,
        from_officer=moment.officer,
    )


def onward(
    dossier: Dossier, moment: Moment, note: str = "", to: OfficerRef | None = None
) -> list[Any]:
    """The current step ends and the next begins; who had the next one before gets it again."""
    following = next_step(dossier)
    receiver = to or dossier.assigned.get(following.id)
    return [
        step_completed(dossier, moment.officer, moment.at, note),
        step_entered(dossier, following, moment, receiver),
    ]


def paused(dossier: Dossier, reason: str, at: datetime) -> list[Any]:
    """The clock stands still, where it runs."""
    clock = dossier.clock
    if clock.state is not ClockState.RUNNING or clock.due is None:
        return []
    return [ClockPaused(dossier.code, reason, at, clock.due)]


def resumed(dossier: Dossier, at: datetime, calendar: Calendar) -> list[Any]:
    """The clock runs again: both due times move by the working time of the pause.

    Before acceptance no clock runs: the desk's check simply begins anew.
    """
    clock, hold = dossier.clock, held(dossier)
    if clock.state is ClockState.NOT_STARTED:
        check_due = calendar.add_hours(at, CHECK_HOURS)
        return [StepEntered(dossier.code, hold.step.id, hold.unit, at, check_due, hold.officer)]
    if clock.paused_at is None or clock.due is None:
        return []
    again = max(at, clock.paused_at)
    minutes = calendar.minutes_between(clock.paused_at, again)
    return [
        ClockResumed(
            code=dossier.code,
            reason=clock.reason,
            resumed_at=again,
            paused_minutes=minutes,
            former_due=clock.due,
            due=calendar.add_minutes(clock.due, minutes),
            step_due=calendar.add_minutes(hold.due, minutes),
        )
    ]


def next_step(dossier: Dossier) -> RouteStep:
    """The step after the current one; a route ends with the hand-over, which has none."""
    return dossier.route[dossier.route.index(held(dossier).step) + 1]


def held(dossier: Dossier) -> Hold:
    """The step it lies at; the table lets nothing pass here once it ended."""
    if dossier.hold is None:
        raise LookupError(f"{dossier.code} lies at no step")
    return dossier.hold
