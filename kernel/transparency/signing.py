"""Signs the head of a ledger: only one that continues what was signed before.

A checkpoint is a promise for ever: everything up to here stays as it is. So the signer begins at
the last one, checks that what it promised is still there, verifies each commit behind it, and
signs the tree that has grown by exactly those. Where anything does not fit it refuses and signs
nothing; a person must look.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

import prometheus_client
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymongo import MongoClient

from kernel import logs
from kernel.commits import (
    GENESIS,
    Commit,
    Document,
    Head,
    Tampered,
    digest_of_commit,
    faithful,
    verify_documents,
)
from kernel.config import Settings, setting
from kernel.ledger_reader import ledger_collection
from kernel.schemas import rfc3339
from kernel.transparency.checkpoint_log import CheckpointLog, Checkpoints, Signed, last
from kernel.transparency.checkpoints import Checkpoint, claimed_checkpoint, open_checkpoint
from kernel.transparency.merkle import Frontier, Nodes, leaf_of
from kernel.transparency.notes import InvalidNote, SignerKey
from kernel.transparency.stored import Documents, LedgerDocuments, stored
from kernel.transparency.tiles import Tiles
from kernel.trust import log_key

log = logs.get(__name__)

SIZE = prometheus_client.Gauge(
    "motcua_checkpoint_size", "Ledger position up to which a checkpoint is signed", ["service"]
)
REFUSED = prometheus_client.Gauge(
    "motcua_checkpoint_refused", "1 while the ledger does not continue what was signed", ["service"]
)

_TRIES = 10


@dataclass(frozen=True)
class Signing:
    """Settings of whoever signs."""

    every: timedelta = setting(
        env="CHECKPOINT_EVERY",
        default=timedelta(seconds=60),
        doc="seconds between two signed checkpoints of a ledger, while there is something new",
        minimum=1,
    )


class Refused(Exception):
    """The ledger does not continue what was signed; the text says where and how."""


class Tree(Protocol):
    """The ledger's Merkle tree (`kernel.transparency.tiles`)."""

    def nodes(self, size: int) -> Nodes:
        """Return the tree of this size."""
        ...

    def forget(self) -> None:
        """Forget what is derived, so that it is derived anew."""
        ...


class Signer:
    """Signs the checkpoints of one ledger.

    `name` is the log's origin as long as nothing was signed; afterwards it keeps the name of its
    first checkpoint, whatever the installation is called by then.
    """

    def __init__(
        self,
        documents: Documents,
        checkpoints: Checkpoints,
        tree: Tree,
        key: Ed25519PrivateKey,
        name: str,
    ) -> None:
        self._documents = documents
        self._checkpoints = checkpoints
        self._tree = tree
        self._key = key
        self._name = name
        self._seen: Signed | None = None
        self._derived_anew = False

    @property
    def newest(self) -> Signed | None:
        """The newest checkpoint that this process has seen."""
        return self._seen

    def sign(self) -> Signed | None:
        """Sign what is new; return the newest checkpoint, None where the ledger is empty.

        Raises `Refused`, having signed nothing. Two processes may sign at the same time.
        """
        for _ in range(_TRIES):
            former = self._last()
            front = self._front(former)
            head, frontier = self._verified(front, former)
            if former is not None and head.position == former.size:
                return former
            if head.position == 0:
                return None
            key = SignerKey(self._name_after(former), self._key)
            checkpoint = Checkpoint(key.name, frontier.size, frontier.root)
            signed = Signed(
                number=former.number + 1 if former else 1,
                size=checkpoint.size,
                root=checkpoint.root,
                hash=head.hash,
                note=checkpoint.sign(key),
                signed_at=datetime.now(UTC),
            )
            if self._checkpoints.add(signed):
                self._seen = signed
                self._derived_anew = False
                return signed
        return self._last()

    def _last(self) -> Signed | None:
        """Return the newest checkpoint, which is ours and no older than what was seen before."""
        try:
            if self._seen and self._checkpoints.at(self._seen.number) != self._seen:
                raise Refused(f"checkpoint {self._seen.number} was changed or removed")
            newest = last(self._checkpoints, self._seen)
            if self._seen is None:
                newest = self._unbroken(newest)
            if newest is not None and newest != self._seen:
                self._require_ours(newest)
        except InvalidNote as error:
            raise Refused(str(error)) from error
        self._seen = newest
        return newest

    def _unbroken(self, newest: Signed | None) -> Signed | None:
        """Return the newest, once it is clear that none in front of or behind it is missing.

        What another process signs meanwhile is found when the log is followed once more.
        """
        for _ in range(_TRIES):
            number = newest.number if newest else 0
            count = self._checkpoints.count()
            if count == number:
                return newest
            newest = last(self._checkpoints, newest)
            if newest is None or newest.number == number:
                break
        reason = f"{count} are stored, and the numbers lead to {number}"
        raise Refused(f"a checkpoint is missing: {reason}")

    def _require_ours(self, signed: Signed) -> None:
        key = SignerKey(self._name_after(signed), self._key)
        found = open_checkpoint(signed.note, [key.verifier])
        if (found.size, found.root) != (signed.size, signed.root):
            raise Refused(f"checkpoint {signed.number} is not what its note says")
        before = self._checkpoints.at(signed.number - 1)
        if before is not None and before.size >= signed.size:
            raise Refused(f"checkpoint {signed.number} is no longer than the one before")

    def _name_after(self, former: Signed | None) -> str:
        return self._name if former is None else claimed_checkpoint(former.note).origin

    def _front(self, former: Signed | None) -> Head:
        """Return the head that the last checkpoint is about, as the ledger holds it now."""
        if former is None:
            return Head(0, GENESIS)
        found = self._documents.read(former.size - 1, 1)
        if not found:
            raise Refused(
                f"checkpoint {former.number} is over {former.size} commits, and the ledger is "
                "shorter"
            )
        (commit,) = self._checked(faithful(found, former.size - 1))
        if not commit.hash == former.hash == digest_of_commit(found[0]):
            raise Refused(
                f"position {former.size}: the commit is not the one that checkpoint "
                f"{former.number} ends with"
            )
        return Head(commit.position, commit.hash, rfc3339(commit.recorded_at))

    def _verified(self, front: Head, former: Signed | None) -> tuple[Head, Frontier]:
        """Verify every commit behind `front`; return the head they lead to, and its tree."""
        growing = _Growing(self._old_tree(former))
        try:
            new = stored(self._documents, front.position)
            begun = front if front.position else None
            head = verify_documents(growing.through(new), begun, self._documents.end)
        except Tampered as fault:
            raise Refused(str(fault)) from fault
        return head, growing.frontier

    def _old_tree(self, former: Signed | None) -> Frontier:
        """Return the tree of the last checkpoint, whose root must still be the signed one."""
        if former is None:
            return Frontier()
        frontier = self._frontier(former.size)
        if frontier.root != former.root and not self._derived_anew:
            # what is kept beside the ledger may be at fault; the ledger itself decides
            self._derived_anew = True
            self._tree.forget()
            frontier = self._frontier(former.size)
        if frontier.root != former.root:
            raise Refused(
                f"the commits up to position {former.size} no longer have the root that "
                f"checkpoint {former.number} signed"
            )
        return frontier

    def _frontier(self, size: int) -> Frontier:
        try:
            return Frontier.of(self._tree.nodes(size), size)
        except (Tampered, ValueError) as fault:
            raise Refused(str(fault)) from fault

    @staticmethod
    def _checked(commits: Iterator[Commit]) -> list[Commit]:
        try:
            return list(commits)
        except Tampered as fault:
            raise Refused(str(fault)) from fault


