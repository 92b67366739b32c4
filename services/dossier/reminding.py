"""Whom to remind of a step's time, and which steps it is time for.

When a dossier is next to be looked at stands in its narrow document, so that a process asks for
what is due and reads nothing else. Several may find the same: the second decides that nothing is
left to do.
"""

from __future__ import annotations

from collections.abc import Iterator
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
_LEADERSHIP = "leadership"


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
        def named(role: str, unit: str) -> tuple[OfficerRef, ...]:
            return tuple(
                OfficerRef(one["_id"], one["name"], one["title"])
                for one in sorted(officers, key=lambda one: str(one["_id"]))
                if one["unit"] == unit and role in one["roles"]
            )

        unit, account = found["unit"], found["officer"]
        holder = tuple(
            OfficerRef(one["_id"], one["name"], one["title"])
            for one in officers
            if one["_id"] == account
        )
        heads = named(Role.LEADER, unit) or named(Role.LEADER, _LEADERSHIP)
        return do.Remind(
            at=now,
            calendar=self.calendar,
            workers=holder or named(found["role"], unit),
            heads=heads,
        )
