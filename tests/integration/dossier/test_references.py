"""What is kept of the catalogue: places, agencies, and who is competent where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kernel.errors import Invalid
from kernel.events import Actor, Recorded
from services.catalog.contract import (
    Agency,
    AgencyClosed,
    AgencyKind,
    AgencyLevel,
    AgencyOpened,
    Competence,
    Place,
    PlaceLevel,
    PlacesRegistered,
    Unit,
)
from services.catalog.files import read_procedures
from services.dossier.references import References

TODAY = date(2026, 11, 22)
ANYWHERE = Competence(AgencyKind.POLICE, (AgencyLevel.COMMUNE,), territorial=False)
HERE = replace(ANYWHERE, territorial=True)
PLACES = (
    Place("01", "Hà Nội", "Thành phố", PlaceLevel.PROVINCE, "new"),
    Place("38", "Thanh Hóa", "Tỉnh", PlaceLevel.PROVINCE, "new"),
    Place("00004", "Ba Đình", "Phường", PlaceLevel.COMMUNE, "new", parent="01"),
    Place("16594", "Tân Dân", "Phường", PlaceLevel.COMMUNE, "new", parent="38"),
    Place("16600", "Hải Bình", "Phường", PlaceLevel.COMMUNE, "new", parent="38"),
)
SAMPLE = replace(next(iter(read_procedures())), also_competent=(), cases=())


def police(place: str) -> Agency:
    """A commune's police."""
    return Agency(
        id=f"police-{place}",
        identifier="G01",
        name="Công an phường",
        name_en="Ward police",
        kind=AgencyKind.POLICE,
        level=AgencyLevel.COMMUNE,
        place=place,
        units=(Unit("one-stop", "Bộ phận một cửa", "One-stop desk", one_stop=True),),
    )


def recorded(event: Any, version: int = 1) -> Recorded:
    """An event of the catalogue."""
    moment, actor = datetime(2026, 11, 22, tzinfo=UTC), Actor("service:setup", "service")
    kind = type(event).__name__
    return Recorded(event, "e", kind, "catalog", "s", version, version, moment, moment, actor)


@pytest.fixture
def references(database: Any) -> References:
    """Three wards of two provinces, with police in one ward of each."""
    References.ensure_indexes(database)
    known = References(database)
    known.keep_places(recorded(PlacesRegistered(PLACES)))
    for place in ("00004", "16594"):
        known.keep_agency(recorded(AgencyOpened(police(place))))
    return known


def competent(references: References, competence: Competence, place: str) -> str:
    """The agency that a competence leads to from a place."""
    procedure = replace(SAMPLE, competence=competence)
    return references.competent_agency(procedure, None, place, TODAY).id


@pytest.mark.parametrize(
    ("competence", "place", "agency"),
    [
        (HERE, "16594", "police-16594"),
        (ANYWHERE, "16594", "police-16594"),
        (ANYWHERE, "16600", "police-16594"),
        (replace(ANYWHERE, within="38"), "16600", "police-16594"),
    ],
)
def test_the_agency_of_the_place_else_one_of_the_province(
    references: References, competence: Competence, place: str, agency: str
) -> None:
    assert competent(references, competence, place) == agency


@pytest.mark.parametrize(
    ("competence", "place"), [(HERE, "16600"), (replace(ANYWHERE, within="38"), "00004")]
)
def test_nobody_is_competent(references: References, competence: Competence, place: str) -> None:
    with pytest.raises(Invalid, match="no-competent-agency"):
        competent(references, competence, place)


def test_where_the_province_has_none_one_elsewhere_takes_it(references: References) -> None:
    references.close_agency(recorded(AgencyClosed("police-16594", TODAY, ()), 2))
    assert competent(references, ANYWHERE, "16600") == "police-00004"


def test_an_agency_named_alone_lies_within_the_province(references: References) -> None:
    procedure = replace(SAMPLE, competence=replace(ANYWHERE, within="38"))
    assert references.takes(police("16594"), procedure, None, TODAY)
    assert not references.takes(police("00004"), procedure, None, TODAY)


def test_an_agency_takes_nothing_from_the_day_on_which_it_closes(references: References) -> None:
    closed = AgencyClosed("police-16594", TODAY, ("police-00004",))
    references.close_agency(recorded(closed, 2))
    assert references.agency("police-16594", date(2026, 11, 21)).successors == ("police-00004",)
    with pytest.raises(Invalid, match="closed-agency"):
        references.agency("police-16594", TODAY)


def test_an_older_register_does_not_undo_a_newer_one(references: References) -> None:
    moved = replace(PLACES[-1], parent="01")
    references.keep_places(recorded(PlacesRegistered((moved,)), 3))
    references.keep_places(recorded(PlacesRegistered(PLACES), 2))
    references.keep_places(recorded(PlacesRegistered((moved,)), 3))
    assert competent(references, ANYWHERE, "16600") == "police-00004"
