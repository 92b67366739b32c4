"""Tokens: who may say what about whom, for how long, and what a forged one gets."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc import jwt
from joserfc.jwk import OKPKey

from kernel.config import ConfigError
from kernel.errors import Unauthenticated
from kernel.requests import Caller
from kernel.trust import LEEWAY, Keyring, ensure_keys, log_key, log_public_key

CITIZEN = Caller("acc-1", "citizen", name="Trần Thị Hoa", verified=True, session="s1")
OFFICER = Caller("acc-2", "officer", roles=("receiving", "leader"), agency="a1", unit="u1")
DOSSIER = Caller("service:dossier", "service")
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    ensure_keys(directory, ["identity", "dossier", "payment"])
    return directory


@pytest.fixture
def keyring(keys: Path, clock: Clock) -> Keyring:
    return Keyring(keys, now=clock)


@pytest.mark.parametrize("caller", [CITIZEN, OFFICER, DOSSIER])
def test_identity_speaks_for_anyone(keyring: Keyring, caller: Caller) -> None:
    assert keyring.verify(keyring.issue(caller, issuer="identity", lifetime=MINUTE)) == caller


def test_a_service_speaks_for_itself(keyring: Keyring) -> None:
    assert keyring.verify(keyring.issue(DOSSIER, issuer="dossier", lifetime=MINUTE)) == DOSSIER


@pytest.mark.parametrize("caller", [CITIZEN, OFFICER, Caller("service:payment", "service")])
def test_a_service_cannot_make_a_token_for_another(keyring: Keyring, caller: Caller) -> None:
    with pytest.raises(ValueError, match="dossier cannot issue"):
        keyring.issue(caller, issuer="dossier", lifetime=MINUTE)


def test_a_service_that_signs_for_another_nevertheless_is_not_believed(
    keys: Path, keyring: Keyring, clock: Clock
) -> None:
    key = OKPKey.import_key((keys / "dossier.key").read_bytes())
    claims = _claims_of(keyring.issue(CITIZEN, issuer="identity", lifetime=MINUTE))

    for issuer in ("dossier", "identity"):
        token = jwt.encode(
            {"alg": "Ed25519", "kid": "dossier"},
            {**claims, "iss": issuer},
            key,
            algorithms=["Ed25519"],
        )
        with pytest.raises(Unauthenticated):
            keyring.verify(token)


def test_a_token_expires_even_when_it_is_remembered(keyring: Keyring, clock: Clock) -> None:
    token = keyring.issue(CITIZEN, issuer="identity", lifetime=MINUTE)
    keyring.verify(token)
    clock.now += 60 + LEEWAY
    assert keyring.verify(token) == CITIZEN

    clock.now += 1

    with pytest.raises(Unauthenticated) as caught:
        keyring.verify(token)
    assert caught.value.code == "token-expired"


def test_a_token_from_the_future_is_not_believed(keyring: Keyring, clock: Clock) -> None:
    token = keyring.issue(CITIZEN, issuer="identity", lifetime=MINUTE)
    clock.now -= LEEWAY + 1

    with pytest.raises(Unauthenticated):
        keyring.verify(token)


def test_a_token_serves_one_purpose(keyring: Keyring) -> None:
    token = keyring.issue(CITIZEN, issuer="identity", lifetime=MINUTE, purpose="activation")

    assert keyring.verify(token, purpose="activation") == CITIZEN
    with pytest.raises(Unauthenticated):
        keyring.verify(token)


def _claims_of(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return found


def _tampered(token: str) -> str:
    head, _, signature = token.split(".")
    claims = {**_claims_of(token), "sub": "acc-9"}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return ".".join((head, payload, signature))


def _unsigned(token: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"identity"}').rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def _signed_with_public_key(token: str, keys: Path) -> str:
    secret = (keys / "identity.pub").read_bytes()
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"identity"}').rstrip(b"=")
    body = head + b"." + token.split(".")[1].encode()
    mac = base64.urlsafe_b64encode(hmac.digest(secret, body, "sha256")).rstrip(b"=")
    return (body + b"." + mac).decode()


def test_a_forged_token_is_refused(keyring: Keyring, keys: Path) -> None:
    good = keyring.issue(CITIZEN, issuer="identity", lifetime=MINUTE)
    forged = [
        _tampered(good),
        _unsigned(good),
        _signed_with_public_key(good, keys),
        good[:-4],
        "",
        "không phải thẻ",
        "a.b.c",
        "....",
    ]

    for token in forged:
        with pytest.raises(Unauthenticated):
            keyring.verify(token)


@pytest.mark.parametrize("kid", ["stranger", "../identity", "", None, 7])
def test_an_unknown_issuer_is_refused(keyring: Keyring, kid: object) -> None:
    header = {"alg": "Ed25519", "kid": kid} if kid is not None else {"alg": "Ed25519"}
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    good = keyring.issue(CITIZEN, issuer="identity", lifetime=MINUTE)

    with pytest.raises(Unauthenticated):
        keyring.verify(".".join((head, *good.split(".")[1:])))


def test_text_for_links_and_tickets(keyring: Keyring, clock: Clock) -> None:
    text = keyring.sign_text("dossier", "upload", {"file": "f1"}, MINUTE)

    assert keyring.read_text(text, "upload") == {"file": "f1"}
    assert keyring.read_text(text, "upload", issuer="dossier") == {"file": "f1"}
    for purpose, issuer in (("activation", None), ("upload", "payment")):
        with pytest.raises(Unauthenticated):
            keyring.read_text(text, purpose, issuer=issuer)
    clock.now += 60 + LEEWAY + 1
    with pytest.raises(Unauthenticated):
        keyring.read_text(text, "upload")


def test_a_signed_text_is_no_token(keyring: Keyring) -> None:
    text = keyring.sign_text("identity", "access", {"sub": "acc-1", "kind": "officer"}, MINUTE)

    with pytest.raises(Unauthenticated):
        keyring.verify(text)


def test_a_missing_key_says_what_to_do(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)

    for use in (
        lambda: keyring.issue(DOSSIER, issuer="dossier", lifetime=MINUTE),
        lambda: keyring.master,
        lambda: keyring.require("dossier"),
    ):
        with pytest.raises(ConfigError, match="with `motcua keys init`"):
            use()


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    directory = tmp_path / "keys"
    assert ensure_keys(directory, ["identity"]) == ["identity.key", "identity.pub", "master.key"]
    before = {path.name: path.read_bytes() for path in directory.iterdir()}

    assert ensure_keys(directory, ["identity", "dossier"]) == ["dossier.key", "dossier.pub"]

    assert {name: (directory / name).read_bytes() for name in before} == before
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    assert len(Keyring(directory).master) == 32


def test_the_key_of_a_log_signs_checkpoints_and_no_token(tmp_path: Path) -> None:
    made = ensure_keys(tmp_path, [], ["dossier"])
    assert made == ["dossier.log.key", "dossier.log.pub", "master.key"]
    private = log_key(tmp_path, "dossier")
    assert private.public_key().public_bytes_raw() == log_public_key(tmp_path, "dossier")

    key = OKPKey.import_key((tmp_path / "dossier.log.key").read_bytes())
    for issuer in ("dossier.log", "dossier", "../dossier.log"):
        claims = {"iss": issuer, "purpose": "access", "iat": 1, "exp": 2**40, "sub": "x"}
        header = {"alg": "Ed25519", "kid": issuer}
        token = jwt.encode(header, claims, key, algorithms=["Ed25519"])
        with pytest.raises(Unauthenticated):
            Keyring(tmp_path).verify(token)


@pytest.mark.parametrize("read", [log_key, log_public_key])
def test_a_missing_or_foreign_key_of_a_log_says_what_to_do(tmp_path: Path, read: Any) -> None:
    with pytest.raises(ConfigError, match="with `motcua keys init`"):
        read(tmp_path, "dossier")
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "dossier.log.key").write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "dossier.log.pub").write_bytes(
        other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(ConfigError, match="no Ed25519 key"):
        read(tmp_path, "dossier")


def test_a_name_that_is_none_gets_no_key(tmp_path: Path) -> None:
    for names, logs in ((["a.log"], []), ([], ["../x"])):
        with pytest.raises(ValueError, match="no name"):
            ensure_keys(tmp_path, names, logs)
    assert list(tmp_path.iterdir()) == []
