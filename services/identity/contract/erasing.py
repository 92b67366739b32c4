"""Erasing a person, for the installation's own set-up."""

from __future__ import annotations

from datetime import datetime

from kernel.requests import command, request
from kernel.schemas import field, frozen
from services.identity.contract.people import AccountKind


@frozen
class Subject:
    """Somebody whose data is kept, as the installation's operator sees it: no personal data.

    Who filed at a counter only has no account, and neither kind nor day of registration.
    """

    subject: str
    kind: AccountKind | None = field(default=None)
    registered_at: datetime | None = field(default=None)
    serves_in: str | None = field(default=None, doc="the agency in which an officer has a place")
    erased_at: datetime | None = field(default=None)


@frozen
class ErasedSubject:
    """Somebody who was erased."""

    subject: str
    erased_at: datetime


@frozen
class ErasedSubjects:
    """Some who were erased, by the time; with `next` there may be more behind that moment."""

    items: tuple[ErasedSubject, ...]
    next: datetime | None = field(default=None)


@request("identity", answer=Subject)
@frozen
class FindSubject:
    """The set-up only: by the id, by the account's user name, or by a dossier that was filed.

    `NotFound` where there is none. The id of somebody without an account is taken as it is.
    """

    subject: str | None = field(default=None, max_length=64)
    username: str | None = field(default=None, max_length=64)
    dossier: str | None = field(default=None, max_length=64, doc="the code of one")


@command("identity", answer=Subject)
@frozen
class EraseSubject:
    """The set-up only: erase a person for good. Once erased, it changes nothing more.

    `Conflict` (`open-dossiers`) names the dossiers that are still being handled, as the law
    requires; `even_open` erases nevertheless. An officer's place is taken back with it.
    """

    subject: str = field(max_length=64)
    even_open: bool = field(default=False)


@request("identity", answer=ErasedSubjects)
@frozen
class ListErased:
    """The set-up only: who was erased behind a moment, as the ledger has it; a page at a time."""

    after: datetime | None = field(default=None)
    limit: int = field(default=500, minimum=1, maximum=1000)
