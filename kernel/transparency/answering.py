"""What a service tells about its ledger as a log: signed checkpoints, and proofs over its tree.

>>> class DossierService:
...     name = "dossier"
...     transparency = Transparency()  # answers the four requests below

Anybody may ask for checkpoints and for proofs that one continues another: they hold nothing but
numbers and hashes. What a commit holds is for auditors and services alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from nameko.extensions import DependencyProvider

from kernel.commits import Tampered
from kernel.container import Storage
from kernel.errors import Forbidden, Internal, Unauthenticated
from kernel.requests import ANONYMOUS, AUDITOR, Call, Caller, request
from kernel.rpc import serves
from kernel.schemas import field, frozen
from kernel.transparency.checkpoint_log import Signed, newest_first
from kernel.transparency.checkpoints import to_base64
from kernel.transparency.public_log import PublicLog, unsigned

_LARGEST = 10**15


@frozen
class SignedCheckpoint:
    """A checkpoint of a ledger."""

    number: int = field(doc="1, 2, 3 …")
    size: int = field(doc="how many commits it covers")
    root: str = field(doc="of the Merkle tree over them (RFC 6962), base64")
    hash: str = field(doc="of the last of these commits")
    note: str = field(doc="the signed text (C2SP tlog-checkpoint): what an auditor keeps")
    signed_at: datetime


@frozen
class SignedCheckpoints:
    """Checkpoints of a ledger, newest first."""

    items: tuple[SignedCheckpoint, ...]


@frozen
class LogKey:
    """The key that a ledger's checkpoints are signed with."""

    service: str
    vkey: str = field(doc="name+id+base64 (C2SP signed-note)")


@frozen
class ConsistencyProof:
    """That the first `from_size` commits are the beginning of the first `to_size` (RFC 9162)."""

    origin: str
    from_size: int
    to_size: int
    hashes: tuple[str, ...] = field(doc="base64")


@frozen
class InclusionProof:
    """That a commit stands at its position, in the tree over the first `size` commits."""

    origin: str
    position: int = field(doc="its index in the tree is one less")
    size: int
    hash: str = field(doc="of the commit, in hex: the entry is its 32 bytes")
    hashes: tuple[str, ...] = field(doc="base64, from the leaf up")


@frozen
class ReadCheckpoint:
    """The newest checkpoint, or that of a number."""

    number: int | None = field(default=None, minimum=1, maximum=_LARGEST)


@frozen
class ListCheckpoints:
    """Checkpoints, newest first: those of numbers under `before`, all without one."""

    before: int | None = field(default=None, minimum=1, maximum=_LARGEST)
    limit: int = field(default=20, minimum=1, maximum=100)


@frozen
class ReadLogKey:
    """The key of the ledger's checkpoints."""


@frozen
class ProveConsistency:
    """Proof that a ledger only grew from one size to another; both are covered by a checkpoint."""

    from_size: int = field(minimum=1, maximum=_LARGEST)
    to_size: int = field(minimum=1, maximum=_LARGEST)


@frozen
class ProveInclusion:
    """Proof that a commit stands in a ledger, for auditors and services."""

    position: int = field(minimum=1, maximum=_LARGEST)
    size: int = field(minimum=1, maximum=_LARGEST)


_ANSWERS: dict[type[Any], type[Any]] = {
    ReadCheckpoint: SignedCheckpoint,
    ListCheckpoints: SignedCheckpoints,
    ReadLogKey: LogKey,
    ProveConsistency: ConsistencyProof,
    ProveInclusion: InclusionProof,
}


def asked_of(service: str, kind: type[Any]) -> type[Any]:
    """Return one of the requests above as that which a service answers."""
    return _requests_to(service)[kind]


@cache
def _requests_to(service: str) -> dict[type[Any], type[Any]]:
    return {
        kind: request(service, answer=answer)(type(kind.__name__, (kind,), {}))
        for kind, answer in _ANSWERS.items()
    }


