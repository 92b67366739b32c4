"""Seats of a desk: how many come at the same time is bounded, whoever books at the same moment.

One document a seat, `{_id: <agency>/<unit>/<slot>/<number>, desk, slot, code, taken_at}`; the
unique id decides who has it. A seat is taken before the appointment is recorded, so one that its
dossier does not name is free again a minute later: nothing need be given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from kernel.errors import Conflict
from kernel.views import StreamView
from services.dossier.clock import Calendar, at_agency
from services.dossier.contract import DossierStatus, Slot, Slots
from services.dossier.decider.appointments import LENGTH, slots
from services.dossier.views import stamp

SEATS = 2
_SETTLED = timedelta(minutes=1)


class Seats:
    """The seats of every desk."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._collection = database["seats"]

    @staticmethod
    def ensure_indexes(database: Database[dict[str, Any]]) -> None:
        """Create the secondary indexes."""
        database["seats"].create_index([("desk", 1), ("slot", 1)])

    def take(
        self, desk: str, starts_at: datetime, code: str, view: StreamView, now: datetime
    ) -> None:
        """Take a seat for a dossier, or keep the one that it has; `Conflict` where none is free."""
        slot = stamp(starts_at)
        held = self._held(desk, slot, slot, view, now)
        if code in held.values():
            return
        for number in range(SEATS):
            name = f"{desk}/{slot}/{number}"
            if name in held:
                continue
            seat = {"desk": desk, "slot": slot, "code": code, "taken_at": stamp(now)}
            try:
                self._collection.insert_one({"_id": name, **seat})
            except DuplicateKeyError:
                if not self._left(name, seat, view, now):
                    continue
            return
        raise Conflict(
            "slot-full",
            "Khung giờ này vừa hết chỗ. Hãy chọn giờ khác.",
            "This time was taken just now. Choose another.",
        )

    def taken(
        self, desk: str, first: datetime, last: datetime, view: StreamView, now: datetime
    ) -> Mapping[str, int]:
        """Return how many seats are taken, by the slot's stamp; bounded by a desk and its days."""
        counts: dict[str, int] = {}
        for name in self._held(desk, stamp(first), stamp(last), view, now):
            slot = name.split("/")[-2]
            counts[slot] = counts.get(slot, 0) + 1
        return counts

    def free(
        self, dossier: DossierStatus, calendar: Calendar, view: StreamView, now: datetime
    ) -> Slots:
        """Return when an applicant can come to the dossier's desk."""
        times = list(slots(at_agency(calendar, dossier.agency.hours), now))
        if not times or dossier.receiving_unit is None:
            return Slots(())
        desk = desk_of(dossier.agency.id, dossier.receiving_unit.id)
        taken = self.taken(desk, times[0], times[-1], view, now)
        left = ((one, SEATS - taken.get(stamp(one), 0)) for one in times)
        return Slots(tuple(Slot(one, one + LENGTH, seats) for one, seats in left if seats > 0))

    def _held(
        self, desk: str, first: str, last: str, view: StreamView, now: datetime
    ) -> dict[str, str]:
        query = {"desk": desk, "slot": {"$gte": first, "$lte": last}}
        seats = _counting(list(self._collection.find(query)), view, now)
        return {seat["_id"]: seat["code"] for seat in seats}

    def _left(self, name: str, seat: dict[str, str], view: StreamView, now: datetime) -> bool:
        """Take over a seat that was left, unless somebody else just did."""
        former = self._collection.find_one({"_id": name})
        if former is None or _counting([former], view, now):
            return False
        same = {"_id": name, "code": former["code"], "taken_at": former["taken_at"]}
        return self._collection.update_one(same, {"$set": seat}).modified_count == 1


def desk_of(agency: str, unit: str) -> str:
    """Return the name under which a desk's seats are kept."""
    return f"{agency}/{unit}"


def _counting(seats: list[dict[str, Any]], view: StreamView, now: datetime) -> list[dict[str, Any]]:
    """Return the seats somebody comes to: the dossier says so, or it is too early to tell."""
    settled = {seat["code"] for seat in seats if seat["taken_at"] <= stamp(now - _SETTLED)}
    query = {"_id": {"$in": sorted(settled)}, "open": True}
    found = view.collection.find(query, {"appointment": 1}) if settled else ()
    named = {one["_id"]: one.get("appointment") for one in found}
    return [
        seat
        for seat in seats
        if seat["code"] not in settled or named.get(seat["code"]) == _name(seat)
    ]


def _name(seat: dict[str, Any]) -> str:
    """The seat's slot as the dossier's view names it."""
    return f"{seat['desk']}/{seat['slot']}"
