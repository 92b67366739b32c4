"""Another unit of the agency is asked for its opinion while a step is worked on (lấy ý kiến).

In parallel: the dossier stays where it is, its clock runs, and several units may be asked at once.
The step cannot be completed before each has answered or was let off.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import Conflict, FieldError, Invalid
from services.dossier.clock import timing
from services.dossier.contract import (
    ConsultationAnswered,
    ConsultationCalledOff,
    ConsultationRequested,
    UnitRef,
)
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.hops import held
from services.dossier.decider.state import Consultation, Dossier


def consult(dossier: Dossier, command: do.Consult) -> list[Any]:
    """Ask a unit, once until it has answered."""
    demand(dossier, "consult", command.by)
    hold = held(dossier)
    if command.unit.id == hold.unit.id:
        raise _own_unit()
    if command.unit.id in dossier.consulted:
        raise _asked_already(command.unit)
    return [
        ConsultationRequested(
            code=dossier.code,
            step=hold.step.id,
            unit=command.unit,
            question=command.question,
            officer=command.officer,
            requested_at=command.at,
            due=command.calendar.add_hours(command.at, command.hours),
        )
    ]


def answer_consultation(dossier: Dossier, command: do.AnswerConsultation) -> list[Any]:
    """The unit that was asked says what it thinks; it is that of the officer."""
    demand(dossier, "answer-consultation", command.by)
    asked = dossier.consulted[command.by.unit or ""]
    return [
        ConsultationAnswered(
            code=dossier.code,
            unit=asked.unit,
            officer=command.officer,
            opinion=command.opinion,
            answered_at=command.at,
            timing=timing(command.at, asked.due),
        )
    ]


def call_off_consultation(dossier: Dossier, command: do.CallOffConsultation) -> list[Any]:
    """The answer is not needed any more."""
    demand(dossier, "call-off-consultation", command.by)
    asked = dossier.consulted.get(command.unit)
    if asked is None:
        raise _not_asked(tuple(dossier.consulted.values()))
    return [ConsultationCalledOff(dossier.code, asked.unit, command.officer, command.at)]


def _own_unit() -> Invalid:
    vi = "Hồ sơ đang ở đơn vị này; hãy chọn đơn vị khác."
    en = "The dossier lies at this unit; choose another one."
    return Invalid("own-unit", vi, en, fields=[FieldError("unit", "choice", vi, en)])


def _asked_already(unit: UnitRef) -> Conflict:
    return Conflict(
        "asked-already",
        f"{unit.name} đang được lấy ý kiến và chưa trả lời.",
        f"{unit.name_en} was asked and has not answered yet.",
    )


def _not_asked(open_ones: tuple[Consultation, ...]) -> Invalid:
    vi = "Đang chờ ý kiến của: " + ", ".join(one.unit.name for one in open_ones) + "."
    en = "Waiting for: " + ", ".join(one.unit.name_en for one in open_ones) + "."
    return Invalid("not-asked", vi, en, fields=[FieldError("unit", "choice", vi, en)])
