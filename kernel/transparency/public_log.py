"""A service's ledger as a log that others may check: its checkpoints, its proofs, its bundles."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from pymongo import MongoClient

from kernel.commits import Document, Tampered
from kernel.config import Settings
from kernel.errors import NotFound
from kernel.ledger_reader import ledger_collection
from kernel.runner import offload
from kernel.transparency.bundles import Bundle, collect, inclusions, verified_positions
from kernel.transparency.checkpoint_log import (
    CheckpointLog,
    Checkpoints,
    DamagedCheckpoint,
    Signed,
    last,
)
from kernel.transparency.checkpoints import claimed_checkpoint
from kernel.transparency.merkle import (
    Frontier,
    InvalidProof,
    Nodes,
    consistency_proof,
    inclusion_proof,
    leaf_of,
    verify_consistency,
    verify_inclusion,
)
from kernel.transparency.notes import InvalidNote, VerifierKey, require_name
from kernel.transparency.signing import tiles_of
from kernel.transparency.stored import LedgerDocuments
from kernel.trust import log_public_key

T = TypeVar("T")

_WRONG_TILES = (InvalidProof, KeyError, TypeError)  # wrong in what they say, or in their shape
_DERIVED_EVERY = 600.0


class SoundCheckpoints:
    """The stored checkpoints, each of which is what its note says.

    A damaged one is `Tampered`: at the position up to which it says that it covers the ledger, at
    the first where it says nothing.
    """

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints

    def at(self, number: int) -> Signed | None:
        """Return the one of this number; raises `Tampered` for what is none."""
        try:
            found = self._checkpoints.at(number)
        except DamagedCheckpoint as fault:
            raise Tampered(fault.size, str(fault)) from fault
        return found and _sound(found)

    def add(self, signed: Signed) -> bool:
        """Add one; whether its number was still free."""
        return self._checkpoints.add(signed)

    def count(self) -> int:
        """Return how many there are."""
        return self._checkpoints.count()


class PublicLog:
    """The ledger of one service, read only.

    Everything here raises `NotFound` where no checkpoint is signed yet or the newest one does not
    reach that far, and `Tampered` where the ledger no longer holds what was signed: every proof is
    verified before it is given away. Where one does not hold, the tiles may be at fault, so they
    are made again from the ledger, once in ten minutes at most.
    """

    def __init__(self, service: str, settings: Settings, client: MongoClient[Document]) -> None:
        self.service = service
        self._settings = settings
        self.documents = LedgerDocuments(ledger_collection(client, settings.namespace, service))
        self.checkpoints = SoundCheckpoints(CheckpointLog(client, settings.namespace, service))
        self.tiles = tiles_of(service, settings, client)
        self._derived_at: float | None = None

    def newest(self) -> Signed:
        """Return the newest checkpoint."""
        found = last(self.checkpoints)
        if found is None:
            raise unsigned()
        return found

    @property
    def origin(self) -> str:
        """The log's name."""
        return origin_in(self.newest())

    def key(self, newest: Signed) -> VerifierKey:
        """Return the public key under the name of the newest checkpoint's log.

        Raises `ConfigError` where it is not here.
        """
        return VerifierKey(origin_in(newest), log_public_key(self._settings.keys, self.service))

    def consistency(self, from_size: int, to_size: int) -> tuple[bytes, ...]:
        """Return the proof that the log only grew from one size to another."""
        newest = self.newest()
        _require_covered(newest, from_size, to_size)

        def proof() -> tuple[bytes, ...]:
            hashes = consistency_proof(self.tiles.nodes(to_size), from_size, to_size)
            old, new = self._root(from_size, newest), self._root(to_size, newest)
            verify_consistency(from_size, to_size, old, new, hashes)
            return hashes

        return self._proved(proof, newest)

    def inclusion(self, position: int, size: int) -> tuple[str, tuple[bytes, ...]]:
        """Return a commit's hash, and the proof that it stands at its position."""
        newest = self.newest()
        _require_covered(newest, position, size)
        (digest,) = self.documents.hashes(position - 1, 1)

        def proof() -> tuple[bytes, ...]:
            hashes = inclusion_proof(self.tiles.nodes(size), position - 1, size)
            verify_inclusion(leaf_of(digest), position - 1, size, hashes, self._root(size, newest))
            return hashes

        return digest, self._proved(proof, newest)

    def bundle(self, stream: str, newest: Signed, kept_size: int | None = None) -> Bundle:
        """Return a stream with its proofs, up to the newest checkpoint; see `bundles.collect`.

        What takes the processor's time does so beside the green threads of a service.
        """
        if kept_size is not None:
            _require_covered(newest, kept_size, newest.size)
        documents = self.documents.of_stream(stream)
        if not documents:
            raise NotFound(
                "empty-stream",
                "Sổ sự kiện không có gì về hồ sơ này.",
                "The ledger holds nothing of this stream.",
            )
        vkey = str(self.key(newest))
        # verified before anything is read that a damaged position would ask for
        positions = offload(verified_positions, documents)

        def asked(nodes: Nodes) -> None:
            inclusions(nodes, positions, newest.size)
            if kept_size is not None:
                consistency_proof(nodes, kept_size, newest.size)

        def collected() -> Bundle:
            nodes = self.tiles.at_hand(newest.size, asked)
            return offload(
                verified_bundle, self.service, documents, newest.note, vkey, nodes, kept_size
            )

        return self._proved(collected, newest)

    def _root(self, size: int, newest: Signed) -> bytes:
        """Return the root over the first commits, of which the newest checkpoint's is proved."""
        root = Frontier.of(self.tiles.nodes(size), size).root
        leads = consistency_proof(self.tiles.nodes(newest.size), size, newest.size)
        verify_consistency(size, newest.size, root, newest.root, leads)
        return root

    def _proved(self, give: Callable[[], T], newest: Signed) -> T:
        """Return what is given, if its proofs hold; else what is given with other tiles."""
        try:
            return give()
        except _WRONG_TILES:
            if self._derived_at is None or monotonic() > self._derived_at + _DERIVED_EVERY:
                self._derived_at = monotonic()
                self.tiles.forget()
        try:
            return give()
        except _WRONG_TILES as error:
            raise _not_what_was_signed(newest) from error


