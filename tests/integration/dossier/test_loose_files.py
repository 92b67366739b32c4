"""What becomes of files that were sent: kept, given to whose they are, or deleted in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import dossier_samples as s
import pytest
from pymongo import MongoClient

from kernel.decider import Decider
from kernel.errors import DomainError, Invalid, NotFound
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.requests import Call, Caller
from kernel.store import Store
from services.dossier.contract import EVENTS, Attachment, AttachmentGiven
from services.dossier.decider import decide, evolve, initial
from services.dossier.drafts import Drafts
from services.dossier.files import LOOSE_FOR, Files, StoredFile
from services.dossier.loose_files import LooseFiles

PDF = b"%PDF-1.4\nban quet can cuoc"
WALK_IN = "person-1"


@dataclass(frozen=True)
class Desk:
    """What a process of the service keeps files with."""

    files: Files
    drafts: Drafts
    store: Store[Any]
    loose: LooseFiles

    def scan(self, who: Caller = s.RECEIVING, content: bytes = PDF) -> StoredFile:
        """Send a file."""
        return self.files.take(who.id, "căn cước.pdf", BytesIO(content))

    def attach(self, stored: StoredFile, call: Call) -> Attachment:
        """Take a file for a request, as the service does before it decides."""
        (attached,) = self.files.attachments([AttachmentGiven("lease", stored.file)], call)
        return attached

    def enter(self, stored: StoredFile, call: Call) -> None:
        """Take in a dossier at the counter, and end before its scans are given."""
        command = s.enter(documents=(self.attach(stored, call), s.attachment("declaration")))
        self.store.execute(f"dossier-{s.CODE}", command, call)

    def save_draft(self, stored: StoredFile, draft: str | None = None) -> str:
        """Save a draft that holds a file."""
        content = {"documents": [{"file": stored.file}]}
        return self.drafts.save(draft, "1.004222", content, call(s.RECEIVING, "draft")).draft

    def there(self, stored: StoredFile) -> bool:
        """Whether the file and its bytes are there."""
        try:
            return b"".join(self.files.open(stored.file).chunks) == PDF
        except NotFound:
            return False

    def look(self, after: timedelta) -> None:
        """Look at what it is time for, some time from now."""
        self.loose.look(datetime.now(UTC) + after)


def call(who: Caller, key: str | None = None) -> Call:
    """A request."""
    return Call(who, "c", datetime.now(UTC) + timedelta(seconds=5), "d", key)


@pytest.fixture
def server(mongo_uri: str) -> Any:
    """The database server."""
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        yield client


@pytest.fixture
def start(server: MongoClient[Any], database_prefix: str) -> Callable[[], Desk]:
    """Starts a process."""

    def begin() -> Desk:
        database = server[f"{database_prefix}_dossier"]
        collection = ledger_collection(server, database_prefix, "dossier")
        create_indexes(collection)
        keys = SubjectKeys(database, bytes(32))
        ledger = Ledger(collection, EVENTS, keys)
        for room in (Files, Drafts):
            room.ensure_indexes(database)
        files, drafts = Files(database, keys), Drafts(database, keys)
        store = Store(ledger, Decider(initial, decide, evolve), [])
        return Desk(files, drafts, store, LooseFiles(files, drafts, ledger))

    return begin


@pytest.fixture
def desk(start: Callable[[], Desk]) -> Desk:
    """A process."""
    return start()


def test_what_nothing_names_goes_after_a_day(desk: Desk) -> None:
    stored, other = desk.scan(), desk.scan(s.APPLICANT, b"%PDF-1.4 another")
    desk.look(LOOSE_FOR - timedelta(minutes=1))
    assert desk.there(stored)
    desk.look(LOOSE_FOR + timedelta(minutes=1))
    assert not desk.there(stored)
    with pytest.raises(NotFound):
        desk.files.open(other.file)


def test_what_a_draft_holds_stays_as_long_as_that_draft(desk: Desk) -> None:
    stored = desk.scan()
    draft = desk.save_draft(stored)
    for days in (1, 2, 3, 30):
        desk.look(timedelta(days=days, minutes=1))
        assert desk.there(stored)
    desk.drafts.delete(draft, s.RECEIVING.id)
    desk.look(timedelta(days=32))
    assert not desk.there(stored)


def test_what_was_taken_out_of_a_draft_goes(desk: Desk) -> None:
    stored, kept = desk.scan(), desk.scan(content=b"%PDF-1.4 the right one")
    draft = desk.save_draft(stored)
    desk.drafts.save(
        draft, "1.004222", {"documents": [{"file": kept.file}]}, call(s.RECEIVING, "again")
    )
    desk.look(timedelta(days=1, minutes=1))
    assert not desk.there(stored)
    assert desk.files.open(kept.file)


def test_what_a_commit_names_stays_and_is_the_applicants_although_the_process_ended(
    desk: Desk, start: Callable[[], Desk]
) -> None:
    stored = desk.scan()
    desk.enter(stored, call(s.RECEIVING))  # without a key of the caller's own, too
    assert desk.files.open(stored.file).owner == s.RECEIVING.id
    other = start()
    for days in (1, 2, 60):
        other.look(timedelta(days=days))
    assert other.there(stored)
    assert other.files.open(stored.file).owner == WALK_IN
    assert other.files.owned_by(s.RECEIVING.id) == set()
    assert other.files.names([stored.file]) == {stored.file: "căn cước.pdf"}


def test_a_file_that_a_later_refused_request_names_too_stays(desk: Desk) -> None:
    stored = desk.scan()
    desk.enter(stored, call(s.RECEIVING, "first"))
    with pytest.raises(DomainError, match="code-taken"):
        desk.enter(stored, call(s.RECEIVING, "second"))
    desk.look(timedelta(days=2))
    assert desk.there(stored)


def test_what_was_settled_stays_whatever_names_it_later(desk: Desk) -> None:
    stored = desk.scan()
    desk.enter(stored, call(s.RECEIVING, "first"))
    desk.store.execute(  # given to the applicant and settled
        f"dossier-{s.CODE}-other", s.submit(code=f"{s.CODE}-other"), call(s.APPLICANT)
    )
    desk.look(timedelta(hours=1))
    applicant = Caller(WALK_IN, "citizen", verified=True)
    refused = call(applicant)
    again = s.submit(by=applicant, documents=(desk.attach(stored, refused),))
    with pytest.raises(DomainError, match="code-taken"):
        desk.store.execute(f"dossier-{s.CODE}", again, refused)
    desk.look(timedelta(days=90))
    assert desk.there(stored)


def test_what_a_refused_request_named_goes(desk: Desk) -> None:
    stored = desk.scan()
    refused = call(s.RECEIVING)
    command = s.enter(by=s.CHAIR, documents=(desk.attach(stored, refused),))
    with pytest.raises(DomainError, match="desk-only"):
        desk.store.execute(f"dossier-{s.CODE}", command, refused)
    desk.look(timedelta(minutes=30))
    assert desk.there(stored)
    desk.look(timedelta(days=1, minutes=1))
    assert not desk.there(stored)


@pytest.mark.parametrize("first", ["request", "look"])
def test_of_a_request_and_a_look_at_once_one_has_the_file(
    desk: Desk, start: Callable[[], Desk], first: str
) -> None:
    stored, wanted = desk.scan(), call(s.RECEIVING)
    (seen,) = desk.files.loose(datetime.now(UTC) + LOOSE_FOR)
    if first == "request":
        attached = start().attach(stored, wanted)
        assert not desk.files.drop(seen)
        whole = (attached, s.attachment("declaration"))
        desk.store.execute(f"dossier-{s.CODE}", s.enter(documents=whole), wanted)
        desk.look(timedelta(days=3))
        assert desk.there(stored)
        return
    assert desk.files.drop(seen)
    with pytest.raises(Invalid, match="Upload it again"):
        start().attach(stored, wanted)


def test_a_process_that_ends_while_it_deletes_leaves_it_to_the_next(
    desk: Desk, start: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> Any:
        raise Killed

    stored = desk.scan()
    with monkeypatch.context() as patch:
        patch.setattr(desk.files, "_drop_unused", die)
        with pytest.raises(Killed):
            desk.look(timedelta(days=1, minutes=1))
    with pytest.raises(Invalid, match="Upload it again"):
        desk.attach(stored, call(s.RECEIVING))
    start().look(timedelta(days=1, minutes=1))
    assert not desk.there(stored)


def test_many_are_looked_at_in_one_round(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.dossier.files._AT_A_TIME", 2)
    stored = [desk.scan(content=PDF + bytes([number])) for number in range(5)]
    desk.look(timedelta(days=1, minutes=1))
    assert [desk.there(one) for one in stored] == [False] * 5
    assert desk.files.owned_by(s.RECEIVING.id) == set()


def test_one_that_cannot_be_looked_at_keeps_no_other_from_going(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = desk.scan(), desk.scan(content=PDF + b"2")
    mention = desk.drafts.mention

    def broken(file: str, owner: str) -> bool:
        if file == bad.file:
            raise ValueError("half a draft")
        return mention(file, owner)

    monkeypatch.setattr(desk.drafts, "mention", broken)
    desk.look(timedelta(days=1, minutes=1))
    assert desk.there(bad)
    with pytest.raises(NotFound):
        desk.files.open(good.file)


def test_a_result_stays_the_officers(desk: Desk) -> None:
    stored = desk.scan(s.RECORDS)
    for command in (
        *(s.submit(), s.accept(), s.assign(), s.complete_step(), s.complete_step(by=s.TEAM_LEADER)),
        s.approve(),
    ):
        desk.store.execute(f"dossier-{s.CODE}", command, call(command.by))
    sending = call(s.RECORDS)
    result = replace(desk.attach(stored, sending), requirement="result")
    desk.store.execute(f"dossier-{s.CODE}", s.dispatch(result=result), sending)
    desk.look(timedelta(days=2))
    assert desk.there(stored)
    assert desk.files.open(stored.file).owner == s.RECORDS.id