class _Growing:
    """Lets stored commits pass, and grows a tree by those that were verified."""

    def __init__(self, frontier: Frontier) -> None:
        self.frontier = frontier

    def through(self, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            yield document
            # asked for the next one, so this one was found good
            self.frontier = self.frontier.append([leaf_of(document["hash"])])


class Witness:
    """Signs a service's ledger now and then, and says so in the log and the metrics.

    Each signed checkpoint is a line of the log: what stands there cannot be taken back by whoever
    holds the database.
    """

    def __init__(self, service: str, settings: Settings, client: MongoClient[Document]) -> None:
        self._service = service
        self._settings = settings
        self._client = client
        self._signer: Signer | None = None
        self._told = ""
        self._busy = threading.Lock()

    def sign(self) -> None:
        """Sign what is new, unless another thread is about it.

        Never raises: what is wrong stands in the log and in the metrics.
        """
        if self._busy.acquire(blocking=False):
            try:
                self._sign()
            finally:
                self._busy.release()

    def _sign(self) -> None:
        try:
            self._signer = self._signer or signer_of(self._service, self._settings, self._client)
            former, signed = self._signer.newest, self._signer.sign()
        except Refused as refusal:
            REFUSED.labels(self._service).set(1)
            self._tell("checkpoint.refused", str(refusal))
        except Exception as error:  # noqa: BLE001 - the ledger is relayed whatever happens here
            self._tell("checkpoint.failed", str(error) or type(error).__name__)
        else:
            REFUSED.labels(self._service).set(0)
            self._told = ""
            if signed is not None:
                SIZE.labels(self._service).set(signed.size)
                if signed != former:
                    log.info(
                        "checkpoint.signed",
                        source=self._service,
                        number=signed.number,
                        size=signed.size,
                        note=signed.note,
                    )

    def _tell(self, what: str, reason: str) -> None:
        if reason != self._told:  # once, not every minute
            log.error(what, source=self._service, reason=reason)
        self._told = reason


def signer_of(service: str, settings: Settings, client: MongoClient[Document]) -> Signer:
    """Return the signer of a service's ledger; raises `ConfigError` where its key is not here."""
    key = log_key(settings.keys, service)
    documents = LedgerDocuments(ledger_collection(client, settings.namespace, service))
    tiles = tiles_of(service, settings, client)
    tiles.ensure_indexes()
    checkpoints = CheckpointLog(client, settings.namespace, service)
    return Signer(documents, checkpoints, tiles, key, origin_of(service, settings))


def tiles_of(service: str, settings: Settings, client: MongoClient[Document]) -> Tiles:
    """Return the tiles of a service's ledger."""
    documents = LedgerDocuments(ledger_collection(client, settings.namespace, service))
    collection: Any = client[settings.database(service)]["tiles"]
    return Tiles(collection, documents.hashes)


def origin_of(service: str, settings: Settings) -> str:
    """Return the name under which a ledger is signed for the first time."""
    return f"{urlsplit(settings.public_url).netloc}/{settings.namespace}/{service}"
