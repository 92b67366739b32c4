"""A model of a ledger, its signed checkpoints and the tree derived from it; no database."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel.commits import (
    GENESIS,
    Commit,
    Document,
    Meta,
    Tampered,
    digest_of_commit,
    to_document,
)
from kernel.events import Actor, Encoded
from kernel.transparency.checkpoint_log import Signed
from kernel.transparency.merkle import Nodes, leaf_of, nodes_over
from kernel.transparency.signing import Signer
from kernel.transparency.stored import hash_in

NOW = datetime(2026, 9, 7, tzinfo=UTC)
PRIVATE = Ed25519PrivateKey.generate()
NAME = "motcua.example/motcua/counting"


class World:
    """A ledger's documents, its checkpoints, and the tree that was derived at some time."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.signed: list[Signed] = []
        self.derived: list[bytes] = []

    # what a signer asks

    def read(self, after: int, limit: int) -> list[Document]:
        """Return the documents at these positions, as a query for a range of numbers finds them."""
        numbered = [one for one in self.documents if isinstance(one.get("position"), int)]
        return [one for one in numbered if after < one["position"] <= after + limit]

    def end(self, stream: str, version: int) -> str | None:
        """Return the hash of the commit that ends at a version of a stream."""
        ends = {(one.get("stream"), one.get("to")): one.get("hash") for one in self.documents}
        return ends.get((stream, version))

    def at(self, number: int) -> Signed | None:
        """Return a checkpoint."""
        return next((one for one in self.signed if one.number == number), None)

    def add(self, signed: Signed) -> bool:
        """Add a checkpoint, unless its number is taken."""
        if self.at(signed.number) is not None:
            return False
        self.signed.append(signed)
        return True

    def count(self) -> int:
        """Return how many checkpoints there are."""
        return len(self.signed)

    def nodes(self, size: int) -> Nodes:
        """Return the tree, derived as far as it was not yet."""
        known = len(self.derived)
        for position, one in enumerate(self.read(known, size), known + 1):
            self.derived.append(leaf_of(hash_in(one, position)))
        if len(self.derived) < size:
            raise Tampered(len(self.derived) + 1, "the commit is missing")
        return nodes_over(self.derived)

    def forget(self) -> None:
        """Forget what was derived."""
        self.derived = []

    # what happens

    def signer(self, name: str = NAME, key: Ed25519PrivateKey = PRIVATE) -> Signer:
        """Return a signer as a process has it that has just been started."""
        return Signer(self, self, self, key, name)

    def append(self, text: str, stream: str = "") -> None:
        """Append a commit to a stream, without one to a stream of its own."""
        number = len(self.documents) + 1
        event = Encoded(f"e{number}", "Counted", 1, f'{{"by":"{text}"}}')
        self.record(f"{number}-{text}", stream or f"counter-{number}", event)

    def record(self, commit_id: str, stream: str, *events: Encoded) -> None:
        """Append a commit with these events."""
        head = self.documents[-1] if self.documents else {"position": 0, "hash": GENESIS}
        number = int(head["position"]) + 1
        former = [one for one in self.documents if one["stream"] == stream]
        first = former[-1]["to"] + 1 if former else 1
        commit = Commit(
            id=commit_id,
            position=number,
            stream=stream,
            first=first,
            last=first + len(events) - 1,
            events=events,
            meta=Meta(Actor("acc-1", "citizen"), NOW, "conversation"),
            recorded_at=NOW,
            prev=head["hash"],
            stream_prev=former[-1]["hash"] if former else GENESIS,
            hash="",
        )
        document = to_document(commit)
        self.documents.append(document | {"hash": digest_of_commit(document)})

    def rewrite(self, position: int) -> None:
        """Change a commit, and everything behind it so that the chain holds again."""
        kept, again = self.documents[: position - 1], self.documents[position - 1 :]
        self.documents = list(kept)
        for number, one in enumerate(again):
            self.append(f"rewritten-{number}", one["stream"])

    def cut(self, position: int) -> None:
        """Remove everything from a position on."""
        self.documents = self.documents[: position - 1]

    def change(self, position: int) -> None:
        """Change what a commit says and leave its hash."""
        document = self.documents[position - 1]
        self.documents[position - 1] = document | {"stream": "another"}

    def bend(self, position: int) -> None:
        """Change the hash of a commit."""
        document = self.documents[position - 1]
        self.documents[position - 1] = document | {"hash": "f" * 64}

    def mislead(self, position: int) -> None:
        """Change what was derived."""
        if position <= len(self.derived):
            self.derived[position - 1] = bytes(32)
