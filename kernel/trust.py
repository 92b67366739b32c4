"""Who speaks: keys of the services and the short-lived signed tokens made with them.

Every service has one Ed25519 pair, `<name>.key` and `<name>.pub`, and `master.key` wraps the keys
of the data subjects. A token is a JSON Web Token whose `kid` is its issuer; any service verifies
it offline. The issuer `identity` may speak for anyone; every other service only for itself.

A service with a ledger has another pair, `<name>.log.key` and `<name>.log.pub`, that signs the
ledger's checkpoints and nothing else: no token signed with it is believed.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from kernel.config import ConfigError
from kernel.errors import Unauthenticated
from kernel.requests import Caller

ACCESS = "access"
LEEWAY = 5  # seconds by which two machines' clocks may differ

_ALGORITHM = "Ed25519"  # RFC 9864: the fully specified name of what was `EdDSA`
_AUTHORITY = "identity"
_MASTER = "master.key"
_LOG = ".log"  # no token's issuer can have a dot in its name
_NAME = re.compile(r"^[a-z][a-z0-9-]{0,40}$")
_REMEMBERED = 4096


class Keyring:
    """The keys in a folder; a process needs its own private key and everyone's public ones.

    Files are read at first use. `now` gives the time in seconds since 1970.
    """

    def __init__(self, directory: Path, now: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._now = now
        self._private: dict[str, OKPKey] = {}
        self._public: dict[str, OKPKey] = {}
        self._verified: dict[tuple[str, str], tuple[Caller, float]] = {}

    @property
    def master(self) -> bytes:
        """Return the 32 bytes that wrap the keys of the data subjects."""
        return self._file(_MASTER)

    def require(self, *issuers: str) -> None:
        """Raise `ConfigError` unless the private keys of `issuers` are here."""
        for issuer in issuers:
            self._private_key(issuer)

    def issue(
        self, caller: Caller, *, issuer: str, lifetime: timedelta, purpose: str = ACCESS
    ) -> str:
        """Return a token that says who the caller is, signed by `issuer`.

        Raises `ValueError` where the issuer may not speak for this caller.
        """
        if not _may_say(issuer, caller):
            raise ValueError(f"{issuer} cannot issue a token for {caller.id}")
        claims = {
            "sub": caller.id,
            "kind": caller.kind,
            "name": caller.name,
            "roles": list(caller.roles),
            "agency": caller.agency,
            "unit": caller.unit,
            "verified": caller.verified,
            "sid": caller.session,
        }
        return self._sign(issuer, purpose, claims, lifetime)

    def verify(self, token: str, *, purpose: str = ACCESS) -> Caller:
        """Return the caller that a token speaks of; raises `Unauthenticated`.

        A verified token is remembered, so that a busy service checks its signature once; its
        time is checked always.
        """
        known = self._verified.get((token, purpose))
        if known is None:
            claims = self._claims(token, purpose)
            known = _caller_of(claims), float(claims["exp"])
            if not _may_say(claims["iss"], known[0]):
                raise _forged()
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[token, purpose] = known
        caller, expires = known
        self._check_expiry(expires)
        return caller

    def sign_text(
        self, issuer: str, purpose: str, claims: Mapping[str, Any], lifetime: timedelta
    ) -> str:
        """Return signed claims as text for a link or a ticket: signed, but not hidden."""
        return self._sign(issuer, purpose, {"claims": dict(claims)}, lifetime)

    def read_text(self, token: str, purpose: str, *, issuer: str | None = None) -> dict[str, Any]:
        """Return the claims of `sign_text`; raises `Unauthenticated` if forged, expired, of
        another purpose, or not signed by `issuer` where one is given.
        """
        found = self._claims(token, purpose)
        content = found.get("claims")
        if not isinstance(content, dict) or issuer not in (None, found["iss"]):
            raise _forged()
        self._check_expiry(float(found["exp"]))
        return content

    def _sign(
        self, issuer: str, purpose: str, claims: Mapping[str, Any], lifetime: timedelta
    ) -> str:
        now = int(self._now())
        full = {
            "iss": issuer,
            "purpose": purpose,
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
            **claims,
        }
        header = {"alg": _ALGORITHM, "kid": issuer}
        return jwt.encode(header, full, self._private_key(issuer), algorithms=[_ALGORITHM])

    def _claims(self, token: str, purpose: str) -> dict[str, Any]:
        """Return the claims of a token with a good signature, purpose and beginning."""
        try:
            issuer = str(jws.extract_compact(token.encode()).headers().get("kid"))
            decoded = jwt.decode(token, self._public_key(issuer), algorithms=[_ALGORITHM])
            claims = dict(decoded.claims)
            begins, expires = claims["iat"], claims["exp"]
        except (JoseError, ValueError, KeyError) as error:
            raise _forged() from error
        in_order = isinstance(begins, int) and isinstance(expires, int)
        if not in_order or claims.get("iss") != issuer or claims.get("purpose") != purpose:
            raise _forged()
        if begins > self._now() + LEEWAY:
            raise _forged()
        return claims

    def _check_expiry(self, expires: float) -> None:
        if self._now() > expires + LEEWAY:
            raise Unauthenticated(
                "token-expired",
                "Phiên làm việc đã hết hạn. Hãy đăng nhập lại.",
                "The session has expired. Log in again.",
            )

    def _private_key(self, issuer: str) -> OKPKey:
        if issuer not in self._private:
            self._private[issuer] = OKPKey.import_key(self._file(f"{issuer}.key"))
        return self._private[issuer]

    def _public_key(self, issuer: str) -> OKPKey:
        if issuer not in self._public:
            path = self._directory / f"{issuer}.pub"
            if not _NAME.match(issuer) or not path.is_file():
                raise KeyError(issuer)
            self._public[issuer] = OKPKey.import_key(path.read_bytes())
        return self._public[issuer]

    def _file(self, name: str) -> bytes:
        return _contents(self._directory / name)


def missing_keys(directory: Path, names: Iterable[str], logs: Iterable[str] = ()) -> list[str]:
    """Return the names of the files that `ensure_keys` would make."""
    pairs = (*names, *(f"{service}{_LOG}" for service in logs))
    wanted = [f"{name}.{half}" for name in pairs for half in ("key", "pub")]
    return [name for name in (*wanted, _MASTER) if not (directory / name).is_file()]


def log_key(directory: Path, service: str) -> Ed25519PrivateKey:
    """Return the key that signs the checkpoints of a service's ledger; raises `ConfigError`."""
    path = directory / f"{service}{_LOG}.key"
    key = serialization.load_pem_private_key(_contents(path), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise _wrong_kind(path)
    return key


def log_public_key(directory: Path, service: str) -> bytes:
    """Return the 32 bytes of the public half of `log_key`; raises `ConfigError`."""
    path = directory / f"{service}{_LOG}.pub"
    key = serialization.load_pem_public_key(_contents(path))
    if not isinstance(key, Ed25519PublicKey):
        raise _wrong_kind(path)
    return key.public_bytes_raw()


def ensure_keys(directory: Path, names: Iterable[str], logs: Iterable[str] = ()) -> list[str]:
    """Create the pairs and the master key that are missing, readable by this user alone.

    `names` are those who speak, `logs` the services whose ledgers are signed. Never overwrites a
    file. Returns the names of the files that were made.
    """
    names, logs = list(names), list(logs)
    for name in (*names, *logs):
        if not _NAME.match(name):
            raise ValueError(f"{name!r} is no name of a service")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    made: list[str] = []
    for name in (*names, *(f"{service}{_LOG}" for service in logs)):
        private_path = directory / f"{name}.key"
        public_path = directory / f"{name}.pub"
        if not private_path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            made += _create(private_path, pem)
        if not public_path.exists():
            made += _create(public_path, _public_half(private_path))
    if not (directory / _MASTER).exists():
        made += _create(directory / _MASTER, secrets.token_bytes(32))
    return made


def unreadable(path: Path, error: OSError) -> ConfigError:
    """Return what is said of a key that cannot be read, and what to do."""
    if not path.parent.is_dir():
        return ConfigError(
            f"There are no keys in {path.parent.absolute()}. Run this in the folder in which the "
            "system was started, or set MOTCUA_HOME to its `.motcua`, or MOTCUA_KEYS to the folder "
            "of the keys. Only a new system gets its keys with `motcua keys init`."
        )
    return ConfigError(
        f"The key {path} cannot be read ({error.strerror}): bring back the backup of the keys, or "
        "set MOTCUA_KEYS to their folder. Only a new system gets its keys with `motcua keys init`."
    )


def _contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def _wrong_kind(path: Path) -> ConfigError:
    return ConfigError(f"The key {path} is no Ed25519 key: move it away, run `motcua keys init`.")


def _create(path: Path, content: bytes) -> list[str]:
    """Write a new file whole, or leave the one that another process made first."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return []
    finally:
        draft.unlink()
    return [path.name]


def _public_half(path: Path) -> bytes:
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    return private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _may_say(issuer: str, caller: Caller) -> bool:
    itself = caller.id == f"service:{issuer}" and caller.kind == "service"
    return itself or issuer == _AUTHORITY


def _caller_of(claims: Mapping[str, Any]) -> Caller:
    try:
        return Caller(
            id=str(claims["sub"]),
            kind=str(claims["kind"]),
            name=str(claims["name"]),
            roles=tuple(claims["roles"]),
            agency=claims["agency"],
            unit=claims["unit"],
            verified=claims["verified"] is True,
            session=claims["sid"],
        )
    except (KeyError, TypeError) as error:
        raise _forged() from error


def _forged() -> Unauthenticated:
    return Unauthenticated(
        "token-invalid",
        "Thông tin đăng nhập không hợp lệ. Hãy đăng nhập lại.",
        "The token is not valid. Log in again.",
    )
