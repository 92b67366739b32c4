"""What the service does by itself: it moves what closed agencies held, and reminds officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from kernel import logs
from kernel.errors import DomainError
from kernel.requests import Call, Caller
from kernel.store import Store
from kernel.views import StreamView
from services.dossier.clock import Calendar
from services.dossier.decider import commands as do
from services.dossier.decider import stream_of
from services.dossier.delegating import Delegating
from services.dossier.references import References
from services.dossier.reminding import Reminding
from services.dossier.succession import Heirs, Successions

log = logs.get(__name__)

_CALLER = Caller("service:dossier", "service")
_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Upkeep:
    """One round of each kind of work; several processes may do the same round at once."""

    dossiers: Store[Any]
    references: References
    successions: Successions
    status_view: StreamView
    work_view: StreamView
    calendar: Calendar

    def move_to_successors(self, now: datetime) -> None:
        """Move what closed agencies and units hold to their successors, once they are known."""
        heirs = Heirs(self.references, self.status_view, self.calendar)
        for name, agency in self.successions.due(now):
            moves = list(heirs.moves(agency, now))
            there = [self._moved(code, command) for code, command in moves]
            if all(there):
                self.successions.settle(name)
            else:
                self.successions.postpone(name, now)

    def remind(self, now: datetime) -> None:
        """Remind officers of the steps that it is time for."""
        reminding = Reminding(self.references, self.work_view, self.calendar)
        for code, command in reminding.due(now):
            self._done(code, command, "reminder")

    def stand_in(self, delegating: Delegating, now: datetime) -> None:
        """Put what officers who are away have in hand into the hands of their deputies."""
        for code, command in delegating.due(now):
            self._done(code, command, "delegation")

    def _moved(self, code: str, command: do.Succeed | None) -> bool:
        """Move a dossier to its successor; returns whether it is there."""
        if command is None:
            log.warning("no successor that resolves its procedure", code=code)
            return False
        return self._done(code, command, "succession")

    def _done(self, code: str, command: do.Succeed | do.Remind | do.StandIn, why: str) -> bool:
        correlation = f"{why}-{uuid4().hex}"
        logs.bind_correlation(correlation)
        call = Call(_CALLER, correlation, command.at + _A_MINUTE, digest="")
        try:
            self.dossiers.execute(stream_of(code), command, call)
        except DomainError as fault:
            log.error("not done", what=why, code=code, reason=fault.code)
            return False
        return True
