"""Officers who are away: who stands in for them, and what goes to these deputies meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any

from kernel import schemas
from kernel.errors import NotFound
from kernel.events import Recorded
from kernel.requests import Call
from kernel.store import Store
from kernel.views import StreamView
from services.dossier.clock import day_of
from services.dossier.contract import (
    Delegate,
    Delegation,
    Delegations,
    EndDelegation,
    WorkDelegated,
)
from services.dossier.decider import commands as do
from services.dossier.decider import delegation
from services.dossier.references import References
from services.dossier.views.work import OPEN, WAITING

NAME = "delegations"
INDEXES = (("agency", "until"), ("until",))
_AT_A_TIME = 100


def project(history: Sequence[Recorded]) -> dict[str, Any] | None:
    """Return the document of an officer's delegation; an ended one is over since long ago."""
    state = reduce(delegation.evolve, (one.event for one in history), None)
    if state is None:
        return {"agency": "", "until": ""}
    return {**schemas.dump(state), "agency": state.agency, "until": state.until.isoformat()}


@dataclass(frozen=True)
class Delegating:
    """Keeps who stands in for whom, and finds what is to go to the deputies."""

    store: Store[Any]
    view: StreamView
    work_view: StreamView
    references: References

    def name(self, request: Delegate, call: Call, now: datetime) -> None:
        """Name a deputy."""
        officer = request.officer or call.caller.id
        command = delegation.NameDeputy(
            by=call.caller,
            named_by=self.references.officer_ref(call.caller.id, call.caller.name),
            at=now,
            officer=self.references.assignee(officer),
            deputy=self.references.assignee(request.deputy),
            since=request.since,
            until=request.until,
        )
        self.store.execute(delegation.stream_of(officer), command, call)

    def end(self, request: EndDelegation, call: Call, now: datetime) -> None:
        """End a delegation."""
        officer = request.officer or call.caller.id
        command = delegation.End(
            by=call.caller,
            ended_by=self.references.officer_ref(call.caller.id, call.caller.name),
            at=now,
            officer=self.references.assignee(officer),
        )
        self.store.execute(delegation.stream_of(officer), command, call)

    def of_agency(self, agency: str, now: datetime) -> Delegations:
        """Return those of an agency that are in force, or will be."""
        today = day_of(now)
        query = {"agency": agency, "until": {"$gte": today.isoformat()}}
        found = [_named(document) for document in self.view.collection.find(query)]
        return Delegations(
            tuple(
                Delegation(
                    officer=one.officer,
                    deputy=one.deputy,
                    unit=one.unit,
                    since=one.since,
                    until=one.until,
                    now=one.since <= today,
                )
                for one in sorted(found, key=lambda one: (one.officer.name, one.officer.account))
            )
        )

    def due(self, now: datetime) -> Iterator[tuple[str, do.StandIn]]:
        """Yield some dossiers in the hands of officers who are away, with the command.

        A deputy who is away too is passed over for that one's own deputy. Where they stand in for
        each other in a ring, or the deputy serves no more, it stays: the leaders see to it.
        """
        in_force = {one.officer.account: one for one in self._in_force(day_of(now))}
        for named in in_force.values():
            present = _present(named, in_force)
            if present is None:
                continue
            try:
                deputy = self.references.assignee(present)
            except NotFound:
                continue
            query = {
                "officer": named.officer.account,
                "state": {"$in": [OPEN, WAITING]},
                "unit": deputy.unit,
                "role": {"$in": list(deputy.roles)},
            }
            for found in self.work_view.collection.find(query, {"_id": 1}).limit(_AT_A_TIME):
                yield found["_id"], do.StandIn(named.officer, deputy, named.until, now)

    def _in_force(self, today: date) -> list[WorkDelegated]:
        query = {"until": {"$gte": today.isoformat()}}
        named = [_named(document) for document in self.view.collection.find(query)]
        return [one for one in named if one.since <= today]


def _named(document: dict[str, Any]) -> WorkDelegated:
    found: WorkDelegated = schemas.load(WorkDelegated, document, tolerant=True)
    return found


def _present(named: WorkDelegated, in_force: Mapping[str, WorkDelegated]) -> str | None:
    """Return who of a chain of deputies is there; None where the chain is a ring."""
    passed, last = {named.officer.account}, named.deputy.account
    while last in in_force:
        if last in passed:
            return None
        passed.add(last)
        last = in_force[last].deputy.account
    return None if last in passed else last
