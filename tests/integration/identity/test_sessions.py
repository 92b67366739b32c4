"""Logging in, staying in, getting out, and being kept out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from kernel.errors import Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from kernel.requests import Caller
from kernel.trust import Keyring
from services.identity import contract

WRONG = "một mật khẩu khác"


def refusal(desk: Any, username: str, password: str = WRONG, **how: Any) -> Any:
    """Return how a log-in is refused."""
    with pytest.raises((Unauthenticated, Forbidden, TooMany)) as refused:
        desk.log_in(username, password, **how)
    return refused.value


@pytest.mark.proves("B09", "B15")
def test_user_name_and_password_open_a_session(desk: Any) -> None:
    form, account = desk.active()
    session = desk.log_in(form.username.upper())
    assert session.account.account == account
    assert desk.somebody(session, contract.ReadAccount()) == session.account


@pytest.mark.proves("B15")
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(desk: Any) -> None:
    form, _ = desk.active()
    wrong = refusal(desk, form.username)
    unknown = refusal(desk, f"khong-co-{uuid4().hex[:6]}")
    assert wrong.to_wire() == unknown.to_wire()
    assert wrong.code == "wrong-credentials"


@pytest.mark.proves("B10", "B14")
def test_only_the_right_password_tells_that_the_account_is_not_active_yet(desk: Any) -> None:
    form, _ = desk.registered()
    assert refusal(desk, form.username).code == "wrong-credentials"
    assert refusal(desk, form.username, form.password).code == "not-activated"


@pytest.mark.proves("B15")
def test_repeated_failures_are_followed_by_a_growing_delay(desk: Any, database: Any) -> None:
    form, account = desk.active()
    failures = database["failures"]
    mine = {"_id": f"account:{account}"}

    def delay_passes() -> None:
        failures.update_one(mine, {"$set": {"at": datetime.now(UTC) - timedelta(minutes=16)}})

    for _ in range(7):  # the first five at once, then each after its delay
        assert refusal(desk, form.username).code == "wrong-credentials"
        delay_passes()
    delays = []
    for _ in range(3):
        assert refusal(desk, form.username).code == "wrong-credentials"
        delayed = refusal(desk, form.username)
        assert (delayed.code, delayed.status) == ("too-many-tries", 429)
        delays.append(delayed.retry_after)
        delay_passes()
    assert delays[0] in range(12, 17)
    assert delays[1] in range(28, 33)
    assert delays[2] in range(60, 65)

    failures.update_one(mine, {"$set": {"at": datetime.now(UTC)}})
    # while the delay lasts, the right password does not help
    assert refusal(desk, form.username, form.password).code == "too-many-tries"
    delay_passes()
    desk.log_in(form.username)
    assert failures.find_one(mine) is None  # all is forgiven


def test_unknown_names_are_delayed_just_the_same(desk: Any) -> None:
    username = f"khong-co-{uuid4().hex[:6]}"
    codes = [refusal(desk, username).code for _ in range(40)]
    assert codes[:5] == ["wrong-credentials"] * 5
    assert "too-many-tries" in codes


def test_tries_at_the_same_moment_are_all_counted(desk: Any, database: Any) -> None:
    username = f"khong-co-{uuid4().hex[:6]}"
    address = f"address-{uuid4().hex[:8]}"

    def attempt(_: int) -> str:
        code: str = refusal(desk, username, address=address, timeout=20).code
        return code

    before = {one["_id"] for one in database["failures"].find()}
    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(attempt, range(12)))
    counted = [one for one in database["failures"].find() if one["_id"] not in before]
    (of_account,) = [one for one in counted if one["_id"].startswith("account:")]
    (of_address,) = [one for one in counted if one["_id"].startswith("address:")]
    assert of_account["tries"] == codes.count("wrong-credentials") >= 5
    assert of_address["tries"] == 12
    assert "too-many-tries" in codes


def test_an_address_that_tries_many_names_is_delayed(desk: Any) -> None:
    address = f"address-{uuid4().hex[:8]}"
    form, _ = desk.active()

    def attempt(_: int) -> str:
        name = f"khong-co-{uuid4().hex[:8]}"
        code: str = refusal(desk, name, address=address, timeout=20).code
        return code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(attempt, range(60)))
    assert codes.count("wrong-credentials") > 30
    assert "too-many-tries" in codes
    assert desk.log_in(form.username, address="another-address")


def test_logging_in_well_does_not_use_up_an_addresss_tries(desk: Any) -> None:
    form, _ = desk.active()
    for _ in range(40):
        desk.log_in(form.username, address="198.51.100.8")


def test_a_session_is_kept_while_it_is_used_and_ends_after_30_idle_minutes(
    desk: Any, database: Any, keyring: Keyring
) -> None:
    form, account = desk.active()
    session = desk.log_in(form.username)
    renewed = desk.anyone(contract.RenewSession(session.session_token))
    assert renewed.session_token == session.session_token
    assert (
        keyring.verify(renewed.access_token).session == keyring.verify(session.access_token).session
    )
    (kept,) = database["sessions"].find({"account": account})
    assert timedelta(minutes=29) < kept["ends_at"] - datetime.now(UTC) <= timedelta(minutes=30)

    past = datetime.now(UTC) - timedelta(seconds=1)
    database["sessions"].update_one({"account": account}, {"$set": {"ends_at": past}})
    with pytest.raises(Unauthenticated, match="session-ended"):
        desk.anyone(contract.RenewSession(session.session_token))


def test_no_session_outlives_a_working_day_however_often_renewed(desk: Any, database: Any) -> None:
    form, account = desk.active()
    session = desk.log_in(form.username)
    past = datetime.now(UTC) - timedelta(seconds=1)
    database["sessions"].update_one({"account": account}, {"$set": {"last_at": past}})
    with pytest.raises(Unauthenticated, match="session-ended"):
        desk.anyone(contract.RenewSession(session.session_token))


def test_logging_out_ends_this_session_and_no_other(desk: Any) -> None:
    form, _ = desk.active()
    here, elsewhere = desk.log_in(form.username), desk.log_in(form.username)
    for _ in range(2):  # twice is fine
        desk.anyone(contract.LogOut(here.session_token))
    with pytest.raises(Unauthenticated, match="session-ended"):
        desk.anyone(contract.RenewSession(here.session_token))
    assert desk.anyone(contract.RenewSession(elsewhere.session_token))


def test_a_session_token_stands_nowhere_in_the_database(desk: Any, database: Any) -> None:
    form, account = desk.active()
    session = desk.log_in(form.username)
    (kept,) = database["sessions"].find({"account": account})
    assert session.session_token not in str(kept)
    with pytest.raises(Unauthenticated):
        desk.anyone(contract.RenewSession(kept["_id"]))


def test_a_forged_or_expired_access_token_is_refused(desk: Any, keyring: Keyring) -> None:
    form, account = desk.active()
    session = desk.log_in(form.username)
    caller = Caller(account, "citizen", verified=True)
    head, body, signature = session.access_token.split(".")
    lifetime = timedelta(minutes=5)
    tokens = {
        "garbage": "không phải thẻ",
        "another signature": f"{head}.{body}.{signature[::-1]}",
        "expired": keyring.issue(caller, issuer="identity", lifetime=timedelta(seconds=-60)),
        "another purpose": keyring.issue(
            caller, issuer="identity", lifetime=lifetime, purpose="upload"
        ),
    }
    for token in tokens.values():
        with pytest.raises(Unauthenticated):
            desk.clients["portal"].call(contract.ReadAccount(), token=token)
    with pytest.raises(Unauthenticated):
        desk.anyone(contract.ReadAccount())


def test_only_services_read_where_to_reach_somebody(desk: Any) -> None:
    form, account = desk.active()
    session = desk.log_in(form.username)
    contact = desk.as_service("notify", contract.ReadContact(account))
    assert contact == contract.Contact(
        form.profile.name, form.profile.email, form.profile.phone, "vi"
    )
    with pytest.raises(Forbidden):
        desk.somebody(session, contract.ReadContact(account))
    with pytest.raises(Forbidden):
        desk.anyone(contract.ReadContact(account))


@pytest.mark.proves("B09", "B15")
def test_a_forgotten_password_is_replaced_by_the_link_once(desk: Any, database: Any) -> None:
    form, account = desk.active()
    session = desk.log_in(form.username)
    desk.anyone(contract.RequestPasswordReset(form.username.upper()))
    first = desk.as_service("notify", contract.ReadPasswordReset(account))
    second = desk.as_service("notify", contract.ReadPasswordReset(account))
    assert first.contact.email == form.profile.email
    assert first.expires_at - datetime.now(UTC) <= timedelta(hours=1)

    def fault(token: str, password: str = "bốn con mèo trắng") -> list[str]:
        with pytest.raises(Invalid) as refused:
            desk.anyone(contract.ResetPassword(token, password))
        return [refused.value.code, *(item.code for item in refused.value.fields)]

    assert fault(first.token, "short") == ["invalid", "password-short"]
    assert fault(desk.link(desk.registered()[1]).token) == ["reset-invalid"]
    done = desk.anyone(contract.ResetPassword(first.token, WRONG), idempotency_key="dat-lai-1")
    assert (
        desk.anyone(contract.ResetPassword(first.token, WRONG), idempotency_key="dat-lai-1") == done
    )
    assert fault(first.token) == fault(second.token) == ["reset-invalid"]

    assert database["credentials"].count_documents({"account": account}) == 1
    assert refusal(desk, form.username, form.password).code == "wrong-credentials"
    assert desk.log_in(form.username, WRONG).account.username == form.username
    with pytest.raises(Unauthenticated, match="session-ended"):
        desk.anyone(contract.RenewSession(session.session_token))


def test_who_asks_for_a_link_learns_nothing_and_waits(desk: Any) -> None:
    form, account = desk.active()
    nobody = f"khong-co-{uuid4().hex[:6]}"

    def answers(username: str) -> list[Any]:
        said = [desk.anyone(contract.RequestPasswordReset(username)) for _ in range(2)]
        with pytest.raises(TooMany) as refused:
            desk.anyone(contract.RequestPasswordReset(username))
        return [*said, refused.value.code]

    assert answers(form.username) == answers(nobody)
    with pytest.raises(NotFound):
        desk.as_service("notify", contract.ReadPasswordReset("acc-ffffffffffffffffffff"))
    for who in ("portal", "setup"):
        with pytest.raises(Forbidden):
            desk.as_service(who, contract.ReadPasswordReset(account))
