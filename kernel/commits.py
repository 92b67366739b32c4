"""A commit as a value: its stored form, its digest, and the chain over many.

    { _id,                        the commit's id, chosen by the caller: the idempotency key
      position,                   dense position in the ledger: 1, 2, 3, …
      stream, from, to,           versions from..to of one stream
      events: [{id, type, schema, data}],
      meta: {actor, causation, correlation, traceparent, occurred_at, digest},
      recorded_at,                RFC 3339 text, never before that of the commit in front
      prev, stream_prev, hash }   SHA-256 chains

Nothing here reads or writes a database: an auditor needs no more than this to check a ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel import canonical
from kernel.events import Actor, Encoded, EventTypes, Recorded, Sealer
from kernel.schemas import rfc3339

GENESIS = "0" * 64
_LARGEST = 2**53  # the first number that JSON does not carry unharmed (RFC 8785)

Document = dict[str, Any]
End = Callable[[str, int], str | None]
"""Returns the hash of the commit that ends at a version of a stream; None: there is none."""


@dataclass(frozen=True)
class Meta:
    """Who, when and why. `digest` is that of the request, to tell a reused key from a repeat."""

    actor: Actor
    occurred_at: datetime
    correlation: str
    causation: str | None = None
    digest: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class Commit:
    """A commit as it stands in the ledger; `first` and `last` are versions of its stream."""

    id: str
    position: int
    stream: str
    first: int
    last: int
    events: tuple[Encoded, ...]
    meta: Meta
    recorded_at: datetime
    prev: str
    stream_prev: str
    hash: str


@dataclass(frozen=True)
class Head:
    """The tail of the ledger as a writer or auditor sees it: position 0 is an empty ledger."""

    position: int
    hash: str
    recorded_at: str = ""


class Tampered(Exception):
    """A commit does not follow from the one in front of it; `position` is the first such."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"position {position}: {reason}")
        self.position = position
        self.reason = reason


def records(commit: Commit, types: EventTypes, sealer: Sealer | None) -> list[Recorded]:
    """Return the events of a commit, decoded; personal data only where `sealer` has the key."""
    return [
        Recorded(
            event=types.decode(encoded, sealer),
            id=encoded.id,
            type=encoded.type,
            source=types.source,
            stream=commit.stream,
            version=commit.first + offset,
            position=commit.position,
            occurred_at=commit.meta.occurred_at,
            recorded_at=commit.recorded_at,
            actor=commit.meta.actor,
            causation=commit.meta.causation,
            correlation=commit.meta.correlation,
        )
        for offset, encoded in enumerate(commit.events)
    ]


def verify(commits: Iterable[Commit], after: Head | None = None) -> Head:
    """Check the chain over commits in order; `verify_documents` of their stored form."""
    return verify_documents(map(to_document, commits), after)


def verify_documents(
    documents: Iterable[Document], after: Head | None = None, end: End | None = None
) -> Head:
    """Check the chain over stored commits in order and return the head it leads to.

    Raises `Tampered` at the first position that does not follow: a wrong hash, a broken chain, a
    gap or repeat of positions, versions of a stream that do not continue, a time that goes back,
    a field too few or too many. A chain alone does not show that its end was cut off or that all
    of it was written anew.

    Behind a head, `end` tells where the streams stood in front of it; without it, what a stream's
    first commit says of that is believed.
    """
    head = after or Head(0, GENESIS)
    ends: dict[str, tuple[int, str]] = {}
    for document in documents:
        try:
            stream, first = document["stream"], document["from"]
            known = ends.get(stream)
            if known is None:
                known = (0, GENESIS) if after is None or first == 1 else _end(document, end)
            reason = _fault(document, head, known)
            if reason is None:
                ends[stream] = (document["to"], document["hash"])
                head = Head(document["position"], document["hash"], document["recorded_at"])
                continue
        except (KeyError, TypeError):
            reason = "a field is missing or of another kind"
        raise Tampered(head.position + 1, reason)
    return head


def _end(document: Document, end: End | None) -> tuple[int, str]:
    """Return where a stream ended whose first commit behind a head this is."""
    version = document["from"] - 1
    digest = document["stream_prev"] if end is None else end(document["stream"], version)
    return (0, GENESIS) if digest is None else (version, digest)


def _fault(document: Document, front: Head, end: tuple[int, str]) -> str | None:
    """Return why a stored commit does not follow the one in front and the end of its stream."""
    last, stream_hash = end
    if document["position"] != front.position + 1:
        return f"does not follow position {front.position}"
    if document["prev"] != front.hash:
        return "the chain is broken"
    if document["from"] != last + 1:
        return "versions of the stream do not continue"
    if document["to"] != last + len(document["events"]):
        return "versions do not count the events"
    if document["stream_prev"] != stream_hash:
        return "the stream's chain is broken"
    if document["recorded_at"] < front.recorded_at:
        return "recorded before the one in front"
    try:
        same = document["hash"] == digest_of_commit(document)
    except canonical.NotCanonical:
        same = False
    return None if same else "the hash is not that of the content"


