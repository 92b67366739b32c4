"""What closed agencies and units hold: found when it is time, and where it belongs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dossier_samples as s
import pytest

from kernel.events import Actor, Recorded
from kernel.views import StreamView
from services.catalog.contract import (
    Agency,
    AgencyClosed,
    AgencyOpened,
    Channel,
    ProcedurePublished,
    Unit,
)
from services.catalog.contract.competence import handling_unit, resolves
from services.catalog.files import read_agencies, read_places, read_procedures
from services.dossier import views
from services.dossier.decider import commands as do
from services.dossier.references import References
from services.dossier.submission import agency_ref, keep, route
from services.dossier.succession import Heirs, Successions

PROCEDURE = replace(
    next(one for one in read_procedures() if one.code == "2.001159"), version=1, cases=()
)
FORMER, *_ = (one for one in read_agencies(read_places()) if resolves(one, PROCEDURE.competence))
HEIR = replace(FORMER, id="heir", name="Công an phường mới", identifier="G01.1")
OTHER = replace(next(iter(read_agencies(read_places()))), id="no-police")
CLOSES = date(2026, 10, 1)
BEFORE = datetime(2026, 9, 30, 16, 59, tzinfo=UTC)  # in Vietnam still the day before, 23:59
AFTER = BEFORE + timedelta(minutes=1)


def recorded(event: Any, version: int = 1) -> Recorded:
    """An event of the catalogue."""
    actor, kind = Actor("service:setup", "service"), type(event).__name__
    return Recorded(event, "e", kind, "catalog", "s", version, version, BEFORE, BEFORE, actor)


@dataclass
class Office:
    """A dossier that lies at the police, and what the service keeps beside it."""

    references: References
    successions: Successions
    view: StreamView
    story: s.Story

    def hears(self, event: Any, version: int = 1) -> None:
        """The catalogue reports something."""
        self.references.take(recorded(event, version))
        self.successions.note(recorded(event, version))

    def moves(self, now: datetime) -> list[do.Succeed | None]:
        """What is to be moved now."""
        heirs = Heirs(self.references, self.view, s.CALENDAR)
        found = [agency for _, agency in self.successions.due(now)]
        return [move for agency in found for _, move in heirs.moves(agency, now)]

    def tell(self, command: Any) -> list[str]:
        """Carry out a command, and bring the view up to date."""
        told = s.types(self.story.tell(command))
        self.view.refresh(f"dossier-{s.CODE}", self.story.history())
        return told


@pytest.fixture
def office(database: Any) -> Office:
    """The police of a ward with one dossier."""
    References.ensure_indexes(database)
    view = StreamView(database["dossiers"], "dossier", views.project)
    office = Office(References(database), Successions(database), view, s.Story())
    office.hears(ProcedurePublished(PROCEDURE))
    office.hears(AgencyOpened(FORMER))
    day = s.MONDAY.date()
    office.tell(
        s.submit(
            procedure=keep(PROCEDURE, None, Channel.ONLINE, day),
            agency=agency_ref(FORMER),
            route=route(PROCEDURE, None, FORMER, day),
            documents=(),
        )
    )
    return office


def test_it_moves_on_the_day_of_the_closing_to_the_successor_that_resolves_it(
    office: Office,
) -> None:
    office.hears(AgencyOpened(OTHER))
    office.hears(AgencyOpened(HEIR))
    assert office.moves(AFTER) == []
    office.hears(AgencyClosed(FORMER.id, CLOSES, (OTHER.id, HEIR.id)), 2)
    assert office.moves(BEFORE) == []
    (move,) = office.moves(AFTER)
    assert move is not None
    assert move.agency.id == HEIR.id
    assert office.tell(move) == ["DossierTransferred", "StepEntered"]
    assert office.moves(AFTER) == []


def test_where_no_successor_is_known_it_stays_until_one_is(office: Office) -> None:
    office.hears(AgencyClosed(FORMER.id, CLOSES, (HEIR.id,)), 2)
    assert office.moves(AFTER) == [None]
    ((name, _),) = office.successions.due(AFTER)
    office.successions.postpone(name, AFTER)
    assert office.successions.due(AFTER) == []
    office.hears(AgencyOpened(HEIR))
    (move,) = office.moves(AFTER + timedelta(minutes=1))
    assert isinstance(move, do.Succeed)
    office.successions.settle(name)
    assert office.successions.due(AFTER + timedelta(days=1)) == []


def test_a_successor_that_was_closed_too_leads_to_its_own(office: Office) -> None:
    middle = replace(HEIR, id="middle")
    for agency in (middle, HEIR):
        office.hears(AgencyOpened(agency))
    office.hears(AgencyClosed(middle.id, CLOSES, (HEIR.id,)), 2)
    office.hears(AgencyClosed(FORMER.id, CLOSES, (middle.id,)), 2)
    moves = office.moves(AFTER)
    assert [move.agency.id for move in moves if move] == [HEIR.id]


def test_a_unit_that_is_there_no_more_is_followed_by_the_one_that_the_workflow_names(
    office: Office,
) -> None:
    gone = handling_unit(FORMER, PROCEDURE)
    units = tuple(one for one in FORMER.units if one.id != gone.id)
    new = Unit("tong-hop", "Tổ tổng hợp", "General team")
    changed: Agency = replace(FORMER, units=(*units, new))
    office.hears(AgencyOpened(changed), 2)
    (move,) = office.moves(AFTER)
    assert move is not None
    assert gone.id not in {step.unit.id for step in move.route}
    assert office.tell(move) == ["DossierTransferred"]
    assert office.tell(move) == []
