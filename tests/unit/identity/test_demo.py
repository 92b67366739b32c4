"""The demo accounts: every role, in agencies and units that exist, with invented names."""

from __future__ import annotations

from datetime import date

from services.catalog.files import read_agencies, read_places
from services.identity.contract import AccountKind, AppointOfficer, OpenVerifiedAccount, Role
from services.identity.decider.registration import (
    faults_of_login,
    faults_of_profile,
    known_of,
    normal_profile,
)
from services.identity.demo import read_demo_accounts

DEMO = read_demo_accounts()


def test_every_kind_and_every_role_can_be_tried() -> None:
    assert {person.kind for person in DEMO.people} == set(AccountKind) - {AccountKind.OFFICER}
    officers = [officer for place in DEMO.agencies for officer in place.officers]
    assert {role for officer in officers for role in officer.roles} == set(Role)


def test_every_account_passes_the_checks_that_everyone_passes() -> None:
    for request in DEMO.requests():
        match request:
            case OpenVerifiedAccount():
                profile = normal_profile(request.profile)
                assert profile == request.profile
                assert not list(faults_of_profile(request.kind, profile, date(2026, 1, 1)))
                known = known_of(profile)
            case AppointOfficer():
                known = (request.email,)
        assert not list(faults_of_login(request.username, request.password, known))


def test_user_names_and_identity_numbers_are_different() -> None:
    names = [request.username for request in DEMO.requests()]
    assert len(set(names)) == len(names)
    numbers = [person.identity_number for person in DEMO.people]
    assert len(set(numbers)) == len(numbers)


def test_officers_serve_in_units_that_the_catalogue_knows() -> None:
    agencies = {agency.id: agency for agency in read_agencies(read_places())}
    for place in DEMO.agencies:
        units = {unit.id for unit in agencies[place.agency].units}
        assert {officer.unit for officer in place.officers} <= units


def test_every_agency_can_take_a_dossier_from_the_desk_to_the_result() -> None:
    for place in DEMO.agencies:
        serving = {(o.unit, role) for o in place.officers for role in o.roles}
        if (("office", Role.ADMINISTRATOR)) in serving:
            continue
        assert {("one-stop", Role.RECEIVING), ("leadership", Role.LEADER)} <= serving
        assert ("office", Role.RECORDS) in serving
        handling = {unit for unit, role in serving if role is Role.HANDLING}
        assert handling
        assert {(unit, Role.LEADER) for unit in handling} <= serving


def test_the_password_says_that_it_is_for_trying() -> None:
    assert DEMO.password.startswith("demo-")
