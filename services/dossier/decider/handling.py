"""Inside the agency: assign, complete or return a step, approve the result."""

from __future__ import annotations

from typing import Any

from kernel.errors import FieldError, Invalid
from services.catalog.contract import StepAction
from services.dossier.contract import OfficerAssigned, ResultApproved, RouteStep, StepReturned
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.hops import Moment, held, next_step, onward, step_entered
from services.dossier.decider.standing import earlier_steps
from services.dossier.decider.state import ENDED, Dossier


def assign(dossier: Dossier, command: do.Assign) -> list[Any]:
    """Name the handling officer of the next step; or, while it is handled, another one."""
    demand(dossier, "assign", command.by)
    hold, officer = held(dossier), command.assignee.officer
    assigning = hold.step.action == StepAction.ASSIGN
    step = next_step(dossier) if assigning else hold.step
    _require_fit(dossier, step, command.assignee)
    if not assigning and hold.officer is not None and hold.officer.account == officer.account:
        return []
    assigned = OfficerAssigned(
        code=dossier.code,
        step=step.id,
        unit=step.unit,
        officer=officer,
        assigned_by=command.officer,
        assigned_at=command.at,
    )
    if not assigning:
        return [assigned]
    moment = Moment(command.officer, command.at, command.calendar)
    return [assigned, *onward(dossier, moment, to=officer)]


def stand_in(dossier: Dossier, command: do.StandIn) -> list[Any]:
    """The deputy of an officer who is away gets it in hand, if it is in that officer's."""
    hold, deputy = dossier.hold, command.deputy
    away = hold is not None and hold.officer is not None and hold.officer.account
    ours = dossier.status not in ENDED and away == command.away.account
    if hold is None or not ours or not _fits(dossier, hold.step, deputy):
        return []
    return [
        OfficerAssigned(
            code=dossier.code,
            step=hold.step.id,
            unit=hold.step.unit,
            officer=deputy.officer,
            assigned_by=command.away,
            assigned_at=command.at,
            deputy_until=command.until,
        )
    ]


def complete_step(dossier: Dossier, command: do.CompleteStep) -> list[Any]:
    """The work of the step is done."""
    demand(dossier, "complete-step", command.by)
    moment = Moment(command.officer, command.at, command.calendar)
    return onward(dossier, moment, command.note)


def return_step(dossier: Dossier, command: do.ReturnStep) -> list[Any]:
    """Back to an earlier step, to whoever was assigned there; an approval has to be given again."""
    demand(dossier, "return-step", command.by)
    possible = earlier_steps(dossier)
    target = next((step for step in possible if step.id == command.to), None)
    if target is None:
        raise _no_such_step(possible)
    moment = Moment(command.officer, command.at, command.calendar)
    returned = StepReturned(
        code=dossier.code,
        step=held(dossier).step.id,
        to=target.id,
        officer=command.officer,
        reason=command.reason,
        returned_at=command.at,
    )
    return [returned, step_entered(dossier, target, moment, dossier.assigned.get(target.id))]


def approve(dossier: Dossier, command: do.Approve) -> list[Any]:
    """The leader approves the result; it goes on to be dispatched."""
    demand(dossier, "approve", command.by)
    approved = ResultApproved(
        code=dossier.code,
        officer=command.officer,
        unit=held(dossier).unit,
        approved_at=command.at,
        note=command.note,
    )
    moment = Moment(command.officer, command.at, command.calendar)
    return [approved, *onward(dossier, moment, command.note)]


def _fits(dossier: Dossier, step: RouteStep, assignee: do.Assignee) -> bool:
    return (
        assignee.agency == dossier.agency.id
        and assignee.unit == step.unit.id
        and step.role in assignee.roles
    )


def _require_fit(dossier: Dossier, step: RouteStep, assignee: do.Assignee) -> None:
    if not _fits(dossier, step, assignee):
        vi = f"Hãy chọn cán bộ của {step.unit.name} có vai trò phù hợp với bước «{step.name}»."
        en = f"Choose an officer of {step.unit.name_en} with the role of step “{step.name_en}”."
        raise Invalid(
            "officer-does-not-fit", vi, en, fields=[FieldError("officer", "choice", vi, en)]
        )


def _no_such_step(possible: tuple[RouteStep, ...]) -> Invalid:
    vi = "Chỉ có thể trả về: " + ", ".join(f"«{step.name}»" for step in possible) + "."
    en = "It can go back to: " + ", ".join(f"“{step.name_en}”" for step in possible) + "."
    return Invalid("no-such-step", vi, en, fields=[FieldError("to", "choice", vi, en)])
