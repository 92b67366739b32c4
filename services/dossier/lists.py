"""Lists of dossiers: a person's own, and an officer's work list.

A page costs what its rows cost, however many dossiers there are (`leafing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.errors import Forbidden
from kernel.requests import Caller
from services.dossier.clock import Calendar
from services.dossier.contract import DossierPage, ListMyDossiers, ReadInbox
from services.dossier.leafing import Leaf, Leafing, LongList
from services.dossier.views.answers import SOON_HOURS, serves_there
from services.dossier.views.document import stamp
from services.dossier.views.work import (
    CLOSED,
    NEVER,
    OPEN,
    WAITING,
    agency_list,
    consulted_list,
    officer_list,
    own_list,
    row,
    unassigned_list,
    unit_list,
)
from services.dossier.wording import plain, search_words
from services.identity.contract import Role

Document = dict[str, Any]
Wanted = Callable[[Document], bool]

_CAUGHT_UP_AT_MOST = 200  # commits that somebody who reads a list waits for
TABS = ("mine", "nobody", "unit", "waiting", "closed")


@dataclass(frozen=True)
class Looker:
    """Who looks at a list, when, and by which calendar."""

    who: Caller
    now: datetime
    calendar: Calendar


def mine(request: ListMyDossiers, looker: Looker, leafing: Leafing) -> DossierPage:
    """Return the caller's own dossiers, newest first, with how many there are (E20)."""
    subject, states = looker.who.id, (OPEN, WAITING, CLOSED)
    leafing.tally.catch_up(_CAUGHT_UP_AT_MOST)
    asked = LongList(
        names=tuple(own_list(subject, state) for state in states),
        query={"subject": subject},
        key="submitted_at",
        newest_first=True,
    )
    sought = search_words(request.q)

    def wanted(one: Document) -> bool:
        return (
            (request.status is None or one["status"] == int(request.status))
            and (request.state is None or one["state"] == request.state)
            and _found(sought, one["words"])
        )

    leaf = leafing.in_order(asked, wanted, request.after, request.limit)
    counted = {state: LongList((own_list(subject, state),), {}) for state in states}
    return page_of(leaf, looker, leafing.counts(counted))


def inbox(request: ReadInbox, looker: Looker, leafing: Leafing) -> DossierPage:
    """Return an officer's work list, most urgent first, with the count of every tab.

    `mine`: in the officer's own hands. `nobody`: in nobody's. `unit`: lies at the unit; for a
    leader at any unit of the agency, or at one. `consulted`: the unit was asked for its opinion.
    `waiting`: the applicant is to act. `closed`:
    ended this month or in the three before it, newest first.
    """
    leafing.tally.catch_up(_CAUGHT_UP_AT_MOST)
    tabs = _tabs(request, looker)
    asked = _within(request.colour, tabs[request.tab], looker)
    wanted = _wanted(request, looker)
    column = (request.sort or "").removeprefix("-")
    descending = (request.sort or "").startswith("-")
    if column in ("", "due") and request.tab != "closed":
        asked = LongList(asked.names, asked.query, asked.key, descending, asked.begin, asked.end)
        leaf = leafing.in_order(asked, wanted, request.after, request.limit)
    elif not column:
        leaf = leafing.in_order(asked, wanted, request.after, request.limit)
    else:
        shown = column != "applicant" or serves_there(looker.who.agency or "", looker.who)
        leaf = leafing.sorted_by(
            asked,
            _COLUMNS[column] if shown else _COLUMNS["code"],
            wanted,
            request.after,
            request.limit,
            descending=descending,
        )
    return page_of(leaf, looker, leafing.counts(tabs))


_COLUMNS: Mapping[str, Callable[[Document], str]] = {
    "due": lambda one: one["row"]["due"] or NEVER,
    "code": lambda one: str(one["_id"]),
    "submitted": lambda one: str(one["submitted_at"]),
    "applicant": lambda one: plain(one["row"]["applicant"]),
    "procedure": lambda one: plain(one["row"]["procedure"]),
    "step": lambda one: plain(one["row"]["step"]),
    "officer": lambda one: plain(one["row"]["officer"]),
    "status": lambda one: f"{one['status']:02}",
}


def _tabs(request: ReadInbox, looker: Looker) -> dict[str, LongList]:
    who = looker.who
    agency, unit = who.agency or "", who.unit or ""
    if Role.LEADER in who.roles:
        unit = request.unit or ""
    elif request.unit not in (None, unit):
        raise Forbidden(
            "not-your-unit",
            "Bạn chỉ xem được danh sách của đơn vị mình.",
            "You may see the list of your own unit only.",
        )
    since = _begin_of_closed(looker.now)

    def place(state: str) -> LongList:
        if unit:
            query = {"agency": agency, "unit": unit, "state": state}
            return LongList((unit_list(agency, unit, state),), query)
        return LongList((agency_list(agency, state),), {"agency": agency, "state": state})

    nobody: Document = {"agency": agency, "officer": "", "state": OPEN}
    consulted: Document = {"agency": agency, "state": {"$in": [OPEN, WAITING]}}
    if unit:
        nobody["unit"] = unit
        consulted["consulted"] = unit
    else:
        consulted["consulted.0"] = {"$exists": True}
    return {
        "mine": LongList((officer_list(who.id, OPEN),), {"officer": who.id, "state": OPEN}),
        "nobody": LongList((unassigned_list(agency, unit, OPEN),), nobody),
        "unit": place(OPEN),
        "consulted": LongList((consulted_list(agency, unit),), consulted),
        "waiting": place(WAITING),
        "closed": LongList(
            (agency_list(agency, CLOSED),),
            {"agency": agency, "state": CLOSED},
            newest_first=True,
            begin=since,
        ),
    }


def _begin_of_closed(now: datetime) -> str:
    months = now.year * 12 + now.month - 1 - 3
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _within(colour: str | None, asked: LongList, looker: Looker) -> LongList:
    """Return the part of a list that has a due colour: a range of its order."""
    if colour is None:
        return asked
    now = stamp(looker.now)
    soon = stamp(looker.calendar.add_hours(looker.now, SOON_HOURS))
    begin, end = {"late": ("", now), "soon": (now, soon), "on-time": (soon, NEVER)}[colour]
    if asked.query["state"] == CLOSED:
        begin = end = ""  # nothing presses any more
    return LongList(asked.names, asked.query, asked.key, asked.newest_first, begin, end)


def _wanted(request: ReadInbox, looker: Looker) -> Wanted:
    sought = search_words(request.q)

    def wanted(one: Document) -> bool:
        if request.status is not None and one["status"] != int(request.status):
            return False
        if request.procedure is not None and one["procedure"] != request.procedure:
            return False
        if request.officer is not None and one["officer"] != request.officer:
            return False
        # a name that is not shown is not found either
        names = one["name_words"] if serves_there(one["agency"], looker.who) else ()
        return not sought or _found(sought, (*one["words"], *names))

    return wanted


def _found(sought: Iterable[str], words: Iterable[str]) -> bool:
    known = tuple(words)
    return all(any(word.startswith(begin) for word in known) for begin in sought)


def page_of(leaf: Leaf, looker: Looker, counts: Mapping[str, int]) -> DossierPage:
    """Return a page of documents as rows for who looks."""
    rows = (row(one, looker.who, looker.now, looker.calendar) for one in leaf.documents)
    return DossierPage(tuple(rows), leaf.further, counts, leaf.cut)
