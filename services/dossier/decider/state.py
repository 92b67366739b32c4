"""What a dossier remembers of its own history to decide the next thing: the fold of its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.catalog.contract import StepAction
from services.dossier.contract import (
    AgencyRef,
    AppointmentBooked,
    Attachment,
    CitizenNotified,
    ClockPaused,
    ClockResumed,
    ClockState,
    ConsultationAnswered,
    ConsultationCalledOff,
    ConsultationRequested,
    DeadlineExtended,
    DossierAccepted,
    DossierCompleted,
    DossierRated,
    DossierRefused,
    DossierSubmitted,
    DossierSupplemented,
    DossierTransferred,
    DossierWithdrawn,
    FeeLine,
    FeePaid,
    FeeRequested,
    OfficerAssigned,
    OfficerRef,
    ProcedureKept,
    ProcessingStopped,
    ResultApproved,
    ResultDispatched,
    ResultReceived,
    ReturnBy,
    RouteStep,
    Status,
    StepCompleted,
    StepEntered,
    StepReminded,
    StepReturned,
    SupplementItem,
    SupplementRequested,
    UnitRef,
    Urgency,
    WithdrawalRefused,
    WithdrawalRequested,
)

ENDED = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.RETURNED})


@dataclass(frozen=True)
class Hold:
    """The step that it lies at: where, in whose hands, due when, the last reminder of that."""

    step: RouteStep
    unit: UnitRef
    due: datetime
    officer: OfficerRef | None = None
    reminded: Urgency | None = None


@dataclass(frozen=True)
class Clock:
    """The clock: `due` from acceptance on; `paused_at` and `reason` while it is paused."""

    state: ClockState = ClockState.NOT_STARTED
    due: datetime | None = None
    paused_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Fee:
    """A fee that was asked for."""

    obligation: str
    lines: tuple[FeeLine, ...]
    amount: int
    from_tariff: bool
    paid: bool = False


@dataclass(frozen=True)
class Consultation:
    """A unit that was asked for its opinion and has not given it yet."""

    unit: UnitRef
    due: datetime


@dataclass(frozen=True)
class Dossier:
    """A dossier that was submitted. `resumes` is the status that a pause interrupted."""

    code: str
    subject: str
    status: Status
    agency: AgencyRef
    procedure: ProcedureKept
    route: tuple[RouteStep, ...]
    return_by: ReturnBy
    documents: tuple[Attachment, ...]
    hold: Hold | None = None
    clock: Clock = Clock()
    resumes: Status | None = None
    missing: tuple[SupplementItem, ...] = ()
    fees: Mapping[str, Fee] = field(default_factory=dict)
    assigned: Mapping[str, OfficerRef] = field(default_factory=dict)
    consulted: Mapping[str, Consultation] = field(default_factory=dict)  # by the unit's id
    notified: frozenset[tuple[str, bool]] = frozenset()
    withdrawal_asked: bool = False
    extended: bool = False
    rated: bool = False
    appointment: datetime | None = None
    at_counter: bool = False  # an officer entered it, for somebody without an account

    @property
    def accepted(self) -> bool:
        """Whether the agency took it, so that its clock was started."""
        return self.clock.due is not None

    @property
    def desk(self) -> UnitRef:
        """The one-stop desk (bộ phận một cửa): the unit of the first step."""
        return self.route[0].unit

    @property
    def fee_due(self) -> Fee | None:
        """The fee that is not paid yet; there is one at a time."""
        return next((fee for fee in self.fees.values() if not fee.paid), None)

    def step(self, step_id: str) -> RouteStep:
        """The step of the route with that id."""
        return next(step for step in self.route if step.id == step_id)


State = Dossier | None

initial: State = None


def evolve(state: State, event: Any) -> State:
    """Return the state after an event."""
    if isinstance(event, DossierSubmitted):
        return _submitted(event)
    if state is None:
        raise ValueError(f"{type(event).__name__} stands before DossierSubmitted")
    return _evolve(state, event)


def _submitted(event: DossierSubmitted) -> Dossier:
    return Dossier(
        code=event.code,
        subject=event.subject,
        status=Status.SUBMITTED,
        agency=event.agency,
        procedure=event.procedure,
        route=event.route,
        return_by=event.return_by,
        documents=event.documents,
        at_counter=event.officer is not None,
    )


def _evolve(dossier: Dossier, event: Any) -> Dossier:
    match event:
        case DossierAccepted():
            running = Clock(ClockState.RUNNING, event.due)
            return replace(dossier, status=Status.ACCEPTED, clock=running)
        case DossierRefused():
            return _end(dossier, Status.REFUSED)
        case DossierWithdrawn():
            return _end(dossier, Status.WITHDRAWN)
        case ProcessingStopped():
            return _end(dossier, Status.STOPPED)
        case WithdrawalRequested():
            return replace(dossier, withdrawal_asked=True)
        case WithdrawalRefused():
            return replace(dossier, withdrawal_asked=False)
        case SupplementRequested():
            return replace(
                dossier,
                status=Status.SUPPLEMENT_REQUESTED,
                resumes=dossier.status,
                missing=event.items,
            )
        case DossierSupplemented():
            documents = replaced(dossier.documents, event.documents)
            return replace(_resume(dossier), documents=documents, missing=())
        case FeeRequested():
            return _fee_requested(dossier, event)
        case FeePaid():
            return _fee_paid(dossier, event)
        case ClockPaused():
            paused = Clock(ClockState.PAUSED, event.due, event.paused_at, event.reason)
            return replace(dossier, clock=paused)
        case ClockResumed():
            return _clock_resumed(dossier, event)
        case DeadlineExtended():
            return _extended(dossier, event)
        case DossierTransferred():
            return _transferred(dossier, event)
        case StepEntered():
            hold = Hold(dossier.step(event.step), event.unit, event.due, event.officer)
            return replace(dossier, hold=hold)
        case OfficerAssigned():
            return _assigned(dossier, event)
        case StepCompleted():
            return _step_completed(dossier)
        case StepReturned():
            return replace(dossier, status=Status.PROCESSING, consulted={})
        case ConsultationRequested():
            asked = {event.unit.id: Consultation(event.unit, event.due)}
            return replace(dossier, consulted={**dossier.consulted, **asked})
        case ConsultationAnswered() | ConsultationCalledOff():
            waiting = {key: one for key, one in dossier.consulted.items() if key != event.unit.id}
            return replace(dossier, consulted=waiting)
        case DossierCompleted():
            stopped = Clock(ClockState.STOPPED, event.due)
            return replace(dossier, status=Status.COMPLETED, clock=stopped)
        case ResultApproved() | ResultDispatched():
            return dossier
        case ResultReceived():
            return replace(dossier, status=Status.RETURNED, hold=None)
        case AppointmentBooked():
            return replace(dossier, appointment=event.starts_at)
        case DossierRated():
            return replace(dossier, rated=True)
        case CitizenNotified():
            seen = dossier.notified | {(event.message, event.delivered)}
            return replace(dossier, notified=seen)
        case StepReminded():
            reminded = dossier.hold and replace(dossier.hold, reminded=event.urgency)
            return replace(dossier, hold=reminded)
        case _:
            raise ValueError(f"{type(event).__name__} is no event of a dossier")


def _end(dossier: Dossier, status: Status) -> Dossier:
    stopped = Clock(ClockState.STOPPED, dossier.clock.due)
    return replace(
        dossier,
        status=status,
        clock=stopped,
        hold=None,
        resumes=None,
        withdrawal_asked=False,
        consulted={},
    )


def _resume(dossier: Dossier) -> Dossier:
    return replace(dossier, status=dossier.resumes or dossier.status, resumes=None)


def _fee_requested(dossier: Dossier, event: FeeRequested) -> Dossier:
    from_tariff = event.lines == dossier.procedure.fees
    fee = Fee(event.obligation, event.lines, event.amount, from_tariff)
    known = replace(dossier, fees={**dossier.fees, event.obligation: fee})
    if dossier.status is Status.COMPLETED:  # what is due at the hand-over holds nothing up
        return known
    return replace(known, status=Status.FEE_DUE, resumes=dossier.status)


def _fee_paid(dossier: Dossier, event: FeePaid) -> Dossier:
    paid = replace(dossier.fees[event.obligation], paid=True)
    known = replace(dossier, fees={**dossier.fees, event.obligation: paid})
    return _resume(known) if dossier.status is Status.FEE_DUE else known


def _clock_resumed(dossier: Dossier, event: ClockResumed) -> Dossier:
    hold = dossier.hold
    if hold is not None and event.step_due is not None:
        hold = replace(hold, due=event.step_due)
    return replace(dossier, clock=Clock(ClockState.RUNNING, event.due), hold=hold)


def _extended(dossier: Dossier, event: DeadlineExtended) -> Dossier:
    hold = replace(dossier.hold, due=event.step_due, reminded=None) if dossier.hold else None
    return replace(dossier, clock=replace(dossier.clock, due=event.due), hold=hold, extended=True)


def _transferred(dossier: Dossier, event: DossierTransferred) -> Dossier:
    """It lies at the same step until the step that it moves to is entered."""
    units = {step.id: step.unit.id for step in dossier.route}
    kept = (
        set()
        if event.to_another
        else {step.id for step in event.route if step.unit.id == units[step.id]}
    )
    hold = dossier.hold
    if hold is not None:
        step = next(step for step in event.route if step.id == hold.step.id)
        officer = hold.officer if step.id in kept else None
        hold = replace(hold, step=step, officer=officer)
    return replace(
        dossier,
        agency=event.to_agency,
        route=event.route,
        hold=hold,
        consulted={} if event.to_another else dossier.consulted,
        assigned={step: one for step, one in dossier.assigned.items() if step in kept},
        appointment=None if event.to_another else dossier.appointment,
    )


def _assigned(dossier: Dossier, event: OfficerAssigned) -> Dossier:
    hold = dossier.hold
    if hold is not None and hold.step.id == event.step:
        hold = replace(hold, officer=event.officer)
    assigned = {**dossier.assigned, event.step: event.officer}
    # a deputy also takes over what waits for the applicant
    status = Status.PROCESSING if event.deputy_until is None else dossier.status
    return replace(dossier, status=status, assigned=assigned, hold=hold)


def _step_completed(dossier: Dossier) -> Dossier:
    """The first step beyond reception that ends makes an accepted dossier one in processing."""
    beyond = dossier.hold is not None and dossier.hold.step.action != StepAction.RECEIVE
    if beyond and dossier.status is Status.ACCEPTED:
        return replace(dossier, status=Status.PROCESSING)
    return dossier


def replaced(kept: tuple[Attachment, ...], sent: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """Return the files of a dossier after a supplement: those sent replace their requirement's."""
    answered = {attachment.requirement for attachment in sent}
    return (*(one for one in kept if one.requirement not in answered), *sent)
