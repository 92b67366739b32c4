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

from kernel.checkpoint_log import CheckpointLog, Signed, last, newest_first
from kernel.checkpoints import claimed_checkpoint, to_base64
from kernel.commits import Tampered
from kernel.container import Storage
from kernel.errors import Forbidden, Internal, NotFound
from kernel.ledger import LedgerReader, ledger_collection
from kernel.merkle import consistency_proof, inclusion_proof
from kernel.notes import VerifierKey
from kernel.requests import Call, Caller, request
from kernel.rpc import serves
from kernel.schemas import field, frozen
from kernel.signing import tiles_of
from kernel.trust import log_public_key

AUDITOR = "auditor"

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


class Transparency(DependencyProvider):  # type: ignore[misc]
    """Lets a service that has a ledger answer these requests. Naming it in the class is all."""

    storage = Storage()

    def __init__(self) -> None:
        super().__init__()
        self._log: PublicLog | None = None

    def __set_name__(self, owner: type[Any], name: str) -> None:
        service_name: str = owner.name

        @serves(*(asked_of(service_name, kind) for kind in _ANSWERS))
        def tell_of_the_log(service: Any, message: Any, call: Call) -> Any:
            return getattr(service, name).answer(message, call)

        owner.tell_of_the_log = tell_of_the_log

    def get_dependency(self, worker_ctx: Any) -> PublicLog:
        """Return what answers: the service's ledger as a log."""
        if self._log is None:
            self._log = PublicLog(self.container.service_name, self.storage)
        return self._log


class PublicLog:
    """A service's ledger, as others may check it."""

    def __init__(self, service: str, storage: Storage) -> None:
        self._service = service
        self._settings = storage.settings
        self._reader = LedgerReader(
            ledger_collection(storage.client, self._settings.namespace, service)
        )
        self.checkpoints = CheckpointLog(storage.client, self._settings.namespace, service)
        self.tiles = tiles_of(service, self._settings, storage.client)

    def answer(self, message: Any, call: Call) -> Any:
        """Answer one of the requests of this module."""
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

    def newest(self) -> Signed:
        """Return the newest checkpoint; `NotFound` while there is none."""
        found = last(self.checkpoints)
        if found is None:
            raise _unsigned()
        return found

    def key(self) -> VerifierKey:
        """Return the public key, under the name that the newest checkpoint is signed with."""
        origin = claimed_checkpoint(self.newest().note).origin
        return VerifierKey(origin, log_public_key(self._settings.keys, self._service))

    def _read(self, message: ReadCheckpoint, _: Caller) -> SignedCheckpoint:
        if message.number is None:
            return _told(self.newest())
        found = self.checkpoints.at(message.number)
        if found is None:
            raise _unsigned()
        return _told(found)

    def _list(self, message: ListCheckpoints, _: Caller) -> SignedCheckpoints:
        found = newest_first(self.checkpoints, message.before, message.limit)
        return SignedCheckpoints(tuple(_told(one) for one in found))

    def _key(self, _: ReadLogKey, __: Caller) -> LogKey:
        return LogKey(self._service, str(self.key()))

    def _consistency(self, message: ProveConsistency, _: Caller) -> ConsistencyProof:
        newest = self.newest()
        if not message.from_size <= message.to_size <= newest.size:
            raise _out_of_range(newest)
        nodes = self.tiles.nodes(message.to_size)
        hashes = consistency_proof(nodes, message.from_size, message.to_size)
        return ConsistencyProof(
            claimed_checkpoint(newest.note).origin,
            message.from_size,
            message.to_size,
            tuple(map(to_base64, hashes)),
        )

    def _inclusion(self, message: ProveInclusion, caller: Caller) -> InclusionProof:
        require_auditor(caller)
        newest = self.newest()
        if not message.position <= message.size <= newest.size:
            raise _out_of_range(newest)
        commit = self._reader.at(message.position)
        if commit is None:
            raise Tampered(message.position, "the commit is missing")
        nodes = self.tiles.nodes(message.size)
        return InclusionProof(
            claimed_checkpoint(newest.note).origin,
            message.position,
            message.size,
            commit.hash,
            tuple(map(to_base64, inclusion_proof(nodes, message.position - 1, message.size))),
        )


def require_auditor(caller: Caller) -> None:
    """Let auditors and services pass; raises `Forbidden` for everybody else."""
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


def _unsigned() -> NotFound:
    return NotFound(
        "no-checkpoint",
        "Chưa có điểm kiểm này. Điểm kiểm đầu tiên được ký trong vòng một phút sau khi chạy.",
        "There is no such checkpoint (yet). The first one is signed within a minute of the start.",
    )


def _out_of_range(newest: Signed) -> NotFound:
    return NotFound(
        "size-not-covered",
        f"Kích thước phải tăng dần và không quá {newest.size}, mức của điểm kiểm mới nhất.",
        f"Sizes must not decrease nor exceed {newest.size}, that of the newest checkpoint.",
    )


def _broken(fault: Tampered) -> Internal:
    return Internal(
        "ledger-broken",
        f"Sổ sự kiện có lỗi ở vị trí {fault.position}; hãy báo cơ quan kiểm tra.",
        f"The ledger is broken at position {fault.position} ({fault.reason}); tell the auditors.",
    )
