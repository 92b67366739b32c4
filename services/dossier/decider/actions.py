"""Who may do what, when, and where it leads: one table.

The decider's guards, the `actions` of the status view (and so the API and the buttons), the table
in the service's README and the tests all derive from `TABLE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kernel.errors import Conflict, DomainError, Forbidden
from kernel.requests import Caller
from services.catalog.contract import StepAction
from services.dossier.contract import Status
from services.dossier.decider.standing import LACKING, MET, Needs, Standing, standing
from services.dossier.decider.state import Dossier
from services.dossier.names import ACTION_NAMES, STATUS_NAMES, Name
from services.identity.contract import WORKING, Role


class By(StrEnum):
    """In which capacity somebody acts."""

    APPLICANT = "applicant"  # người nộp hồ sơ
    STEP = "step"  # the role and unit of the current step; the assigned officer where there is one
    DESK = "desk"  # a receiving officer of the one-stop desk
    LEADER = "leader"  # a leader of the agency
    CONSULTED = "consulted"  # who works on dossiers in a unit that was asked for its opinion
    COUNTER = "counter"  # the desk's receiving officer, for who filed at the counter or by post


@dataclass(frozen=True)
class Row:
    """An action, allowed in these statuses at these kinds of step, to these people.

    `steps` empty means at any step. `leads_to` names every status it can end in.
    """

    action: str
    statuses: tuple[Status, ...]
    steps: tuple[StepAction, ...]
    by: tuple[By, ...]
    leads_to: tuple[Status, ...]
    needs: tuple[Needs, ...] = ()


NEW = (Status.SUBMITTED,)
AT_WORK = (Status.ACCEPTED, Status.PROCESSING)
BEFORE_COMPLETION = (*NEW, *AT_WORK)
WAITING = (Status.SUPPLEMENT_REQUESTED, Status.FEE_DUE)
UNDER_WAY = (*AT_WORK, *WAITING)

RECEIVE, ASSIGN, COMPLETE = StepAction.RECEIVE, StepAction.ASSIGN, StepAction.COMPLETE
APPROVE, DISPATCH, HAND_OVER = StepAction.APPROVE, StepAction.DISPATCH, StepAction.HAND_OVER

# fmt: off
TABLE: tuple[Row, ...] = (
    Row("accept", NEW, (RECEIVE,), (By.STEP,), (Status.ACCEPTED,)),
    Row("refuse", NEW, (RECEIVE,), (By.STEP,), (Status.REFUSED,)),
    Row("request-supplement", BEFORE_COMPLETION, (RECEIVE, COMPLETE), (By.STEP,),
        (Status.SUPPLEMENT_REQUESTED,)),
    Row("supplement", (Status.SUPPLEMENT_REQUESTED,), (), (By.APPLICANT, By.COUNTER),
        BEFORE_COMPLETION),
    Row("assign", AT_WORK, (ASSIGN,), (By.STEP, By.LEADER), (Status.PROCESSING,)),
    Row("assign", AT_WORK, (COMPLETE,), (By.LEADER,), (Status.PROCESSING,)),
    Row("complete-step", AT_WORK, (RECEIVE, COMPLETE), (By.STEP,), (Status.PROCESSING,),
        (Needs.NOBODY_CONSULTED,)),
    Row("consult", AT_WORK, (COMPLETE,), (By.STEP,), AT_WORK),
    Row("answer-consultation", UNDER_WAY, (COMPLETE,), (By.CONSULTED,), UNDER_WAY,
        (Needs.CONSULTING,)),
    Row("call-off-consultation", UNDER_WAY, (COMPLETE,), (By.STEP, By.LEADER), UNDER_WAY,
        (Needs.CONSULTING,)),
    Row("approve", AT_WORK, (APPROVE,), (By.STEP, By.LEADER), (Status.PROCESSING,)),
    Row("dispatch", AT_WORK, (DISPATCH,), (By.STEP,), (Status.COMPLETED, Status.RETURNED),
        (Needs.FEES_SETTLED, Needs.NO_WITHDRAWAL_ASKED)),
    Row("hand-over", (Status.COMPLETED,), (HAND_OVER,), (By.STEP, By.DESK), (Status.RETURNED,),
        (Needs.FEES_SETTLED,)),
    Row("return-step", AT_WORK, (COMPLETE, APPROVE, DISPATCH), (By.STEP,), (Status.PROCESSING,),
        (Needs.EARLIER_STEP,)),
    Row("request-fee", BEFORE_COMPLETION, (RECEIVE, ASSIGN, COMPLETE), (By.STEP, By.DESK),
        (Status.FEE_DUE,), (Needs.FEES_SETTLED,)),
    Row("request-fee", (Status.COMPLETED,), (HAND_OVER,), (By.STEP, By.DESK), (Status.COMPLETED,),
        (Needs.FEES_SETTLED,)),
    Row("book-appointment", BEFORE_COMPLETION, (), (By.APPLICANT, By.STEP, By.DESK),
        BEFORE_COMPLETION, (Needs.IN_PERSON,)),
    Row("confirm-receipt", (Status.COMPLETED,), (HAND_OVER,), (By.APPLICANT,), (Status.RETURNED,),
        (Needs.FEES_SETTLED, Needs.SENT_BY_POST)),
    Row("rate", (Status.RETURNED,), (), (By.APPLICANT,), (Status.RETURNED,), (Needs.NOT_RATED,)),
    Row("withdraw", (*NEW, *WAITING), (), (By.APPLICANT,), (Status.WITHDRAWN,),
        (Needs.NOT_ACCEPTED,)),
    Row("request-withdrawal", UNDER_WAY, (), (By.APPLICANT, By.COUNTER), UNDER_WAY,
        (Needs.ACCEPTED, Needs.NO_WITHDRAWAL_ASKED)),
    Row("grant-withdrawal", UNDER_WAY, (), (By.STEP, By.LEADER), (Status.WITHDRAWN,),
        (Needs.WITHDRAWAL_ASKED,)),
    Row("refuse-withdrawal", UNDER_WAY, (), (By.STEP, By.LEADER), UNDER_WAY,
        (Needs.WITHDRAWAL_ASKED,)),
    Row("extend", AT_WORK, (), (By.LEADER,), AT_WORK, (Needs.NOT_EXTENDED,)),
    Row("transfer", NEW, (RECEIVE,), (By.STEP, By.LEADER), NEW),
    Row("transfer", AT_WORK, (), (By.LEADER,), AT_WORK,
        (Needs.FEES_SETTLED, Needs.NO_WITHDRAWAL_ASKED)),
    Row("stop", UNDER_WAY, (), (By.STEP, By.LEADER), (Status.STOPPED,), (Needs.ACCEPTED,)),
)
# fmt: on

BY_NAMES: Mapping[By, Name] = {
    By.APPLICANT: ("người nộp hồ sơ", "the applicant"),
    By.STEP: ("cán bộ của bước hiện tại", "the officer of the current step"),
    By.DESK: ("cán bộ tiếp nhận của bộ phận một cửa", "a receiving officer of the one-stop desk"),
    By.LEADER: ("lãnh đạo cơ quan", "a leader of the agency"),
    By.CONSULTED: (
        "cán bộ của đơn vị được lấy ý kiến",
        "an officer of the unit that was asked for its opinion",
    ),
    By.COUNTER: (
        "cán bộ tiếp nhận, thay người nộp tại quầy hoặc qua bưu chính",
        "a receiving officer of the desk, for who filed at the counter or by post",
    ),
}


def allowed_actions(here: Standing, who: Caller) -> tuple[str, ...]:
    """Return the actions that `who` may take now, in the order of the table."""
    found = (row.action for row in TABLE if _is_time(row, here) and _is_person(row, here, who))
    return tuple(dict.fromkeys(found))


def demand(dossier: Dossier, action: str, who: Caller) -> None:
    """Let an allowed action pass; raise `Forbidden` or `Conflict` that says what is possible."""
    here = standing(dossier)
    if action in allowed_actions(here, who):
        return
    rows = [row for row in TABLE if row.action == action]
    if _is_stranger(here, who):
        raise _stranger(who)
    timely = [row for row in rows if _is_time(row, here)]
    raise _not_yours(action, timely, here, who) if timely else _not_now(action, here, who)


def _is_time(row: Row, here: Standing) -> bool:
    return _is_place(row, here) and all(MET[need](here) for need in row.needs)


def _is_place(row: Row, here: Standing) -> bool:
    at_step = not row.steps or (here.step is not None and here.step.action in row.steps)
    return here.status in row.statuses and at_step


def _is_person(row: Row, here: Standing, who: Caller) -> bool:
    return any(_acts_as(capacity, here, who) for capacity in row.by)


def _acts_as(capacity: By, here: Standing, who: Caller) -> bool:
    if capacity is By.APPLICANT:
        return who.id == here.subject
    if not who.is_officer or who.agency != here.agency.id:
        return False
    match capacity:
        case By.LEADER:
            return Role.LEADER in who.roles
        case By.DESK:
            return Role.RECEIVING in who.roles and who.unit == here.desk.id
        case By.CONSULTED:
            return who.unit in here.consulted and not WORKING.isdisjoint(who.roles)
        case By.COUNTER:
            return here.at_counter and _acts_as(By.DESK, here, who)
        case By.STEP:
            step = here.step
            in_place = step is not None and who.unit == step.unit.id and step.role in who.roles
            return in_place and (here.officer is None or here.officer.account == who.id)


# Refusals


def _is_stranger(here: Standing, who: Caller) -> bool:
    return who.id != here.subject and not (who.is_officer and who.agency == here.agency.id)


def _stranger(who: Caller) -> DomainError:
    if who.is_officer:
        return Forbidden(
            "not-your-agency",
            "Hồ sơ do cơ quan khác giải quyết; chỉ cán bộ của cơ quan đó được xử lý.",
            "Another agency holds this dossier; only its officers may act on it.",
        )
    return Forbidden(
        "not-your-dossier",
        "Đây không phải hồ sơ của bạn. Hãy mở «Hồ sơ của tôi».",
        "This is not your dossier. Open “My dossiers”.",
    )


def _not_now(action: str, here: Standing, who: Caller) -> DomainError:
    vi, en = ACTION_NAMES[action]
    status_vi, status_en = STATUS_NAMES[here.status]
    possible_vi, possible_en = _possible(here, who)
    lacking = _lacking(action, here)
    if lacking is not None:
        code, why_vi, why_en = LACKING[lacking]
        return Conflict(
            code,
            f"Chưa thể «{vi}»: {why_vi}. {possible_vi}",
            f"“{en}” is not possible: {why_en}. {possible_en}",
        )
    at_vi = f", bước «{here.step.name}»" if here.step else ""
    at_en = f", step “{here.step.name_en}”" if here.step else ""
    return Conflict(
        "not-now",
        f"Không thể «{vi}» khi hồ sơ ở trạng thái «{status_vi}»{at_vi}. {possible_vi}",
        f"“{en}” is not possible in status “{status_en}”{at_en}. {possible_en}",
    )


def _lacking(action: str, here: Standing) -> Needs | None:
    """The first thing that is not as the action needs it; a fee is named whatever the status."""
    rows = [row for row in TABLE if row.action == action]
    unmet = [
        need
        for row in rows
        for need in row.needs
        if not MET[need](here) and (need is Needs.FEES_SETTLED or _is_place(row, here))
    ]
    return next((need for need in unmet if need in LACKING), None)


def _not_yours(action: str, rows: list[Row], here: Standing, who: Caller) -> DomainError:
    vi, en = ACTION_NAMES[action]
    possible_vi, possible_en = _possible(here, who)
    whose_vi, whose_en = _whose(rows, here)
    return Forbidden(
        "not-yours",
        f"«{vi}» lúc này là việc của {whose_vi}. {possible_vi}",
        f"“{en}” is now for {whose_en}. {possible_en}",
    )


def _whose(rows: list[Row], here: Standing) -> Name:
    capacities = tuple(dict.fromkeys(capacity for row in rows for capacity in row.by))
    names = [_named(capacity, here) for capacity in capacities]
    return " hoặc ".join(vi for vi, _ in names), " or ".join(en for _, en in names)


def _named(capacity: By, here: Standing) -> Name:
    if capacity is not By.STEP or here.step is None:
        return BY_NAMES[capacity]
    unit = here.step.unit
    if here.officer is not None:
        who = f"{here.officer.title} {here.officer.name}".strip()
        return f"{who} ({unit.name})", f"{who} ({unit.name_en})"
    return f"cán bộ của {unit.name}", f"the officers of {unit.name_en}"


def _possible(here: Standing, who: Caller) -> Name:
    names = [ACTION_NAMES[action] for action in allowed_actions(here, who)]
    if not names:
        return "Hiện bạn không có việc gì với hồ sơ này.", "There is nothing for you here now."
    vi = ", ".join(f"«{name}»" for name, _ in names)
    en = ", ".join(f"“{name}”" for _, name in names)
    return f"Việc bạn có thể làm: {vi}.", f"What you can do: {en}."
