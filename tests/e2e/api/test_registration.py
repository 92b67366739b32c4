"""From nobody to somebody who may file: captcha, form, mail with a link, login."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from captchas import solve
from filing import file, stay
from interface import Client, Json, System, expect, faults, new_key, refused
from records import Records
from stack import Stack

from kernel.requests import Caller
from kernel.trust import Keyring
from services.identity.demo import read_demo_accounts

PASSWORD = "mot-cau-dai-de-nho-7"
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def personal_number() -> str:
    """Return the number of a woman of Thanh Hóa, born in 1990, that nobody else has."""
    return f"038190{random.randrange(10**6):06}"


def tax_code() -> str:
    """Return a tax code with its check digit that nobody else has."""
    while True:
        digits = f"28{random.randrange(10**7):07}"
        weighed = zip(digits, _TAX_WEIGHTS, strict=True)
        check = 10 - sum(int(digit) * weight for digit, weight in weighed) % 11
        if check < 10:
            return f"{digits}{check}"


def form(system: System, stack: Stack, kind: str = "citizen") -> Json:
    """Return a filled registration form, with a captcha that was read."""
    captcha = expect(system.anybody.post("/captchas"), 201)["captcha"]
    username = f"dan.{uuid4().hex[:12]}"
    profile = {
        "name": "Nguyễn Thị Thu",
        "identity_document": "personal-number",
        "identity_number": personal_number(),
        "email": f"{username}@demo.example",
        "phone": "0912 345 678",
        "date_of_birth": "1990-02-03",
        "sex": "female",
        "place": "16594",
        "address": "1 đường Bến Cá",
    }
    if kind != "citizen":
        profile = {
            "name": "Công ty TNHH Muối Biển",
            "identity_document": "tax-code",
            "identity_number": tax_code(),
            "email": f"{username}@demo.example",
            "phone": "0237 385 2246",
            "representative": "Nguyễn Thị Thu",
        }
    return {
        "kind": kind,
        "username": username,
        "password": PASSWORD,
        "profile": profile,
        "captcha": captcha,
        "captcha_text": solve(stack.mongo_uri, stack.namespace, captcha),
        "consent": True,
    }


def link_token(
    system: System, address: str, subject: str = "Kích hoạt", page: str = "activate"
) -> str:
    """Return the token in the link of the activation mail, or of another one."""
    mail = system.mailbox.await_one(address, subject)
    (link,) = set(re.findall(rf"https?://\S+/{page}\?token=\S+", mail["text"]))
    return parse_qs(urlsplit(link).query)["token"][0]


def entered(system: System, filled: Json) -> Client:
    """Return the person behind a form, to be logged in."""
    return Client(system.stack.url("portal"), filled["username"], filled["password"])


@pytest.mark.proves("A01", "A02", "A03", "B05", "B06", "B07", "B08", "B09", "B13", "B14", "B15")
@pytest.mark.parametrize("kind", ["citizen", "organisation", "enterprise"])
def test_the_whole_way(system: System, stack: Stack, kind: str) -> None:
    filled = form(system, stack, kind)
    expect(system.anybody.post("/accounts", filled, key=new_key()), 201)
    person = entered(system, filled)

    token = link_token(system, filled["profile"]["email"])
    activated = expect(system.anybody.post("/accounts/activation", {"token": token}), 200)
    assert (activated["active"], activated["verified"]) == (True, True)
    expect(system.anybody.post("/accounts/activation", {"token": token}), 200)  # a second click

    me = expect(person.get("/accounts/me"), 200)
    assert me["username"] == filled["username"]
    assert me["kind"] == kind
    assert me["profile"]["name"] == filled["profile"]["name"]
    receipt = expect(person.post("/dossiers", stay(), key=new_key()), 201)
    assert expect(person.get(f"/dossiers/{receipt['code']}"), 200)["status"] == 1


@pytest.mark.proves("B09", "B15")
def test_a_forgotten_password_is_set_by_the_link_in_a_mail(system: System, stack: Stack) -> None:
    filled = form(system, stack)
    address = filled["profile"]["email"]
    expect(system.anybody.post("/accounts", filled, key=new_key()), 201)
    activation = {"token": link_token(system, address)}
    expect(system.anybody.post("/accounts/activation", activation), 200)
    answers = [
        expect(system.anybody.post("/accounts/password/forgotten", {"username": name}), 202)
        for name in (filled["username"], "khong-co-ai-ten-nay")
    ]
    assert answers[0] == answers[1]

    chosen = {
        "token": link_token(system, address, "Đặt lại mật khẩu", "password"),
        "password": "hai-con-meo-trang-9",
    }
    expect(system.anybody.post("/accounts/password", chosen), 200)
    refused(system.anybody.post("/accounts/password", chosen), 422, "reset-invalid")
    person = entered(system, {**filled, "password": chosen["password"]})
    assert expect(person.get("/accounts/me"), 200)["username"] == filled["username"]
    old = {"username": filled["username"], "password": PASSWORD}
    refused(system.anybody.post("/sessions", old), 401, "wrong-credentials")


@pytest.mark.proves("B10", "B12")
def test_before_the_link_was_opened_nobody_can_log_in_and_file(
    system: System, stack: Stack
) -> None:
    filled = form(system, stack)
    expect(system.anybody.post("/accounts", filled, key=new_key()), 201)
    given = {"username": filled["username"], "password": PASSWORD}
    refused(system.anybody.post("/sessions", given), 403, "not-activated")


def test_an_account_that_is_not_verified_cannot_file(
    system: System, stack: Stack, records: Records
) -> None:
    before = records.head("dossier")
    caller = Caller(system.person("congdan").account, "citizen", verified=False)
    keys = Keyring(stack.home / "keys")
    token = keys.issue(caller, issuer="identity", lifetime=timedelta(minutes=5))
    answer = system.anybody.post("/dossiers", stay(), token=token, key=new_key())
    refused(answer, 403, "account-not-verified")
    assert "DossierSubmitted" not in [one.type for one in records.since("dossier", before)]


@pytest.mark.proves("B06", "B07", "B12")
def test_every_fault_of_the_form_is_named_at_once(system: System, stack: Stack) -> None:
    filled = form(system, stack)
    filled |= {"username": "a b", "password": "ngan", "captcha_text": "WRONG", "consent": False}
    filled["profile"] |= {
        "identity_number": "038190",
        "email": "an",
        "phone": "12",
        "date_of_birth": None,
    }
    problem = refused(system.anybody.post("/accounts", filled, key=new_key()), 422, "invalid")
    assert set(faults(problem)) >= {
        "username",
        "password",
        "consent",
        "profile.identity_number",
        "profile.email",
        "profile.phone",
        "profile.date_of_birth",
    }


@pytest.mark.proves("B07")
def test_a_wrong_captcha_opens_nothing(system: System, stack: Stack, records: Records) -> None:
    before = records.head("identity")
    filled = form(system, stack) | {"captcha_text": "WRONG"}
    problem = refused(system.anybody.post("/accounts", filled, key=new_key()), 422, "invalid")
    assert set(faults(problem)) == {"captcha_text"}
    assert [one.type for one in records.since("identity", before)] == []


def test_registering_twice_with_one_key_is_one_account_and_one_mail(
    system: System, stack: Stack, records: Records
) -> None:
    before, key, filled = records.head("identity"), new_key(), form(system, stack)
    first = expect(system.anybody.post("/accounts", filled, key=key), 201)
    assert expect(system.anybody.post("/accounts", filled, key=key), 201) == first
    opened = [one.type for one in records.since("identity", before)]
    assert opened.count("AccountRegistered") == 1
    link_token(system, filled["profile"]["email"])
    assert len(system.mailbox.to(filled["profile"]["email"])) == 1


def test_a_taken_name_and_a_taken_number_are_refused(system: System, stack: Stack) -> None:
    first = form(system, stack)
    expect(system.anybody.post("/accounts", first, key=new_key()), 201)
    token = link_token(system, first["profile"]["email"])
    expect(system.anybody.post("/accounts/activation", {"token": token}), 200)
    same_name = form(system, stack) | {"username": first["username"]}
    problem = refused(system.anybody.post("/accounts", same_name, key=new_key()), 422)
    assert set(faults(problem)) == {"username"}
    # that a number is taken is told only to who can read the mail of the new account
    same_number = form(system, stack)
    same_number["profile"]["identity_number"] = first["profile"]["identity_number"]
    expect(system.anybody.post("/accounts", same_number, key=new_key()), 201)
    token = link_token(system, same_number["profile"]["email"])
    refused(system.anybody.post("/accounts/activation", {"token": token}), 409)


def test_a_forged_link_activates_nothing(system: System) -> None:
    answer = system.anybody.post("/accounts/activation", {"token": "x.y.z"})
    assert answer.status_code in (401, 422)


class TestSessions:
    """Logging in, staying, logging out."""

    @pytest.fixture(autouse=True)
    def tries_are_forgotten(self, records: Records) -> Iterator[None]:
        yield
        records.forget_tries()

    def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(self, system: System) -> None:
        wrong = {"username": "doanhnghiep", "password": "khong-phai-mat-khau"}
        unknown = {"username": f"khong-co-{uuid4().hex[:8]}", "password": "khong-phai-mat-khau"}
        answers = [
            refused(system.anybody.post("/sessions", body), 401) for body in (wrong, unknown)
        ]
        assert answers[0]["detail"] == answers[1]["detail"]

    def test_failures_make_the_next_try_wait(self, system: System) -> None:
        nobody = {"username": f"khong-co-{uuid4().hex[:8]}", "password": "khong-phai-mat-khau"}
        for _ in range(10):
            answer = system.anybody.post("/sessions", nobody)
            if answer.status_code == 429:
                break
        refused(answer, 429, "too-many-tries")
        assert int(answer.headers["Retry-After"]) > 0

    def test_an_ended_session_renews_no_more(self, system: System) -> None:
        given = {"username": "tochuc", "password": read_demo_accounts().password}
        session = expect(system.anybody.post("/sessions", given), 201)
        current = {"session_token": session["session_token"]}
        renewed = expect(system.anybody.call("PUT", "/sessions/current", json=current), 200)
        assert renewed["access_token"]
        ended = system.anybody.call("DELETE", "/sessions/current", json=current)
        assert ended.status_code == 204
        refused(system.anybody.call("PUT", "/sessions/current", json=current), 401)


@pytest.mark.proves("A02", "A03", "C16")
@pytest.mark.parametrize("username", ["tochuc", "doanhnghiep"])
def test_organisations_and_enterprises_file_like_citizens(system: System, username: str) -> None:
    applicant = {
        "kind": "organisation" if username == "tochuc" else "enterprise",
        "name": "Hội Người làm vườn Bến Mơ",
        "identity_number": "2809876549",
        "phone": "02373000001",
        "email": f"{username}@demo.example",
    }
    filed = file(system, stay(applicant=applicant), username)
    assert filed.status()["applicant"]["kind"] == applicant["kind"]
    assert filed.status()["owner"]["name"] == filed.sent["owner"]["name"]
