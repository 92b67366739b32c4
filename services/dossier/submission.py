"""From what an applicant sends to a command with everything resolved."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from kernel.errors import Forbidden, Invalid
from kernel.requests import Call, Caller
from kernel.schemas import field_error
from services.catalog.contract import (
    Agency,
    Case,
    Channel,
    Procedure,
    ProcessingTime,
    Tariff,
)
from services.catalog.contract.workflows import workflow_of
from services.dossier.clock import Calendar, day_of
from services.dossier.contract import (
    AT_COUNTER,
    AgencyRef,
    DocumentKept,
    FeeLine,
    Person,
    ProcedureKept,
    RouteStep,
    SubmitDossier,
    UnitRef,
)
from services.dossier.counter import Subjects
from services.dossier.decider import commands as do
from services.dossier.decider.reception import desk_only, require_desk
from services.dossier.files import Files
from services.dossier.forms import Submission, check_submission
from services.dossier.references import ONE_STOP, References, unit_for
from services.identity.contract.identity_numbers import normal_number


@dataclass(frozen=True)
class Prepared:
    """A submission that holds, but for its code."""

    identifier: str
    subject: str
    command: Callable[[str], do.Submit]


def prepare(
    request: SubmitDossier,
    call: Call,
    references: References,
    files: Files,
    calendar: Calendar,
    at: datetime,
    subjects: Subjects,
) -> Prepared:
    """Check all that was sent and resolve what it names.

    What an officer enters goes to the officer's own agency, for a person without an account.

    Raises `Forbidden` for an account that is not verified (B10), and one `Invalid` with every
    field at fault: the procedure, the case, the place or agency, the persons, the form, the
    documents.
    """
    counter = request.channel in AT_COUNTER
    if not counter and not call.caller.verified:
        raise Forbidden(
            "account-not-verified",
            "Tài khoản chưa được xác thực nên chưa thể nộp hồ sơ. Hãy mở thư kích hoạt.",
            "The account is not verified yet, so it cannot file. Open the activation mail.",
        )
    today = day_of(at)
    procedure = references.procedure(request.procedure, today)
    case = _case(procedure, request.case)
    _require_channel(procedure, request.channel)
    agency = _agency(request, procedure, references, today, call.caller)
    kept = keep(procedure, case, request.channel, today)
    applicant, owner = normal(request.applicant), normal(request.owner)
    answers = check_submission(
        procedure.form,
        kept.documents,
        Submission(request.form, applicant, owner, request.documents),
        today,
    )
    subject = subjects.of(applicant) if counter else call.caller.id
    documents = files.attachments(request.documents, call)
    officer = references.officer_ref(call.caller.id, call.caller.name) if counter else None
    pin = f"{secrets.randbelow(10_000):04d}"

    def command(code: str) -> do.Submit:
        return do.Submit(
            by=call.caller,
            code=code,
            channel=request.channel.value,
            procedure=kept,
            agency=agency_ref(agency),
            route=route(procedure, case.id if case else None, agency, today),
            documents=documents,
            return_by=request.return_by,
            locale="vi" if counter else call.locale,
            applicant=applicant,
            owner=owner,
            answers=answers,
            pin=pin,
            at=at,
            calendar=calendar,
            subject=subject,
            case=case.id if case else None,
            officer=officer,
            arrived_at=request.arrived_at,
        )

    return Prepared(agency.identifier, subject, command)


def keep(procedure: Procedure, case: Case | None, channel: Channel, on: date) -> ProcedureKept:
    """Return what a dossier keeps of a procedure's version, for its case, channel and day."""
    wanted = case.id if case else None
    time = case.time if case and case.time else _time(procedure, channel)
    return ProcedureKept(
        code=procedure.code,
        version=procedure.version,
        name=procedure.name,
        name_en=procedure.name_en,
        field_code=procedure.field_of_work.code,
        field_name=procedure.field_of_work.name,
        service_level=procedure.service_level.value,
        legacy_level=procedure.legacy_level,
        time_unit=time.unit.value if time else "",
        time_value=time.value if time else None,
        fees=tuple(_fee_line(tariff) for tariff in _tariffs(procedure, wanted, channel, on)),
        in_person=(case.in_person if case else "") or procedure.in_person,
        documents=tuple(
            DocumentKept(
                id=document.id,
                name=document.name,
                name_en=document.name_en,
                required=document.required and not document.condition,
            )
            for document in procedure.documents
            if document.case in (None, wanted)
        ),
    )


