"""Places of today and before, agencies there, and who is competent for a procedure."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kernel.errors import Invalid, NotFound
from services.catalog.contract import (
    Agency,
    AgencyKind,
    AgencyLevel,
    FindAgencies,
    FindCompetentAgency,
    FindPlaces,
    PlaceLevel,
    ReadAgency,
    ReadPlace,
)
from services.catalog.views import (
    Catalogue,
    find_agencies,
    find_competent_agency,
    find_places,
    read_agency,
    read_place,
)

TODAY = date(2026, 11, 22)
BEFORE = date(2024, 4, 12)  # a day with districts


def _places(catalogue: Catalogue, **asked: Any) -> list[str]:
    request = FindPlaces(**{"limit": 1000, **asked})
    return [it.name for it in find_places(catalogue, request, TODAY).items]


def _agencies(catalogue: Catalogue, **asked: Any) -> list[str]:
    request = FindAgencies(**{"limit": 500, **asked})
    return [it.name for it in find_agencies(catalogue, request, TODAY).items]


def _competent(catalogue: Catalogue, procedure: str, place: str, **asked: Any) -> str:
    request = FindCompetentAgency(procedure, place, **asked)
    return find_competent_agency(catalogue, request, TODAY).name


# places


def test_today_there_are_34_provinces_and_no_districts(catalogue: Catalogue) -> None:
    assert len(_places(catalogue, level=PlaceLevel.PROVINCE)) == 34
    assert _places(catalogue, level=PlaceLevel.DISTRICT) == []
    assert len(_places(catalogue, level=PlaceLevel.COMMUNE, parent="38")) == 166


@pytest.mark.proves("C06")
def test_before_july_2025_there_were_63_provinces_with_districts(catalogue: Catalogue) -> None:
    assert len(_places(catalogue, level=PlaceLevel.PROVINCE, on=BEFORE)) == 63
    districts = _places(catalogue, level=PlaceLevel.DISTRICT, parent="42", on=BEFORE)
    assert "Huyện Cẩm Xuyên" in districts


@pytest.mark.proves("C07")
def test_the_communes_offered_follow_the_district_chosen(catalogue: Catalogue) -> None:
    assert "Xã Cẩm Minh" in _places(catalogue, parent="446", on=BEFORE)
    assert "Phường Hải An" in _places(catalogue, parent="407", on=BEFORE)
    assert "Xã Cẩm Minh" not in _places(catalogue, parent="407", on=BEFORE)


@pytest.mark.parametrize(
    ("before", "words", "today", "code"),
    [
        ("16585", "phường hải an", "Phường Tân Dân", "16594"),
        ("16657", "xa nghi son", "Phường Nghi Sơn", "16654"),
        ("18751", "cam minh", "Xã Cẩm Lạc", "18748"),
        ("15349", "thị trấn vĩnh lộc", "Xã Vĩnh Lộc", "15349"),
        ("10441", "dai nghia my duc", "Xã Mỹ Đức", "10441"),
    ],
)
def test_a_name_of_before_leads_to_the_unit_of_today(
    catalogue: Catalogue, before: str, words: str, today: str, code: str
) -> None:
    found = find_places(catalogue, FindPlaces(q=words, limit=1000), TODAY).items
    assert (today, code) in [(it.name, it.code) for it in found]
    former = catalogue.places["old", before]
    assert former.successors[0] == code
    assert former.valid_to == date(2025, 6, 30)


def test_the_place_asked_for_comes_before_those_inside_it(catalogue: Catalogue) -> None:
    assert _places(catalogue, q="thanh hoa")[0] == "Tỉnh Thanh Hóa"
    assert _places(catalogue, q="tân dân", parent="38")[0] == "Phường Tân Dân"


def test_pages_of_places_are_the_whole_list(catalogue: Catalogue) -> None:
    seen: list[str] = []
    after: str | None = None
    while True:
        request = FindPlaces(parent="38", after=after, limit=50)
        page = find_places(catalogue, request, TODAY)
        seen += [it.name for it in page.items]
        if (after := page.next) is None:
            break
    assert seen == _places(catalogue, parent="38")


# agencies


@pytest.mark.proves("A17", "A18")
def test_people_s_committees_of_ward_commune_town_and_district_are_known(
    catalogue: Catalogue,
) -> None:
    before = _agencies(catalogue, kind=AgencyKind.PEOPLES_COMMITTEE, on=BEFORE)
    for name in (
        "UBND thị xã Nghi Sơn",
        "UBND phường Hải An",
        "UBND xã Nghi Sơn",
        "UBND huyện Cẩm Xuyên",
        "UBND xã Cẩm Minh",
    ):
        assert name in before
    today = _agencies(catalogue, kind=AgencyKind.PEOPLES_COMMITTEE)
    assert {"UBND phường Tân Dân", "UBND xã Cẩm Lạc"} <= set(today)
    assert not {"UBND thị xã Nghi Sơn", "UBND xã Cẩm Minh"} & set(today)


@pytest.mark.proves("C07")
def test_the_agencies_offered_follow_the_place_chosen(catalogue: Catalogue) -> None:
    assert _agencies(catalogue, place="407", on=BEFORE) == [
        "Công an thị xã Nghi Sơn",
        "UBND thị xã Nghi Sơn",
        "Công an phường Hải An",
        "UBND phường Hải An",
        "UBND xã Nghi Sơn",
    ]
    assert _agencies(catalogue, place="16594") == ["Công an phường Tân Dân", "UBND phường Tân Dân"]


@pytest.mark.proves("A19")
def test_departments_are_known_with_what_became_of_them(catalogue: Catalogue) -> None:
    name = "Sở Thông tin và Truyền thông"
    assert name in _agencies(catalogue, kind=AgencyKind.DEPARTMENT, on=BEFORE)
    assert name not in _agencies(catalogue, kind=AgencyKind.DEPARTMENT)
    former = read_agency(catalogue, ReadAgency("so-thong-tin-truyen-thong-38"))
    (successor,) = former.successors
    assert read_agency(catalogue, ReadAgency(successor)).name == "Sở Khoa học và Công nghệ"


@pytest.mark.proves("A16")
def test_an_agency_has_its_departments_and_a_counter(agencies: dict[str, Agency]) -> None:
    ward = agencies["ubnd-16594"]
    assert [it.name for it in ward.units if it.one_stop] == [
        "Bộ phận một cửa (Trung tâm Phục vụ hành chính công)"
    ]
    assert {"Phòng Kinh tế", "Phòng Văn hóa – Xã hội"} <= {it.name for it in ward.units}
    assert all(any(unit.one_stop for unit in it.units) for it in agencies.values())


def test_the_provincial_police_has_divisions_with_teams(agencies: dict[str, Agency]) -> None:
    units = {it.id: it for it in agencies["ca-tinh-38"].units}
    team = units["administrative-police-1"]
    assert team.name.startswith("Đội 1")
    assert units[team.parent or ""].name == ("Phòng Cảnh sát quản lý hành chính về trật tự xã hội")


def test_a_former_district_is_succeeded_by_the_communes_of_its_territory(
    agencies: dict[str, Agency],
) -> None:
    successors = agencies["ubnd-thi-xa-407"].successors
    assert {"ubnd-16594", "ubnd-16654"} <= set(successors)
    assert all(it in agencies for it in successors)
    assert agencies["ubnd-cu-16585"].successors == ("ubnd-16594",)


def test_agencies_are_found_by_words(catalogue: Catalogue) -> None:
    assert _agencies(catalogue, q="cong an tan dan") == ["Công an phường Tân Dân"]
    assert _agencies(catalogue, q="H56 65 94") == ["UBND phường Tân Dân"]


def test_a_code_leads_to_its_place_or_to_the_successor_of_a_former_one(
    catalogue: Catalogue,
) -> None:
    ward = read_place(catalogue, ReadPlace("16594"), TODAY)
    assert (ward.name, ward.parent, ward.vintage) == ("Phường Tân Dân", "38", "new")
    with pytest.raises(NotFound):
        read_place(catalogue, ReadPlace("99999"), TODAY)


def test_an_agency_that_does_not_exist_is_not_found(catalogue: Catalogue) -> None:
    with pytest.raises(NotFound):
        read_agency(catalogue, ReadAgency("ubnd-99999"))


# competence

RESIDENCE, BIRTH, LAND, PASSPORT = "1.004222", "1.001193", "1.115492", "1.001456"
VEHICLE, CARD, COPIES = "1.012575", "T-CC-01", "2.000635"


@pytest.mark.parametrize(
    ("procedure", "agency"),
    [
        (RESIDENCE, "Công an phường Tân Dân"),
        (BIRTH, "UBND phường Tân Dân"),
        (COPIES, "UBND phường Tân Dân"),
        (LAND, "Văn phòng Đăng ký đất đai Thanh Hóa"),
        (PASSPORT, "Công an tỉnh Thanh Hóa"),
    ],
)
@pytest.mark.proves("D13", "D14", "D15")
def test_the_competent_agency_follows_the_service(
    catalogue: Catalogue, procedure: str, agency: str
) -> None:
    assert _competent(catalogue, procedure, "16594") == agency


@pytest.mark.proves("D14")
def test_the_competent_agency_follows_the_case(catalogue: Catalogue) -> None:
    assert _competent(catalogue, VEHICLE, "16594", case="mo-to") == "Công an phường Tân Dân"
    assert _competent(catalogue, VEHICLE, "16594", case="o-to") == "Công an tỉnh Thanh Hóa"


@pytest.mark.parametrize(
    ("before", "today"),
    [
        ("16585", "Công an phường Tân Dân"),
        ("16657", "Công an phường Nghi Sơn"),
        ("18751", "Công an xã Cẩm Lạc"),
        ("15349", "Công an xã Vĩnh Lộc"),
        ("10441", "Công an xã Mỹ Đức"),
    ],
)
@pytest.mark.proves("D13")
def test_a_place_of_before_leads_to_the_agency_of_today(
    catalogue: Catalogue, before: str, today: str
) -> None:
    assert _competent(catalogue, RESIDENCE, before) == today


@pytest.mark.proves("A13", "D14")
def test_before_july_2025_ward_or_district_police_were_competent(catalogue: Catalogue) -> None:
    assert _competent(catalogue, RESIDENCE, "16585", on=BEFORE) == "Công an phường Hải An"
    assert _competent(catalogue, RESIDENCE, "10441", on=BEFORE) == "Công an huyện Mỹ Đức"


def test_what_knows_no_territory_is_taken_elsewhere_too(catalogue: Catalogue) -> None:
    assert _competent(catalogue, CARD, "16594") == "Công an phường Tân Dân"
    # no police station of Ba Đình is on this portal: one of the same city takes it
    assert _competent(catalogue, CARD, "00004") == "Công an xã Mỹ Đức"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"procedure": BIRTH, "place": "00004"}, "no-competent-agency"),
        ({"procedure": LAND, "place": "18748"}, "no-competent-agency"),
        ({"procedure": "9.999999", "place": "16594"}, "no-such-procedure"),
        ({"procedure": "1.014063", "place": "16594"}, "no-such-procedure"),
    ],
)
def test_where_nobody_is_competent_the_answer_says_so(
    catalogue: Catalogue, asked: dict[str, str], error: str
) -> None:
    with pytest.raises(NotFound) as refused:
        find_competent_agency(catalogue, FindCompetentAgency(**asked), TODAY)
    assert refused.value.code == error


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"place": "99999"}, "place"),
        ({"place": "407"}, "place"),  # a district is no place of today
        ({"place": "16594", "case": "none"}, "case"),
    ],
)
def test_a_place_or_case_that_does_not_exist_is_told(
    catalogue: Catalogue, asked: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        find_competent_agency(catalogue, FindCompetentAgency(RESIDENCE, **asked), TODAY)
    assert [it.field for it in refused.value.fields] == [field]


def test_every_commune_of_the_province_has_somebody_for_every_procedure(
    catalogue: Catalogue,
) -> None:
    communes = find_places(catalogue, FindPlaces(parent="38", limit=1000), TODAY).items
    for procedure in catalogue.on(TODAY):
        for case in [it.id for it in procedure.cases] or [None]:
            for commune in communes[::10]:
                request = FindCompetentAgency(procedure.code, commune.code, case)
                agency = find_competent_agency(catalogue, request, TODAY)
                assert agency.level in (AgencyLevel.COMMUNE, AgencyLevel.PROVINCE)
                assert any(unit.one_stop for unit in agency.units)
