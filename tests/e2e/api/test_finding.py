"""Finding a procedure: words without accents, every filter, and what follows from the choice."""

from __future__ import annotations

from typing import Any

import pytest
from filing import MARITAL_STATUS, PLACE, RESIDENCE, STAY
from interface import System, expect, refused

OLD_WARD = "16585"  # phường Hải An, thị xã Nghi Sơn, until 2025-06-30
BEFORE = "2025-06-01"  # districts were there, and information had a department of its own


def _codes(system: System, **filters: Any) -> set[str]:
    found: set[str] = set()
    after = None
    while True:
        query = {**filters, "after": after, "limit": 10}
        page = expect(system.anybody.get("/procedures", params=query), 200)
        found |= {item["code"] for item in page["items"]}
        after = page["next"]
        if after is None:
            return found


@pytest.mark.proves("A04", "C03", "C11", "C12", "C24")
@pytest.mark.parametrize("words", ["tạm trú", "tam tru", "TAM TRU", "trú tạm"])
def test_words_find_with_and_without_accents(system: System, words: str) -> None:
    assert RESIDENCE in _codes(system, q=words)


def test_words_that_fit_nothing_find_nothing(system: System) -> None:
    assert _codes(system, q="không có thủ tục này đâu") == set()


@pytest.mark.proves("C04", "C05", "C14", "C16")
def test_by_agency_and_by_its_level(system: System) -> None:
    police = _codes(system, agency="ca-16594")
    committee = _codes(system, agency="ubnd-16594")
    assert {STAY, RESIDENCE} <= police
    assert MARITAL_STATUS in committee
    assert not police & committee
    assert {STAY, MARITAL_STATUS} <= _codes(system, level="commune")
    assert STAY not in _codes(system, level="province")


@pytest.mark.proves("C06", "C07")
def test_by_place_of_today_and_by_districts_before_they_ended(system: System) -> None:
    assert {STAY, MARITAL_STATUS} <= _codes(system, place=PLACE)
    districts = {"level": "district", "q": "vinh loc"}
    then = expect(system.anybody.get("/places", params={**districts, "on": BEFORE}), 200)["items"]
    assert [one["name"] for one in then if one["parent"] == "38"] == ["Huyện Vĩnh Lộc"]
    assert expect(system.anybody.get("/places", params=districts), 200)["items"] == []
    wards = expect(
        system.anybody.get("/places", params={"parent": "407", "on": BEFORE, "limit": 200}), 200
    )["items"]
    assert OLD_WARD in {one["code"] for one in wards}


@pytest.mark.proves("C08", "C09", "C17", "C18")
def test_by_field_of_work(system: System) -> None:
    fields = expect(system.anybody.get("/fields"), 200)["items"]
    names = " ".join(one["name"].lower() for one in fields)
    for named in ("hộ tịch", "địa chính", "chính sách", "cư trú", "căn cước", "con dấu"):
        assert named in names
    residence = _codes(system, field="G01-CA05")
    assert {STAY, RESIDENCE} <= residence
    assert MARITAL_STATUS in _codes(system, field="G15-TP07")
    assert MARITAL_STATUS not in residence


@pytest.mark.proves("C10")
def test_by_level(system: System) -> None:
    third, fourth = _codes(system, legacy_level=3), _codes(system, legacy_level=4)
    assert MARITAL_STATUS in third
    assert {STAY, RESIDENCE} <= fourth
    assert not third & fourth
    assert STAY in _codes(system, service_level="full")
    assert MARITAL_STATUS in _codes(system, service_level="partial")


@pytest.mark.proves("C03")
def test_filters_narrow_each_other(system: System) -> None:
    both = _codes(system, field="G01-CA05", legacy_level=4, place=PLACE)
    assert both
    assert both == _codes(system, field="G01-CA05") & _codes(system, legacy_level=4)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("legacy_level", "5"),
        ("legacy_level", "x"),
        ("level", "village"),
        ("on", "yesterday"),
        ("limit", "0"),
        ("limit", "1000"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named(system: System, name: str, value: str) -> None:
    problem = refused(system.anybody.get("/procedures", params={name: value}), 422, "invalid")
    assert [fault["field"] for fault in problem["errors"]] == [name]


@pytest.mark.proves("C22", "C25", "I06")
def test_a_procedure_tells_everything_about_itself(system: System) -> None:
    procedure = expect(system.anybody.get(f"/procedures/{RESIDENCE}"), 200)
    assert procedure["name"] == "Đăng ký tạm trú"
    assert procedure["documents"]
    assert procedure["tariffs"]
    assert procedure["guidance"]
    assert procedure["legal_bases"]
    form = expect(system.anybody.get(f"/procedures/{RESIDENCE}/form"), 200)
    assert [field["key"] for section in form["sections"] for field in section["fields"]]
    refused(system.anybody.get("/procedures/9.999999"), 404)


@pytest.mark.proves("D13", "D14")
def test_the_competent_agency_follows_from_procedure_and_place(system: System) -> None:
    for procedure, agency in ((STAY, "ca-16594"), (MARITAL_STATUS, "ubnd-16594")):
        path = f"/procedures/{procedure}/agency"
        found = expect(system.anybody.get(path, params={"place": PLACE}), 200)
        assert found["id"] == agency
        # the code of a former ward leads to its successor
        found = expect(system.anybody.get(path, params={"place": OLD_WARD}), 200)
        assert found["id"] == agency


@pytest.mark.proves("A17", "A19")
def test_agencies_are_a_tree_with_dates(system: System) -> None:
    committee = expect(system.anybody.get("/agencies/ubnd-16594"), 200)
    assert committee["parent"] == "ubnd-tinh-38"
    assert {"one-stop", "justice"} <= {unit["id"] for unit in committee["units"]}
    department = "so-thong-tin-truyen-thong-38"
    of_then = {"parent": "ubnd-tinh-38", "on": "2025-01-15", "limit": 500}
    then = expect(system.anybody.get("/agencies", params=of_then), 200)["items"]
    now = expect(system.anybody.get("/agencies", params={**of_then, "on": None}), 200)["items"]
    assert department in {one["id"] for one in then}
    assert department not in {one["id"] for one in now}
