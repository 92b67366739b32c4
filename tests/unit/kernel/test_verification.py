"""Verification reads commits as they are stored: what is not exactly that does not pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.commits import (
    GENESIS,
    Commit,
    Head,
    Meta,
    Tampered,
    digest_of_commit,
    from_document,
    to_document,
    verify,
    verify_documents,
)
from kernel.events import Actor, Encoded

BEGINNING = datetime(2026, 9, 7, 2, tzinfo=UTC)
META = Meta(Actor("acc-1", "citizen"), BEGINNING, "corr-1")


def chain(length: int) -> list[dict[str, Any]]:
    """Return the documents of a ledger that holds one stream, an event a commit."""
    documents: list[dict[str, Any]] = []
    front = GENESIS
    for number in range(1, length + 1):
        commit = Commit(
            id=f"c{number}",
            position=number,
            stream="note-a",
            first=number,
            last=number,
            events=(Encoded(f"c{number}.1", "Noted", 1, '{"text":"a"}'),),
            meta=META,
            recorded_at=BEGINNING + timedelta(seconds=number),
            prev=front,
            stream_prev=front,
            hash="",
        )
        front = digest_of_commit(to_document(commit))
        documents.append(to_document(replace(commit, hash=front)))
    return documents


def test_a_whole_chain_leads_to_its_head() -> None:
    documents = chain(3)
    head = Head(3, documents[-1]["hash"], "2026-09-07T02:00:03.000000Z")
    assert verify_documents(documents) == head
    assert verify(map(from_document, documents)) == head
    second = Head(2, documents[1]["hash"], documents[1]["recorded_at"])
    assert verify_documents(documents[2:], after=second) == head


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"note": "added"}, "the hash"),
        ({"recorded_at": "2026-09-07T02:00:02.000000+00:00"}, "the hash"),
        ({"meta": datetime.now(UTC)}, "the hash"),
        ({"to": 3}, "do not count"),
        ({"events": None}, "another kind"),
        ({"stream": []}, "another kind"),
        ({"recorded_at": 5}, "another kind"),
    ],
)
@pytest.mark.proves("L6")
def test_another_stored_form_is_found(changes: dict[str, Any], reason: str) -> None:
    documents = chain(3)
    documents[1] |= changes
    with pytest.raises(Tampered, match=reason) as tampered:
        verify_documents(documents)
    assert tampered.value.position == 2


@pytest.mark.parametrize("name", [name for name in chain(1)[0] if name != "_id"])
@pytest.mark.proves("L6")
def test_a_field_too_few_is_found(name: str) -> None:
    documents = chain(2)
    del documents[1][name]
    with pytest.raises(Tampered) as tampered:
        verify_documents(documents)
    assert tampered.value.position == 2
