"""A procedure is a row of versions: given these, when one is offered, then these are published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kernel.errors import Invalid
from services.catalog.contract import (
    Case,
    Channel,
    Competence,
    FieldType,
    FormField,
    FormSection,
    Option,
    Procedure,
    ProcedurePublished,
    ServiceLevel,
    Step,
    StepAction,
)
from services.catalog.decider.procedures import Publish, decide, evolve
from services.catalog.holdings import digest


@pytest.fixture
def residence(procedures: dict[str, Procedure]) -> Procedure:
    """Đăng ký thường trú, as in its file."""
    return procedures["dang-ky-thuong-tru"]


def test_the_first_publication_is_version_1(residence: Procedure) -> None:
    assert decide((), Publish(residence)) == (ProcedurePublished(replace(residence, version=1)),)


def test_the_same_content_again_makes_no_event(residence: Procedure) -> None:
    published = (replace(residence, version=1),)
    assert decide(published, Publish(residence)) == ()
    assert decide(published, Publish(replace(residence, version=7))) == ()


def test_changed_content_makes_the_next_version(residence: Procedure) -> None:
    published = (replace(residence, version=1),)
    changed = replace(residence, results=("Sổ",))
    assert decide(published, Publish(changed)) == (ProcedurePublished(replace(changed, version=2)),)


def test_going_back_to_former_content_is_a_new_version(residence: Procedure) -> None:
    published = (replace(residence, version=1), replace(residence, results=("Sổ",), version=2))
    (event,) = decide(published, Publish(residence))
    assert event.procedure.version == 3
    assert evolve(published, event) == (*published, event.procedure)


def test_the_digest_does_not_count_the_version(residence: Procedure) -> None:
    assert digest(replace(residence, version=3)) == digest(residence)
    assert digest(replace(residence, name="Khác")) != digest(residence)


def _field(**changes: object) -> FormField:
    return replace(FormField("x", "X", FieldType.TEXT), **changes)  # type: ignore[arg-type]


def _with_field(it: Procedure, field: FormField) -> Procedure:
    return replace(it, form=replace(it.form, sections=(FormSection("", "", (field,)),)))


def _with_steps(it: Procedure, steps: tuple[Step, ...]) -> Procedure:
    cases = (replace(it.cases[0], workflow=steps), *it.cases[1:])
    return replace(it, cases=cases)


UNSOUND = {
    "code": lambda it: replace(it, code="mã số"),
    "slug": lambda it: replace(it, slug="Đăng ký"),
    "name": lambda it: replace(it, name=" "),
    "legacy_level": lambda it: replace(it, service_level=ServiceLevel.FULL, legacy_level=3),
    "valid_to": lambda it: replace(it, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 31)),
    "tariffs.0.valid_to": lambda it: replace(
        it,
        tariffs=(
            replace(it.tariffs[0], valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)),
            *it.tariffs[1:],
        ),
    ),
    "tariffs.1.id": lambda it: replace(it, tariffs=(it.tariffs[0], it.tariffs[0])),
    "tariffs.0.case": lambda it: replace(it, tariffs=(replace(it.tariffs[0], case="none"),)),
    "tariffs.0.channel": lambda it: replace(
        it, tariffs=(replace(it.tariffs[0], channel=Channel.POST),)
    ),
    "times.0.channel": lambda it: replace(it, times=(replace(it.times[0], channel=Channel.POST),)),
    "documents.1.id": lambda it: replace(it, documents=(it.documents[0], it.documents[0])),
    "documents.0.case": lambda it: replace(it, documents=(replace(it.documents[0], case="none"),)),
    "cases.1.id": lambda it: replace(
        it, documents=(), tariffs=(), cases=(Case("a", "A"), Case("a", "A"))
    ),
    "also_competent.0.cases": lambda it: replace(
        it,
        also_competent=(Competence(it.competence.kind, it.competence.levels, cases=("none",)),),
    ),
    "channels": lambda it: replace(it, channels=(), times=(), tariffs=()),
    "workflow": lambda it: replace(it, workflow=it.workflow[1:]),
    "workflow ": lambda it: replace(it, workflow=it.workflow[:-2]),
    "workflow.1.action": lambda it: replace(it, workflow=(it.workflow[0], *it.workflow)),
    "cases.0.workflow": lambda it: _with_steps(it, it.workflow[:-1]),
    "cases.0.workflow.1.action": lambda it: _with_steps(
        it, tuple(step for step in it.workflow if step.action is not StepAction.COMPLETE)
    ),
    "cases.0.workflow.1.id": lambda it: _with_steps(it, (it.workflow[0], *it.workflow)),
    "workflow.1.id": lambda it: replace(it, workflow=(it.workflow[0], *it.workflow)),
    "form.0.key": lambda it: _with_field(it, _field(key="Họ tên")),
    "form.0.options": lambda it: _with_field(it, _field(type=FieldType.CHOICE)),
    "form.0.options ": lambda it: _with_field(
        it, _field(options=(Option("a", "A"), Option("a", "B")))
    ),
    "form.0.pattern": lambda it: _with_field(it, _field(pattern="[")),
}


@pytest.mark.parametrize("field", UNSOUND)
def test_an_unsound_procedure_is_refused_with_the_field(residence: Procedure, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        decide((), Publish(UNSOUND[field](residence)))
    assert field.strip() in [fault.field for fault in refused.value.fields]
