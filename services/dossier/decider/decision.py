"""Every command finds its rule here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar, assert_never, cast

from kernel.errors import NotFound
from services.dossier.clock import Calendar, at_agency
from services.dossier.contract import AgencyRef, CitizenNotified
from services.dossier.decider import commands as do
from services.dossier.decider.appointments import book
from services.dossier.decider.consultation import (
    answer_consultation,
    call_off_consultation,
    consult,
)
from services.dossier.decider.ending import (
    grant_withdrawal,
    refuse_withdrawal,
    request_withdrawal,
    stop,
    withdraw,
)
from services.dossier.decider.extension import extend
from services.dossier.decider.fees import record_fee_paid, request_fee
from services.dossier.decider.handling import approve, assign, complete_step, return_step, stand_in
from services.dossier.decider.reception import accept, refuse, submit
from services.dossier.decider.reminders import remind
from services.dossier.decider.result import confirm_receipt, dispatch, hand_over, rate
from services.dossier.decider.state import Dossier, State
from services.dossier.decider.supplements import request_supplement, supplement
from services.dossier.decider.transfer import succeed, transfer

C = TypeVar("C", bound=do.Command)


def decide(state: State, command: do.Command) -> Sequence[Any]:
    """Return the events that the command leads to; none where there is nothing to do.

    Raises `Conflict` for what the state does not allow, `Forbidden` for what the caller may not
    do, `Invalid` for particulars that break a rule, `NotFound` where there is no dossier.
    """
    if isinstance(command, do.Submit):
        return submit(state, _by_hours_of(command.agency, command))
    if state is None:
        raise NotFound("no-dossier", "Không tìm thấy hồ sơ.", "There is no such dossier.")
    gets_it = command.agency if isinstance(command, do.Transfer | do.Succeed) else state.agency
    command = _by_hours_of(gets_it, command)
    match command:
        case do.Supplement():
            return supplement(state, command)
        case do.Withdraw():
            return withdraw(state, command)
        case do.RequestWithdrawal():
            return request_withdrawal(state, command)
        case do.GrantWithdrawal():
            return grant_withdrawal(state, command)
        case do.RefuseWithdrawal():
            return refuse_withdrawal(state, command)
        case do.Extend():
            return extend(state, command)
        case do.Transfer():
            return transfer(state, command)
        case do.Succeed():
            return succeed(state, command)
        case do.Stop():
            return stop(state, command)
        case do.Accept():
            return accept(state, command)
        case do.Refuse():
            return refuse(state, command)
        case do.RequestSupplement():
            return request_supplement(state, command)
        case do.Assign():
            return assign(state, command)
        case do.CompleteStep():
            return complete_step(state, command)
        case do.Consult():
            return consult(state, command)
        case do.AnswerConsultation():
            return answer_consultation(state, command)
        case do.CallOffConsultation():
            return call_off_consultation(state, command)
        case do.ReturnStep():
            return return_step(state, command)
        case do.RequestFee():
            return request_fee(state, command)
        case do.Approve():
            return approve(state, command)
        case do.Dispatch():
            return dispatch(state, command)
        case do.HandOver():
            return hand_over(state, command)
        case do.Book():
            return book(state, command)
        case do.ConfirmReceipt():
            return confirm_receipt(state, command)
        case do.Rate():
            return rate(state, command)
        case do.RecordFeePaid():
            return record_fee_paid(state, command)
        case do.RecordNotification():
            return _record_notification(state, command)
        case do.Remind():
            return remind(state, command)
        case do.StandIn():
            return stand_in(state, command)
        case _:
            assert_never(command)


def _by_hours_of(agency: AgencyRef, command: C) -> C:
    """Return the command with the calendar of the agency that holds the dossier, or gets it."""
    calendar: Calendar | None = getattr(command, "calendar", None)
    if calendar is None or agency.hours is None:
        return command
    counted: Any = command
    return cast(C, replace(counted, calendar=at_agency(calendar, agency.hours)))


def _record_notification(dossier: Dossier, command: do.RecordNotification) -> list[Any]:
    if (command.message, command.delivered) in dossier.notified:
        return []
    return [
        CitizenNotified(
            code=dossier.code,
            message=command.message,
            template=command.template,
            channel=command.channel,
            delivered=command.delivered,
            at=command.at,
            reason=command.reason,
        )
    ]
