"""Drafts: saved, resumed, guarded against another window, kept sealed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from kernel.decider import Decider
from kernel.errors import Conflict, NotFound, Stale, TooLarge
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.requests import Call, Caller
from kernel.store import Store
from services.dossier.contract import EVENTS, DraftExpiring
from services.dossier.draft_notices import DraftNotices
from services.dossier.drafts import LIFETIME, MAX_DRAFTS, Drafts
from services.dossier.references import References


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


class TestNotices:
    """Three days before a draft is forgotten its owner is told, once for the draft as it stands."""

    @pytest.fixture
    def ledger(self, mongo_uri: str, database_prefix: str, database: Any) -> Iterator[Ledger]:
        with MongoClient[Any](mongo_uri, tz_aware=True) as client:
            collection = ledger_collection(client, database_prefix, "dossier")
            create_indexes(collection)
            References.ensure_indexes(database)
            yield Ledger(collection, EVENTS, SubjectKeys(database, bytes(32)))

    @pytest.fixture
    def notices(self, drafts: Drafts, database: Any, ledger: Ledger) -> DraftNotices:
        apart = Store(ledger, Decider(False, lambda _, events: events, lambda *_: True))
        return DraftNotices(drafts, References(database), apart)

    def told(self, ledger: Ledger) -> list[str]:
        records = [one for commit in ledger.commits() for one in ledger.records(commit)]
        assert {type(one.event) for one in records} <= {DraftExpiring}
        return [one.event.draft for one in records]

    def test_each_is_told_once_by_as_many_processes_as_look(
        self, drafts: Drafts, notices: DraftNotices, ledger: Ledger
    ) -> None:
        early = drafts.save(None, "1.004222", {"step": 1}, call())
        soon = early.expires_at - timedelta(days=2)
        notices.send(early.expires_at - timedelta(days=4))
        assert self.told(ledger) == []
        with ThreadPoolExecutor(4) as processes:
            list(processes.map(notices.send, [soon] * 4))
        notices.send(soon)
        assert self.told(ledger) == [early.draft]
        (event,) = [one.event for one in ledger.read_stream(f"draft-notice-{early.draft}")]
        assert (event.subject, event.procedure) == ("acc-1", "1.004222")
        assert event.expires_at == drafts.read(early.draft, "acc-1").expires_at

    def test_who_goes_on_is_told_again_when_that_time_runs_out(
        self, drafts: Drafts, notices: DraftNotices, ledger: Ledger
    ) -> None:
        begun = drafts.save(None, "1.004222", {"step": 1}, call())
        notices.send(begun.expires_at - timedelta(days=1))
        again = drafts.save(begun.draft, "1.004222", {"step": 2}, call(version=1))
        notices.send(again.expires_at - timedelta(days=4))
        assert self.told(ledger) == [begun.draft]
        notices.send(again.expires_at - timedelta(days=1))
        assert self.told(ledger) == [begun.draft] * 2

    def test_what_is_forgotten_or_sent_is_told_of_no_more(
        self, drafts: Drafts, notices: DraftNotices, ledger: Ledger
    ) -> None:
        sent = drafts.save(None, "1.004222", {"step": 1}, call())
        over = drafts.save(None, "1.004222", {"step": 2}, call())
        drafts.delete(sent.draft, "acc-1")
        drafts.tell(drafts.expiring(over.expires_at - timedelta(days=1))[0])
        notices.send(over.expires_at - timedelta(days=1))
        notices.send(over.expires_at + timedelta(minutes=1))
        assert self.told(ledger) == []
