"""Erasing an account: the running service forgets it by its own event, and lets the number go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from installation import Process, command, eventually, running
from plain_words import plain_words
from pymongo import MongoClient
from rich.console import Console

from kernel.commits import verify
from kernel.config import Settings
from kernel.erasure import Erasure, forget_subject_of, read_erasure_of
from kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, Unavailable
from kernel.ledger_reader import LedgerReader
from kernel.privacy import SETTLED
from kernel.schemas import rfc3339
from motcua.operations.privacy import Office
from services.identity import contract
from services.identity.contract import AccountKind, Role
from services.identity.views import ERASED, erased_page

PASSWORD = "ba con mèo đen"
NAME, PHONE, EMAIL = "Quách Xuyến Chi", "0987000111", "xuyen.chi@example.vn"


@pytest.fixture(scope="module", autouse=True)
def relay(settings: Settings, desk: Any) -> Iterator[None]:
    """Identity's relay: the service hears of the erasure as all others do."""
    process = Process(settings, *command("relay", "identity"))
    with running(process):
        yield


@pytest.fixture
def her(somebody: Any) -> Any:
    """The profile of somebody to be erased."""
    return somebody(name=NAME, phone=PHONE, email=EMAIL, address="77 ngõ Đá Bạc")


def how_far(desk: Any, account: str) -> Erasure:
    """Return how far identity has forgotten somebody."""
    found: Erasure = desk.as_service("setup", read_erasure_of("identity")(account))
    return found


def erase(desk: Any, account: str) -> contract.Subject:
    """Erase somebody and wait until identity has forgotten him or her for the first time."""
    done: contract.Subject = desk.as_service("setup", contract.EraseSubject(account, True))
    eventually(lambda: how_far(desk, account).forgotten, lambda: f"{account} is not forgotten")
    return done


def test_nothing_is_left_of_the_person_and_the_chain_holds(
    desk: Any, settings: Settings, ledger: Any, database: Any, her: Any
) -> None:
    words = (NAME, PHONE, EMAIL, her.identity_number, "77 ngõ Đá Bạc")
    form, account = desk.active(profile=her)
    words = (*words, form.username)
    desk.log_in(form.username)
    desk.log_in(form.username)
    before = [commit.hash for commit in LedgerReader(ledger).commits()]

    done = erase(desk, account)
    assert (done.subject, done.kind, done.erased_at is None) == (account, "citizen", False)
    eventually(
        lambda: how_far(desk, account).forgotten == {"keys": 1, "credentials": 1, "sessions": 2},
        lambda: str(how_far(desk, account)),
    )
    with MongoClient[Any](settings.mongo_uri, tz_aware=True) as client:
        assert plain_words(client, settings.namespace, words) == {}
    for name in ("credentials", "sessions"):
        assert database[name].count_documents({"account": account}) == 0
    commits = list(LedgerReader(ledger).commits())
    assert verify(iter(commits)).position == len(commits)
    assert [commit.hash for commit in commits[: len(before)]] == before


def test_nobody_logs_in_and_what_was_open_ends(desk: Any) -> None:
    form, account = desk.active()
    session = desk.log_in(form.username)
    erase(desk, account)
    with pytest.raises(Unauthenticated, match="wrong-credentials"):
        desk.log_in(form.username)
    with pytest.raises(Unauthenticated, match="session-ended"):
        desk.anyone(contract.RenewSession(session.session_token))
    with pytest.raises(NotFound):
        desk.as_service("notify", contract.ReadContact(account))


def test_the_person_may_register_anew_under_another_user_name(desk: Any, her: Any) -> None:
    form, account = desk.active(profile=her)
    erase(desk, account)
    with pytest.raises(Invalid) as refused:
        desk.anyone(desk.form(username=form.username.upper(), profile=her))
    assert [fault.code for fault in refused.value.fields] == ["username-taken"]
    again, other = desk.active(profile=her)
    assert desk.log_in(again.username).account.profile.name == NAME
    with pytest.raises(Conflict, match="identity-number-taken"):
        desk.active(profile=her)
    # forgetting the first account again does not take the number from the second
    desk.as_service("setup", forget_subject_of("identity")(account))
    assert other != account
    with pytest.raises(Conflict, match="identity-number-taken"):
        desk.active(profile=her)


def test_a_link_that_was_not_opened_yet_opens_nothing_any_more(desk: Any) -> None:
    form, account = desk.registered()
    token = desk.link(account).token
    erase(desk, account)
    with pytest.raises((Conflict, Invalid)):
        desk.anyone(contract.Activate(token))
    desk.anyone(contract.ResendActivation(form.username))
    with pytest.raises(NotFound):
        desk.link(account)


def test_erasing_again_changes_nothing_and_is_told(desk: Any, ledger: Any) -> None:
    _, account = desk.active()
    first = erase(desk, account)
    there = ledger.count_documents({"stream": f"account-{account}"})
    assert desk.as_service("setup", contract.EraseSubject(account)) == first
    assert ledger.count_documents({"stream": f"account-{account}"}) == there
    listed = desk.as_service("setup", contract.ListErased()).items
    assert contract.ErasedSubject(account, first.erased_at) in listed


