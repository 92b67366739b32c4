"""The account: given these events, when this command, then these events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import pytest

from kernel.errors import Conflict, Invalid, NotFound
from services.identity.contract import (
    AccountActivated,
    AccountKind,
    AccountRegistered,
    ActivationRequested,
    Contact,
    IdentityDocument,
    IdentityNumberClaimed,
    IdentityNumberReleased,
    OfficerAppointed,
    OfficerDismissed,
    PasswordChanged,
    PasswordResetRequested,
    Profile,
    Role,
    SubjectErased,
)
from services.identity.decider import number_claims
from services.identity.decider.accounts import (
    AccountState,
    Activate,
    Appoint,
    ChangePassword,
    Dismiss,
    Erase,
    Open,
    RequestActivation,
    RequestPasswordReset,
    decide,
    evolve,
)

ACCOUNT = "acc-0123456789abcdef0123"
PROFILE = Profile(
    "Trần Minh Khôi",
    IdentityDocument.PERSONAL_NUMBER,
    "038090000123",
    "khoi@example.vn",
    "0912345678",
)
OPEN = Open(ACCOUNT, AccountKind.CITIZEN, "vi", "2026-01", PROFILE, "cred-1")
REGISTERED = AccountRegistered(
    ACCOUNT, ACCOUNT, AccountKind.CITIZEN, "vi", "2026-01", PROFILE, "cred-1"
)
ACTIVATED = AccountActivated(ACCOUNT, AccountKind.CITIZEN)

CONTACT = Contact("Lương Thu Trà", "tra@example.vn", "0987654321", "vi")
APPOINT = Appoint(
    ACCOUNT,
    "cred-2",
    "Lương Thu Trà",
    "Chuyên viên",
    "ubnd-16594",
    "one-stop",
    (Role.RECEIVING,),
    CONTACT,
)
OFFICER_REGISTERED = AccountRegistered(
    ACCOUNT, ACCOUNT, AccountKind.OFFICER, "vi", "", None, "cred-2"
)
OFFICER_ACTIVATED = AccountActivated(ACCOUNT, AccountKind.OFFICER)
APPOINTED = OfficerAppointed(
    ACCOUNT,
    "Lương Thu Trà",
    "Chuyên viên",
    "ubnd-16594",
    "one-stop",
    (Role.RECEIVING,),
    ACCOUNT,
    CONTACT,
)
OFFICER = (OFFICER_REGISTERED, OFFICER_ACTIVATED, APPOINTED)


def given(*events: Any) -> AccountState:
    """Return the state after these events."""
    return reduce(evolve, events, AccountState())


def when(state: AccountState, command: Any) -> Sequence[Any]:
    """Return the events of a command."""
    return tuple(decide(state, command))


@pytest.mark.proves("B08")
def test_registering_opens_an_account_that_is_not_active() -> None:
    assert when(given(), OPEN) == (REGISTERED,)
    assert not given(REGISTERED).active
    assert not given(REGISTERED).may_log_in


def test_a_user_name_is_taken_once() -> None:
    with pytest.raises(Invalid) as refused:
        when(given(REGISTERED), replace(OPEN, credential="cred-9"))
    assert [(f.field, f.code) for f in refused.value.fields] == [("username", "username-taken")]


@pytest.mark.proves("B10", "B14")
def test_the_link_makes_the_account_active() -> None:
    assert when(given(REGISTERED), Activate()) == (ACTIVATED,)
    assert given(REGISTERED, ACTIVATED).may_log_in


@pytest.mark.proves("B14")
def test_a_second_click_changes_nothing() -> None:
    assert when(given(REGISTERED, ACTIVATED), Activate()) == ()


def test_nothing_is_activated_that_was_never_registered() -> None:
    with pytest.raises(Conflict, match="no-account"):
        when(given(), Activate())


def test_the_mail_is_sent_again_only_while_it_is_needed() -> None:
    assert when(given(), RequestActivation()) == ()
    assert when(given(REGISTERED), RequestActivation()) == (ActivationRequested(ACCOUNT),)
    assert when(given(REGISTERED, ACTIVATED), RequestActivation()) == ()


@pytest.mark.proves("B10")
@pytest.mark.proves("B09")
@pytest.mark.parametrize("before", [(REGISTERED,), (REGISTERED, ACTIVATED), OFFICER])
def test_a_forgotten_password_is_written_to_whoever_can_be_reached(before: Sequence[Any]) -> None:
    assert when(given(*before), RequestPasswordReset()) == (PasswordResetRequested(ACCOUNT),)
    gone = SubjectErased(ACCOUNT)
    assert when(given(*before, gone), RequestPasswordReset()) == ()
    assert when(given(), RequestPasswordReset()) == ()


def test_a_link_changes_the_password_that_it_was_made_for_and_no_other() -> None:
    state = given(REGISTERED, ACTIVATED)
    change = ChangePassword("cred-1", "cred-3")
    (changed,) = when(state, change)
    assert changed == PasswordChanged(ACCOUNT, "cred-3")
    assert evolve(state, changed).credential == "cred-3"
    for other in (evolve(state, changed), given(), given(REGISTERED, SubjectErased(ACCOUNT))):
        with pytest.raises(Invalid, match="reset-invalid"):
            decide(other, change)


def test_the_set_up_opens_a_verified_account_once() -> None:
    verified = replace(OPEN, verified=True)
    assert when(given(), verified) == (REGISTERED, ACTIVATED)
    assert when(given(REGISTERED, ACTIVATED), verified) == ()


def test_the_set_up_does_not_take_a_name_from_somebody_else() -> None:
    other = replace(OPEN, verified=True, profile=replace(PROFILE, name="Đỗ Quang Huy"))
    for taken in (given(REGISTERED), given(REGISTERED, ACTIVATED), given(*OFFICER)):
        with pytest.raises(Invalid, match="invalid"):
            when(taken, other)


def test_appointing_opens_an_active_account_in_a_place() -> None:
    assert when(given(), APPOINT) == OFFICER
    assert given(*OFFICER).may_log_in
    assert given(*OFFICER).contact == CONTACT


def test_appointing_again_changes_the_place_and_nothing_else() -> None:
    moved = replace(APPOINT, unit="records", roles=(Role.RECORDS,), credential="cred-9")
    (event,) = when(given(*OFFICER), moved)
    assert event == replace(APPOINTED, unit="records", roles=(Role.RECORDS,))
    assert given(*OFFICER, event).credential == "cred-2"


def test_appointing_to_the_same_place_changes_nothing() -> None:
    assert when(given(*OFFICER), APPOINT) == ()


def test_a_citizen_is_not_turned_into_an_officer() -> None:
    with pytest.raises(Invalid):
        when(given(REGISTERED, ACTIVATED), APPOINT)


def test_a_dismissed_officer_may_not_log_in_until_appointed_again() -> None:
    dismissed = OfficerDismissed(ACCOUNT, "ubnd-16594", "one-stop")
    assert when(given(*OFFICER), Dismiss()) == (dismissed,)
    assert not given(*OFFICER, dismissed).may_log_in
    assert when(given(*OFFICER, dismissed), Dismiss()) == ()
    assert when(given(*OFFICER, dismissed), APPOINT) == (APPOINTED,)


@pytest.mark.proves("B12")
def test_an_identity_number_belongs_to_the_account_that_claimed_it_first() -> None:
    free = number_claims.ClaimState()
    claimed = IdentityNumberClaimed(ACCOUNT)
    assert tuple(number_claims.decide(free, number_claims.Claim(ACCOUNT))) == (claimed,)
    taken = number_claims.evolve(free, claimed)
    assert tuple(number_claims.decide(taken, number_claims.Claim(ACCOUNT))) == ()
    with pytest.raises(Conflict, match="identity-number-taken"):
        number_claims.decide(taken, number_claims.Claim("acc-ffffffffffffffffffff"))


ERASED = SubjectErased(ACCOUNT)


def test_an_account_is_erased_once_and_nobody_logs_in_with_it() -> None:
    assert when(given(REGISTERED, ACTIVATED), Erase()) == (ERASED,)
    assert when(given(REGISTERED), Erase(even_open=True)) == (SubjectErased(ACCOUNT, True),)
    erased = given(REGISTERED, ACTIVATED, ERASED)
    assert not erased.may_log_in
    assert (erased.profile, erased.contact) == (None, None)
    assert when(erased, Erase()) == ()


def test_nobody_is_erased_who_never_registered() -> None:
    with pytest.raises(NotFound, match="no-such-account"):
        when(given(), Erase())


def test_who_filed_at_a_counter_only_is_erased_too_and_once() -> None:
    walk_in = SubjectErased("person-1")
    assert when(given(), Erase(walk_in="person-1")) == (walk_in,)
    assert when(given(walk_in), Erase(walk_in="person-1")) == ()


def test_the_user_name_of_an_erased_account_stays_taken() -> None:
    erased = given(REGISTERED, ACTIVATED, ERASED)
    with pytest.raises(Invalid) as refused:
        when(erased, OPEN)
    assert [fault.code for fault in refused.value.fields] == ["username-taken"]
    with pytest.raises(Conflict, match="subject-erased"):
        when(erased, replace(OPEN, verified=True))


def test_an_erased_account_is_neither_activated_nor_written_to() -> None:
    erased = given(REGISTERED, ERASED)
    with pytest.raises(Conflict, match="no-account"):
        when(erased, Activate())
    assert when(erased, RequestActivation()) == ()


def test_erasing_an_officer_takes_the_place_back_for_good() -> None:
    dismissed = OfficerDismissed(ACCOUNT, "ubnd-16594", "one-stop")
    assert when(given(*OFFICER), Erase()) == (dismissed, ERASED)
    assert when(given(*OFFICER, dismissed), Erase()) == (ERASED,)
    erased = given(*OFFICER, dismissed, ERASED)
    assert erased.contact is None
    with pytest.raises(Conflict, match="subject-erased"):
        when(erased, APPOINT)


def test_a_number_that_was_released_can_be_claimed_anew() -> None:
    taken = number_claims.evolve(number_claims.ClaimState(), IdentityNumberClaimed(ACCOUNT))
    released = IdentityNumberReleased(ACCOUNT)
    assert tuple(number_claims.decide(taken, number_claims.Release(ACCOUNT))) == (released,)
    free = number_claims.evolve(taken, released)
    assert tuple(number_claims.decide(free, number_claims.Release(ACCOUNT))) == ()
    other = number_claims.Claim("acc-ffffffffffffffffffff")
    assert tuple(number_claims.decide(free, other)) == (IdentityNumberClaimed(other.account),)


def test_nobody_releases_what_another_account_claims() -> None:
    taken = number_claims.evolve(number_claims.ClaimState(), IdentityNumberClaimed(ACCOUNT))
    other = number_claims.Release("acc-ffffffffffffffffffff")
    assert tuple(number_claims.decide(taken, other)) == ()