class Transparency(DependencyProvider):  # type: ignore[misc]  # nameko has no types
    """Lets a service that has a ledger answer these requests. Naming it in the class is all."""

    storage = Storage()

    def __init__(self) -> None:
        super().__init__()
        self._log: PublicLog | None = None

    def __set_name__(self, owner: type[Any], name: str) -> None:
        service_name: str = owner.name

        @serves(*(asked_of(service_name, kind) for kind in _ANSWERS))
        def tell_of_the_log(service: Any, message: Any, call: Call) -> Any:
            return _Answers(getattr(service, name)).answer(message, call)

        owner.tell_of_the_log = tell_of_the_log

    def get_dependency(self, worker_ctx: Any) -> PublicLog:
        """Return what answers: the service's ledger as a log."""
        if self._log is None:
            settings = self.storage.settings
            self._log = PublicLog(self.container.service_name, settings, self.storage.client)
        return self._log


class _Answers:
    """Answers the requests of this module about one ledger."""

    def __init__(self, log: PublicLog) -> None:
        self.log = log

    def answer(self, message: Any, call: Call) -> Any:
        answers: dict[type[Any], Callable[[Any, Caller], Any]] = {
            ReadCheckpoint: self._read,
            ListCheckpoints: self._list,
            ReadLogKey: self._key,
            ProveConsistency: self._consistency,
            ProveInclusion: self._inclusion,
        }
        kind = next(kind for kind in answers if isinstance(message, kind))
        try:
            return answers[kind](message, call.caller)
        except Tampered as fault:
            raise _broken(fault) from fault

    def _read(self, message: ReadCheckpoint, _: Caller) -> SignedCheckpoint:
        if message.number is None:
            return _told(self.log.newest())
        found = self.log.checkpoints.at(message.number)
        if found is None:
            raise unsigned()
        return _told(found)

    def _list(self, message: ListCheckpoints, _: Caller) -> SignedCheckpoints:
        found = newest_first(self.log.checkpoints, message.before, message.limit)
        return SignedCheckpoints(tuple(_told(one) for one in found))

    def _key(self, _: ReadLogKey, __: Caller) -> LogKey:
        return LogKey(self.log.service, str(self.log.key(self.log.newest())))

    def _consistency(self, message: ProveConsistency, _: Caller) -> ConsistencyProof:
        hashes = self.log.consistency(message.from_size, message.to_size)
        return ConsistencyProof(
            self.log.origin,
            message.from_size,
            message.to_size,
            tuple(map(to_base64, hashes)),
        )

    def _inclusion(self, message: ProveInclusion, caller: Caller) -> InclusionProof:
        require_auditor(caller)
        digest, hashes = self.log.inclusion(message.position, message.size)
        return InclusionProof(
            self.log.origin,
            message.position,
            message.size,
            digest,
            tuple(map(to_base64, hashes)),
        )


def require_auditor(caller: Caller) -> None:
    """Let auditors and services pass; raises `Forbidden` or `Unauthenticated` for all others."""
    if caller == ANONYMOUS:
        raise Unauthenticated("log-in-first", "Hãy đăng nhập trước.", "Log in first.")
    if not caller.is_service and not (caller.is_officer and AUDITOR in caller.roles):
        raise Forbidden(
            "auditors-only",
            "Chỉ kiểm toán viên được xem nội dung này.",
            "This is for auditors only.",
        )


def _told(signed: Signed) -> SignedCheckpoint:
    return SignedCheckpoint(
        signed.number,
        signed.size,
        to_base64(signed.root),
        signed.hash,
        signed.note,
        signed.signed_at,
    )


def _broken(fault: Tampered) -> Internal:
    return Internal(
        "ledger-broken",
        f"Sổ sự kiện có lỗi ở vị trí {fault.position}; hãy báo cơ quan kiểm tra.",
        f"The ledger is broken at position {fault.position} ({fault.reason}); tell the auditors.",
    )
