"""More time, with an apology (gia hạn; paper 04, giấy xin lỗi và hẹn lại ngày trả kết quả)."""

from __future__ import annotations

from typing import Any

from kernel.errors import Conflict
from services.dossier.clock import HOURS_A_DAY, day_of
from services.dossier.contract import DeadlineExtended
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.hops import held
from services.dossier.decider.state import Dossier
from services.dossier.wording import moment


def extend(dossier: Dossier, command: do.Extend) -> list[Any]:
    """The due times of dossier and step move by whole working days, as in a pause.

    It is told in time, on the day before it was due at the latest: who is late already, or due
    today, cannot make it undone by an extension.
    """
    demand(dossier, "extend", command.by)
    due = dossier.clock.due
    if due is None or day_of(command.at) >= day_of(due):
        raise _too_late(dossier)
    calendar, hours = command.calendar, command.days * HOURS_A_DAY
    return [
        DeadlineExtended(
            code=dossier.code,
            officer=command.officer,
            reason=command.reason,
            days=command.days,
            extended_at=command.at,
            former_due=due,
            due=calendar.known(calendar.add_hours(due, hours)),
            step_due=calendar.add_hours(held(dossier).due, hours),
        )
    ]


def _too_late(dossier: Dossier) -> Conflict:
    due = moment(dossier.clock.due) if dossier.clock.due else "–"
    return Conflict(
        "too-late-to-extend",
        f"Chỉ được gia hạn chậm nhất một ngày trước hạn trả ({due}).",
        f"It can be extended until the day before it is due ({due}), not later.",
    )
