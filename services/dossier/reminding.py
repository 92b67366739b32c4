"""Whom to remind of a step's time, and which steps it is time for.

When a dossier is next to be looked at stands in its narrow document, so that a process asks for
what is due and reads nothing else. Several may find the same: the second decides that nothing is
left to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.views import StreamView
from services.dossier.clock import Calendar
from services.dossier.contract import OfficerRef
from services.dossier.decider import commands as do
from services.dossier.references import References
from services.dossier.views.document import stamp
from services.identity.contract import Role

_AT_A_TIME = 100
_LEADERSHIP = "leadership"  # a unit that every agency has


@dataclass(frozen=True)
class Reminding:
    """Finds what is due."""

    references: References
    work_view: StreamView
    calendar: Calendar

    def due(self, now: datetime) -> Iterator[tuple[str, do.Remind]]:
        """Yield some dossiers of which somebody is to be reminded now, with the command."""
        officers: dict[str, list[dict[str, Any]]] = {}
        query = {"remind_at": {"$lte": stamp(now)}}
        for found in self.work_view.collection.find(query).limit(_AT_A_TIME):
            agency = found["agency"]
            if agency not in officers:
                officers[agency] = self.references.officers_of(agency)
            yield found["_id"], self._command(found, officers[agency], now)

    def _command(
        self, found: dict[str, Any], officers: list[dict[str, Any]], now: datetime
    ) -> do.Remind:
        def serving(unit: str, role: str) -> tuple[OfficerRef, ...]:
            return _named(one for one in officers if one["unit"] == unit and role in one["roles"])

        unit = found["unit"]
        holder = _named(one for one in officers if one["_id"] == found["officer"])
        return do.Remind(
            at=now,
            calendar=self.calendar,
            workers=holder or serving(unit, found["role"]),
            heads=serving(unit, Role.LEADER) or serving(_LEADERSHIP, Role.LEADER),
        )


def _named(officers: Iterable[dict[str, Any]]) -> tuple[OfficerRef, ...]:
    found = (OfficerRef(one["_id"], one["name"], one["title"]) for one in officers)
    return tuple(sorted(found, key=lambda officer: officer.account))
