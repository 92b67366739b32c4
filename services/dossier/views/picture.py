"""The picture of a dossier: its whole history folded into what people ask (E02 to E09)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Any

from kernel.events import Recorded
from kernel.schemas import JSON, field, frozen
from services.dossier import contract
from services.dossier.clock import at_agency, timing, vietnam
from services.dossier.contract import (
    AppointmentView,
    ClockView,
    ConsultationView,
    DocumentView,
    DossierStatus,
    ExtensionView,
    FeeState,
    FeeView,
    Holder,
    OfficerRef,
    PaperLink,
    RatingView,
    ResultView,
    Status,
    StepState,
    StepView,
    SupplementView,
    WithdrawalView,
)
from services.dossier.decider.reminders import next_reminder
from services.dossier.decider.standing import Standing, standing
from services.dossier.decider.state import ENDED, Dossier, State, evolve, initial
from services.dossier.names import STATUS_NAMES
from services.dossier.papers.forms import PAPERS, issued_in
from services.dossier.views.past import Past

Steps = Mapping[str, StepView]


@frozen
class Pause:
    """A pause of the clock that ended."""

    reason: str
    minutes: int = field(doc="working minutes")


@frozen
class Picture:
    """A dossier for everybody and all time: who looks, and when, is added by `views.answers`.

    `view` carries the personal parts and no actions; `waiting_since` is the moment since which
    the applicant is waited for.
    """

    view: DossierStatus
    standing: Standing
    locale: str
    pauses: tuple[Pause, ...] = field(default=())
    waiting_for: str = field(default="", doc="`supplement`, `fee` or nothing")
    waiting_since: datetime | None = field(default=None)
    completed_at: datetime | None = field(default=None)
    remind_at: datetime | None = field(default=None, doc="when the step's holder is reminded next")


def picture_of(history: Sequence[Recorded]) -> Picture | None:
    """Fold a dossier's history; None where it is not that of a dossier."""
    if not history or not isinstance(history[0].event, contract.DossierSubmitted):
        return None
    folding = Folding()
    for record in history:
        folding.take(record)
    return folding.picture()


class Folding:
    """A dossier as far as it was told: each event is folded once.

    So a picture after every event of a history costs what the dossier holds, each time, and never
    its whole past.
    """

    def __init__(self) -> None:
        self._past = Past()
        self._steps: Steps = {}
        self._dossier: State = initial
        self._newest: Recorded | None = None

    def take(self, record: Recorded) -> None:
        """Take the next event; the first is the submission."""
        event = record.event
        if isinstance(event, contract.DossierSubmitted):
            self._steps = _waiting_all(event.route)
        self._past.append(event)
        self._dossier = evolve(self._dossier, event)
        self._steps = _seen(self._steps, event)
        self._newest = record

    def picture(self) -> Picture:
        """Return the picture as it is now; raises `ValueError` while nothing was told."""
        dossier, past = self._dossier, self._past
        if dossier is None or self._newest is None:
            raise ValueError("nothing had happened yet")
        waiting_for, waiting_since = _waiting(dossier, past)
        completed = past.last(contract.DossierCompleted)
        return Picture(
            view=_view(dossier, past, tuple(self._steps.values()), self._newest),
            standing=standing(dossier),
            locale=past[0].locale,
            pauses=tuple(
                Pause(event.reason, event.paused_minutes)
                for event in past.all(contract.ClockResumed)
            ),
            waiting_for=waiting_for,
            waiting_since=waiting_since,
            completed_at=completed.completed_at if completed else None,
            remind_at=next_reminder(dossier, at_agency(vietnam(), dossier.agency.hours)),
        )


def _view(
    dossier: Dossier, events: Past, steps: tuple[StepView, ...], newest: Recorded
) -> DossierStatus:
    submitted: contract.DossierSubmitted = events[0]
    accepted = events.last(contract.DossierAccepted)
    refused = events.last(contract.DossierRefused)
    name, name_en = STATUS_NAMES[dossier.status]
    hold = dossier.hold
    return DossierStatus(
        code=dossier.code,
        version=newest.version,
        status=dossier.status,
        status_name=name,
        status_name_en=name_en,
        procedure=dossier.procedure,
        agency=dossier.agency,
        channel=submitted.channel,
        clock=_clock(dossier, events),
        steps=steps,
        submitted_at=submitted.submitted_at,
        updated_at=newest.occurred_at,
        return_by=dossier.return_by,
        actions=(),
        holder=Holder(dossier.agency, hold.unit, hold.officer) if hold else None,
        step=next((step for step in steps if hold and step.id == hold.step.id), None),
        receiving_officer=_receiving_officer(dossier, events),
        receiving_unit=dossier.desk,
        accepted_at=accepted.accepted_at if accepted else None,
        arrived_at=submitted.arrived_at,
        fees=_fees(dossier, events),
        supplement=_supplement(dossier, events),
        documents=_documents(dossier),
        result=_result(events),
        rating=_rating(events.last(contract.DossierRated)),
        appointment=_appointment(dossier, events),
        refusal=_grounds(refused),
        stopped=_grounds(events.last(contract.ProcessingStopped)),
        extension=_extension(events.last(contract.DeadlineExtended)),
        withdrawal=_withdrawal(dossier, events),
        applicant=submitted.applicant,
        owner=submitted.owner,
        answers=_answers(events),
        pin=submitted.pin,
        erased=submitted.applicant is None,
        papers=_papers(events),
        consultations=_consultations(dossier, events),
        case=submitted.case,
    )


