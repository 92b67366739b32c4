"""Which agency resolves a procedure for a place, wherever the agencies are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pytest

from services.catalog.contract import Agency, AgencyKind, AgencyLevel, Competence, Unit
from services.catalog.contract.competence import competent_agency, resolves, takes
from services.catalog.files import read_procedures

TODAY = date(2026, 11, 22)
HANOI, THANH_HOA = ("00004", "01"), ("16594", "38")
NO_AGENCY = ("16600", "38")
SAMPLE = replace(next(iter(read_procedures())), also_competent=(), cases=())
HERE = Competence(AgencyKind.POLICE, (AgencyLevel.COMMUNE, AgencyLevel.PROVINCE))
WARD = replace(HERE, levels=(AgencyLevel.COMMUNE,))
ANYWHERE = replace(WARD, territorial=False)


def police(place: str, name: str = "") -> Agency:
    """The police of a ward or a province."""
    return Agency(
        id=name or f"police-{place}",
        identifier="G01",
        name="Công an",
        name_en="Police",
        kind=AgencyKind.POLICE,
        level=AgencyLevel.PROVINCE if len(place) == 2 else AgencyLevel.COMMUNE,
        place=place,
        units=(Unit("one-stop", "Bộ phận một cửa", "One-stop desk", one_stop=True),),
    )


@dataclass(frozen=True)
class Kept:
    """Agencies, the wards among which lie in the province that `provinces` names."""

    agencies: tuple[Agency, ...]
    provinces: dict[str, str]

    def at(self, competence: Competence, places: Sequence[str]) -> list[Agency]:
        """Those at the places themselves."""
        return [one for one in self._able(competence) if one.place in places]

    def inside(self, competence: Competence, province: str | None) -> list[Agency]:
        """Those in a province."""
        return [
            one
            for one in self._able(competence)
            if province in (None, one.place, self.provinces.get(one.place))
        ]

    def _able(self, competence: Competence) -> list[Agency]:
        return [one for one in self.agencies if resolves(one, competence)]


KEPT = Kept(
    (police("00004"), police("16594"), police("16594", "police-16594-b"), police("38")),
    {"00004": "01", "16594": "38", "16600": "38"},
)


@pytest.mark.proves("D13", "D14", "D15")
@pytest.mark.parametrize(
    ("competence", "chain", "agency"),
    [
        (HERE, THANH_HOA, "police-16594"),
        (replace(HERE, levels=HERE.levels[::-1]), THANH_HOA, "police-38"),
        (HERE, NO_AGENCY, "police-38"),
        (WARD, NO_AGENCY, None),
        (ANYWHERE, HANOI, "police-00004"),
        (ANYWHERE, NO_AGENCY, "police-16594"),
        (ANYWHERE, ("08900", "12"), "police-00004"),
        (replace(ANYWHERE, within="38"), NO_AGENCY, "police-16594"),
        (replace(ANYWHERE, within="38"), HANOI, None),
        (replace(HERE, valid_to=date(2026, 11, 21)), THANH_HOA, None),
        (replace(HERE, cases=("abroad",)), THANH_HOA, None),
    ],
)
def test_the_agency_for_a_place(
    competence: Competence, chain: tuple[str, ...], agency: str | None
) -> None:
    procedure = replace(SAMPLE, competence=competence)
    found = competent_agency(procedure, None, TODAY, chain, KEPT)
    assert (found and found.id) == agency


def test_a_further_competence_counts_where_the_first_leads_nowhere() -> None:
    procedure = replace(SAMPLE, competence=WARD, also_competent=(HERE,))
    found = competent_agency(procedure, None, TODAY, NO_AGENCY, KEPT)
    assert found == police("38")


def test_an_agency_named_alone_takes_it_where_its_competence_reaches() -> None:
    procedure = replace(SAMPLE, competence=replace(WARD, within="38"))
    for agency, inside in ((police("16594"), "38"), (police("00004"), "01")):
        taken = takes(agency, procedure, None, TODAY, inside.__eq__)
        assert taken is (inside == "38")
    assert not takes(police("38"), procedure, None, TODAY, "38".__eq__), "of another level"
