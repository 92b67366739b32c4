"""Registering and activating, on the real broker and database."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from captchas import solve
from PIL import Image

from kernel.config import Settings
from kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from kernel.trust import Keyring
from services.identity import contract
from services.identity.contract import AccountKind, IdentityDocument, Profile


def codes(refused: Any) -> dict[str, str]:
    """Return the fault of each field."""
    return {fault.field: fault.code for fault in refused.value.fields}


@pytest.mark.proves("B05", "B06", "B08", "B10", "B14", "B15")
@pytest.mark.parametrize(
    ("kind", "document", "number", "representative"),
    [
        (AccountKind.CITIZEN, IdentityDocument.PASSPORT, "C1234567", None),
        (AccountKind.ORGANISATION, IdentityDocument.TAX_CODE, "0100109106", "Phạm Hải Yến"),
        (AccountKind.ENTERPRISE, IdentityDocument.TAX_CODE, "0101248141", "Phạm Hải Yến"),
    ],
)
def test_from_the_form_over_the_link_to_a_session(
    desk: Any,
    somebody: Callable[..., Profile],
    keyring: Keyring,
    kind: AccountKind,
    document: IdentityDocument,
    number: str,
    representative: str | None,
) -> None:
    profile = somebody(
        identity_document=document, identity_number=number, representative=representative
    )
    form, account = desk.registered(kind=kind, profile=profile)

    notice = desk.link(account)
    assert notice.contact == contract.Contact(profile.name, profile.email, profile.phone, "vi")
    assert notice.expires_at - datetime.now(UTC) > timedelta(hours=47)

    activated = desk.anyone(contract.Activate(notice.token))
    assert (activated.active, activated.verified) == (True, True)
    assert activated.profile is None  # the link alone does not show the person's data

    session = desk.log_in(form.username)
    assert session.account.profile == profile
    assert session.account.username == form.username
    assert session.expires_in == 900
    caller = keyring.verify(session.access_token)
    assert (caller.id, caller.kind, caller.verified) == (account, kind.value, True)
    assert caller.name == ""  # no personal data in a token


@pytest.mark.proves("B07")
def test_the_captcha_is_a_picture_of_a_random_string(desk: Any, database: Any) -> None:
    captcha = desk.anyone(contract.NewCaptcha())
    picture = Image.open(BytesIO(base64.b64decode(captcha.picture)))
    assert picture.format == "PNG"
    assert picture.width >= 200
    assert captcha.expires_at > datetime.now(UTC)
    kept = database["captchas"].find_one({"_id": captcha.captcha})
    assert set(kept) == {"_id", "answer", "expires_at"}
    assert len(kept["answer"]) == 64  # a hash, never the letters


@pytest.mark.proves("B06", "B07")
def test_every_fault_of_a_form_is_named_at_once(desk: Any) -> None:
    blank = Profile("", IdentityDocument.PERSONAL_NUMBER, "038X", "khoi@", "12")
    form = desk.form(
        username="k", password="short", profile=blank, consent=False, captcha_text="no"
    )
    with pytest.raises(Invalid) as refused:
        desk.anyone(form)
    assert codes(refused) == {
        "username": "username",
        "password": "password-short",
        "profile.name": "required",
        "profile.date_of_birth": "required",
        "profile.identity_number": "personal-number-form",
        "profile.email": "email",
        "profile.phone": "phone",
        "consent": "consent",
        "captcha_text": "captcha",
    }


@pytest.mark.proves("B07")
def test_a_captcha_is_good_for_one_try_right_or_wrong(desk: Any) -> None:
    wrong = desk.form(captcha_text="XXXXX")
    with pytest.raises(Invalid) as refused:
        desk.anyone(wrong)
    assert codes(refused) == {"captcha_text": "captcha"}
    with pytest.raises(Invalid) as refused:  # now with the right letters: too late
        desk.anyone(replace(wrong, captcha_text="ACDEF"))
    assert codes(refused) == {"captcha_text": "captcha"}

    form, _ = desk.registered()
    with pytest.raises(Invalid) as refused:
        desk.anyone(replace(form, username="nguoidan-khac"))
    assert codes(refused) == {"captcha_text": "captcha"}


@pytest.mark.proves("B07")
def test_a_captcha_expires(desk: Any, database: Any) -> None:
    form = desk.form()
    database["captchas"].update_one(
        {"_id": form.captcha}, {"$set": {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}}
    )
    with pytest.raises(Invalid) as refused:
        desk.anyone(form)
    assert codes(refused) == {"captcha_text": "captcha"}


def test_small_letters_and_spaces_are_as_good(desk: Any, settings: Settings) -> None:
    captcha = desk.anyone(contract.NewCaptcha()).captcha
    solve(settings.mongo_uri, settings.namespace, captcha)
    assert desk.anyone(desk.form(captcha=captcha, captcha_text=" ac def")).version == 1


@pytest.mark.proves("B09")
def test_a_user_name_is_taken_once_whatever_its_capitals(desk: Any) -> None:
    form, _ = desk.registered()
    with pytest.raises(Invalid) as refused:
        desk.anyone(desk.form(username=form.username.upper()))
    assert codes(refused) == {"username": "username-taken"}


def test_who_has_not_typed_the_letters_does_not_learn_which_names_exist(desk: Any) -> None:
    form, _ = desk.registered()
    with pytest.raises(Invalid) as refused:
        desk.anyone(desk.form(username=form.username, captcha_text="XXXXX"))
    assert codes(refused) == {"captcha_text": "captcha"}


def test_of_many_who_take_a_name_at_the_same_moment_one_gets_it(desk: Any, database: Any) -> None:
    username = "cung-mot-ten"
    forms = [desk.form(username=username, password=f"{n} con mèo đen") for n in range(6)]

    def register(form: contract.Register) -> str:
        try:
            return str(desk.anyone(form, timeout=20).stream)
        except DomainError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(register, forms))
    assert sorted(outcomes)[1:] == ["invalid"] * 5
    (winner,) = [n for n, outcome in enumerate(outcomes) if outcome != "invalid"]
    account = outcomes[winner].removeprefix("account-")
    assert database["credentials"].count_documents({"account": account}) == 1
    desk.anyone(contract.Activate(desk.link(account).token))
    assert desk.log_in(username, f"{winner} con mèo đen").account.username == username


def test_a_repeated_request_opens_one_account(desk: Any, ledger: Any) -> None:
    form = desk.form()
    first = desk.anyone(form, idempotency_key="dang-ky-mot-lan")
    again = desk.anyone(form, idempotency_key="dang-ky-mot-lan")
    assert first == again
    assert ledger.count_documents({"stream": first.stream}) == 1
    with pytest.raises(Conflict, match="idempotency-key-reused"):
        desk.anyone(desk.form(), idempotency_key="dang-ky-mot-lan")


@pytest.mark.proves("B14")
def test_opening_the_link_twice_is_fine(desk: Any, ledger: Any) -> None:
    _, account = desk.registered()
    token = desk.link(account).token
    assert desk.anyone(contract.Activate(token)) == desk.anyone(contract.Activate(token))
    activated = {"stream": f"account-{account}", "events.type": "AccountActivated"}
    assert ledger.count_documents(activated) == 1


@pytest.mark.proves("B14")
def test_an_expired_or_forged_link_is_refused(desk: Any, keyring: Keyring) -> None:
    _, account = desk.registered()
    claims = {"account": account}

    def refusal(token: str) -> str:
        with pytest.raises(Invalid) as refused:
            desk.anyone(contract.Activate(token))
        return refused.value.code

    expired = keyring.sign_text("identity", "activation", claims, timedelta(seconds=-60))
    other_purpose = keyring.sign_text("identity", "upload", claims, timedelta(hours=1))
    other_issuer = keyring.sign_text("portal", "activation", claims, timedelta(hours=1))
    genuine = desk.link(account).token
    head, body, signature = genuine.split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed["claims"]["account"] = "acc-ffffffffffffffffffff"
    forged_body = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")

    assert refusal(expired) == "activation-expired"
    assert refusal(other_purpose) == "activation-invalid"
    assert refusal(other_issuer) == "activation-invalid"
    assert refusal(f"{head}.{forged_body}.{signature}") == "activation-invalid"
    assert refusal("không phải liên kết") == "activation-invalid"
    assert desk.anyone(contract.Activate(genuine)).active


@pytest.mark.proves("B12")
def test_an_identity_number_opens_one_account(desk: Any, somebody: Callable[..., Profile]) -> None:
    profile = somebody()
    desk.active(profile=profile)
    # registering does not tell whose number it is; the link's holder is told
    _, second = desk.registered(profile=replace(profile, email="ai-do@example.vn"))
    with pytest.raises(Conflict) as refused:
        desk.anyone(contract.Activate(desk.link(second).token))
    assert refused.value.code == "identity-number-taken"


def test_the_activation_mail_can_be_sent_again(desk: Any, ledger: Any) -> None:
    form, account = desk.registered()
    asked = {"stream": f"account-{account}", "events.type": "ActivationRequested"}
    answer = desk.anyone(contract.ResendActivation(form.username))
    assert ledger.count_documents(asked) == 1
    # the answer does not tell whether there is such an account
    assert desk.anyone(contract.ResendActivation("khong-co-ai")) == answer
    desk.anyone(contract.Activate(desk.link(account).token))
    with pytest.raises(Conflict, match="already-active"):
        desk.link(account)


def test_only_notify_reads_what_the_activation_mail_says(desk: Any) -> None:
    _, account = desk.registered()
    for ask in (
        lambda message: desk.anyone(message),
        lambda message: desk.as_service("portal", message),
        lambda message: desk.as_service("setup", message),
    ):
        with pytest.raises(Forbidden):
            ask(contract.ReadActivation(account))
    with pytest.raises(NotFound):
        desk.link("acc-ffffffffffffffffffff")


def test_no_personal_data_stands_in_clear_in_the_database_or_the_log(
    desk: Any, database: Any, ledger: Any, settings: Settings, somebody: Callable[..., Profile]
) -> None:
    profile = somebody(name="Đinh Công Tráng Kiện", email="rieng-tu@example.vn")
    form, account = desk.active(profile=profile, username="ten-rieng-tu-1")
    desk.log_in(form.username, address="203.0.113.77")
    everything = json.dumps(
        [
            *(list(database[name].find()) for name in database.list_collection_names()),
            list(ledger.find()),
        ],
        default=str,
        ensure_ascii=False,
    )
    everything += (settings.home / "identity.log").read_text()
    assert account in everything
    for secret in (
        profile.name,
        profile.identity_number,
        profile.email,
        profile.phone,
        form.username,
        form.password,
        "203.0.113.77",
    ):
        assert secret not in everything


def test_passwords_are_argon2id_hashes_outside_the_log(
    desk: Any, database: Any, ledger: Any
) -> None:
    _, account = desk.registered()
    kept = database["credentials"].find_one({"account": account})
    assert kept["hash"].startswith("$argon2id$")
    stored = json.dumps(list(ledger.find({"stream": f"account-{account}"})), default=str)
    assert kept["_id"] in stored
    assert "argon2" not in stored


def test_a_birth_date_that_contradicts_the_number_is_refused(
    desk: Any, somebody: Callable[..., Profile]
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.anyone(desk.form(profile=somebody(date_of_birth=date(1991, 2, 3))))
    assert codes(refused) == {"profile.identity_number": "personal-number-birth-year"}