def _consultations(dossier: Dossier, events: Past) -> tuple[ConsultationView, ...]:
    """Every unit that was asked for its opinion, in order; a unit is asked once at a time."""
    asked: list[ConsultationView] = []
    for event in events:
        match event:
            case contract.ConsultationRequested():
                asked.append(
                    ConsultationView(
                        unit=event.unit,
                        requested_at=event.requested_at,
                        due=event.due,
                        state="ended",
                        question=event.question,
                        asked_by=event.officer,
                    )
                )
            case contract.ConsultationAnswered():
                number = max(n for n, one in enumerate(asked) if one.unit.id == event.unit.id)
                asked[number] = replace(
                    asked[number],
                    state="answered",
                    opinion=event.opinion,
                    officer=event.officer,
                    answered_at=event.answered_at,
                    timing=event.timing,
                )
    newest = {one.unit.id: number for number, one in enumerate(asked)}
    waited_for = {newest[unit] for unit in dossier.consulted}
    return tuple(
        replace(one, state="open") if number in waited_for else one
        for number, one in enumerate(asked)
    )


def _receiving_officer(dossier: Dossier, events: Sequence[Any]) -> OfficerRef | None:
    """Who took it at the desk of the agency that holds it now."""
    taken: OfficerRef | None = None
    for event in events:
        match event:
            case contract.DossierTransferred() if event.to_another:
                taken = None
            case contract.DossierAccepted() | contract.DossierRefused():
                taken = event.officer
            case contract.StepCompleted(step=step) if step == dossier.route[0].id:
                taken = event.officer
    return taken


def _papers(events: Sequence[Any]) -> tuple[PaperLink, ...]:
    papers = (PAPERS[number] for number in issued_in(events))
    return tuple(PaperLink(one.number, one.name, one.name_en) for one in papers)


def _clock(dossier: Dossier, events: Past) -> ClockView:
    paused = sum(event.paused_minutes for event in events.all(contract.ClockResumed))
    return ClockView(dossier.clock.state, "", "", dossier.clock.due, paused)


def _waiting_all(route: Iterable[contract.RouteStep]) -> Steps:
    return {
        step.id: StepView(
            step.id, step.name, step.name_en, step.unit, StepState.WAITING, step.budget_hours
        )
        for step in route
    }


def _seen(steps: Steps, event: Any) -> Steps:
    match event:
        case contract.StepEntered():
            return _entered(steps, event)
        case contract.StepCompleted():
            done = replace(
                steps[event.step],
                state=StepState.DONE,
                officer=event.officer,
                completed_at=event.completed_at,
                timing=event.timing,
            )
            return {**steps, event.step: done}
        case contract.DossierTransferred() if event.to_another:
            return _waiting_all(event.route)
        case contract.DossierTransferred():
            return _reorganised(steps, event)
        case contract.StepReturned():
            again = _between(steps, event.to, event.step)
            return {key: _waiting_again(s) if key in again else s for key, s in steps.items()}
        case contract.OfficerAssigned():
            return {**steps, event.step: replace(steps[event.step], officer=event.officer)}
        case contract.ClockResumed() if event.step_due is not None:
            return _current(steps, due=event.step_due)
        case contract.DeadlineExtended():
            return _current(steps, due=event.step_due)
        case contract.DossierWithdrawn():
            return _current(steps, state=StepState.DONE, completed_at=event.withdrawn_at)
        case contract.ResultReceived(officer=None):
            return _received(steps, event)
        case _:
            return steps


def _entered(steps: Steps, event: contract.StepEntered) -> Steps:
    former = steps[event.step]
    again = former.state is StepState.CURRENT  # the desk's check began anew
    entered = replace(
        former,
        state=StepState.CURRENT,
        officer=event.officer,
        entered_at=former.entered_at if again else event.entered_at,
        due=event.due,
        completed_at=None,
        timing=None,
    )
    return {**steps, event.step: entered}


def _reorganised(steps: Steps, event: contract.DossierTransferred) -> Steps:
    """What was done stays with the unit that did it."""
    units = {step.id: step.unit for step in event.route}
    return {
        key: step if step.state is StepState.DONE else replace(step, unit=units[key])
        for key, step in steps.items()
    }


