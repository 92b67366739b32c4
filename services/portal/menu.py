"""The main menu: what stands in it depends on who looks."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for

from services.portal import sessions
from services.portal.language import gettext, mark

_EVERYBODY = (
    ("search.find", mark("Online public services")),
    ("lookup.ask_page", mark("Look up a dossier")),
)
_APPLICANTS = (
    ("dossiers.mine", mark("My dossiers")),
    ("notifications.show", mark("Messages")),
)
_OFFICERS = (("inbox.show", mark("Work list")), ("statistics.show", mark("Statistics")))
_OPERATORS = (("operations.show", mark("Operations")),)
_AUDITORS = (("audit.find", mark("Audit")),)
_LAST = (("home.help_page", mark("Guidance")),)


@dataclass(frozen=True)
class Item:
    """An entry of the menu."""

    text: str
    address: str
    current: bool


def items() -> tuple[Item, ...]:
    """Return the menu for whoever looks (C02, E10)."""
    who = sessions.who()
    own: tuple[tuple[str, str], ...] = (
        _OFFICERS if who.is_officer else () if who.kind == "anonymous" else _APPLICANTS
    )
    if sessions.is_operator():
        own = (*_OPERATORS, *own)
    if sessions.is_auditor():
        own = (*_AUDITORS, *own)
    first = (*own, *_EVERYBODY) if who.is_officer else (*_EVERYBODY, *own)
    here = request.endpoint or ""
    return tuple(
        Item(gettext(words), url_for(endpoint), _is_current(endpoint, here))
        for endpoint, words in (*first, *_LAST)
        if endpoint != "home.help_page" or not who.is_officer
    )


def _is_current(endpoint: str, here: str) -> bool:
    """Whether an entry leads to this page or its neighbours; the home page has none in the menu."""
    if endpoint == "home.help_page":
        return here == endpoint
    return endpoint.split(".")[0] == here.split(".")[0]
