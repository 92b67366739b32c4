"""Schemas of frozen dataclasses: what goes in, what comes out, what a wrong field is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import schemas
from kernel.errors import Invalid
from kernel.schemas import JSON, field


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True)
class Line:
    name: str = field(min_length=1, max_length=5)
    amount: int = field(minimum=0, maximum=100)


@dataclass(frozen=True)
class Order:
    code: str = field(pattern=r"^[A-Z]\d+$", example="A1")
    lines: tuple[Line, ...]
    colour: Colour = field(default=Colour.RED)
    day: date | None = field(default=None)
    at: datetime | None = field(default=None)
    first: Line | None = field(default=None)
    notes: Mapping[str, JSON] = field(default_factory=dict)
    gift: bool = field(default=False)


def order(**changes: object) -> dict[str, object]:
    return {"code": "A1", "lines": [{"name": "tea", "amount": 3}], **changes}


def faults(data: object) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        schemas.load(Order, data)
    return {fault.field: fault.code for fault in caught.value.fields}


def test_defaults_fill_what_is_not_said() -> None:
    assert schemas.load(Order, order()) == Order("A1", (Line("tea", 3),))


def test_every_supported_type_comes_back_as_it_went() -> None:
    full = Order(
        code="B2",
        lines=(Line("tea", 0), Line("rice", 100)),
        colour=Colour.GREEN,
        day=date(2026, 11, 22),
        at=datetime(2026, 11, 22, 9, 30, 0, 5, UTC),
        first=Line("x", 1),
        notes={"hộ khẩu": ["có", 1, None, {"a": True}]},
        gift=True,
    )

    assert schemas.load(Order, schemas.dump(full)) == full


@given(
    moment=st.datetimes(
        min_value=datetime(1900, 1, 2),  # noqa: DTZ001
        max_value=datetime(2200, 1, 1),  # noqa: DTZ001
        timezones=st.timezones(),
        allow_imaginary=False,
    )
)
def test_a_moment_is_rfc_3339_text_in_utc_and_loses_nothing(moment: datetime) -> None:
    text = schemas.rfc3339(moment)

    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == moment.astimezone(UTC)


def test_times_sort_as_text() -> None:
    hanoi = timezone(timedelta(hours=7))
    earlier = datetime(2026, 11, 22, 6, 59, tzinfo=hanoi)
    later = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)

    assert schemas.rfc3339(earlier) < schemas.rfc3339(later)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"code": None}, {"code": "required"}),
        ({"code": "zzz"}, {"code": "invalid"}),
        ({"code": 7}, {"code": "invalid"}),
        ({"colour": "blue"}, {"colour": "choice"}),
        ({"day": "22/11/2026"}, {"day": "invalid"}),
        ({"at": "2026-11-22T09:30:00"}, {"at": "invalid"}),
        ({"gift": "yes"}, {"gift": "invalid"}),
        ({"lines": "tea"}, {"lines": "invalid"}),
        ({"lines": [{"name": "", "amount": 1}]}, {"lines.0.name": "required"}),
        ({"lines": [{"name": "biscuits", "amount": 1}]}, {"lines.0.name": "too-long"}),
        ({"lines": [{"name": "tea", "amount": 101}]}, {"lines.0.amount": "range"}),
        ({"lines": [{"name": "tea", "amount": 1.5}]}, {"lines.0.amount": "invalid"}),
        ({"lines": [{"name": "tea", "amount": "1"}]}, {"lines.0.amount": "invalid"}),
        ({"lines": [3]}, {"lines.0": "type"}),
        ({"first": {"name": "a", "amount": 1, "x": 2}}, {"first.x": "unknown"}),
        ({"size": 3}, {"size": "unknown"}),
    ],
)
def test_a_field_at_fault_is_named_with_its_path(
    change: dict[str, object], expected: dict[str, str]
) -> None:
    assert faults(order(**change)) == expected


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_what_is_no_object_is_refused_as_a_whole(data: object) -> None:
    assert set(faults(data)) == {""}


def test_all_faults_are_told_in_both_languages() -> None:
    with pytest.raises(Invalid) as caught:
        schemas.load(Order, {"lines": [{"name": "biscuits", "amount": -1}]})

    assert {fault.field: (fault.vi, fault.en) for fault in caught.value.fields} == {
        "code": ("Hãy nhập mục này.", "Enter this field."),
        "lines.0.name": ("Không được dài quá 5 ký tự.", "Use 5 characters or fewer."),
        "lines.0.amount": ("Giá trị phải từ 0 đến 100.", "The value must be from 0 to 100."),
    }


def test_a_reader_of_older_code_passes_over_what_a_newer_writer_added() -> None:
    newer = order(size="big", lines=[{"name": "tea", "amount": 3, "unit": "kg"}])

    assert schemas.load(Order, newer, tolerant=True) == schemas.load(Order, order())


def test_a_tolerant_reader_still_checks_what_it_knows() -> None:
    with pytest.raises(Invalid):
        schemas.load(Order, order(code="zzz", size="big"), tolerant=True)


def test_a_field_can_be_absent_but_only_an_optional_one_can_be_null() -> None:
    assert schemas.load(Order, order(day=None)).day is None
    assert faults(order(gift=None)) == {"gift": "required"}


@dataclass(frozen=True)
class Person:
    subject: str
    name: str | None = field(default=None, personal=True)


def test_personal_fields_are_known() -> None:
    assert schemas.personal_fields(Person) == ("name",)
    assert schemas.personal_fields(Order) == ()


def test_an_annotation_without_a_schema_is_the_programmers_fault() -> None:
    @dataclass(frozen=True)
    class Wrong:
        ratio: float

    with pytest.raises(TypeError, match="no schema"):
        schemas.schema_class(Wrong)


def test_a_schema_is_made_once() -> None:
    assert schemas.schema_for(Order) is schemas.schema_for(Order)
    assert schemas.schema_class(Order).__name__ == "Order"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-10:00"])
def test_a_moment_that_utc_cannot_hold_is_refused(text: str) -> None:
    @schemas.frozen
    class Appointment:
        at: datetime

    with pytest.raises(Invalid) as refused:
        schemas.load(Appointment, {"at": text})
    assert [fault.field for fault in refused.value.fields] == ["at"]
