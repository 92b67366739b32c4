"""Lists of dossiers: a person's own, and an officer's work list.

A list's cost follows a person's own dossiers, or the open ones of a unit and those that its agency
closed in the last 90 days; never all that there are. The narrow fields of those are read, filtered
and put in order here, and only the rows of the page are read whole.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from kernel.errors import Malformed
from kernel.requests import Caller
from kernel.views import StreamView
from services.dossier.clock import Calendar
from services.dossier.contract import DossierPage, DossierRow, ListMyDossiers, ReadInbox
from services.dossier.views import due_colour, row, serves_there
from services.dossier.views.document import stamp
from services.dossier.wording import search_words
from services.identity.contract import Role

Document = dict[str, Any]

_NARROW = {
    "agency": 1,
    "status": 1,
    "procedure": 1,
    "submitted_at": 1,
    "updated_at": 1,
    "urgent_at": 1,
    "words": 1,
    "name_words": 1,
}
_CLOSED_SHOWN = timedelta(days=90)
_NEVER = "9"  # behind every moment: what nothing presses comes last


def mine(
    request: ListMyDossiers, who: Caller, view: StreamView, now: datetime, calendar: Calendar
) -> DossierPage:
    """Return the caller's own dossiers, newest first (E20)."""
    query: Document = {"subject": who.id}
    if request.status is not None:
        query["status"] = int(request.status)
    found = list(view.collection.find(query, _NARROW))
    page, further = _cut(found, "submitted_at", request.after, request.limit, newest_first=True)
    return DossierPage(_rows(page, who, view, now, calendar), further)


def inbox(
    request: ReadInbox, who: Caller, view: StreamView, now: datetime, calendar: Calendar
) -> DossierPage:
    """Return an officer's work list, most urgent first, with the count of every tab.

    `mine`: in the officer's own hands. `unit`: lies at the unit; for a leader at any unit of the
    agency. `waiting`: the applicant is to act. `closed`: ended, newest first; those of the last
    90 days.
    """
    tabs = _tabs(who, now)
    counts = {tab: view.collection.count_documents(query) for tab, query in tabs.items()}
    found = [
        one
        for one in view.collection.find(tabs[request.tab], _NARROW)
        if _matches(one, request, who, now, calendar)
    ]
    closed = request.tab == "closed"
    key = "updated_at" if closed else "urgent_at"
    page, further = _cut(found, key, request.after, request.limit, newest_first=closed)
    return DossierPage(_rows(page, who, view, now, calendar), further, counts)


def _tabs(who: Caller, now: datetime) -> dict[str, Document]:
    lately = {"$gte": stamp(now - _CLOSED_SHOWN)}
    agency = {"agency": who.agency}
    place = agency if Role.LEADER in who.roles else {**agency, "unit": who.unit}
    return {
        "mine": {"officer": who.id, "open": True, "waiting": False},
        "unit": {**place, "open": True, "waiting": False},
        "waiting": {**place, "open": True, "waiting": True},
        "closed": {**agency, "open": False, "updated_at": lately},
    }


def _matches(
    one: Document, request: ReadInbox, who: Caller, now: datetime, calendar: Calendar
) -> bool:
    if request.status is not None and one["status"] != int(request.status):
        return False
    if request.procedure is not None and one["procedure"] != request.procedure:
        return False
    if request.colour is not None:
        urgent = datetime.fromisoformat(one["urgent_at"]) if one["urgent_at"] else None
        if due_colour(urgent, now, calendar) != request.colour:
            return False
    # a name that is not shown is not found either
    names = one["name_words"] if serves_there(one["agency"], who) else ()
    words = {*one["words"], *names}
    return all(_begins(sought, words) for sought in search_words(request.q))


def _begins(sought: str, words: Iterable[str]) -> bool:
    return any(word.startswith(sought) for word in words)


def _cut(
    found: list[Document], key: str, after: str | None, limit: int, *, newest_first: bool
) -> tuple[list[str], str | None]:
    """Return the ids of a page in order, and the cursor of the next.

    The cursor is the place of the last row in the order, so that it holds whatever rows come and
    go meanwhile.
    """
    places = sorted(((one[key] or _NEVER, one["_id"]) for one in found), reverse=newest_first)
    if after is not None:
        last = _place(after)
        places = [place for place in places if (place < last if newest_first else place > last)]
    page = places[:limit]
    further = _cursor(page[-1]) if len(places) > limit else None
    return [code for _, code in page], further


def _cursor(place: tuple[str, str]) -> str:
    return base64.urlsafe_b64encode("\n".join(place).encode()).decode()


def _place(cursor: str) -> tuple[str, str]:
    try:
        key, code = base64.urlsafe_b64decode(cursor).decode().split("\n")
    except ValueError as error:
        raise Malformed(
            "cursor", "Con trỏ danh sách không hợp lệ.", "This is no cursor of the list."
        ) from error
    return key, code


def _rows(
    codes: list[str], who: Caller, view: StreamView, now: datetime, calendar: Calendar
) -> tuple[DossierRow, ...]:
    documents = {one["_id"]: one for one in view.collection.find({"_id": {"$in": codes}})}
    return tuple(row(documents[code], who, now, calendar) for code in codes if code in documents)
