"""Officers: appointed to a place, found in the directory, dismissed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from kernel.feed import feed_of
from kernel.trust import Keyring
from services.identity import contract
from services.identity.contract import EVENTS, AccountKind, Profile, Role

PASSWORD = "ba con mèo đen"


def place(**changes: Any) -> contract.AppointOfficer:
    """Return an appointment to an agency of its own."""
    appointment = contract.AppointOfficer(
        username=f"canbo-{uuid4().hex[:8]}",
        password=PASSWORD,
        name="Lương Thu Trà",
        title="Chuyên viên",
        email="tra@example.vn",
        agency=f"ubnd-{uuid4().hex[:6]}",
        unit="one-stop",
        roles=(Role.RECEIVING,),
        phone="0987654321",
    )
    return replace(appointment, **changes)


def test_the_set_up_appoints_and_the_officer_logs_in(desk: Any, keyring: Keyring) -> None:
    appointment = place()
    officer = desk.as_service("setup", appointment)
    session = desk.log_in(appointment.username)
    assert session.account.kind is AccountKind.OFFICER
    assert session.account.officer is not None
    caller = keyring.verify(session.access_token)
    assert (caller.id, caller.kind, caller.name) == (officer.account, "officer", "Lương Thu Trà")
    assert (caller.agency, caller.unit) == (appointment.agency, "one-stop")
    assert caller.roles == ("receiving",)
    contact = desk.as_service("notify", contract.ReadContact(officer.account))
    assert contact.email == "tra@example.vn"
    with pytest.raises(Forbidden):
        desk.as_service("portal", contract.ReadContact(officer.account))


def test_an_administrator_appoints_in_the_own_agency_and_nobody_else_does(desk: Any) -> None:
    administrator = place(roles=(Role.ADMINISTRATOR,))
    desk.as_service("setup", administrator)
    session = desk.log_in(administrator.username)
    here = place(agency=administrator.agency)
    officer = desk.somebody(session, here)
    assert officer.title == "Chuyên viên"

    elsewhere = place()
    served = desk.as_service("setup", elsewhere)
    for refused in (
        place(),
        replace(here, agency=elsewhere.agency),
        replace(elsewhere, agency=administrator.agency),
        place(agency=administrator.agency, roles=(Role.AUDITOR,)),
        replace(here, roles=(*here.roles, Role.ADMINISTRATOR)),
        contract.DismissOfficer(served.account),
    ):
        with pytest.raises(Forbidden):
            desk.somebody(session, refused)
    desk.somebody(session, contract.DismissOfficer(officer.account))

    receiving = place()
    desk.as_service("setup", receiving)
    citizen, _ = desk.active()
    for username in (receiving.username, citizen.username):
        with pytest.raises(Forbidden):
            desk.somebody(desk.log_in(username), place())
    with pytest.raises(Forbidden):
        desk.anyone(place())
    with pytest.raises(Forbidden):
        desk.as_service("portal", place())


def test_officers_are_found_by_agency_unit_and_role(desk: Any) -> None:
    desk_officer = place()
    agency = desk_officer.agency
    handling = place(agency=agency, unit="justice", roles=(Role.HANDLING,), name="Bùi An")
    head = place(agency=agency, unit="justice", roles=(Role.LEADER, Role.HANDLING), name="Vũ Ba")
    for appointment in (desk_officer, handling, head):
        desk.as_service("setup", appointment)
    session = desk.log_in(desk_officer.username)

    def found(**search: Any) -> list[str]:
        officers = desk.somebody(session, contract.FindOfficers(agency, **search))
        return [officer.name for officer in officers.items]

    assert found() == ["Bùi An", "Lương Thu Trà", "Vũ Ba"]
    assert found(unit="justice") == ["Bùi An", "Vũ Ba"]
    assert found(unit="justice", role=Role.LEADER) == ["Vũ Ba"]
    assert found(unit="records") == []

    citizen, _ = desk.active()
    with pytest.raises(Forbidden):
        desk.somebody(desk.log_in(citizen.username), contract.FindOfficers(agency))
    assert desk.as_service("portal", contract.FindOfficers(agency)).items


def test_appointing_again_moves_the_officer(desk: Any) -> None:
    appointment = place()
    before = desk.as_service("setup", appointment)
    moved = replace(appointment, unit="records", roles=(Role.RECORDS,), title="Văn thư")
    after = desk.as_service("setup", moved)
    assert after == replace(before, unit="records", roles=(Role.RECORDS,), title="Văn thư")
    assert desk.log_in(appointment.username).account.officer.unit == "records"


def test_appointing_to_the_same_place_again_records_nothing(
    desk: Any, ledger: Any, database: Any
) -> None:
    appointment = place()
    officer = desk.as_service("setup", appointment)
    assert desk.as_service("setup", appointment) == officer
    assert ledger.count_documents({"stream": f"account-{officer.account}"}) == 1
    assert database["credentials"].count_documents({"account": officer.account}) == 1


def test_a_dismissed_officer_is_out_at_once(desk: Any) -> None:
    appointment = place()
    officer = desk.as_service("setup", appointment)
    session = desk.log_in(appointment.username)
    desk.as_service("setup", contract.DismissOfficer(officer.account))
    with pytest.raises(Unauthenticated, match="session-ended"):
        desk.anyone(contract.RenewSession(session.session_token))
    with pytest.raises(Forbidden, match="not-appointed"):
        desk.log_in(appointment.username)
    assert desk.as_service("portal", contract.FindOfficers(appointment.agency)).items == ()
    desk.as_service("setup", appointment)
    assert desk.log_in(appointment.username)


def test_only_officers_can_be_dismissed(desk: Any) -> None:
    _, citizen = desk.active()
    for account in (citizen, "acc-ffffffffffffffffffff"):
        with pytest.raises(NotFound):
            desk.as_service("setup", contract.DismissOfficer(account))


def test_every_fault_of_an_appointment_is_named_at_once(desk: Any) -> None:
    wrong = place(password="password123", email="x", phone="12", unit=" ", roles=())
    with pytest.raises(Invalid) as refused:
        desk.as_service("setup", wrong)
    assert {fault.field: fault.code for fault in refused.value.fields} == {
        "password": "password-guessable",
        "email": "email",
        "phone": "phone",
        "unit": "unit",
        "roles": "roles",
    }


@pytest.mark.proves("B10")
def test_the_set_up_opens_verified_accounts_once_and_for_itself_alone(
    desk: Any, ledger: Any, somebody: Callable[..., Profile]
) -> None:
    account = contract.OpenVerifiedAccount(
        AccountKind.CITIZEN, f"tiepnhan-{uuid4().hex[:8]}", PASSWORD, somebody()
    )
    first = desk.as_service("setup", account)
    assert desk.as_service("setup", account) == first
    assert ledger.count_documents({"stream": first.stream}) == 1
    assert desk.log_in(account.username).account.verified
    for name in ("portal", "notify"):
        with pytest.raises(Forbidden):
            desk.as_service(name, account)
    with pytest.raises(Forbidden):
        desk.anyone(account)


def test_the_set_up_does_not_take_a_number_from_somebody_else(
    desk: Any, somebody: Callable[..., Profile]
) -> None:
    taken, _ = desk.active()
    account = contract.OpenVerifiedAccount(
        AccountKind.CITIZEN, f"tiepnhan-{uuid4().hex[:8]}", PASSWORD, taken.profile
    )
    with pytest.raises(Conflict, match="identity-number-taken"):
        desk.as_service("setup", account)


def test_a_neighbour_that_reads_the_feed_gets_no_personal_data(desk: Any) -> None:
    _, account = desk.active()
    page = desk.as_service("notify", feed_of("identity")(f"account-{account}", after=0))
    assert [envelope.type for envelope in page.events] == ["AccountRegistered", "AccountActivated"]
    registered = page.events[0].record(EVENTS).event
    assert registered.account == account
    assert registered.profile is None