def _received(steps: Steps, event: contract.ResultReceived) -> Steps:
    """No officer hands anything over: it came online, or the applicant has it from the post."""
    *_, last = steps
    due = steps[last].due
    done = replace(
        steps[last],
        state=StepState.DONE,
        completed_at=event.received_at,
        timing=timing(event.received_at, due) if due else None,
    )
    return {**steps, last: done}


def _between(steps: Steps, first: str, last: str) -> list[str]:
    order = list(steps)
    return order[order.index(first) : order.index(last) + 1]


def _waiting_again(step: StepView) -> StepView:
    return StepView(
        step.id, step.name, step.name_en, step.unit, StepState.WAITING, step.budget_hours
    )


def _current(steps: Steps, **changes: Any) -> Steps:
    return {
        key: replace(step, **changes) if step.state is StepState.CURRENT else step
        for key, step in steps.items()
    }


def _waiting(dossier: Dossier, events: Past) -> tuple[str, datetime | None]:
    if dossier.status is Status.SUPPLEMENT_REQUESTED:
        asked = events.last(contract.SupplementRequested)
        return "supplement", asked.requested_at if asked else None
    if dossier.status is Status.FEE_DUE:
        due = events.last(contract.FeeRequested)
        return "fee", due.requested_at if due else None
    return "", None


def _fees(dossier: Dossier, events: Past) -> tuple[FeeView, ...]:
    paid = {event.obligation: event for event in events.all(contract.FeePaid)}
    unpaid = FeeState.CANCELLED if dossier.status in ENDED else FeeState.DUE
    return tuple(
        FeeView(
            obligation=asked.obligation,
            amount=asked.amount,
            lines=asked.lines,
            state=FeeState.PAID if asked.obligation in paid else unpaid,
            payable_online=asked.payable_online,
            receipt=paid[asked.obligation].receipt if asked.obligation in paid else "",
            paid_at=paid[asked.obligation].paid_at if asked.obligation in paid else None,
        )
        for asked in events.all(contract.FeeRequested)
    )


def _supplement(dossier: Dossier, events: Past) -> SupplementView | None:
    asked = events.last(contract.SupplementRequested)
    if dossier.status is not Status.SUPPLEMENT_REQUESTED or asked is None:
        return None
    return SupplementView(asked.items, asked.reason, asked.legal_basis, asked.requested_at)


def _documents(dossier: Dossier) -> tuple[DocumentView, ...]:
    listed = {document.id: document for document in dossier.procedure.documents}
    return tuple(
        DocumentView(
            requirement=one.requirement,
            name=listed[one.requirement].name,
            name_en=listed[one.requirement].name_en,
            file=one.file,
            file_name="",
            media_type=one.media_type,
            size=one.size,
            sha256=one.sha256,
            reused_from=one.reused_from,
        )
        for one in dossier.documents
    )


def _result(events: Past) -> ResultView | None:
    sent = events.last(contract.ResultDispatched)
    received = events.last(contract.ResultReceived)
    if sent is None:
        return None
    return ResultView(
        by=sent.by,
        dispatched_at=sent.dispatched_at,
        number=sent.number,
        file=sent.result.file if sent.result else None,
        tracking=sent.tracking,
        appointment_at=sent.appointment_at,
        appointment_place=sent.appointment_place,
        received_at=received.received_at if received else None,
        signed_by=received.signed_by if received else None,
    )


def _appointment(dossier: Dossier, events: Past) -> AppointmentView | None:
    booked = events.last(contract.AppointmentBooked)
    if booked is None or dossier.appointment is None:  # it was booked where it is no more
        return None
    return AppointmentView(booked.starts_at, booked.ends_at, booked.unit, booked.purpose)


def _rating(rated: contract.DossierRated | None) -> RatingView | None:
    return RatingView(rated.score, rated.rated_at, rated.comment) if rated else None


def _extension(extended: contract.DeadlineExtended | None) -> ExtensionView | None:
    if extended is None:
        return None
    return ExtensionView(extended.extended_at, extended.reason, extended.days, extended.former_due)


def _withdrawal(dossier: Dossier, events: Past) -> WithdrawalView | None:
    asked = events.last(contract.WithdrawalRequested)
    if asked is None:
        return None
    refused = None if dossier.withdrawal_asked else events.last(contract.WithdrawalRefused)
    return WithdrawalView(
        requested_at=asked.requested_at,
        reason=asked.reason,
        refused_at=refused.refused_at if refused else None,
        refusal=refused.reason if refused else "",
    )


def _grounds(ended: contract.DossierRefused | contract.ProcessingStopped | None) -> str:
    if ended is None:
        return ""
    return ended.reason + (f" ({ended.legal_basis})" if ended.legal_basis else "")


def _answers(events: Past) -> Mapping[str, JSON] | None:
    """The answers with their corrections; None once they were erased."""
    first = events[0].answers
    if first is None:
        return None
    corrections = (event.answers or {} for event in events.all(contract.DossierSupplemented))
    return reduce(lambda known, newer: {**known, **newer}, corrections, dict(first))
