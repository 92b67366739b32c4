"""Telling people that a draft of theirs is soon forgotten: once for a draft as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from kernel import logs
from kernel.errors import Invalid
from kernel.requests import Call, Caller
from kernel.store import Store
from services.dossier.clock import day_of
from services.dossier.contract import DraftExpiring
from services.dossier.drafts import Drafts
from services.dossier.references import References

_CALLER = Caller("service:dossier", "service")
_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class DraftNotices:
    """Looks for drafts that are about to expire; several processes may look at once.

    `apart` keeps events of what is no dossier.
    """

    drafts: Drafts
    references: References
    apart: Store[Any]

    def send(self, now: datetime) -> None:
        """Let the owners of drafts be told that these are soon forgotten."""
        for one in self.drafts.expiring(now):
            name, name_en = self._names(one.procedure, now)
            event = DraftExpiring(one.draft, one.owner, name, name_en, one.expires_at)
            correlation = f"draft-{uuid4().hex}"
            logs.bind_correlation(correlation)
            # whoever finds it makes the same commit: the key is of the draft as it stands
            key = f"{one.draft}/{one.version}"
            call = Call(_CALLER, correlation, now + _A_MINUTE, digest="", idempotency_key=key)
            self.apart.execute(f"draft-notice-{one.draft}", [event], call)
            self.drafts.tell(one)

    def _names(self, code: str, now: datetime) -> tuple[str, str]:
        """Return what a procedure is called; its code where there is none such any more."""
        try:
            procedure = self.references.procedure(code, day_of(now))
        except Invalid:
            return code, code
        return procedure.name, procedure.name_en or procedure.name
