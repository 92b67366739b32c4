"""Agencies that were closed or reorganised: what they hold moves to their successors (domain §3).

A closing is known before its day and an agency's units change at once, so what is to be looked at
stands in a collection, `{_id, agency, on, again_at}`, until nothing is left to move. Instants are
text in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pymongo.database import Database

from kernel.events import Recorded
from kernel.views import StreamView
from services.catalog.contract import AgencyClosed, AgencyOpened
from services.dossier.clock import Calendar, day_of
from services.dossier.contract import DossierStatus
from services.dossier.decider import commands as do
from services.dossier.references import References
from services.dossier.submission import agency_ref, route
from services.dossier.views import stamp
from services.dossier.views.document import picture_in

_AT_A_TIME = 100
_AGAIN = timedelta(minutes=1)


class Successions:
    """What is still to be looked at."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._collection = database["successions"]

    def note(self, record: Recorded) -> None:
        """Remember an agency that was closed or changed, as the catalogue reports it."""
        match record.event:
            case AgencyClosed(agency=agency, on=on):
                self._remember(agency, on)
            case AgencyOpened(agency=agency) if record.version > 1:
                self._remember(agency.id, day_of(record.occurred_at))

    def due(self, now: datetime) -> list[tuple[str, str]]:
        """Return (id, agency) of what is to be looked at now."""
        query = {"on": {"$lte": day_of(now).isoformat()}, "again_at": {"$lte": stamp(now)}}
        found = self._collection.find(query).sort("on", 1).limit(_AT_A_TIME)
        return [(str(one["_id"]), str(one["agency"])) for one in found]

    def settle(self, name: str) -> None:
        """Nothing is left to move."""
        self._collection.delete_one({"_id": name})

    def postpone(self, name: str, now: datetime) -> None:
        """Something could not be moved: look again in a minute."""
        self._collection.update_one({"_id": name}, {"$set": {"again_at": stamp(now + _AGAIN)}})

    def _remember(self, agency: str, on: date) -> None:
        document = {"agency": agency, "on": on.isoformat(), "again_at": ""}
        self._collection.replace_one({"_id": f"{agency}@{on}"}, document, upsert=True)


@dataclass(frozen=True)
class Heirs:
    """Who holds what an agency held."""

    references: References
    status_view: StreamView
    calendar: Calendar

    def moves(self, agency: str, now: datetime) -> Iterator[tuple[str, do.Succeed | None]]:
        """Yield the code of every open dossier of an agency, with where it belongs now.

        None where no successor is known that resolves its procedure: it stays where it is.
        """
        query = {"agency": agency, "open": True}
        codes = [one["_id"] for one in self.status_view.collection.find(query, {"_id": 1})]
        for code in codes:
            document = self.status_view.get(code)
            if document is not None:
                yield str(code), self._move(picture_in(document).view, now)

    def _move(self, dossier: DossierStatus, now: datetime) -> do.Succeed | None:
        today, kept = day_of(now), dossier.procedure
        procedure = self.references.version(kept.code, kept.version)
        heir = self.references.successor(dossier.agency.id, procedure, dossier.case, today)
        if heir is None:
            return None
        units = route(procedure, dossier.case, heir, today)
        return do.Succeed(agency_ref(heir), units, now, self.calendar)
