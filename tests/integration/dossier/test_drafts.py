"""Drafts: saved, resumed, guarded against another window, kept sealed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.errors import Conflict, NotFound, Stale, TooLarge
from kernel.privacy import SubjectKeys
from kernel.requests import Call, Caller
from services.dossier.drafts import LIFETIME, MAX_DRAFTS, Drafts


def call(
    key: str | None = None,
    version: int | None = None,
    account: str = "acc-1",
    digest: str = "d",
) -> Call:
    """A call by a citizen."""
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    return Call(Caller(account, "citizen"), "c", deadline, digest, key, version)


@pytest.fixture
def drafts(database: Any) -> Drafts:
    """No drafts yet."""
    Drafts.ensure_indexes(database)
    return Drafts(database, SubjectKeys(database, bytes(32)))


def test_a_draft_is_resumed_as_it_was_saved(drafts: Drafts) -> None:
    saved = drafts.save(None, "1.004222", {"step": 2, "name": "Bình"}, call())
    assert drafts.read(saved.draft, "acc-1") == drafts.list("acc-1")[0]
    assert drafts.read(saved.draft, "acc-1").content == {"step": 2, "name": "Bình"}
    assert saved.expires_at - saved.updated_at == LIFETIME


def test_another_window_is_not_overwritten(drafts: Drafts) -> None:
    first = drafts.save(None, "1.004222", {"step": 1}, call())
    second = drafts.save(first.draft, "1.004222", {"step": 2}, call(version=1))
    assert second.version == 2
    with pytest.raises(Stale, match="version 2 is current"):
        drafts.save(first.draft, "1.004222", {"step": 9}, call(version=1))
    assert drafts.read(first.draft, "acc-1").content == {"step": 2}


def test_a_repeated_save_makes_one_draft(drafts: Drafts) -> None:
    first = drafts.save(None, "1.004222", {"step": 1}, call("key"))
    again = drafts.save(None, "1.004222", {"step": 1}, call("key"))
    assert again.draft == first.draft
    changed = drafts.save(first.draft, "1.004222", {"step": 2}, call("key2", 1))
    assert drafts.save(first.draft, "1.004222", {"step": 2}, call("key2", 1)) == changed
    assert len(drafts.list("acc-1")) == 1


def test_a_key_is_not_taken_for_another_content(drafts: Drafts) -> None:
    first = drafts.save(None, "1.004222", {"step": 1}, call("key"))
    with pytest.raises(Conflict, match="idempotency-key-reused"):
        drafts.save(None, "1.004222", {"step": 9}, call("key", digest="other"))
    drafts.save(first.draft, "1.004222", {"step": 2}, call("key2", 1, digest="change"))
    with pytest.raises(Conflict, match="idempotency-key-reused"):
        drafts.save(first.draft, "1.004222", {"step": 9}, call("key2", 1, digest="other"))
    with pytest.raises(Conflict, match="idempotency-key-reused"):
        drafts.save(None, "1.004222", {"step": 9}, call("key", digest="other"))
    assert drafts.save(None, "1.004222", {"step": 1}, call("key")).content == {"step": 2}


def test_a_repeated_save_is_answered_where_no_further_draft_fits(drafts: Drafts) -> None:
    first = drafts.save(None, "1.004222", {}, call("key"))
    for _ in range(MAX_DRAFTS - 1):
        drafts.save(None, "1.004222", {}, call())
    assert drafts.save(None, "1.004222", {}, call("key")).draft == first.draft


def test_nobody_elses_draft_can_be_read_changed_or_deleted(drafts: Drafts) -> None:
    mine = drafts.save(None, "1.004222", {"step": 1}, call())
    with pytest.raises(NotFound):
        drafts.read(mine.draft, "acc-2")
    with pytest.raises(NotFound):
        drafts.save(mine.draft, "1.004222", {}, call(account="acc-2"))
    drafts.delete(mine.draft, "acc-2")
    assert drafts.read(mine.draft, "acc-1").content == {"step": 1}
    drafts.delete(mine.draft, "acc-1")
    assert drafts.list("acc-1") == ()


def test_drafts_are_bounded_in_size_and_number(drafts: Drafts) -> None:
    with pytest.raises(TooLarge):
        drafts.save(None, "1.004222", {"text": "x" * 300_000}, call())
    for _ in range(MAX_DRAFTS):
        drafts.save(None, "1.004222", {}, call())
    with pytest.raises(Conflict, match="too-many-drafts"):
        drafts.save(None, "1.004222", {}, call())


def test_the_content_is_not_kept_in_clear(drafts: Drafts, database: Any) -> None:
    drafts.save(None, "1.004222", {"name": "Bình"}, call())
    assert "Bình" not in str(database["drafts"].find_one())
