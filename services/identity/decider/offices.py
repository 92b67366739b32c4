"""Who gives officers their places, and takes them back. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.requests import SETUP, Caller
from services.identity.contract import Role
from services.identity.decider.accounts import AccountState

OF_THE_INSTALLATION = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Roles that reach beyond the officer's agency, to all ledgers and services."""


def may_appoint(caller: Caller, agency: str, present: AccountState, roles: Iterable[Role]) -> bool:
    """Whether a caller may give the officer, who stands as `present`, a place with these roles.

    An administrator neither fills the places of another agency nor takes its officers away, and
    makes nobody an administrator or auditor: these see the whole installation, so that only the
    set-up appoints them.
    """
    if caller.id != SETUP and not OF_THE_INSTALLATION.isdisjoint(roles):
        return False
    return _administers(caller, agency) and may_dismiss(caller, present)


def may_dismiss(caller: Caller, present: AccountState) -> bool:
    """Whether a caller may take back the place that an officer has, if there is any."""
    place = present.officer
    return _administers(caller, caller.agency if place is None else place.agency)


def _administers(caller: Caller, agency: str | None) -> bool:
    if caller.id == SETUP:
        return True
    administrator = caller.is_officer and Role.ADMINISTRATOR in caller.roles
    return administrator and agency is not None and caller.agency == agency