def verified_bundle(*parts: Any) -> Bundle:
    """Return what `collect` does; raises `InvalidProof` where a proof of it does not hold."""
    bundle = collect(*parts)
    checkpoint = claimed_checkpoint(bundle.note)
    for document in bundle.documents:
        if proof := bundle.proofs.get(document["position"]):
            proof.verify(leaf_of(document["hash"]), checkpoint)
    return bundle


def _not_what_was_signed(newest: Signed) -> Tampered:
    reason = f"the commits up to here are not those that checkpoint {newest.number} was signed over"
    return Tampered(newest.size, reason)


def origin_in(signed: Signed) -> str:
    """Return the name of the log that a sound checkpoint is of."""
    return claimed_checkpoint(signed.note).origin


def unsigned() -> NotFound:
    """Return the refusal where there is no such checkpoint."""
    return NotFound(
        "no-checkpoint",
        "Chưa có điểm kiểm này. Điểm kiểm đầu tiên được ký trong vòng một phút sau khi chạy.",
        "There is no such checkpoint (yet). The first one is signed within a minute of the start.",
    )


def _sound(signed: Signed) -> Signed:
    try:
        claimed = claimed_checkpoint(signed.note)
        require_name(claimed.origin)
    except InvalidNote as error:
        raise Tampered(signed.size, f"checkpoint {signed.number}: {error}") from error
    if (claimed.size, claimed.root) != (signed.size, signed.root):
        raise Tampered(signed.size, f"checkpoint {signed.number} is not what its note says")
    return signed


def _require_covered(newest: Signed, smaller: int, larger: int) -> None:
    if not smaller <= larger <= newest.size:
        raise NotFound(
            "size-not-covered",
            f"Kích thước phải tăng dần và không quá {newest.size}, mức của điểm kiểm mới nhất.",
            f"Sizes must not decrease nor exceed {newest.size}, that of the newest checkpoint.",
        )
