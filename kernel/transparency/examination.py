"""The check of a bundle, with nothing but the bundle and what the examiner knows.

Pure, and free of databases and brokers: it runs on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.commits import Document, Tampered, verify_stream
from kernel.transparency.bundles import Bundle, Continuation, attachments
from kernel.transparency.checkpoints import Checkpoint, claimed_checkpoint, open_checkpoint
from kernel.transparency.merkle import InvalidProof, leaf_of, verify_consistency
from kernel.transparency.notes import InvalidNote, VerifierKey


@dataclass(frozen=True)
class Findings:
    """What the check of a bundle showed, up to the first fault where there is one.

    `uncovered` are positions behind the checkpoint: their chain holds, but nobody signed them, so
    whoever made the bundle may have made them up.
    `trusted` says that the key was given by who checks, and not taken from the bundle itself.
    `kept` is the size of the kept checkpoint that was compared; `not_compared` is that of one
    to which the bundle holds no proof.
    """

    commits: int = 0
    events: int = 0
    attachments: int = 0
    included: int = 0
    uncovered: tuple[int, ...] = ()
    checkpoint: Checkpoint | None = None
    key: VerifierKey | None = None
    trusted: bool = False
    kept: int | None = None
    not_compared: int | None = None
    fault: str | None = None
    fault_position: int | None = None

    @property
    def proved(self) -> bool:
        """Whether every commit stands in a log that was signed with the key of who checks."""
        whole = self.fault is None and not self.uncovered and self.not_compared is None
        return whole and self.trusted


@dataclass
class _Found:
    """Findings while they are being made."""

    values: dict[str, Any] = field(default_factory=dict)

    def findings(self, fault: str | None = None, position: int | None = None) -> Findings:
        return Findings(**self.values, fault=fault, fault_position=position)


def examine(bundle: Bundle, key: VerifierKey | None = None, kept: str | None = None) -> Findings:
    """Check a bundle: its commits, its stream's chain, their place in the log, the signature.

    `key` is the log's key as the examiner knows it, `kept` the note of a checkpoint that the
    examiner kept. Everything but the report is checked.
    """
    found = _Found()
    try:
        _examine(bundle, key, kept, found)
    except Tampered as fault:
        return found.findings(fault.reason, fault.position)
    except (InvalidNote, InvalidProof) as error:
        return found.findings(str(error))
    return found.findings()


def _examine(bundle: Bundle, key: VerifierKey | None, kept: str | None, found: _Found) -> None:
    commits = list(verify_stream(bundle.stream, bundle.documents))
    found.values |= {
        "commits": len(commits),
        "events": sum(len(commit.events) for commit in commits),
        "attachments": len(_attachments(bundle.documents)),
    }
    used = VerifierKey.parse(bundle.vkey)
    if key not in (None, used):
        raise InvalidNote(f"the bundle is signed by the key {used}, and yours is {key}")
    checkpoint = open_checkpoint(bundle.note, [used])
    if checkpoint.origin.rpartition("/")[2] != bundle.service:
        raise InvalidNote(f"the checkpoint is not one of the service {bundle.service!r:.60}")
    found.values |= {"key": used, "trusted": key is not None, "checkpoint": checkpoint}
    included = [commit for commit in commits if commit.position <= checkpoint.size]
    for commit in included:
        proof = bundle.proofs.get(commit.position)
        if proof is None:
            raise Tampered(commit.position, "the proof that it stands in the log is missing")
        if proof.index != commit.position - 1 or proof.note != bundle.note:
            raise Tampered(commit.position, "its proof is that of something else")
        try:
            proof.verify(leaf_of(commit.hash), checkpoint)
        except InvalidProof as error:
            raise Tampered(commit.position, str(error)) from error
    if set(bundle.proofs) != {commit.position for commit in included}:
        raise InvalidProof("there is a proof for a commit that is not in the bundle")
    found.values |= {
        "included": len(included),
        "uncovered": tuple(one.position for one in commits if one.position > checkpoint.size),
    }
    if kept is not None:
        size = claimed_checkpoint(kept).size
        compared = _compare(open_checkpoint(kept, [used]), checkpoint, bundle.continuation)
        found.values["kept" if compared else "not_compared"] = size


def _attachments(documents: Sequence[Document]) -> Sequence[tuple[str, str]]:
    for document in documents:
        try:
            attachments([document])
        except (ValueError, RecursionError) as error:
            raise Tampered(document["position"], "what an event holds is no JSON") from error
    return attachments(documents)


def _compare(kept: Checkpoint, newest: Checkpoint, continuation: Continuation | None) -> bool:
    """Return whether there is a proof that one leads to the other; it must hold."""
    if kept.origin != newest.origin:
        raise InvalidProof(f"the kept checkpoint is of another log: {kept.origin}")
    if kept.size == newest.size:
        if kept.root != newest.root:
            raise InvalidProof("the kept checkpoint has the same size and another root")
        return True
    if continuation is None or (continuation.from_size, continuation.to_size) != (
        kept.size,
        newest.size,
    ):
        return False
    verify_consistency(kept.size, newest.size, kept.root, newest.root, continuation.hashes)
    return True