def route(
    procedure: Procedure, case: str | None, agency: Agency, on: date
) -> tuple[RouteStep, ...]:
    """Return the workflow of a case with each step's unit in the agency competent on a day."""

    def unit(step_unit: str) -> UnitRef:
        found = unit_for(agency, step_unit, procedure, case, on)
        return UnitRef(found.id, found.name, found.name_en)

    return tuple(
        RouteStep(
            id=step.id,
            name=step.name,
            name_en=step.name_en,
            role=step.role,
            unit=unit(step.unit),
            budget_hours=step.budget_hours,
            action=step.action.value,
        )
        for step in workflow_of(procedure, case)
    )


def normal(person: Person) -> Person:
    """Return a person with the identity number as it is checked, kept and looked up."""
    return replace(person, identity_number=normal_number(person.identity_number))


def agency_ref(agency: Agency) -> AgencyRef:
    """Return what a dossier keeps of its agency."""
    return AgencyRef(
        agency.id,
        agency.identifier,
        agency.name,
        agency.name_en,
        agency.hotline,
        agency.office_hours,
    )


def _agency(
    request: SubmitDossier,
    procedure: Procedure,
    references: References,
    today: date,
    caller: Caller,
) -> Agency:
    if request.channel in AT_COUNTER:
        if caller.agency is None:
            raise desk_only()
        own = references.agency(caller.agency, today)
        require_desk(caller, own.id, unit_for(own, ONE_STOP, procedure, request.case, today).id)
        elsewhere = request.place is not None or request.agency not in (None, own.id)
        if elsewhere or not references.takes(own, procedure, request.case, today):
            raise not_competent()
        return own
    if request.place is not None:
        competent = references.competent_agency(procedure, request.case, request.place, today)
        if request.agency not in (None, competent.id):
            raise not_competent()
        return competent
    if request.agency is None:
        raise Invalid(
            "invalid",
            "Hãy chọn nơi giải quyết hồ sơ.",
            "Choose where the dossier is to be resolved.",
            fields=(field_error("place", "required"),),
        )
    agency = references.agency(request.agency, today)
    if not references.takes(agency, procedure, request.case, today):
        raise not_competent()
    return agency


def not_competent() -> Invalid:
    """Return the refusal of an agency that does not resolve the procedure there."""
    return Invalid(
        "not-competent",
        "Cơ quan này không có thẩm quyền giải quyết thủ tục ở địa bàn đã chọn.",
        "This agency is not competent for the procedure at the chosen place.",
        fields=(field_error("agency", "choice"),),
    )


def _case(procedure: Procedure, wanted: str | None) -> Case | None:
    if wanted is None:
        return None
    found = next((case for case in procedure.cases if case.id == wanted), None)
    if found is None:
        raise Invalid(
            "unknown-case",
            "Thủ tục không có trường hợp này.",
            "The procedure has no such case.",
            fields=(field_error("case", "choice"),),
        )
    return found


def _require_channel(procedure: Procedure, channel: Channel) -> None:
    # whether something is filed online follows from its level, which the decider judges
    if channel in AT_COUNTER and channel not in procedure.channels:
        raise Invalid(
            "no-such-channel",
            "Thủ tục này không nhận qua hình thức đã chọn.",
            "The procedure is not taken in this way.",
            fields=(field_error("channel", "choice"),),
        )


def _time(procedure: Procedure, channel: Channel) -> ProcessingTime | None:
    by_channel = {time.channel: time for time in procedure.times}
    return by_channel.get(channel) or next(iter(procedure.times), None)


def _tariffs(procedure: Procedure, case: str | None, channel: Channel, on: date) -> list[Tariff]:
    """Return the tariffs that apply on a day: those of the case, else the first general one.

    Several tariffs without a case are alternatives that the officer chooses from, so only the
    first is proposed.
    """
    here = [
        tariff
        for tariff in procedure.tariffs
        if tariff.channel is channel
        and tariff.amount
        and (tariff.valid_from is None or tariff.valid_from <= on)
        and (tariff.valid_to is None or on <= tariff.valid_to)
    ]
    of_case = [tariff for tariff in here if case is not None and tariff.case == case]
    return of_case or [tariff for tariff in here if tariff.case is None][:1]


def _fee_line(tariff: Tariff) -> FeeLine:
    label = tariff.label or (f"Lệ phí ({tariff.per})" if tariff.per else "Lệ phí")
    return FeeLine(label=label, unit_amount=tariff.amount or 0, quantity=1, tariff=tariff.id)
