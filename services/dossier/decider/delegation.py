"""Who stands in for whom: an aggregate of its own for each officer, `delegation-<account>`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kernel.decider import Decider
from kernel.errors import FieldError, Forbidden, Invalid, NotFound
from kernel.requests import Caller
from kernel.schemas import field_error
from services.dossier.clock import day_of
from services.dossier.contract import DelegationEnded, OfficerRef, WorkDelegated
from services.dossier.decider.commands import Assignee
from services.identity.contract import Role

CATEGORY = "delegation"
LONGEST = timedelta(days=180)

State = WorkDelegated | None


@dataclass(frozen=True)
class NameDeputy:
    """Name who stands in; `officer` and `deputy` with the places that they have now."""

    by: Caller
    named_by: OfficerRef
    at: datetime
    officer: Assignee
    deputy: Assignee
    since: date
    until: date


@dataclass(frozen=True)
class End:
    """The officer is back."""

    by: Caller
    ended_by: OfficerRef
    at: datetime
    officer: Assignee


def stream_of(account: str) -> str:
    """Return the stream of an officer."""
    return f"{CATEGORY}-{account}"


def evolve(state: State, event: Any) -> State:
    """Return what is in force after an event, be it over by now."""
    return event if isinstance(event, WorkDelegated) else None


def decide(state: State, command: NameDeputy | End) -> Sequence[Any]:
    """Return what changes; nothing where it is so already.

    Raises `Forbidden` for who is neither the officer nor a leader of the agency, `Invalid` for a
    deputy who does not fit and for days that cannot be, `NotFound` for an end of nothing.
    """
    _require_say(command.by, command.officer)
    if isinstance(command, End):
        if state is None or state.until < day_of(command.at):
            raise NotFound(
                "no-delegation", "Không có ủy quyền nào để kết thúc.", "There is nothing to end."
            )
        return (DelegationEnded(command.officer.officer.account, command.ended_by, command.at),)
    _require_days(command)
    _require_fit(command)
    named = WorkDelegated(
        officer=command.officer.officer,
        deputy=command.deputy.officer,
        agency=command.officer.agency,
        unit=command.officer.unit,
        since=command.since,
        until=command.until,
        named_by=command.named_by,
        delegated_at=command.at,
    )
    return () if state is not None and _says(state) == _says(named) else (named,)


def _says(named: WorkDelegated) -> tuple[str, str, date, date]:
    return named.deputy.account, named.unit, named.since, named.until


def _require_say(by: Caller, officer: Assignee) -> None:
    leads = Role.LEADER in by.roles and by.agency == officer.agency
    if not by.is_officer or not (leads or by.id == officer.officer.account):
        raise Forbidden(
            "not-yours-to-delegate",
            "Chỉ cán bộ đó hoặc lãnh đạo của cơ quan được ủy quyền.",
            "Only the officer, or a leader of the agency, may delegate the work.",
        )


def _require_days(command: NameDeputy) -> None:
    today = day_of(command.at)
    if command.until < max(command.since, today) or command.until > today + LONGEST:
        vi = "Ngày cuối phải từ hôm nay và ngày đầu trở đi, không quá 180 ngày."
        en = "The last day is neither before today nor before the first, and within 180 days."
        raise Invalid("invalid", vi, en, fields=(FieldError("until", "range", vi, en),))


def _require_fit(command: NameDeputy) -> None:
    officer, deputy = command.officer, command.deputy
    same_place = (officer.agency, officer.unit) == (deputy.agency, deputy.unit)
    if officer.officer.account == deputy.officer.account:
        raise Invalid(
            "invalid",
            "Hãy chọn một cán bộ khác.",
            "Choose somebody else.",
            fields=(field_error("deputy", "choice"),),
        )
    if not same_place or set(officer.roles).isdisjoint(deputy.roles):
        vi = "Người được ủy quyền phải cùng đơn vị và có vai trò của người vắng mặt."
        en = "The deputy must serve in the same unit, with a role of who is away."
        raise Invalid(
            "deputy-does-not-fit", vi, en, fields=(FieldError("deputy", "choice", vi, en),)
        )


DELEGATIONS: Decider[State] = Decider(None, decide, evolve)