def faithful(documents: Iterable[Mapping[str, Any]], after: int = 0) -> Iterator[Commit]:
    """Yield the commits of stored documents, the first of which stands behind position `after`.

    Raises `Tampered` at the first document that is not exactly what a commit is stored as: a field
    more or less, another type, a time written otherwise. What could be read in two ways could be
    changed without another hash.
    """
    for position, document in enumerate(documents, after + 1):
        try:
            commit = _read(document)
            if _sound(commit) and to_document(commit) == document:
                yield commit
                continue
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Tampered(position, "it is not stored as a commit is") from error
        raise Tampered(position, "it is not stored as a commit is")


def verify_stream(stream: str, documents: Iterable[Document]) -> Iterator[Commit]:
    """Yield the commits of one stream, taken out of its ledger and given as they are stored.

    Raises `Tampered` at the first that is not what its hash says, or does not follow the one
    before it in the stream, from the first version on.
    """
    last, stream_hash, position = 0, GENESIS, 0
    for document in documents:
        place = document.get("position")
        if not isinstance(place, int) or place < 1:
            raise Tampered(position + 1, "it is not stored as a commit is")
        (commit,) = faithful([document], place - 1)
        for holds, reason in (
            (commit.stream == stream, "it is of another stream"),
            (commit.position > position, "it does not stand behind the one before"),
            (commit.first == last + 1, "versions of the stream do not continue"),
            (commit.last == last + len(commit.events), "versions do not count the events"),
            (commit.stream_prev == stream_hash, "the stream's chain is broken"),
            (commit.hash == digest_of_commit(document), "the hash is not that of the content"),
        ):
            if not holds:
                raise Tampered(place, reason)
        last, stream_hash, position = commit.last, commit.hash, commit.position
        yield commit


def digest_of_commit(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of a stored document without its `hash`, as RFC 8785 JSON.

    Payloads enter as the text they are stored as, never re-serialised. Raises
    `canonical.NotCanonical` for what is no stored commit.
    """
    hashed = {key: value for key, value in document.items() if key != "hash"}
    return hashlib.sha256(canonical.dumps_plain(hashed)).hexdigest()


def _sound(commit: Commit) -> bool:
    """Whether every value is of its type; the database would keep any."""
    numbers = (commit.position, commit.first, commit.last, *(e.schema for e in commit.events))
    meta, actor = commit.meta, commit.meta.actor
    texts = (
        *(commit.id, commit.stream, commit.prev, commit.stream_prev, commit.hash),
        *(text for e in commit.events for text in (e.id, e.type, e.data)),
        *(actor.id, actor.kind, meta.correlation),
    )
    optional = (actor.agency, actor.unit, meta.causation, meta.digest, meta.traceparent)
    return (
        all(isinstance(one, int) and not isinstance(one, bool) for one in numbers)
        and all(0 <= one < _LARGEST for one in numbers)
        and all(isinstance(one, str) for one in texts)
        and all(one is None or isinstance(one, str) for one in optional)
    )


def to_document(commit: Commit) -> Document:
    """Return a commit in its stored form."""
    meta = commit.meta
    return {
        "_id": commit.id,
        "position": commit.position,
        "stream": commit.stream,
        "from": commit.first,
        "to": commit.last,
        "events": [
            {"id": e.id, "type": e.type, "schema": e.schema, "data": e.data} for e in commit.events
        ],
        "meta": {
            "actor": {
                "id": meta.actor.id,
                "kind": meta.actor.kind,
                "agency": meta.actor.agency,
                "unit": meta.actor.unit,
            },
            "causation": meta.causation,
            "correlation": meta.correlation,
            "digest": meta.digest,
            "occurred_at": rfc3339(meta.occurred_at),
            "traceparent": meta.traceparent,
        },
        "recorded_at": rfc3339(commit.recorded_at),
        "prev": commit.prev,
        "stream_prev": commit.stream_prev,
        "hash": commit.hash,
    }


def from_document(document: Mapping[str, Any]) -> Commit:
    """Return the commit that is stored in a document; raises `Tampered` where there is none."""
    try:
        return _read(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        place = document.get("position")
        position = place if isinstance(place, int) else 0
        raise Tampered(position, "it is not stored as a commit is") from error


def _read(document: Mapping[str, Any]) -> Commit:
    meta = document["meta"]
    return Commit(
        id=document["_id"],
        position=document["position"],
        stream=document["stream"],
        first=document["from"],
        last=document["to"],
        events=tuple(Encoded(**event) for event in document["events"]),
        meta=Meta(
            actor=Actor(**meta["actor"]),
            occurred_at=datetime.fromisoformat(meta["occurred_at"]),
            correlation=meta["correlation"],
            causation=meta["causation"],
            digest=meta["digest"],
            traceparent=meta["traceparent"],
        ),
        recorded_at=datetime.fromisoformat(document["recorded_at"]),
        prev=document["prev"],
        stream_prev=document["stream_prev"],
        hash=document["hash"],
    )
