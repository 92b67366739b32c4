"""The result: dispatched (phát hành), in the applicant's hands (F04 to F09), rated (G20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from kernel.errors import FieldError, Invalid
from services.dossier.clock import timing
from services.dossier.contract import (
    DossierCompleted,
    DossierRated,
    ResultDispatched,
    ResultReceived,
    ReturnBy,
)
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.hops import Moment, next_step, step_completed, step_entered
from services.dossier.decider.state import Dossier

_FAR_AHEAD = timedelta(days=366)


def dispatch(dossier: Dossier, command: do.Dispatch) -> list[Any]:
    """Processing is over and the result is on its way.

    A result sent online has reached the applicant's account with that; any other waits for the
    hand-over, one by appointment until then.
    """
    demand(dossier, "dispatch", command.by)
    _require_particulars(dossier.return_by, command)
    due = dossier.clock.due or command.at
    over: list[Any] = [
        step_completed(dossier, command.officer, command.at),
        DossierCompleted(dossier.code, command.at, due, timing(command.at, due)),
        ResultDispatched(
            code=dossier.code,
            by=dossier.return_by,
            officer=command.officer,
            dispatched_at=command.at,
            number=command.number,
            result=command.result,
            tracking=command.tracking,
            appointment_at=command.appointment_at,
            appointment_place=command.appointment_place,
        ),
    ]
    if dossier.return_by is ReturnBy.ONLINE:
        received = ResultReceived(dossier.code, dossier.subject, command.at, ReturnBy.ONLINE)
        return [*over, received]
    moment = Moment(command.officer, command.at, command.calendar)
    waiting = step_entered(dossier, next_step(dossier), moment)
    if command.appointment_at is not None:
        waiting = replace(waiting, due=max(waiting.due, command.appointment_at))
    return [*over, waiting]


def hand_over(dossier: Dossier, command: do.HandOver) -> list[Any]:
    """Somebody signed for it: the applicant, or who is named."""
    demand(dossier, "hand-over", command.by)
    received = ResultReceived(
        code=dossier.code,
        subject=dossier.subject,
        received_at=command.at,
        by=dossier.return_by,
        officer=command.officer,
        signed_by=command.signed_by or None,
    )
    return [step_completed(dossier, command.officer, command.at), received]


def confirm_receipt(dossier: Dossier, command: do.ConfirmReceipt) -> list[Any]:
    """The applicant has what the post brought; no officer need see it delivered any more."""
    demand(dossier, "confirm-receipt", command.by)
    return [ResultReceived(dossier.code, dossier.subject, command.at, dossier.return_by)]


def rate(dossier: Dossier, command: do.Rate) -> list[Any]:
    """The applicant says how it went, once (G20)."""
    demand(dossier, "rate", command.by)
    comment = command.comment.strip() or None
    return [DossierRated(dossier.code, dossier.subject, command.score, command.at, comment)]


def _require_particulars(by: ReturnBy, command: do.Dispatch) -> None:
    fault: FieldError | None = None
    match by:
        case ReturnBy.ONLINE if command.result is None:
            fault = FieldError(
                "file",
                "required",
                "Trả kết quả trực tuyến cần tệp kết quả.",
                "A result sent online needs its file.",
            )
        case ReturnBy.POST if not command.tracking.strip():
            fault = FieldError(
                "tracking",
                "required",
                "Gửi qua bưu điện cần mã vận đơn.",
                "A result sent by post needs the tracking number.",
            )
        case ReturnBy.IN_PERSON if command.appointment_at is None:
            fault = FieldError(
                "appointment_at",
                "required",
                "Trả trực tiếp cần lịch hẹn.",
                "A result given in person needs an appointment.",
            )
        case _ if command.appointment_at and command.appointment_at > command.at + _FAR_AHEAD:
            fault = FieldError(
                "appointment_at",
                "too-far",
                "Lịch hẹn còn hơn một năm nữa. Hãy xem lại ngày.",
                "The appointment is more than a year ahead. Check the date.",
            )
        case ReturnBy.IN_PERSON if command.appointment_at and command.appointment_at < command.at:
            fault = FieldError(
                "appointment_at", "past", "Lịch hẹn đã qua.", "The appointment is in the past."
            )
        case _:
            return
    raise Invalid("dispatch-particulars", fault.vi, fault.en, fields=[fault])
