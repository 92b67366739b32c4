"""Agencies open, change and close; places are registered: given, when, then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kernel.errors import Invalid, NotFound
from services.catalog.contract import (
    Agency,
    AgencyClosed,
    AgencyOpened,
    DayHours,
    OfficeHours,
    Place,
    PlaceLevel,
    PlacesRegistered,
    Unit,
)
from services.catalog.decider import PLACES, Close, Open, Register, places_stream
from services.catalog.decider.agencies import decide, evolve
from services.catalog.decider.places import CHUNK


@pytest.fixture
def committee(agencies: dict[str, Agency]) -> Agency:
    """UBND phường Tân Dân."""
    return agencies["ubnd-16594"]


def test_an_agency_opens_once_and_changes_when_it_differs(committee: Agency) -> None:
    assert decide(None, Open(committee)) == (AgencyOpened(committee),)
    assert decide(committee, Open(committee)) == ()
    renamed = replace(committee, name="UBND phường Khác")
    assert decide(committee, Open(renamed)) == (AgencyOpened(renamed),)


def test_an_agency_closes_with_successors_and_its_last_day_is_the_one_before(
    committee: Agency,
) -> None:
    closing = AgencyClosed(committee.id, date(2027, 1, 1), ("ubnd-16654",))
    assert decide(committee, Close(date(2027, 1, 1), ("ubnd-16654",))) == (closing,)
    closed = evolve(committee, closing)
    assert closed == replace(committee, valid_to=date(2026, 12, 31), successors=("ubnd-16654",))
    assert decide(closed, Close(date(2027, 1, 1), ("ubnd-16654",))) == ()


def test_what_does_not_exist_cannot_close() -> None:
    with pytest.raises(NotFound):
        decide(None, Close(date(2027, 1, 1)))


@pytest.mark.parametrize(
    ("units", "field"),
    [
        ((Unit("one-stop", "", ""), Unit("office", "", "")), "units"),
        (
            tuple(Unit(each, "", "") for each in ("one-stop", "leadership", "office", "office")),
            "units.3.id",
        ),
        (
            (
                *(Unit(each, "", "") for each in ("one-stop", "leadership", "office")),
                Unit("team", "", "", parent="division"),
            ),
            "units.3.parent",
        ),
    ],
)
def test_an_agency_without_the_units_that_a_dossier_passes_is_refused(
    committee: Agency, units: tuple[Unit, ...], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        decide(None, Open(replace(committee, units=units)))
    assert [fault.field for fault in refused.value.fields] == [field]


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (OfficeHours(week=("07:30-11:30",) * 5), "office_hours.week"),
        (OfficeHours(week=("",) * 7), "office_hours.week"),
        (OfficeHours(week=("07:30-11:30", "7h30-11h30", *("",) * 5)), "office_hours.week.1"),
        (OfficeHours(week=("13:30-17:30 07:30-11:30", *("",) * 6)), "office_hours.week.0"),
        (OfficeHours(week=("07:30-13:30 13:00-17:30", *("",) * 6)), "office_hours.week.0"),
        (OfficeHours(week=("11:30-07:30", *("",) * 6)), "office_hours.week.0"),
        (OfficeHours(week=("07:30-25:00", *("",) * 6)), "office_hours.week.0"),
        (OfficeHours(days=(DayHours(date(2026, 12, 24), "8-12"),)), "office_hours.days.0.hours"),
        (OfficeHours(days=(DayHours(date(2026, 12, 24)),) * 2), "office_hours.days.1.day"),
    ],
)
def test_hours_that_cannot_be_are_refused(
    committee: Agency, hours: OfficeHours, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        decide(None, Open(replace(committee, office_hours=hours)))
    assert [fault.field for fault in refused.value.fields] == [field]
    assert all(fault.vi and fault.en for fault in refused.value.fields)


def test_the_hours_of_the_file_are_those_of_the_agency(agencies: dict[str, Agency]) -> None:
    assert agencies["ubnd-16594"].office_hours is None
    hours = agencies["ca-tinh-38"].office_hours
    assert hours is not None
    assert (hours.week[5], hours.week[6]) == ("07:30-11:30", "")
    assert decide(None, Open(agencies["ca-tinh-38"]))


def _communes(number: int) -> tuple[Place, ...]:
    return tuple(
        Place(f"16{n:03}", f"Xã {n}", "Xã", PlaceLevel.COMMUNE, "new") for n in range(number)
    )


def test_places_are_registered_in_chunks_and_only_what_is_new_or_changed() -> None:
    places = _communes(CHUNK + 1)
    first, second = PLACES.decide({}, Register(places))
    assert (len(first.places), len(second.places)) == (CHUNK, 1)
    known = PLACES.evolve(PLACES.evolve({}, first), second)
    assert PLACES.decide(known, Register(places)) == ()
    renamed = replace(places[3], name="Xã Mới")
    assert PLACES.decide(known, Register((renamed,))) == (PlacesRegistered((renamed,)),)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "16x"}, "places.0.code"),
        ({"vintage": "future"}, "places.0.vintage"),
        (
            {"valid_from": date(2025, 7, 1), "valid_to": date(2025, 6, 30)},
            "places.0.valid_to",
        ),
    ],
)
def test_an_unsound_place_is_refused(changes: dict[str, object], field: str) -> None:
    (place,) = _communes(1)
    with pytest.raises(Invalid) as refused:
        PLACES.decide({}, Register((replace(place, **changes),)))  # type: ignore[arg-type]
    assert [fault.field for fault in refused.value.fields] == [field]


def test_a_stream_never_holds_more_places_than_a_commit_can_carry(
    places: tuple[Place, ...],
) -> None:
    sizes: dict[str, int] = {}
    for place in places:
        stream = places_stream(place)
        sizes[stream] = sizes.get(stream, 0) + 1
    assert len(sizes) < 100
    assert max(sizes.values()) < 1000
