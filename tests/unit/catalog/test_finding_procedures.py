"""The search panel (TÌM KIẾM DỊCH VỤ): words, filters, and the list of procedures found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Invalid, NotFound
from services.catalog.contract import (
    AgencyLevel,
    FindProcedures,
    ListFields,
    Offer,
    Procedure,
    ProcedurePublished,
    ReadOffer,
    ReadProcedure,
    ServiceLevel,
)
from services.catalog.views import (
    Catalogue,
    find_procedures,
    list_fields,
    read_offer,
    read_procedure,
)

TODAY = date(2026, 11, 22)
BEFORE = date(2024, 4, 12)  # a day with districts


def _found(catalogue: Catalogue, **asked: Any) -> list[str]:
    request = FindProcedures(**{"limit": 100, **asked})
    return [it.slug for it in find_procedures(catalogue, request, TODAY).items]


@pytest.mark.parametrize(
    "words",
    ["Đăng ký thường trú", "dang ky thuong tru", "THƯỜNG TRÚ đăng", "thuong  tru", "1.004222"],
)
@pytest.mark.proves("C14", "C24")
def test_a_procedure_is_found_however_its_name_is_typed(catalogue: Catalogue, words: str) -> None:
    assert _found(catalogue, q=words)[0] == "dang-ky-thuong-tru"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("cấp thẻ căn cước", "cap-doi-lai-the-can-cuoc"),
        ("thông báo lưu trú", "thong-bao-luu-tru"),
        ("hộ chiếu", "cap-ho-chieu-pho-thong"),
        ("thiet ke chay", "tham-dinh-thiet-ke-pccc"),
        ("birth registration", "dang-ky-khai-sinh"),
        ("Mẫu số 29", "dang-ky-bien-dong-chuyen-nhuong"),
        ("1.014061", "cap-doi-lai-the-can-cuoc"),  # a former code leads to what took its place
    ],
)
@pytest.mark.proves("C15", "C16")
def test_words_of_names_codes_fields_and_forms_count(
    catalogue: Catalogue, words: str, first: str
) -> None:
    assert _found(catalogue, q=words)[0] == first


def test_every_word_must_be_found(catalogue: Catalogue) -> None:
    assert _found(catalogue, q="thường trú") != []
    assert _found(catalogue, q="thường trú khủng long") == []


def test_the_name_counts_more_than_the_field(catalogue: Catalogue) -> None:
    found = _found(catalogue, q="đăng ký khai sinh")
    assert found[0] == "dang-ky-khai-sinh"
    assert "lien-thong-khai-sinh-thuong-tru-bhyt" in found


@pytest.mark.proves("C03", "C12")
def test_without_words_or_filters_all_in_force_are_listed_by_name(catalogue: Catalogue) -> None:
    page = find_procedures(catalogue, FindProcedures(limit=100), TODAY)
    assert page.total == len(page.items) == 25
    assert page.next is None
    assert [it.slug for it in page.items][:2] == [
        "cap-ban-sao-trich-luc-ho-tich",
        "cap-doi-lai-the-can-cuoc",
    ]
    row = next(it for it in page.items if it.slug == "dang-ky-thuong-tru")
    assert (row.code, row.competence, row.legacy_level) == ("1.004222", "Công an cấp xã", 3)
    assert row.can_file_online


@pytest.mark.proves("C04", "A17")
def test_filter_by_agency(catalogue: Catalogue) -> None:
    ward = _found(catalogue, agency="ubnd-16594")
    assert "dang-ky-khai-sinh" in ward
    assert "dang-ky-thuong-tru" not in ward
    assert _found(catalogue, agency="so-tu-phap-38") == ["cap-ban-sao-trich-luc-ho-tich"]
    assert _found(catalogue, agency="so-y-te-38") == []
    assert _found(catalogue, agency="nowhere") == []


@pytest.mark.proves("C04", "A17")
def test_filter_by_an_agency_of_before_on_a_day_of_before(catalogue: Catalogue) -> None:
    town = _found(catalogue, agency="ubnd-thi-xa-407", on=BEFORE)
    assert {"cap-doi-gcn-qsdd", "cap-ban-sao-trich-luc-ho-tich"} <= set(town)
    assert "dang-ky-thuong-tru" not in town
    assert _found(catalogue, agency="ubnd-thi-xa-407") == []


@pytest.mark.proves("C05", "A18")
def test_filter_by_level(catalogue: Catalogue) -> None:
    commune = _found(catalogue, level=AgencyLevel.COMMUNE)
    province = _found(catalogue, level=AgencyLevel.PROVINCE)
    assert "dang-ky-khai-sinh" in commune
    assert "cap-ho-chieu-pho-thong" not in commune
    assert {"cap-ho-chieu-pho-thong", "cap-ban-sao-trich-luc-ho-tich"} <= set(province)


@pytest.mark.proves("C06")
def test_filter_by_district_holds_only_for_days_with_districts(catalogue: Catalogue) -> None:
    assert "dang-ky-thuong-tru" in _found(catalogue, place="407", on=BEFORE)
    assert _found(catalogue, level=AgencyLevel.DISTRICT, on=BEFORE) != []
    assert _found(catalogue, place="407") == []
    assert _found(catalogue, level=AgencyLevel.DISTRICT) == []


@pytest.mark.proves("C07")
def test_filter_by_commune(catalogue: Catalogue) -> None:
    served = _found(catalogue, place="16594")
    assert {"dang-ky-khai-sinh", "dang-ky-thuong-tru", "cap-doi-gcn-qsdd"} <= set(served)
    # a ward of before leads to the ward of today
    assert _found(catalogue, place="16585") == served
    # land of Thanh Hóa is not registered for a commune of Hà Tĩnh
    assert "cap-doi-gcn-qsdd" not in _found(catalogue, place="18748")


@pytest.mark.proves("C08")
def test_filter_by_field(catalogue: Catalogue) -> None:
    assert set(_found(catalogue, field_of_work="DAT-DAI")) == {
        "cap-doi-gcn-qsdd",
        "dang-ky-bien-dong-chuyen-nhuong",
    }
    assert _found(catalogue, field_of_work="nowhere") == []


@pytest.mark.proves("C09", "C17", "C18")
def test_the_fields_are_those_of_the_data_with_their_numbers(catalogue: Catalogue) -> None:
    fields = {it.name: it for it in list_fields(catalogue, ListFields(), TODAY).items}
    for named in (
        "địa chính",
        "hộ tịch",
        "chính sách",
        "cư trú",
        "căn cước",
        "phòng cháy",
        "con dấu",
        "xuất nhập cảnh",
        "giao thông",
    ):
        assert any(named in name.lower() for name in fields), named
    assert fields["Đăng ký, quản lý cư trú"].procedures == 7
    assert sum(it.procedures for it in fields.values()) == 25
    assert all(it.name_en for it in fields.values())


@pytest.mark.proves("C10")
def test_filter_by_level_3_or_4(catalogue: Catalogue) -> None:
    third = _found(catalogue, legacy_level=3)
    fourth = _found(catalogue, legacy_level=4)
    assert "dang-ky-thuong-tru" in third
    assert "thong-bao-luu-tru" in fourth
    assert not set(third) & set(fourth)
    assert third == _found(catalogue, service_level=ServiceLevel.PARTIAL)
    assert fourth == _found(catalogue, service_level=ServiceLevel.FULL)


def test_filter_by_audience_as_published_or_as_a_kind_of_account(catalogue: Catalogue) -> None:
    published = _found(catalogue, audience="Doanh nghiệp")
    assert "thong-bao-luu-tru" in published
    assert "dang-ky-khai-sinh" not in published
    assert set(published) <= set(_found(catalogue, audience="enterprise"))
    assert "dang-ky-khai-sinh" in _found(catalogue, audience="citizen")


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["", "đăng ký", "cap", "cu tru", "thu tuc"]),
        "agency": st.sampled_from(["ubnd-16594", "ca-16594", "ca-tinh-38"]),
        "place": st.sampled_from(["16594", "18748", "00004"]),
        "level": st.sampled_from(list(AgencyLevel)),
        "field_of_work": st.sampled_from(["G01-CA05", "G15-TP07"]),
        "legacy_level": st.integers(1, 4),
    },
)


@given(FILTERS)
@pytest.mark.proves("C03")
def test_filters_together_keep_what_each_keeps_alone(
    catalogue: Catalogue, asked: dict[str, Any]
) -> None:
    alone = [set(_found(catalogue, **{name: value})) for name, value in asked.items()]
    everything = set(_found(catalogue))
    assert set(_found(catalogue, **asked)) == everything.intersection(*alone)


@given(FILTERS, st.integers(1, 10))
def test_pages_give_every_procedure_once_and_the_same_total(
    catalogue: Catalogue, asked: dict[str, Any], limit: int
) -> None:
    seen: list[str] = []
    after: str | None = None
    while True:
        request = FindProcedures(**{**asked, "limit": limit, "after": after})
        page = find_procedures(catalogue, request, TODAY)
        seen += [it.slug for it in page.items]
        if (after := page.next) is None:
            break
        assert len(after) <= 200
    assert seen == _found(catalogue, **asked)
    assert page.total == len(seen)


def test_a_cursor_that_is_not_ours_is_refused(catalogue: Catalogue) -> None:
    for cursor in ("x", "W10", "äö", "WzEsMiwzXQ"):
        with pytest.raises(Invalid) as refused:
            find_procedures(catalogue, FindProcedures(after=cursor), TODAY)
        assert [it.field for it in refused.value.fields] == ["after"]


# versions


def _read(catalogue: Catalogue, code: str, **asked: Any) -> Procedure:
    return read_procedure(catalogue, ReadProcedure(code, **asked), TODAY)


def test_a_procedure_is_read_by_code_slug_or_former_code(catalogue: Catalogue) -> None:
    assert _read(catalogue, "1.004222").slug == "dang-ky-thuong-tru"
    assert _read(catalogue, "dang-ky-thuong-tru").code == "1.004222"
    assert _read(catalogue, "1.012549").code == "T-CC-01"


def test_a_procedure_out_of_force_is_read_but_not_found(catalogue: Catalogue) -> None:
    assert _read(catalogue, "1.014063").valid_to == date(2026, 8, 17)
    assert "cap-doi-the-can-cuoc" not in _found(catalogue)
    assert "cap-doi-the-can-cuoc" in _found(catalogue, on=date(2026, 8, 17))
    with pytest.raises(NotFound):
        _read(catalogue, "1.014063", on=TODAY)
    with pytest.raises(NotFound):
        _read(catalogue, "9.999999")


def test_a_day_finds_the_version_in_force_on_it(
    procedures: dict[str, Procedure], fold: Any
) -> None:
    first = replace(procedures["tach-ho"], version=1, valid_to=date(2026, 12, 31))
    second = replace(first, version=2, valid_from=date(2027, 1, 1), valid_to=None, results=("B",))
    catalogue = fold(ProcedurePublished(first), ProcedurePublished(second))
    assert _read(catalogue, "tach-ho").version == 1
    assert _read(catalogue, "tach-ho", on=date(2027, 1, 1)).version == 2
    assert _read(catalogue, "tach-ho", version=2).results == ("B",)
    with pytest.raises(NotFound):
        _read(catalogue, "tach-ho", version=3)


def test_a_correction_of_the_same_dates_takes_the_place_of_the_former_version(
    procedures: dict[str, Procedure], fold: Any
) -> None:
    first = replace(procedures["tach-ho"], version=1)
    second = replace(first, version=2, name="Tách hộ khẩu")
    catalogue = fold(ProcedurePublished(first), ProcedurePublished(second))
    assert _read(catalogue, "tach-ho").version == 2
    assert [it.name for it in catalogue.on(TODAY)] == ["Tách hộ khẩu"]
    assert _found(catalogue, q="hộ khẩu") == ["tach-ho"]


@pytest.mark.proves("F02", "F03", "F04")
def test_the_offer_counts_what_is_filed_and_paid_online(
    fold: Callable[..., Catalogue], procedures: dict[str, Procedure]
) -> None:
    """QĐ 766, 3.1 and 3.5: a fee not set yet is a fee, a free one and one of the past are none."""
    sample = procedures["dang-ky-thuong-tru"]
    tariff = sample.tariffs[0]
    unset, free = replace(tariff, amount=None), replace(tariff, amount=0)
    past = replace(tariff, amount=5_000, valid_to=date(2025, 1, 1))
    catalogue = fold(
        *(
            ProcedurePublished(
                replace(sample, code=f"9.{level}{n}", legacy_level=level, tariffs=tariffs)
            )
            for level in (2, 3, 4)
            for n, tariffs in enumerate(((unset,), (free,), (past,), ()))
        ),
        ProcedurePublished(replace(sample, code="9.90", valid_to=date(2020, 1, 1))),
    )
    assert read_offer(catalogue, ReadOffer(), TODAY) == Offer(12, 8, 3, 1)
    assert read_offer(catalogue, ReadOffer(on=date(2024, 12, 1)), TODAY) == Offer(12, 8, 6, 2)
