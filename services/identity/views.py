"""What is read: an account as its owner sees it, and the directory of officers.

Two views are kept in the database: the directory, which holds what is public in an office, and who
was erased when. No personal data of citizens is kept outside the ledger, where it is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

from pymongo.collection import Collection

from kernel.events import Recorded
from kernel.schemas import rfc3339
from services.identity.contract import (
    Account,
    AccountKind,
    ErasedSubject,
    ErasedSubjects,
    ListErased,
    Officer,
    Officers,
    Role,
    Subject,
    SubjectErased,
)
from services.identity.decider.accounts import AccountState, evolve

DIRECTORY = "officers"
DIRECTORY_INDEXES = (("agency", "unit"),)
ERASED = "erased"
ERASED_INDEXES = (("erased_at",),)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCKS_APART = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


def account_answer(state: AccountState, username: str, *, with_profile: bool = True) -> Account:
    """Return an account for its owner; the events' sealed parts are in clear here."""
    if state.kind is None:
        raise ValueError("there is no such account")
    return Account(
        account=state.account,
        username=username,
        kind=state.kind,
        active=state.active,
        verified=state.active,
        locale=state.locale,
        profile=state.profile if with_profile else None,
        officer=state.officer,
    )


def officer_answer(state: AccountState) -> Officer:
    """Return an officer as the directory shows one."""
    place = state.officer
    if place is None:
        raise ValueError(f"{state.account} has no place")
    return Officer(
        state.account, place.name, place.title, place.agency, place.unit, tuple(place.roles)
    )


def project_officer(history: Sequence[Recorded]) -> dict[str, Any] | None:
    """Return the directory's document of an account; None for all who are no officers.

    A dismissed officer keeps a document without a place, which no search finds.
    """
    state = reduce(evolve, (record.event for record in history), AccountState())
    if state.kind is not AccountKind.OFFICER:
        return None
    place = state.officer
    if place is None:
        return {"agency": None, "unit": None, "roles": []}
    return {
        "agency": place.agency,
        "unit": place.unit,
        "roles": [str(role) for role in place.roles],
        "name": place.name,
        "title": place.title,
    }


def directory_query(agency: str, unit: str | None, role: Role | None) -> dict[str, Any]:
    """Return the query for those who serve in an agency, a unit, a role."""
    wanted = {"agency": agency, "unit": unit, "roles": None if role is None else str(role)}
    return {key: value for key, value in wanted.items() if value is not None}


def directory_answer(documents: Sequence[Mapping[str, Any]]) -> Officers:
    """Return the officers found, by name."""
    found = (
        Officer(
            account=document["_id"],
            name=document["name"],
            title=document["title"],
            agency=document["agency"],
            unit=document["unit"],
            roles=tuple(Role(role) for role in document["roles"]),
        )
        for document in documents
    )
    return Officers(tuple(sorted(found, key=lambda officer: (officer.name, officer.account))))


def subject_answer(subject: str, history: Sequence[Recorded]) -> Subject:
    """Return an account, or somebody without one, for the installation's operator."""
    state = reduce(evolve, (record.event for record in history), AccountState())
    return Subject(
        subject=subject,
        kind=state.kind,
        registered_at=history[0].occurred_at if state.exists else None,
        serves_in=None if state.officer is None else state.officer.agency,
        erased_at=_erased_at(history),
    )


def project_erased(history: Sequence[Recorded]) -> dict[str, Any] | None:
    """Return the document of an erased account; None for all others."""
    at = _erased_at(history)
    return None if at is None else {"erased_at": rfc3339(at)}


def erased_page(
    collection: Collection[dict[str, Any]], asked: ListErased, now: datetime
) -> ErasedSubjects:
    """Return who was erased behind a moment, by the time.

    The span of time is halved until it holds no more than a page may: so it is cut by an index and
    nothing is put in order but what is answered. `next` is the span's end.
    """
    begin = asked.after or _BEGINNING
    end = last = now + _CLOCKS_APART
    while last - begin > _INSTANT and _holds_more(collection, begin, last, asked.limit):
        last = begin + (last - begin) / 2
    found = (
        ErasedSubject(document["_id"], datetime.fromisoformat(document["erased_at"]))
        for document in collection.find(_erased_within(begin, last))
    )
    return ErasedSubjects(
        items=tuple(sorted(found, key=lambda one: (one.erased_at, one.subject))),
        next=None if last == end else last,
    )


def _holds_more(
    collection: Collection[dict[str, Any]], begin: datetime, last: datetime, limit: int
) -> bool:
    return collection.count_documents(_erased_within(begin, last), limit=limit + 1) > limit


def _erased_within(begin: datetime, last: datetime) -> dict[str, Any]:
    return {"erased_at": {"$gt": rfc3339(begin), "$lte": rfc3339(last)}}


def _erased_at(history: Sequence[Recorded]) -> datetime | None:
    return next(
        (record.occurred_at for record in history if isinstance(record.event, SubjectErased)), None
    )
