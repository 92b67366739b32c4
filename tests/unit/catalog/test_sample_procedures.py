"""The catalogue that comes with the system: 28 procedures in depth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.catalog.contract import (
    OFFERINGS,
    Agency,
    AgencyKind,
    Channel,
    FieldType,
    Offering,
    Prefill,
    Procedure,
    ServiceLevel,
    Source,
    can_file_online,
)
from services.catalog.contract.competence import handling_unit, resolves
from services.catalog.contract.workflows import workflow_of
from services.catalog.files import read_procedures
from services.dossier.decider.hops import CHECK_HOURS

CODES = [
    "1.004222",
    "1.004194",
    "1.002755",
    "2.001159",
    "1.003677",
    "1.010041",
    "1.010038",
    "T-CC-01",
    "1.014061",
    "1.014063",
    "1.014064",
    "3.000228",
    "1.001193",
    "1.000894",
    "1.000656",
    "1.004873",
    "2.000635",
    "2.000815",
    "1.115492",
    "1.115538",
    "1.001776",
    "1.014027",
    "1.115391",
    "1.115231",
    "1.001456",
    "1.012575",
    "1.013067",
    "2.000986",
]

EACH = sorted(it.slug for it in read_procedures())


@pytest.mark.proves("C19")
def test_each_service_is_one_procedure(procedures: dict[str, Procedure]) -> None:
    assert sorted(it.code for it in procedures.values()) == sorted(CODES)
    assert len({it.slug for it in procedures.values()}) == len(CODES) == 28


@pytest.mark.parametrize("slug", EACH)
@pytest.mark.proves("C22", "C25")
def test_everything_about_a_procedure_is_told(procedures: dict[str, Procedure], slug: str) -> None:
    it = procedures[slug]
    assert it.name
    assert it.name_en
    assert it.competence.description
    assert it.times
    assert it.results
    assert it.legal_bases
    assert it.audiences
    assert len(it.guidance) >= 3
    assert all(document.name and document.name_en for document in it.documents)


@pytest.mark.proves("C22")
def test_the_time_of_reception_is_the_one_that_a_dossier_gets(
    procedures: dict[str, Procedure],
) -> None:
    told = {
        (slug, case): workflow_of(it, case)[0].budget_hours
        for slug, it in procedures.items()
        for case in (None, *(one.id for one in it.cases))
    }
    assert told
    assert told == dict.fromkeys(told, CHECK_HOURS)


@pytest.mark.parametrize("slug", EACH)
def test_every_figure_keeps_its_confidence(procedures: dict[str, Procedure], slug: str) -> None:
    it = procedures[slug]
    for source in _sources(it):
        assert source.confidence in ("high", "medium", "low")
        assert source.source


def _sources(it: Procedure) -> Iterator[Source]:
    yield it.source
    yield it.level_source
    yield from (time.source for time in it.times)
    yield from (tariff.source for tariff in it.tariffs)


@pytest.mark.parametrize("slug", EACH)
def test_a_form_can_be_filled_in_both_languages(
    procedures: dict[str, Procedure], slug: str
) -> None:
    fields = [field for section in procedures[slug].form.sections for field in section.fields]
    assert fields
    assert all(field.label and field.label_en for field in fields)
    assert any(field.required for field in fields)


@pytest.mark.parametrize("slug", EACH)
def test_the_unit_that_handles_it_exists_in_every_agency_that_resolves_it(
    procedures: dict[str, Procedure], agencies: dict[str, Agency], slug: str
) -> None:
    it = procedures[slug]
    for competence in (it.competence, *it.also_competent):
        resolving = [agency for agency in agencies.values() if resolves(agency, competence)]
        assert resolving
        for agency in resolving:
            assert competence.unit in {unit.id for unit in agency.units}, agency.id


def test_the_unit_that_handles_it_follows_the_agency(
    procedures: dict[str, Procedure], agencies: dict[str, Agency]
) -> None:
    copies = procedures["cap-ban-sao-trich-luc-ho-tich"]
    assert handling_unit(agencies["ubnd-16594"], copies).id == "justice"
    assert handling_unit(agencies["so-tu-phap-38"], copies).id == "civil-status"
    seals = procedures["dang-ky-mau-con-dau-moi"]
    assert handling_unit(agencies["ca-tinh-38"], seals).name.startswith("Đội 1")
    vehicles = procedures["dang-ky-xe-lan-dau-toan-trinh"]
    assert handling_unit(agencies["ca-16594"], vehicles, "mo-to").id == "traffic"
    # an agency that does not resolve it: the first unit that does the work of the house
    assert handling_unit(agencies["so-y-te-38"], seals).id == "specialist"


def test_ct01_is_complete(procedures: dict[str, Procedure]) -> None:
    form = procedures["dang-ky-thuong-tru"].form
    fields = {field.key: field for section in form.sections for field in section.fields}
    assert form.code == "CT01"
    assert list(fields) == [
        "ho_ten",
        "ngay_sinh",
        "gioi_tinh",
        "so_dinh_danh",
        "dien_thoai",
        "email",
        "ho_ten_chu_ho",
        "quan_he_chu_ho",
        "so_dinh_danh_chu_ho",
        "noi_dung_de_nghi",
        "thanh_vien",
        "y_kien_chu_ho",
        "y_kien_chu_so_huu",
        "y_kien_cha_me",
    ]
    assert fields["ho_ten"].prefill is Prefill.NAME
    assert fields["so_dinh_danh"].type is FieldType.PERSONAL_NUMBER
    assert fields["ngay_sinh"].not_in_future
    assert len(fields["quan_he_chu_ho"].options) == 15


def test_a_procedure_without_a_published_form_has_a_general_one(
    procedures: dict[str, Procedure],
) -> None:
    general = [it.slug for it in procedures.values() if it.form.general]
    assert general == ["chung-thuc-ban-sao"]


def test_fees_and_times_are_those_published(procedures: dict[str, Procedure]) -> None:
    residence = procedures["dang-ky-thuong-tru"]
    assert {it.channel: it.amount for it in residence.tariffs} == {
        Channel.ONLINE: 10_000,
        Channel.IN_PERSON: 20_000,
    }
    assert {(it.channel, it.value, it.unit) for it in residence.times} == {
        (Channel.ONLINE, 7, "working-day"),
        (Channel.IN_PERSON, 7, "working-day"),
    }
    birth = procedures["dang-ky-khai-sinh"]
    assert {it.unit for it in birth.times} == {"same-day"}
    by_council = procedures["xac-nhan-tinh-trang-hon-nhan"]
    assert {it.amount for it in by_council.tariffs} == {None}


def test_a_fee_follows_case_and_dates(procedures: dict[str, Procedure]) -> None:
    card = procedures["cap-doi-lai-the-can-cuoc"]
    online = [it for it in card.tariffs if it.channel is Channel.ONLINE]
    assert {(it.case, it.amount) for it in online} == {
        ("cap-doi", 25_000),
        ("cap-lai", 35_000),
        ("cap-moi-tu-14", 0),
        ("cap-moi-duoi-6", 0),
        ("cap-moi-6-14", 0),
        ("cap-doi", 0),
        ("cap-lai", 0),
    }
    exchange = next(it for it in online if it.amount == 25_000)
    assert (exchange.base_amount, str(exchange.valid_to)) == (50_000, "2026-12-31")


def test_a_code_that_is_not_published_is_flagged(procedures: dict[str, Procedure]) -> None:
    provisional = [it.code for it in procedures.values() if it.provisional_code]
    assert provisional == ["T-CC-01"]


@pytest.mark.proves("C14", "C15", "C16")
def test_the_services_that_people_are_told_about_are_there(
    procedures: dict[str, Procedure],
) -> None:
    assert procedures["dang-ky-thuong-tru"].name == "Đăng ký thường trú"
    card = procedures["cap-doi-lai-the-can-cuoc"]
    assert {case.id for case in card.cases} >= {"cap-moi-tu-14", "cap-doi", "cap-lai"}
    assert card.in_person
    stay = procedures["thong-bao-luu-tru"]
    assert {"Tổ chức", "Doanh nghiệp"} <= set(stay.audiences)


@pytest.mark.proves("F01")
def test_level_1_offers_information_only() -> None:
    assert OFFERINGS[1] == {Offering.INFORMATION}


@pytest.mark.proves("F02")
def test_level_2_adds_forms_and_is_filed_in_person_or_by_post() -> None:
    assert OFFERINGS[2] - OFFERINGS[1] == {Offering.TEMPLATES, Offering.RESULT_IN_PERSON}
    assert Offering.FILE_ONLINE not in OFFERINGS[2]


@pytest.mark.proves("F03")
def test_level_3_adds_filing_online_with_fee_and_result_in_person() -> None:
    assert OFFERINGS[3] - OFFERINGS[2] == {Offering.FILE_ONLINE}
    assert Offering.PAY_ONLINE not in OFFERINGS[3]
    assert Offering.RESULT_IN_PERSON in OFFERINGS[3]


@pytest.mark.proves("F04")
def test_level_4_adds_paying_online_and_results_online_or_by_post() -> None:
    assert OFFERINGS[4] - OFFERINGS[3] == {
        Offering.PAY_ONLINE,
        Offering.RESULT_ONLINE,
        Offering.RESULT_BY_POST,
    }


@pytest.mark.parametrize("slug", EACH)
def test_filing_online_follows_level_and_channel(
    procedures: dict[str, Procedure], slug: str
) -> None:
    it = procedures[slug]
    expected = it.service_level in (ServiceLevel.PARTIAL, ServiceLevel.FULL)
    assert can_file_online(it) == (expected and Channel.ONLINE in it.channels)


def test_identifiers_are_unique_and_of_the_national_form(agencies: dict[str, Agency]) -> None:
    identifiers = [it.identifier for it in agencies.values()]
    assert len(identifiers) == len(set(identifiers))
    for it in agencies.values():
        *groups, authority = it.identifier.split(".")
        assert [len(group) for group in groups] == [3, 2, 2], it.id
        assert authority[0] == ("G" if it.kind is AgencyKind.POLICE else "H"), it.id
        assert it.short_identifier.startswith(authority)
