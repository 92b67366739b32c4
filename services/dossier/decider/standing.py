"""Where a dossier stands for the table of actions, and what the table may ask of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from kernel.schemas import field, frozen
from services.dossier.contract import AgencyRef, OfficerRef, ReturnBy, RouteStep, Status, UnitRef
from services.dossier.decider.state import Dossier


@frozen
class Standing:
    """As much of a dossier as the table asks about; also kept in the status view."""

    status: Status
    subject: str
    agency: AgencyRef
    desk: UnitRef
    fees_settled: bool
    step: RouteStep | None = field(default=None)
    officer: OfficerRef | None = field(default=None, doc="the assigned one, where one is")
    earlier: tuple[str, ...] = field(default=(), doc="ids of the steps it can go back to")
    accepted: bool = field(default=False)
    withdrawal_asked: bool = field(default=False, doc="and not answered yet")
    extended: bool = field(default=False)
    by_post: bool = field(default=False, doc="the result comes by post")
    rated: bool = field(default=False)
    in_person: bool = field(default=False, doc="something must be done in person")
    at_counter: bool = field(default=False, doc="an officer entered it for who has no account")
    consulted: tuple[str, ...] = field(default=(), doc="ids of units whose opinion is waited for")


def standing(dossier: Dossier) -> Standing:
    """Return where a dossier stands for the table."""
    hold = dossier.hold
    return Standing(
        status=dossier.status,
        subject=dossier.subject,
        agency=dossier.agency,
        desk=dossier.desk,
        fees_settled=dossier.fee_due is None,
        step=hold.step if hold else None,
        officer=hold.officer if hold else None,
        earlier=tuple(step.id for step in earlier_steps(dossier)),
        accepted=dossier.accepted,
        withdrawal_asked=dossier.withdrawal_asked,
        extended=dossier.extended,
        by_post=dossier.return_by is ReturnBy.POST,
        rated=dossier.rated,
        in_person=bool(dossier.procedure.in_person),
        at_counter=dossier.at_counter,
        consulted=tuple(dossier.consulted),
    )


def earlier_steps(dossier: Dossier) -> tuple[RouteStep, ...]:
    """Return the steps it can go back to: those between reception and the current one."""
    if dossier.hold is None:
        return ()
    return dossier.route[1 : dossier.route.index(dossier.hold.step)]


class Needs(StrEnum):
    """What must hold besides status and step."""

    FEES_SETTLED = "fees-settled"
    EARLIER_STEP = "earlier-step"
    NOT_ACCEPTED = "not-accepted"
    ACCEPTED = "accepted"
    WITHDRAWAL_ASKED = "withdrawal-asked"
    NO_WITHDRAWAL_ASKED = "no-withdrawal-asked"
    NOT_EXTENDED = "not-extended"
    SENT_BY_POST = "sent-by-post"
    NOT_RATED = "not-rated"
    IN_PERSON = "in-person"
    CONSULTING = "consulting"
    NOBODY_CONSULTED = "nobody-consulted"


MET: Mapping[Needs, Callable[[Standing], bool]] = {
    Needs.FEES_SETTLED: lambda here: here.fees_settled,
    Needs.EARLIER_STEP: lambda here: bool(here.earlier),
    Needs.NOT_ACCEPTED: lambda here: not here.accepted,
    Needs.ACCEPTED: lambda here: here.accepted,
    Needs.WITHDRAWAL_ASKED: lambda here: here.withdrawal_asked,
    Needs.NO_WITHDRAWAL_ASKED: lambda here: not here.withdrawal_asked,
    Needs.NOT_EXTENDED: lambda here: not here.extended,
    Needs.SENT_BY_POST: lambda here: here.by_post,
    Needs.NOT_RATED: lambda here: not here.rated,
    Needs.IN_PERSON: lambda here: here.in_person,
    Needs.CONSULTING: lambda here: bool(here.consulted),
    Needs.NOBODY_CONSULTED: lambda here: not here.consulted,
}


# What is said where a need is not met: code, Vietnamese, English.
LACKING: Mapping[Needs, tuple[str, str, str]] = {
    Needs.FEES_SETTLED: ("fee-due", "phí, lệ phí chưa được nộp", "the fee is not paid yet"),
    Needs.NOT_ACCEPTED: (
        "already-accepted",
        "hồ sơ đã được tiếp nhận nên việc rút cần cơ quan đồng ý",
        "the dossier was accepted, so taking it back needs the agency's consent",
    ),
    Needs.ACCEPTED: (
        "not-accepted-yet",
        "hồ sơ chưa được tiếp nhận",
        "the dossier was not accepted yet",
    ),
    Needs.WITHDRAWAL_ASKED: (
        "no-withdrawal-asked",
        "không có đề nghị rút hồ sơ nào chờ trả lời",
        "nobody waits for an answer to a request to take it back",
    ),
    Needs.NO_WITHDRAWAL_ASKED: (
        "withdrawal-asked",
        "đề nghị rút hồ sơ chưa được trả lời",
        "the request to take it back was not answered yet",
    ),
    Needs.NOT_EXTENDED: (
        "extended-already",
        "hồ sơ đã gia hạn một lần",
        "its time was extended once already",
    ),
    Needs.SENT_BY_POST: (
        "not-by-post",
        "kết quả không gửi qua bưu điện; người nhận ký nhận tại bộ phận một cửa",
        "the result does not come by post; who receives it signs at the one-stop desk",
    ),
    Needs.NOT_RATED: ("rated-already", "hồ sơ đã được đánh giá", "it was rated already"),
    Needs.IN_PERSON: (
        "nothing-in-person",
        "thủ tục không yêu cầu có mặt trực tiếp",
        "the procedure asks for nothing to be done in person",
    ),
    Needs.CONSULTING: (
        "nobody-consulted",
        "không có đơn vị nào đang được lấy ý kiến",
        "no unit is being asked for its opinion",
    ),
    Needs.NOBODY_CONSULTED: (
        "consultation-open",
        "còn đơn vị chưa trả lời ý kiến",
        "a unit that was asked for its opinion has not answered yet",
    ),
}
