"""At the one-stop desk: submit, accept, refuse."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from typing import Any

from kernel.errors import Conflict, FieldError, Forbidden, Invalid
from kernel.requests import Caller
from kernel.schemas import field_error
from services.catalog.contract import OFFERINGS, Channel, Offering, TimeUnit
from services.catalog.contract.workflows import flaw
from services.dossier.contract import (
    AT_COUNTER,
    LONGEST_ON_ITS_WAY,
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
from services.dossier.decider.state import Dossier, State, evolve
from services.dossier.forms import require_listed_documents
from services.identity.contract import Role

APPLICANTS = ("citizen", "organisation", "enterprise")

# Which way of return a level must offer (F03, F04).
RETURN_OFFERING = {
    ReturnBy.ONLINE: Offering.RESULT_ONLINE,
    ReturnBy.IN_PERSON: Offering.RESULT_IN_PERSON,
    ReturnBy.POST: Offering.RESULT_BY_POST,
}


def submit(state: State, command: do.Submit) -> list[Any]:
    """A new dossier lies at the one-stop desk, to be checked within 8 working hours.

    What an officer enters there was checked with that, and is accepted at once.
    """
    if state is not None:
        raise Conflict("code-taken", "Mã hồ sơ đã được dùng.", "This code is taken.")
    if command.officer is None:
        _require_applicant(command)
        _require_offered(command)
    else:
        _require_counter(command)
    _require_whole(command.route)
    if command.officer is not None:
        require_desk(command.by, command.agency.id, command.route[0].unit.id)
    require_listed_documents(command.procedure.documents, command.documents)
    check_due = command.calendar.add_hours(command.at, CHECK_HOURS)
    desk = command.route[0]
    new: list[Any] = [
        DossierSubmitted(
            code=command.code,
            subject=command.subject,
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
            officer=command.officer,
            arrived_at=command.arrived_at,
        ),
        StepEntered(command.code, desk.id, desk.unit, command.at, check_due),
    ]
    dossier = reduce(evolve, new, None)
    if dossier is None or command.officer is None:
        return new
    taken = do.Accept(
        command.by, command.officer, command.at, command.calendar, since=command.arrived_at
    )
    return [*new, *accept(dossier, taken)]


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


def begun_at(submitted: DossierSubmitted, accepted: DossierAccepted) -> datetime:
    """When the processing time began: at the acceptance; of a letter when it arrived."""
    return submitted.arrived_at or accepted.accepted_at


def require_desk(who: Caller, agency: str, desk: str) -> None:
    """Raise `Forbidden` unless `who` receives at an agency's one-stop desk."""
    place = (who.agency, who.unit)
    if not (who.is_officer and Role.RECEIVING in who.roles and place == (agency, desk)):
        raise desk_only()


def desk_only() -> Forbidden:
    """Return what everybody else is told."""
    return Forbidden(
        "desk-only",
        "Chỉ cán bộ tiếp nhận của bộ phận một cửa được nhập hồ sơ tại quầy hoặc qua bưu chính.",
        "Only receiving officers of the one-stop desk enter what is filed there or by post.",
    )


def _due(dossier: Dossier, command: do.Accept) -> datetime:
    """When the result is due: by the procedure's time, else by the budgets of its steps.

    The time is absent where none, or only a description of it, is published.
    """
    unit, value = dossier.procedure.time_unit, dossier.procedure.time_value
    start = command.since or command.at
    if unit == TimeUnit.SAME_DAY:
        return command.calendar.due(start, TimeUnit.SAME_DAY, 0)
    if not unit or value is None:
        hours = sum(step.budget_hours for step in dossier.route[1:-1])
        return command.calendar.known(command.calendar.add_hours(start, hours))
    return command.calendar.due(start, TimeUnit(unit), value)


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


def _require_counter(command: do.Submit) -> None:
    """What an officer enters came to the counter or by post, and its result goes the same ways."""
    if command.channel not in AT_COUNTER:
        raise Forbidden(
            "applicants-only",
            "Chỉ tài khoản công dân, tổ chức hoặc doanh nghiệp được nộp hồ sơ trực tuyến.",
            "Only accounts of citizens, organisations and enterprises file online.",
        )
    faults: list[FieldError] = []
    if command.return_by is ReturnBy.ONLINE:
        faults.append(
            FieldError(
                "return_by",
                "choice",
                "Người nộp tại quầy nhận kết quả trực tiếp hoặc qua bưu điện.",
                "Who files at the counter receives the result there or by post.",
            )
        )
    arrived = command.arrived_at
    if arrived is not None and (
        command.channel != Channel.POST
        or not command.at - LONGEST_ON_ITS_WAY <= arrived <= command.at
    ):
        faults.append(
            FieldError(
                "arrived_at",
                "invalid",
                "Chỉ ghi ngày đến cho hồ sơ bưu chính, không sau lúc này, không quá 30 ngày trước.",
                "Only what came by post has an arrival: not in the future, at most 30 days ago.",
            )
        )
    if faults:
        raise Invalid("invalid", faults[0].vi, faults[0].en, fields=faults)


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
