"""From an officer's or applicant's request to a command with everything resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from kernel.errors import FieldError, Invalid
from kernel.requests import Call, Caller
from kernel.schemas import JSON, field_error
from kernel.views import StreamView
from services.dossier import contract
from services.dossier.clock import Calendar, at_agency, day_of
from services.dossier.contract import (
    AgencyRef,
    Attachment,
    AttachmentGiven,
    DossierStatus,
    OfficerRef,
    UnitRef,
)
from services.dossier.decider import Command
from services.dossier.decider import commands as do
from services.dossier.decider.appointments import require_slot
from services.dossier.files import Files
from services.dossier.forms import check_answers
from services.dossier.references import References
from services.dossier.seats import Seats, desk_of
from services.dossier.submission import agency_ref, not_competent, route

RESULT = "result"  # what stands for the document requirement in the attachment of a result


@dataclass(frozen=True)
class Resolver:
    """Looks up what a request names: officers, files, the agency's address."""

    references: References
    files: Files
    seats: Seats
    status_view: StreamView
    calendar: Calendar
    at: datetime

    def command(self, request: Any, dossier: DossierStatus, call: Call) -> Command:
        """Return the command behind one of `contract.ACTIONS`' requests about a dossier."""
        by, at, calendar = call.caller, self.at, self.calendar
        counter = self._officer(by) if by.is_officer else None
        match request:
            case contract.SupplementDossier(documents=given, form=answers, note=note):
                documents = self.files.attachments(given, call)
                clean = self._corrections(answers, dossier)
                return do.Supplement(by, at, calendar, documents, clean, note, counter)
            case contract.WithdrawDossier(reason=reason):
                return do.Withdraw(by, at, reason)
            case contract.RequestWithdrawal(reason=reason):
                return do.RequestWithdrawal(by, at, reason, counter)
            case contract.GrantWithdrawal():
                return do.GrantWithdrawal(by, self._officer(by), at)
            case contract.RefuseWithdrawal(reason=reason):
                return do.RefuseWithdrawal(by, self._officer(by), at, reason)
            case contract.ExtendDeadline(days=days, reason=reason):
                return do.Extend(by, self._officer(by), at, calendar, days, reason)
            case contract.TransferDossier():
                return self._transfer(request, dossier, by)
            case contract.StopProcessing(reason=reason, legal_basis=basis):
                return do.Stop(by, self._officer(by), at, reason, basis)
            case contract.AcceptDossier(note=note):
                return do.Accept(by, self._officer(by), at, calendar, note)
            case contract.RefuseDossier(reason=reason, legal_basis=basis):
                return do.Refuse(by, self._officer(by), at, reason, basis)
            case contract.RequestSupplement(items=items, reason=reason, legal_basis=basis):
                return do.RequestSupplement(by, self._officer(by), at, items, reason, basis)
            case contract.AssignOfficer(officer=account):
                return do.Assign(
                    by, self._officer(by), at, calendar, self.references.assignee(account)
                )
            case contract.CompleteStep(note=note):
                return do.CompleteStep(by, self._officer(by), at, calendar, note)
            case contract.ConsultUnit(unit=unit, question=question, hours=hours):
                asked = self._unit(dossier.agency.id, unit)
                return do.Consult(by, self._officer(by), at, calendar, asked, question, hours)
            case contract.AnswerConsultation(opinion=opinion):
                return do.AnswerConsultation(by, self._officer(by), at, opinion)
            case contract.CallOffConsultation(unit=unit):
                return do.CallOffConsultation(by, self._officer(by), at, unit)
            case contract.ReturnStep(to=to, reason=reason):
                return do.ReturnStep(by, self._officer(by), at, calendar, to, reason)
            case contract.RequestFee(lines=lines):
                obligation = f"fee-{uuid4().hex}"
                return do.RequestFee(by, self._officer(by), at, obligation, lines)
            case contract.ApproveResult(note=note):
                return do.Approve(by, self._officer(by), at, calendar, note)
            case contract.DispatchResult():
                return self._dispatch(request, dossier.agency, call)
            case contract.HandOver(signed_by=signed_by):
                return do.HandOver(by, self._officer(by), at, signed_by.strip())
            case contract.BookAppointment(starts_at=starts_at):
                return self._book(starts_at, dossier, by)
            case contract.ConfirmReceipt():
                return do.ConfirmReceipt(by, at)
            case contract.RateDossier(score=score, comment=comment):
                return do.Rate(by, at, score, comment)
        raise TypeError(f"no action behind {type(request).__name__}")

    def _officer(self, by: Caller) -> OfficerRef:
        return self.references.officer_ref(by.id, by.name)

    def _unit(self, agency: str, unit: str) -> UnitRef:
        known = self.references.known_agency(agency)
        for one in known.units if known else ():
            if one.id == unit:
                return UnitRef(one.id, one.name, one.name_en)
        vi, en = "Cơ quan không có đơn vị này.", "The agency has no such unit."
        raise Invalid("unknown-unit", vi, en, fields=(FieldError("unit", "choice", vi, en),))

    def _book(self, starts_at: datetime, dossier: DossierStatus, by: Caller) -> do.Book:
        """Take a seat; one that the decider then refuses is free again by itself."""
        require_slot(at_agency(self.calendar, dossier.agency.hours), self.at, starts_at)
        if dossier.procedure.in_person and dossier.receiving_unit is not None:
            desk = desk_of(dossier.agency.id, dossier.receiving_unit.id)
            self.seats.take(desk, starts_at, dossier.code, self.status_view, self.at)
        officer = self._officer(by) if by.is_officer else None
        return do.Book(by, self.at, self.calendar, starts_at, officer)

    def _transfer(
        self, request: contract.TransferDossier, dossier: DossierStatus, by: Caller
    ) -> do.Transfer:
        today = day_of(self.at)
        procedure = self.references.version(dossier.procedure.code, dossier.procedure.version)
        agency = self.references.agency(request.agency, today)
        if not self.references.takes(agency, procedure, dossier.case, today):
            raise not_competent()
        return do.Transfer(
            by=by,
            officer=self._officer(by),
            at=self.at,
            calendar=self.calendar,
            agency=agency_ref(agency),
            route=route(procedure, dossier.case, agency, today),
            reason=request.reason,
            legal_basis=request.legal_basis,
        )

    def _corrections(
        self, answers: Mapping[str, JSON], dossier: DossierStatus
    ) -> Mapping[str, JSON]:
        """Check corrected answers together with those that stand, and return them clean."""
        if not answers:
            return {}
        kept = dossier.procedure
        form = self.references.version(kept.code, kept.version).form
        together = {**(dossier.answers or {}), **answers}
        clean = check_answers(form, together, day_of(self.at), dossier.applicant)
        return {key: clean.get(key) for key in answers}

    def _dispatch(
        self, request: contract.DispatchResult, agency: AgencyRef, call: Call
    ) -> do.Dispatch:
        return do.Dispatch(
            by=call.caller,
            officer=self._officer(call.caller),
            at=self.at,
            calendar=self.calendar,
            number=request.number,
            result=self._result(request.file, call),
            tracking=request.tracking,
            appointment_at=request.appointment_at,
            appointment_place=agency.name,
        )

    def _result(self, file: str | None, call: Call) -> Attachment | None:
        if not file:
            return None
        try:
            (attachment,) = self.files.attachments([AttachmentGiven(RESULT, file)], call)
        except Invalid as error:
            raise Invalid(
                error.code, error.vi, error.en, fields=(field_error("file", "invalid"),)
            ) from error
        return attachment
