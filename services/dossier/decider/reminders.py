"""Reminding who works on a step of its time (domain §6): at half, at four fifths, when it is late.

The moments are counted back from when the step is due, so that a pause or an extension, which
move that, move them too. Nobody is reminded while the applicant is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.dossier.clock import Calendar
from services.dossier.contract import ClockState, StepReminded, Urgency
from services.dossier.decider import commands as do
from services.dossier.decider.state import Dossier, Hold

# How much of a step's time is left, in hundredths.
LEFT: Mapping[Urgency, int] = {Urgency.HALF: 50, Urgency.MOST: 20, Urgency.LATE: 0}
_JUST_AFTER = timedelta(minutes=1)  # what ends in the minute that it is due is not late


def reminder_at(hold: Hold, urgency: Urgency, calendar: Calendar) -> datetime:
    """Return when so much of a step's time is used up."""
    if urgency is Urgency.LATE:
        return hold.due + _JUST_AFTER
    minutes = hold.step.budget_hours * 60 * LEFT[urgency] // 100
    return calendar.subtract_minutes(hold.due, minutes)


def next_reminder(dossier: Dossier, calendar: Calendar) -> datetime | None:
    """Return when somebody is to be reminded next; None: not as things stand."""
    hold = _running(dossier)
    if hold is None:
        return None
    return min((reminder_at(hold, one, calendar) for one in _to_come(hold)), default=None)


def remind(dossier: Dossier, command: do.Remind) -> list[Any]:
    """Remind of the most urgent that is due by now; what was passed over meanwhile is past."""
    hold = _running(dossier)
    if hold is None:
        return []
    due = [one for one in _to_come(hold) if reminder_at(hold, one, command.calendar) <= command.at]
    if not due:
        return []
    urgency = due[-1]
    return [
        StepReminded(
            code=dossier.code,
            step=hold.step.id,
            unit=hold.unit,
            urgency=urgency,
            due=hold.due,
            recipients=command.heads if urgency is Urgency.LATE else command.workers,
            reminded_at=command.at,
        )
    ]


def _running(dossier: Dossier) -> Hold | None:
    """Return the step whose time runs."""
    waits = dossier.resumes is not None or dossier.clock.state is ClockState.STOPPED
    return None if waits else dossier.hold


def _to_come(hold: Hold) -> list[Urgency]:
    """Return what nobody was reminded of yet, the least urgent first."""
    order = list(Urgency)
    return order[order.index(hold.reminded) + 1 :] if hold.reminded else order
