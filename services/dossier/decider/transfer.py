"""Into other hands: to another agency (chuyển hồ sơ), or to what follows a closed agency or unit.

The code stays, and so does a due time that was promised: the state's own order is no reason for a
citizen to wait longer, and who gets the dossier may extend it once, as anybody may. Before
acceptance no time runs, and the desk that gets it has its own hours for the check.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.errors import FieldError, Invalid
from services.dossier.clock import Calendar
from services.dossier.contract import (
    DossierTransferred,
    OfficerRef,
    RouteStep,
    Status,
    StepEntered,
)
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.hops import CHECK_HOURS, held, step_completed
from services.dossier.decider.state import Dossier

CLOSED = "Cơ quan giải quyết đã thay đổi theo sắp xếp tổ chức."
REORGANISED = "Đơn vị giải quyết đã thay đổi theo sắp xếp tổ chức."


def transfer(dossier: Dossier, command: do.Transfer) -> list[Any]:
    """The one-stop desk of the other agency holds it; officers of the former one act no more."""
    demand(dossier, "transfer", command.by)
    if command.agency.id == dossier.agency.id:
        vi = "Hồ sơ đang ở chính cơ quan này. Hãy chọn cơ quan khác."
        en = "This agency holds the dossier already. Choose another."
        raise Invalid("same-agency", vi, en, fields=[FieldError("agency", "choice", vi, en)])
    return [
        step_completed(dossier, command.officer, command.at),
        DossierTransferred(
            code=dossier.code,
            from_agency=dossier.agency,
            to_agency=command.agency,
            route=command.route,
            reason=command.reason,
            transferred_at=command.at,
            legal_basis=command.legal_basis,
            officer=command.officer,
        ),
        _received(dossier, command.route, command.at, command.calendar, command.officer),
    ]


def succeed(dossier: Dossier, command: do.Succeed) -> list[Any]:
    """What a closed agency or unit holds moves to its successor; nothing where it is there."""
    if dossier.hold is None:
        return []
    moved = command.agency.id != dossier.agency.id
    if not moved and _units(command.route) == _units(dossier.route):
        return []
    transferred = DossierTransferred(
        code=dossier.code,
        from_agency=dossier.agency,
        to_agency=command.agency,
        route=command.route,
        reason=CLOSED if moved else REORGANISED,
        transferred_at=command.at,
    )
    if moved:
        return [transferred, _received(dossier, command.route, command.at, command.calendar)]
    return [transferred, *_taken_over(dossier, command.route, command.at)]


def _received(
    dossier: Dossier,
    route: tuple[RouteStep, ...],
    at: datetime,
    calendar: Calendar,
    officer: OfficerRef | None = None,
) -> StepEntered:
    """It lies at the other desk: to be looked at, or with its result to be handed over."""
    hold = held(dossier)
    desk = route[-1] if dossier.status is Status.COMPLETED else route[0]
    hours = desk.budget_hours if dossier.accepted else CHECK_HOURS
    # a pause that goes on moves the step by the whole of it when it ends
    due = calendar.add_hours(dossier.clock.paused_at or at, hours)
    if dossier.status is Status.COMPLETED:
        due = max(due, hold.due)  # the appointment for the result stays
    return StepEntered(dossier.code, desk.id, desk.unit, at, due, None, hold.unit, officer)


def _taken_over(dossier: Dossier, route: tuple[RouteStep, ...], at: datetime) -> list[StepEntered]:
    """The unit that follows the one it lay at has it at the same step, due at the same time."""
    hold = held(dossier)
    step = next(step for step in route if step.id == hold.step.id)
    if step.unit.id == hold.unit.id:
        return []
    return [StepEntered(dossier.code, step.id, step.unit, at, hold.due, None, hold.unit)]


def _units(route: tuple[RouteStep, ...]) -> list[str]:
    return [step.unit.id for step in route]
