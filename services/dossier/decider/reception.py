"""At the one-stop desk: submit, accept, refuse."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.errors import Conflict, Forbidden, Invalid
from kernel.schemas import field_error
from services.catalog.contract import OFFERINGS, Channel, Offering, TimeUnit
from services.catalog.contract.workflows import flaw
from services.dossier.contract import (
    DossierAccepted,
    DossierRefused,
    DossierSubmitted,
    ReturnBy,
    RouteStep,
    StepEntered,
)
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.hops import CHECK_HOURS, Moment, held, onward, step_completed
from services.dossier.decider.state import Dossier, State
from services.dossier.forms import require_listed_documents

APPLICANTS = ("citizen", "organisation", "enterprise")

# Which way of return a level must offer (F03, F04).
RETURN_OFFERING = {
    ReturnBy.ONLINE: Offering.RESULT_ONLINE,
    ReturnBy.IN_PERSON: Offering.RESULT_IN_PERSON,
    ReturnBy.POST: Offering.RESULT_BY_POST,
}


def submit(state: State, command: do.Submit) -> list[Any]:
    """A new dossier lies at the one-stop desk, to be checked within 8 working hours."""
    if state is not None:
        raise Conflict("code-taken", "Mã hồ sơ đã được dùng.", "This code is taken.")
    _require_applicant(command)
    _require_offered(command)
    _require_whole(command.route)
    require_listed_documents(command.procedure.documents, command.documents)
    check_due = command.calendar.add_hours(command.at, CHECK_HOURS)
    desk = command.route[0]
    return [
        DossierSubmitted(
            code=command.code,
            subject=command.by.id,
            channel=command.channel,
            procedure=command.procedure,
            agency=command.agency,
            route=command.route,
            documents=command.documents,
            return_by=command.return_by,
            locale=command.locale,
            submitted_at=command.at,
            check_due=check_due,
            case=command.case,
            applicant=command.applicant,
            owner=command.owner,
            answers=command.answers,
            pin=command.pin,
        ),
        StepEntered(command.code, desk.id, desk.unit, command.at, check_due),
    ]


def accept(dossier: Dossier, command: do.Accept) -> list[Any]:
    """The desk takes it: the clock starts and it goes to the next step."""
    demand(dossier, "accept", command.by)
    accepted = DossierAccepted(
        code=dossier.code,
        officer=command.officer,
        unit=held(dossier).unit,
        accepted_at=command.at,
        due=_due(dossier, command),
        note=command.note,
    )
    moment = Moment(command.officer, command.at, command.calendar)
    return [accepted, *onward(dossier, moment, command.note)]


def refuse(dossier: Dossier, command: do.Refuse) -> list[Any]:
    """The desk does not take it; it ends."""
    demand(dossier, "refuse", command.by)
    return [
        step_completed(dossier, command.officer, command.at),
        DossierRefused(
            code=dossier.code,
            officer=command.officer,
            unit=held(dossier).unit,
            reason=command.reason,
            legal_basis=command.legal_basis,
            refused_at=command.at,
        ),
    ]


def _due(dossier: Dossier, command: do.Accept) -> datetime:
    """When the result is due: by the procedure's time, else by the budgets of its steps.

    The time is absent where none, or only a description of it, is published.
    """
    unit, value = dossier.procedure.time_unit, dossier.procedure.time_value
    if unit == TimeUnit.SAME_DAY:
        return command.calendar.due(command.at, TimeUnit.SAME_DAY, 0)
    if not unit or value is None:
        hours = sum(step.budget_hours for step in dossier.route[1:-1])
        return command.calendar.known(command.calendar.add_hours(command.at, hours))
    return command.calendar.due(command.at, TimeUnit(unit), value)


def _require_applicant(command: do.Submit) -> None:
    if command.by.kind not in APPLICANTS:
        raise Forbidden(
            "applicants-only",
            "Chỉ tài khoản công dân, tổ chức hoặc doanh nghiệp được nộp hồ sơ.",
            "Only accounts of citizens, organisations and enterprises file dossiers.",
        )
    if not command.by.verified:
        raise Forbidden(
            "account-not-verified",
            "Tài khoản chưa được xác thực. Hãy kích hoạt bằng liên kết trong thư rồi nộp lại.",
            "The account is not verified. Activate it by the link in the mail, then file again.",
        )


def _require_offered(command: do.Submit) -> None:
    """The service level says what can be done online, and how a result can come (F02 to F04)."""
    offered = OFFERINGS[command.procedure.legacy_level]
    if command.channel == Channel.ONLINE and Offering.FILE_ONLINE not in offered:
        raise Invalid(
            "not-online",
            "Thủ tục này chưa nộp trực tuyến được; hãy nộp tại bộ phận một cửa hoặc qua bưu điện.",
            "This procedure cannot be filed online; file it at the one-stop desk or by post.",
        )
    if RETURN_OFFERING[command.return_by] not in offered:
        raise Invalid(
            "return-not-offered",
            "Thủ tục này trả kết quả tại bộ phận một cửa; hãy chọn nhận trực tiếp.",
            "This procedure gives its result at the one-stop desk; choose to receive in person.",
            fields=[field_error("return_by", "choice")],
        )


def _require_whole(route: tuple[RouteStep, ...]) -> None:
    """Nobody could work through a route with a flaw; what the catalogue publishes has none."""
    if flaw([step.action for step in route]) is not None:
        raise Invalid(
            "route-incomplete",
            "Quy trình của thủ tục chưa hoàn chỉnh nên chưa nhận hồ sơ; hãy gọi đường dây nóng.",
            "The procedure's workflow is incomplete, so nothing is taken yet; call the hotline.",
        )
