"""The check of a whole ledger: its chain, and its tree against everything that was ever signed.

Three witnesses speak against a changed ledger, each more independent of it than the one before:

- its own chain of hashes, which whoever holds the database can write anew;
- the signed checkpoints beside it, which cannot be forged without the key, but removed;
- checkpoints that somebody kept elsewhere, which nobody here can reach.

Pure: documents and notes in, the first fault out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kernel.commits import Document, Head, Tampered, verify_documents
from kernel.transparency.checkpoint_log import signed_in
from kernel.transparency.checkpoints import claimed_checkpoint, open_checkpoint
from kernel.transparency.merkle import Frontier, leaf_of
from kernel.transparency.notes import InvalidNote, VerifierKey


class By(StrEnum):
    """What a fault was found by."""

    CHAIN = "chain"
    STORED = "stored checkpoint"
    KEPT = "kept checkpoint"


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong; `position` is that of the ledger where there is one."""

    by: By
    reason: str
    position: int | None = None

    def __str__(self) -> str:
        place = f"position {self.position}: " if self.position is not None else ""
        return f"{place}{self.reason} (found by: {self.by})"


class Contradicted(Exception):
    """A witness says otherwise."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class Promise:
    """A signed checkpoint, as the root that a ledger's first `size` commits must have."""

    by: By
    name: str
    size: int
    root: bytes
    hash: str | None = None


@dataclass(frozen=True)
class Inspected:
    """What was looked at, and the first fault where there is one.

    `promises` were all compared if there is none; `root` is that of the whole ledger.
    """

    commits: int
    root: bytes
    promises: tuple[Promise, ...]
    fault: Fault | None = None


def inspect(
    documents: Iterable[Document],
    checkpoints: Sequence[Document],
    kept: Sequence[tuple[str, str]],
    public: bytes,
    seen: Callable[[int], object] = lambda position: None,
) -> Inspected:
    """Check a ledger's documents, in order, against their chain and every checkpoint.

    `checkpoints` are the documents of the stored ones, `kept` (name, note) of those kept
    elsewhere, `public` the key that all are signed with; `seen` is told each position.
    """
    promises: tuple[Promise, ...] = ()
    comparison = Comparison(())
    head = Head(0, "")
    try:
        promises = (*stored_promises(checkpoints, public), *kept_promises(kept, public))
        comparison = Comparison(promises)
        head = verify_documents(_compared(documents, comparison, seen))
        comparison.finish()
    except Tampered as tampered:
        fault = Fault(By.CHAIN, tampered.reason, tampered.position)
        return Inspected(comparison.size, comparison.root, promises, fault)
    except Contradicted as contradicted:
        return Inspected(comparison.size, comparison.root, promises, contradicted.fault)
    return Inspected(head.position, comparison.root, promises)


def stored_promises(checkpoints: Sequence[Document], public: bytes) -> tuple[Promise, ...]:
    """Return what the stored checkpoints promise; raises `Contradicted` by the first faulty one."""
    promises: list[Promise] = []
    origin = ""
    for number, document in enumerate(checkpoints, 1):
        try:
            signed = signed_in(document)
            origin = origin or claimed_checkpoint(signed.note).origin
            found = open_checkpoint(signed.note, [VerifierKey(origin, public)])
        except InvalidNote as error:
            raise Contradicted(Fault(By.STORED, f"checkpoint {number}: {error}")) from error
        former = promises[-1].size if promises else 0
        for holds, reason in (
            (signed.number == number, "is missing"),
            ((found.size, found.root) == (signed.size, signed.root), "is not what its note says"),
            (signed.size > former, "is no longer than the one before"),
            (found.origin == origin, "is of another log"),
        ):
            if not holds:
                raise Contradicted(Fault(By.STORED, f"checkpoint {number} {reason}"))
        promises.append(
            Promise(By.STORED, f"checkpoint {number}", signed.size, signed.root, signed.hash)
        )
    return tuple(promises)


def kept_promises(kept: Sequence[tuple[str, str]], public: bytes) -> tuple[Promise, ...]:
    """Return what kept checkpoints promise; raises `Contradicted` by the first faulty one."""
    promises = []
    for name, note in kept:
        try:
            key = VerifierKey(claimed_checkpoint(note).origin, public)
            found = open_checkpoint(note, [key])
        except InvalidNote as error:
            raise Contradicted(Fault(By.KEPT, f"{name}: {error}")) from error
        promises.append(Promise(By.KEPT, name, found.size, found.root))
    return tuple(promises)


class Comparison:
    """Grows a tree by the hashes of commits, and holds it against promises on the way."""

    def __init__(self, promises: Iterable[Promise]) -> None:
        self._waiting = sorted(promises, key=lambda promise: promise.size, reverse=True)
        self._frontier = Frontier()

    @property
    def size(self) -> int:
        """How many commits there were."""
        return self._frontier.size

    @property
    def root(self) -> bytes:
        """The root over them."""
        return self._frontier.root

    def grow(self, digest: str) -> None:
        """Take the next commit's hash; raises `Contradicted` where a promise is broken."""
        self._frontier = self._frontier.append([leaf_of(digest)])
        while self._waiting and self._waiting[-1].size == self.size:
            promise = self._waiting.pop()
            if promise.root != self.root or promise.hash not in (None, digest):
                reason = f"the commits up to here are not those that {promise.name} was signed over"
                raise Contradicted(Fault(promise.by, reason, self.size))

    def finish(self) -> None:
        """Raise `Contradicted` where something was promised about commits that are not there."""
        if self._waiting:
            promise = self._waiting[0]
            missing = promise.size - self.size
            raise Contradicted(
                Fault(
                    promise.by,
                    f"{promise.name} is over {promise.size} commits; "
                    f"{missing} of them are not there any more",
                    self.size + 1,
                )
            )


def _compared(
    documents: Iterable[Document], comparison: Comparison, seen: Callable[[int], object]
) -> Iterator[Document]:
    for document in documents:
        yield document
        # asked for the next one, so the chain holds up to this one
        comparison.grow(document["hash"])
        seen(document["position"])
