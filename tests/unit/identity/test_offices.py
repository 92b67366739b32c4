"""Administrators are those of their own agency; the installation's set-up is that of all."""

from __future__ import annotations

import pytest

from kernel.requests import ANONYMOUS, Caller
from services.identity.contract import AccountKind, Contact, OfficerAppointed, Role
from services.identity.decider.accounts import AccountState
from services.identity.decider.offices import may_appoint, may_dismiss

SETUP = Caller("service:setup", "service")
ADMINISTRATOR = Caller("acc-1", "officer", roles=(Role.ADMINISTRATOR,), agency="here", unit="desk")
NOBODY = AccountState()


def serving(agency: str) -> AccountState:
    """Return an officer who serves in an agency."""
    place = OfficerAppointed(
        account="acc-2",
        subject="acc-2",
        name="Trà",
        title="Chuyên viên",
        agency=agency,
        unit="desk",
        roles=(Role.RECEIVING,),
        contact=Contact("Trà", "tra@example.vn", "", "vi"),
    )
    return AccountState("acc-2", AccountKind.OFFICER, officer=place)


@pytest.mark.parametrize(
    ("agency", "present", "allowed"),
    [
        ("here", NOBODY, True),
        ("here", serving("here"), True),
        ("there", NOBODY, False),
        ("there", serving("here"), False),
        ("here", serving("there"), False),
        ("", NOBODY, False),
    ],
)
def test_an_administrator_fills_places_of_the_own_agency_with_no_officers_of_another(
    agency: str, present: AccountState, allowed: bool
) -> None:
    assert may_appoint(ADMINISTRATOR, agency, present, (Role.RECEIVING,)) is allowed
    assert may_appoint(SETUP, agency, present, (Role.RECEIVING,))


@pytest.mark.parametrize("role", Role)
def test_only_the_set_up_gives_the_roles_that_reach_the_whole_installation(role: Role) -> None:
    roles = (Role.RECEIVING, role)
    reaches_all = role in (Role.ADMINISTRATOR, Role.AUDITOR)
    assert may_appoint(ADMINISTRATOR, "here", NOBODY, roles) is not reaches_all
    assert may_appoint(SETUP, "here", NOBODY, roles)


@pytest.mark.parametrize(
    ("present", "allowed"), [(serving("here"), True), (serving("there"), False), (NOBODY, True)]
)
def test_an_administrator_dismisses_in_the_own_agency(present: AccountState, allowed: bool) -> None:
    assert may_dismiss(ADMINISTRATOR, present) is allowed
    assert may_dismiss(SETUP, present)


@pytest.mark.parametrize(
    "caller",
    [
        ANONYMOUS,
        Caller("acc-3", "citizen"),
        Caller("acc-3", "officer", roles=("receiving", "leader"), agency="here"),
        Caller("acc-3", "officer", roles=("administrator",)),
        Caller("service:portal", "service"),
    ],
)
def test_nobody_else_appoints_or_dismisses(caller: Caller) -> None:
    assert not may_appoint(caller, "here", serving("here"), (Role.RECEIVING,))
    assert not may_dismiss(caller, NOBODY)