class AsSetUp:
    """A client that asks the running service as the set-up does, and keeps the pages."""

    def __init__(self, desk: Any, limit: int) -> None:
        self.desk = desk
        self.limit = limit
        self.pages: list[contract.ErasedSubjects] = []

    def call(self, message: contract.ListErased, *, timeout: float) -> contract.ErasedSubjects:
        message = replace(message, limit=self.limit)
        self.pages.append(self.desk.as_service("setup", message))
        return self.pages[-1]


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_who_was_erased_is_listed_a_page_at_a_time(desk: Any, database: Any, limit: int) -> None:
    for _ in range(2):
        erase(desk, desk.active()[1])
    asking: Any = AsSetUp(desk, limit)
    found = list(Office(asking, Console(), ()).erased())
    there = {(one["_id"], one["erased_at"]) for one in database[ERASED].find()}
    assert [(one.subject, rfc3339(one.erased_at)) for one in found] == sorted(
        there, key=lambda one: (one[1], one[0])
    )
    assert max(len(page.items) for page in asking.pages) <= limit
    assert (len(asking.pages) > 1) is (limit < len(there))


def test_many_who_were_erased_in_one_instant_are_on_one_page(database: Any) -> None:
    at = datetime(2026, 11, 25, 9, 0, 0, 7, tzinfo=UTC)
    view = database["erased_at_once"]
    view.insert_many([{"_id": f"acc-{n}", "erased_at": rfc3339(at)} for n in range(5)])
    later = contract.ErasedSubject("acc-9", at + timedelta(microseconds=1))
    view.insert_one({"_id": later.subject, "erased_at": rfc3339(later.erased_at)})
    asked = contract.ListErased(after=at - timedelta(microseconds=1), limit=3)
    page = erased_page(view, asked, at)
    assert ([one.subject for one in page.items], page.next) == ([f"acc-{n}" for n in range(5)], at)
    rest = erased_page(view, contract.ListErased(after=page.next, limit=3), at)
    assert (rest.items, rest.next) == ((later,), None)


def test_a_second_time_makes_certain(desk: Any) -> None:
    _, account = desk.active()
    erase(desk, account)
    assert how_far(desk, account).finished_at is None
    eventually(
        lambda: how_far(desk, account).finished_at is not None,
        lambda: str(how_far(desk, account)),
        seconds=SETTLED.total_seconds() + 60,
    )
    done = how_far(desk, account)
    assert done.heard_at is not None
    assert done.finished_at is not None
    assert done.finished_at - done.heard_at >= SETTLED


def test_nothing_is_erased_while_the_dossiers_cannot_be_asked_for(desk: Any) -> None:
    form, account = desk.active()
    with pytest.raises(Unavailable):
        desk.as_service("setup", contract.EraseSubject(account))
    assert desk.as_service("setup", contract.FindSubject(account)).erased_at is None
    assert desk.log_in(form.username).account.account == account


def test_an_account_is_found_by_its_user_name_without_personal_data(desk: Any) -> None:
    form, account = desk.active()
    by_name = desk.as_service("setup", contract.FindSubject(username=form.username.upper()))
    assert by_name == desk.as_service("setup", contract.FindSubject(account))
    assert (by_name.subject, by_name.kind) == (account, AccountKind.CITIZEN)
    for unknown in (contract.FindSubject("acc-0"), contract.FindSubject(username="nobody.here")):
        with pytest.raises(NotFound, match="no-such-account"):
            desk.as_service("setup", unknown)
    with pytest.raises(NotFound, match="no-such-account"):
        desk.as_service("setup", contract.EraseSubject("acc-0", even_open=True))


def test_only_the_set_up_erases(desk: Any) -> None:
    form, account = desk.active()
    session = desk.log_in(form.username)
    for message in (
        contract.EraseSubject(account, True),
        contract.FindSubject(account),
        contract.ListErased(),
        read_erasure_of("identity")(account),
        forget_subject_of("identity")(account),
    ):
        with pytest.raises(Forbidden):
            desk.somebody(session, message)
        with pytest.raises(Forbidden):
            desk.as_service("notify", message)


def test_of_an_officer_the_address_is_erased_and_the_name_stays_in_the_events(
    desk: Any, settings: Settings, ledger: Any
) -> None:
    appointment = contract.AppointOfficer(
        username=f"canbo-{uuid4().hex[:8]}",
        password=PASSWORD,
        name="Lục Vân Tiên",
        title="Chuyên viên",
        email="van.tien@example.vn",
        agency=f"ubnd-{uuid4().hex[:6]}",
        unit="one-stop",
        roles=(Role.RECEIVING,),
        phone="0987222333",
    )
    account = desk.as_service("setup", appointment).account
    erase(desk, account)
    with pytest.raises(Unauthenticated):
        desk.log_in(appointment.username)
    found = desk.as_service("setup", contract.FindOfficers(agency=appointment.agency))
    assert found.items == ()
    with pytest.raises(Conflict, match="subject-erased"):
        desk.as_service("setup", appointment)
    words = ("van.tien@example.vn", "0987222333", "Lục Vân Tiên")
    with MongoClient[Any](settings.mongo_uri, tz_aware=True) as client:
        left = plain_words(client, settings.namespace, words)
    assert set(left) == {"Lục Vân Tiên"}
    assert len(left["Lục Vân Tiên"]) == 1  # the event of the appointment
    kinds = [
        event["type"]
        for commit in ledger.find({"stream": f"account-{account}"}).sort("from", 1)
        for event in commit["events"]
    ]
    assert kinds[-2:] == ["OfficerDismissed", "SubjectErased"]
