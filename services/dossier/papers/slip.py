"""Paper 06, the control slip (phiếu kiểm soát): every hop of a dossier, and how each ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar

from services.dossier.contract import (
    ClockResumed,
    ConsultationAnswered,
    ConsultationRequested,
    DossierAccepted,
    DossierCompleted,
    DossierRefused,
    DossierSubmitted,
    DossierTransferred,
    DossierWithdrawn,
    OfficerAssigned,
    OfficerRef,
    ProcessingStopped,
    ResultReceived,
    StepCompleted,
    StepEntered,
    StepReturned,
    UnitRef,
)
from services.dossier.decider.reception import begun_at
from services.dossier.decider.state import Dossier, evolve, initial
from services.dossier.names import RETURN_NAMES, TIMING_NAMES
from services.dossier.papers.facts import ControlSlipFacts, Hop
from services.dossier.papers.issued import Surroundings, head, subject

E = TypeVar("E")

APPLICANT = "Người nộp hồ sơ"


def control_slip(
    events: Sequence[Any], around: Surroundings, issued_at: datetime
) -> ControlSlipFacts:
    """Return what stands in the control slip after these events."""
    dossier = reduce(evolve, events, initial)
    if dossier is None:
        raise ValueError("no dossier's history")
    submitted: DossierSubmitted = events[0]
    accepted = _last(events, DossierAccepted)
    completed = _last(events, DossierCompleted)
    return ControlSlipFacts(
        head=head("06", submitted, around, issued_at),
        subject=subject(submitted),
        received_at=begun_at(submitted, accepted) if accepted else None,
        due=dossier.clock.due,
        completed_at=completed.completed_at if completed else None,
        result=TIMING_NAMES[completed.timing][0] if completed else "",
        hops=_hops(dossier, events),
    )


def _hops(dossier: Dossier, events: Sequence[Any]) -> tuple[Hop, ...]:
    """Return every hand that it went through, in order; opinions of other units stand last."""
    return (*_through_hands(dossier, events), *_opinions(events))


def _opinions(events: Sequence[Any]) -> Iterator[Hop]:
    """Yield the units that were asked beside the step that went on."""
    answers = [one for one in events if isinstance(one, ConsultationAnswered)]
    for asked in events:
        if isinstance(asked, ConsultationRequested):
            later = (
                one
                for one in answers
                if one.unit.id == asked.unit.id and one.answered_at >= asked.requested_at
            )
            answer = next(later, None)
            yield Hop(
                step="Lấy ý kiến",
                giver=asked.officer.name,
                giver_place=asked.officer.title,
                receiver=answer.officer.name if answer else "",
                receiver_place=_place(answer.officer if answer else None, asked.unit),
                at=asked.requested_at,
                due=asked.due,
                ended_at=answer.answered_at if answer else None,
                result=TIMING_NAMES[answer.timing][0] if answer else "",
                note=asked.question,
            )


def _through_hands(dossier: Dossier, events: Sequence[Any]) -> tuple[Hop, ...]:
    hops: list[Hop] = []
    for event in events:
        match event:
            case StepEntered():
                _enter(hops, dossier, event)
            case OfficerAssigned() if _is_open(hops) and hops[-1].step == _name(dossier, event):
                _assign(hops, event)
            case StepCompleted():
                _end(hops, event)
            case StepReturned():
                unit = dossier.step(event.step).unit
                hops[-1] = replace(
                    hops[-1],
                    receiver=event.officer.name,
                    receiver_place=_place(event.officer, unit),
                    ended_at=event.returned_at,
                    note=f"Trả lại: {event.reason}",
                )
            case ClockResumed(step_due=due) if due is not None and _is_open(hops):
                hops[-1] = replace(hops[-1], due=due)
            case DossierTransferred() if event.to_another:
                _leave(hops, event.transferred_at, f"Chuyển đến {event.to_agency.name}")
            case DossierRefused(refused_at=at):
                _leave(hops, at, "Từ chối tiếp nhận")
            case DossierWithdrawn(withdrawn_at=at):
                _leave(hops, at, "Người nộp rút hồ sơ")
            case ProcessingStopped(stopped_at=at):
                _leave(hops, at, "Dừng giải quyết")
            case ResultReceived():
                hops.append(_handed_over(dossier, event))
    return tuple(hops)


def _enter(hops: list[Hop], dossier: Dossier, event: StepEntered) -> None:
    if event.from_unit is None and hops and _is_open(hops):
        hops[-1] = replace(hops[-1], due=event.due)  # the desk's check began anew
        return
    first = event.from_unit is None
    if _is_open(hops):  # its unit was reorganised
        hops[-1] = replace(hops[-1], ended_at=event.entered_at)
    hops.append(
        Hop(
            step=_name(dossier, event),
            giver=APPLICANT if first else _name_of(event.from_officer),
            giver_place=_place(event.from_officer, event.from_unit),
            receiver=_name_of(event.officer),
            receiver_place=_place(event.officer, event.unit),
            at=event.entered_at,
            due=event.due,
            ended_at=None,
            result="",
            note="",
        )
    )


def _leave(hops: list[Hop], at: datetime, note: str) -> None:
    """It goes no further here; whether the step was completed first depends on the event."""
    hops[-1] = replace(hops[-1], ended_at=hops[-1].ended_at or at, note=note)


def _assign(hops: list[Hop], event: OfficerAssigned) -> None:
    """An open step changes hands within its unit."""
    former = hops[-1]
    hops[-1] = replace(former, ended_at=event.assigned_at, note="Phân công lại")
    hops.append(
        replace(
            former,
            giver=event.assigned_by.name,
            giver_place=_place(event.assigned_by, event.unit),
            receiver=event.officer.name,
            receiver_place=_place(event.officer, event.unit),
            at=event.assigned_at,
        )
    )


def _end(hops: list[Hop], event: StepCompleted) -> None:
    hops[-1] = replace(
        hops[-1],
        receiver=event.officer.name,
        receiver_place=_place(event.officer, event.unit),
        ended_at=event.completed_at,
        result=TIMING_NAMES[event.timing][0],
        note=event.note or hops[-1].note,
    )


def _handed_over(dossier: Dossier, event: ResultReceived) -> Hop:
    return Hop(
        step="Đã trả kết quả",
        giver=_name_of(event.officer),
        giver_place=_place(event.officer, dossier.desk),
        receiver=APPLICANT,
        receiver_place="",
        at=event.received_at,
        due=None,
        ended_at=event.received_at,
        result="",
        note=f"Nhận {RETURN_NAMES[event.by][0]}",
    )


def _name_of(officer: OfficerRef | None) -> str:
    return officer.name if officer else ""


def _place(officer: OfficerRef | None, unit: UnitRef | None) -> str:
    title = officer.title if officer else ""
    return ", ".join(one for one in (title, unit.name if unit else "") if one)


def _is_open(hops: list[Hop]) -> bool:
    return bool(hops) and hops[-1].ended_at is None


def _name(dossier: Dossier, event: StepEntered | OfficerAssigned) -> str:
    return dossier.step(event.step).name


def _last(events: Sequence[Any], kind: type[E]) -> E | None:
    return next((event for event in reversed(events) if isinstance(event, kind)), None)
