"""Following a dossier without login, by a second factor."""

from __future__ import annotations

from datetime import datetime

from kernel.requests import Done, command, request
from kernel.schemas import field, frozen
from services.dossier.contract.status import ClockView
from services.dossier.contract.vocabulary import Status


@frozen
class MaskedStatus:
    """What a look-up without login shows: names masked, no documents."""

    code: str
    status: Status
    status_name: str
    status_name_en: str
    procedure: str
    procedure_en: str
    agency: str
    unit: str
    officer: str
    step: str
    step_en: str
    applicant: str = field(doc="masked: «Nguyễn T* A*»")
    submitted_at: datetime
    clock: ClockView
    version: int


@frozen
class LookUpResult:
    """Dossiers found; empty for a wrong key as for a wrong second factor."""

    items: tuple[MaskedStatus, ...]


@frozen
class LookUpNotice:
    """What the mail with a one-time look-up code says."""

    email: str
    locale: str
    one_time_code: str
    expires_at: datetime


@request("dossier", answer=LookUpResult)
@frozen
class LookUp:
    """Without login: a code or an identity number, and the PIN or a one-time code (E10–E16)."""

    key: str = field(min_length=6, max_length=64)
    factor: str = field(min_length=4, max_length=12)


@command("dossier", answer=Done)
@frozen
class RequestLookUpCode:
    """Send a one-time code to the contact on file; the answer never tells whether there is one."""

    key: str = field(min_length=6, max_length=64)


@request("dossier", answer=LookUpNotice)
@frozen
class ReadLookUpNotice:
    """Notify only."""

    look_up: str
