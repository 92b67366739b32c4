"""Following a dossier without login: by its code or an identity number, and a second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.requests import Call
from kernel.store import Store
from kernel.views import StreamView
from services.dossier.admission import unknown_dossier
from services.dossier.clock import Calendar
from services.dossier.contract import (
    LookUp,
    LookUpCodeRequested,
    LookUpNotice,
    LookUpResult,
    ReadLookUpNotice,
    RequestLookUpCode,
)
from services.dossier.look_ups import LookUps, opened, recipients
from services.dossier.views import masked, notice
from services.identity.contract.identity_numbers import normal_number

_PERSON = "picture.view.{}.identity_number"


@dataclass(frozen=True)
class LookingUp:
    """Answers those who look up, each try counted; `log` keeps that codes were asked for."""

    look_ups: LookUps
    status_view: StreamView
    log: Store[Any]

    def statuses(
        self, request: LookUp, call: Call, now: datetime, calendar: Calendar
    ) -> LookUpResult:
        """Return masked statuses; nothing for a wrong key as for a wrong factor."""
        self.look_ups.count_try(request.key, call.address)
        sent_for = self.look_ups.sent_for(request.key, request.factor)
        found = opened(self._found_by(request.key), request.factor, sent_for)
        return LookUpResult(tuple(masked(one, now, calendar) for one in found))

    def request_code(self, request: RequestLookUpCode, call: Call) -> None:
        """Let notify send a one-time code to the contact on file of each account concerned."""
        self.look_ups.count_try(request.key, call.address)
        if self.log.repeated(call) is not None:
            return
        asked = [
            LookUpCodeRequested(
                self.look_ups.new_code(request.key, one["code"], one["subject"]), one["code"]
            )
            for one in recipients(self._found_by(request.key))
        ]
        if asked:
            self.log.execute(asked[0].look_up, asked, call)

    def notice(self, request: ReadLookUpNotice) -> LookUpNotice:
        """Return what the mail with the one-time code says."""
        code, one_time_code, expires_at = self.look_ups.read_code(request.look_up)
        document = self.status_view.get(code)
        if document is None:
            raise unknown_dossier()
        told = notice(document)
        return LookUpNotice(told.email, told.locale, one_time_code, expires_at)

    def _found_by(self, key: str) -> list[dict[str, Any]]:
        """Return the documents with this code, or of a person with this identity number."""
        by_code = self.status_view.get(key.strip().upper())
        if by_code is not None:
            return [by_code]
        number = normal_number(key)
        query = {"$or": [{_PERSON.format(who): number} for who in ("applicant", "owner")]}
        return list(self.status_view.collection.find(query))
