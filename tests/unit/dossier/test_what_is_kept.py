"""What a dossier keeps of its procedure: the case's documents, time and fee, on its own day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import dossier_samples as s
import pytest

from services.catalog.contract import (
    Case,
    Channel,
    DocumentRequirement,
    ProcessingTime,
    Tariff,
    TimeUnit,
)
from services.catalog.files import read_procedures
from services.dossier.submission import keep, normal

TODAY = date(2026, 11, 23)
PERSON, LIST = Case("person", "Cá nhân"), Case("list", "Theo danh sách")
SAMPLE = replace(
    next(iter(read_procedures())),
    cases=(PERSON, LIST),
    tariffs=(
        Tariff("p", Channel.ONLINE, amount=7000, case="person"),
        Tariff("l", Channel.ONLINE, amount=5000, case="list"),
        Tariff("desk", Channel.IN_PERSON, amount=15000),
    ),
    documents=(
        DocumentRequirement("both", "Giấy tờ chung"),
        DocumentRequirement("only-list", "Danh sách", case="list"),
        DocumentRequirement("if-rented", "Hợp đồng thuê", condition="thuê nhà"),
    ),
)


def fees(procedure, case, on=TODAY):
    return [line.unit_amount for line in keep(procedure, case, Channel.ONLINE, on).fees]


def test_the_fee_is_that_of_the_case_and_channel():
    assert fees(SAMPLE, PERSON) == [7000]
    assert fees(SAMPLE, LIST) == [5000]
    assert fees(SAMPLE, None) == []


def test_of_several_general_tariffs_the_first_is_proposed():
    general = (Tariff("a", Channel.ONLINE, amount=1), Tariff("b", Channel.ONLINE, amount=2))
    assert fees(replace(SAMPLE, tariffs=general), None) == [1]


def test_a_tariff_counts_only_on_its_days():
    reduced = Tariff("half", Channel.ONLINE, amount=3500, valid_to=date(2026, 12, 31))
    whole = Tariff("whole", Channel.ONLINE, amount=7000, valid_from=date(2027, 1, 1))
    both = replace(SAMPLE, tariffs=(reduced, whole))
    assert fees(both, None, date(2026, 12, 31)) == [3500]
    assert fees(both, None, date(2027, 1, 1)) == [7000]


def test_an_amount_that_nobody_has_set_is_no_fee():
    assert fees(replace(SAMPLE, tariffs=(Tariff("council", Channel.ONLINE),)), None) == []


def test_the_documents_are_those_of_the_case_and_a_condition_makes_them_optional():
    kept = keep(SAMPLE, LIST, Channel.ONLINE, TODAY).documents
    assert [(one.id, one.required) for one in kept] == [
        ("both", True),
        ("only-list", True),
        ("if-rented", False),
    ]
    assert "only-list" not in {
        one.id for one in keep(SAMPLE, PERSON, Channel.ONLINE, TODAY).documents
    }


def test_the_time_is_the_cases_own_where_it_has_one():
    own = ProcessingTime(Channel.ONLINE, TimeUnit.WORKING_HOUR, 12)
    kept = keep(SAMPLE, replace(PERSON, time=own), Channel.ONLINE, TODAY)
    assert (kept.time_unit, kept.time_value) == ("working-hour", 12)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("038 190 000 123", "038190000123"),
        ("c1234567", "C1234567"),
        ("038.190-000123", "038190000123"),
    ],
)
def test_an_identity_number_is_kept_as_it_is_checked(typed, kept):
    assert normal(replace(s.PERSON, identity_number=typed)).identity_number == kept
