"""Errors of the domain: values with a code, a sentence in both languages and the fields at fault.

They cross RPC and HTTP as data (`DomainError.to_wire`), so that a caller in another process
raises the same class again. Nothing else is ever shown to a user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """One field at fault; `field` is a path such as `applicant.email` or `documents.0.name`."""

    field: str
    code: str
    vi: str
    en: str


class DomainError(Exception):
    """A refusal that the caller can understand and act on.

    `code` is stable and machine-readable (`fee-not-due`), `vi` and `en` say what happened and
    what to do, `status` is the HTTP status of this class of refusal, `retry_after` is in seconds.
    """

    status: ClassVar[int] = 422

    def __init__(
        self,
        code: str,
        vi: str,
        en: str,
        *,
        fields: Sequence[FieldError] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.vi = vi
        self.en = en
        self.fields = tuple(fields)
        self.retry_after = retry_after

    def to_wire(self) -> dict[str, Any]:
        """Return the error as JSON-ready data; `from_wire` raises the same class again."""
        return {
            "class": type(self).__name__,
            "code": self.code,
            "vi": self.vi,
            "en": self.en,
            "fields": [vars(field) for field in self.fields],
            "retry_after": self.retry_after,
        }

    @staticmethod
    def from_wire(data: Mapping[str, Any]) -> DomainError:
        """Rebuild an error from `to_wire`; a class unknown here becomes a plain `DomainError`."""
        kinds = {kind.__name__: kind for kind in _subclasses(DomainError)}
        return kinds.get(data["class"], DomainError)(
            data["code"],
            data["vi"],
            data["en"],
            fields=[FieldError(**field) for field in data["fields"]],
            retry_after=data["retry_after"],
        )


class Invalid(DomainError):
    """The request is understood, but a field or a rule of the domain speaks against it."""

    status = 422


class Malformed(DomainError):
    """The request is not even of the right form."""

    status = 400


class Unauthenticated(DomainError):
    """No identity, or one that is expired or forged."""

    status = 401


class Forbidden(DomainError):
    """The identity is known and may not do this."""

    status = 403


class NotFound(DomainError):
    """No such thing, or none that this caller may know of."""

    status = 404


class Conflict(DomainError):
    """The state of the thing does not allow it now."""

    status = 409


class Stale(DomainError):
    """The caller's expected version is not the current one (`If-Match`)."""

    status = 412


class TooLarge(DomainError):
    """The body or file is over its bound."""

    status = 413


class UnsupportedType(DomainError):
    """The content is of a type that is not taken here."""

    status = 415


class TooMany(DomainError):
    """Too often; `retry_after` says when to come again."""

    status = 429


class Unavailable(DomainError):
    """A neighbour does not answer now; the same request may go through later."""

    status = 503


class Internal(DomainError):
    """Something broke on our side; the message's reference finds it in the logs."""

    status = 500


def database_away(failure: BaseException) -> Unavailable:
    """Return what is said when the database does not answer; whether it was done is unknown."""
    return Unavailable(
        "database-away",
        "Hệ thống lưu trữ tạm thời không trả lời. Hãy thử lại sau ít phút.",
        f"The database does not answer now; try again in a few minutes ({type(failure).__name__}).",
        retry_after=5,
    )


def broker_away(where: str, reason: str) -> Unavailable:
    """Return what an operator is told when the broker at an address cannot be used."""
    return Unavailable(
        "broker-away",
        f"Không dùng được máy chủ thông điệp {where}: {reason}. Hãy chạy nó, hoặc đặt AMQP_URI.",
        f"The broker at {where} cannot be used: {reason}. Start it, or set AMQP_URI.",
        retry_after=5,
    )


def _subclasses(kind: type[DomainError]) -> list[type[DomainError]]:
    return [kind, *(sub for child in kind.__subclasses__() for sub in _subclasses(child))]
