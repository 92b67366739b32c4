"""What one service asks of another: a frozen dataclass per request, an answer type, a call.

>>> @request("dossier", answer=DossierStatus)
... @dataclass(frozen=True)
... class ReadDossier:
...     code: str

`kernel.rpc` carries it; this module knows neither nameko nor RabbitMQ, so that contracts can be
read and tested without them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar
from uuid import uuid4

from kernel import canonical, schemas
from kernel.errors import Invalid
from kernel.events import Actor

R = TypeVar("R")


@dataclass(frozen=True)
class Caller:
    """A verified identity: what a token says, after its signature and time were checked.

    `id` is the account (`acc-…`), `service:<name>` or `anonymous`. `kind` is `citizen`,
    `organisation`, `enterprise`, `officer`, `service` or `anonymous`. `roles`, `agency` and
    `unit` are an officer's; `verified` says that the account may file (B10).
    """

    id: str
    kind: str
    name: str = ""
    roles: tuple[str, ...] = ()
    agency: str | None = None
    unit: str | None = None
    verified: bool = False
    session: str | None = None

    @property
    def actor(self) -> Actor:
        """The caller as it is recorded in a commit."""
        return Actor(self.id, self.kind, self.agency, self.unit)

    @property
    def is_service(self) -> bool:
        """Whether a neighbouring service calls for itself."""
        return self.kind == "service"

    @property
    def is_officer(self) -> bool:
        """Whether an officer of an agency calls."""
        return self.kind == "officer"


ANONYMOUS = Caller("anonymous", "anonymous")

SETUP = "service:setup"
"""The id of the installation's own command line."""

ADMINISTRATOR, AUDITOR = "administrator", "auditor"
"""The officers' roles that the kernel itself knows; identity's contract has all of them."""


@dataclass(frozen=True)
class Call:
    """Everything about one request but its content.

    `idempotency_key` is the caller's own, `expected_version` comes from `If-Match`, `deadline` is
    the moment after which nobody waits for the answer, `locale` is `vi` or `en`, `address` the
    client's network address where there is one. `digest` is that of the request (`digest_of`).
    """

    caller: Caller
    correlation: str
    deadline: datetime
    digest: str
    idempotency_key: str | None = None
    expected_version: int | None = None
    locale: str = "vi"
    address: str | None = None

    @cached_property
    def commit_id(self) -> str:
        """The id of the commit that this call makes: its key scoped to the caller, or a new one.

        The key *is* the commit's id (design §6), so a repeated request finds what it did.
        """
        if self.idempotency_key is None:
            return f"call-{uuid4().hex}"
        return keyed_commit_id(self.caller.id, self.idempotency_key)


def keyed_commit_id(caller: str, key: str) -> str:
    """Return the id of the commit that a caller makes with an idempotency key."""
    scoped = f"{caller}\n{key}".encode()
    return f"key-{hashlib.sha256(scoped).hexdigest()}"


class Purpose(StrEnum):
    """What a request may do."""

    READ = "read"
    COMMAND = "command"


@dataclass(frozen=True)
class RequestType:
    """The declaration behind a request class."""

    service: str
    method: str
    answer: type[Any]
    purpose: Purpose


def request(
    service: str, answer: type[Any], purpose: Purpose = Purpose.READ
) -> Callable[[type[R]], type[R]]:
    """Declare a frozen dataclass as a request to `service`; its snake-case name is the method."""

    def mark(cls: type[R]) -> type[R]:
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        cls.__request__ = RequestType(service, method, answer, purpose)  # type: ignore[attr-defined]
        return cls

    return mark


def command(service: str, answer: type[Any]) -> Callable[[type[R]], type[R]]:
    """Declare a request that changes something: it takes an idempotency key and a version."""
    return request(service, answer, Purpose.COMMAND)


def request_type(cls: type[Any]) -> RequestType:
    """Return the declaration of a request class."""
    declared: RequestType = cls.__request__
    return declared


def digest_of(message: Any, key: bytes) -> str:
    """Return a keyed digest of a request's method and content, to tell a repeat from another.

    Keyed, because a request holds personal data and passwords, and the digest stays in the log.
    Raises `Invalid` for what JSON cannot carry unharmed: numbers beyond 2^53, broken characters.
    """
    try:
        content = canonical.dumps(schemas.dump(message))
    except canonical.NotCanonical as error:
        raise Invalid(
            "not-canonical",
            "Có số quá lớn hoặc ký tự không hợp lệ.",
            "There is a number that is too large, or a character that is none.",
        ) from error
    body = request_type(type(message)).method.encode() + b"\n" + content
    own_key = hmac.new(key, b"request", hashlib.sha256).digest()
    return hmac.new(own_key, body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Done:
    """The answer of a command on a stream: what it is called now and at which version it stands."""

    stream: str
    version: int
