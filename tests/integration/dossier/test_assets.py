"""Results and documents of earlier dossiers, handed in again in place of an upload (F12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import dossier_samples as s
import pytest
from pymongo import MongoClient

from kernel.decider import Decider
from kernel.errors import NotFound
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.requests import Call, Caller
from kernel.store import Store
from kernel.views import StreamView
from services.dossier.assets import Shelf
from services.dossier.contract import EVENTS, Attachment, AttachmentGiven
from services.dossier.decider import decide, evolve, initial
from services.dossier.drafts import Drafts
from services.dossier.files import Files
from services.dossier.loose_files import LooseFiles
from services.dossier.views import project

pytestmark = pytest.mark.proves("F12")
LEASE = b"%PDF-1.4\nhop dong thue nha"
RESULT = b"%PDF-1.4\ngiay xac nhan"
OTHER = Caller("acc-other", "citizen", "Trần Văn Bình", verified=True)


@dataclass(frozen=True)
class House:
    """The service's files and views."""

    files: Files
    store: Store[Any]
    shelf: Shelf
    loose: LooseFiles
    keys: SubjectKeys

    def attach(self, who: Caller, requirement: str, content: bytes, call: Call) -> Attachment:
        """Send a file and take it for a request."""
        stored = self.files.take(who.id, f"{requirement}.pdf", BytesIO(content))
        (attached,) = self.files.attachments([AttachmentGiven(requirement, stored.file)], call)
        return attached

    def live(self, code: str, who: Caller = s.APPLICANT, *, completed: bool = True) -> None:
        """Let a dossier come to its result, or only to the one who handles it."""
        submitting, sending = call(who), call(s.RECORDS)
        papers = (
            self.attach(who, "declaration", b"%PDF-1.4\nto khai " + code.encode(), submitting),
            self.attach(who, "lease", LEASE, submitting),
        )
        self.carry_out(code, s.submit(by=who, code=code, documents=papers), submitting)
        for command in (s.accept(), s.assign()):
            self.carry_out(code, command)
        if not completed:
            return
        for command in (s.complete_step(), s.complete_step(by=s.TEAM_LEADER), s.approve()):
            self.carry_out(code, command)
        result = self.attach(s.RECORDS, "result", RESULT + code.encode(), sending)
        self.carry_out(code, s.dispatch(result=result), sending)

    def carry_out(self, code: str, command: Any, by: Call | None = None) -> None:
        """Carry out a command."""
        self.store.execute(f"dossier-{code}", command, by or call(command.by))

    def listed(self, who: Caller = s.APPLICANT) -> list[tuple[str, str]]:
        """Return what somebody may hand in again, as (dossier, requirement)."""
        return [(one.code, one.requirement) for one in self.shelf.of(who.id).items]


def call(who: Caller) -> Call:
    """A request."""
    return Call(who, "c", datetime.now(UTC) + timedelta(seconds=5), "d")


@pytest.fixture
def house(mongo_uri: str, database_prefix: str) -> Iterator[House]:
    """The service with nothing in it."""
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        database = client[f"{database_prefix}_dossier"]
        collection = ledger_collection(client, database_prefix, "dossier")
        create_indexes(collection)
        Files.ensure_indexes(database)
        keys = SubjectKeys(database, bytes(32))
        view = StreamView(database["dossier"], "dossier", project, [("subject",)])
        view.ensure_indexes()
        files, ledger = Files(database, keys), Ledger(collection, EVENTS, keys)
        store = Store(ledger, Decider(initial, decide, evolve), [view])
        loose = LooseFiles(files, Drafts(database, keys), ledger)
        yield House(files, store, Shelf(view, files), loose, keys)


ONE, TWO = "H56-260907-0001", "H56-260907-0002"


def test_what_stands_ready_are_ones_own_papers_of_completed_dossiers_once(house: House) -> None:
    house.live(ONE)
    house.live(TWO, completed=False)
    house.live("H56-260907-0003", OTHER)
    assert house.listed() == [(ONE, ""), (ONE, "declaration"), (ONE, "lease")]
    result, _, lease = house.shelf.of(s.APPLICANT.id).items
    assert (result.name, result.file_name, result.size) == (
        "Kết quả",
        "result.pdf",
        len(RESULT) + 15,
    )
    assert (lease.media_type, lease.file_name) == ("application/pdf", "lease.pdf")
    house.live("H56-260907-0004")  # the same lease, and papers of its own
    listed = house.listed()
    assert sum(requirement == "lease" for _, requirement in listed) == 1
    assert len(listed) == 5


@pytest.mark.parametrize("requirement", ["", "lease"], ids=["a result", "a document"])
def test_it_is_taken_as_a_file_of_ones_own_and_says_where_it_is_from(
    house: House, requirement: str
) -> None:
    house.live(ONE)
    (asset,) = (
        one for one in house.shelf.of(s.APPLICANT.id).items if one.requirement == requirement
    )
    taken = house.shelf.reuse(s.APPLICANT.id, asset.code, asset.file)
    assert taken == house.shelf.reuse(s.APPLICANT.id, asset.code, asset.file)
    assert taken.file != asset.file
    assert taken.name == asset.file_name
    opened = house.files.open(taken.file)
    source = house.files.open(asset.file)
    assert b"".join(opened.chunks) == b"".join(source.chunks)
    assert opened.owner == s.APPLICANT.id
    submitting = call(s.APPLICANT)
    (attached,) = house.files.attachments([AttachmentGiven("lease", taken.file)], submitting)
    assert attached.reused_from == ONE
    papers = (attached, s.attachment("declaration"))
    house.carry_out(TWO, s.submit(code=TWO, documents=papers), submitting)
    (kept, _) = house.store.load(f"dossier-{TWO}").history[0].event.documents
    assert kept == attached
    house.loose.look(datetime.now(UTC) + timedelta(days=40))
    assert b"".join(house.files.open(taken.file).chunks)


def test_what_was_taken_and_not_handed_in_goes_and_the_original_stays(house: House) -> None:
    house.live(ONE)
    lease = next(one for one in house.shelf.of(s.APPLICANT.id).items if one.requirement == "lease")
    taken = house.shelf.reuse(s.APPLICANT.id, lease.code, lease.file)
    house.loose.look(datetime.now(UTC) + timedelta(days=1, minutes=1))
    with pytest.raises(NotFound):
        house.files.open(taken.file)
    assert b"".join(house.files.open(lease.file).chunks) == LEASE
    again = house.shelf.reuse(s.APPLICANT.id, lease.code, lease.file)
    assert again == taken


@pytest.mark.parametrize(
    ("who", "code"),
    [(OTHER, ONE), (s.APPLICANT, TWO), (s.APPLICANT, "nothing")],
    ids=["somebody else's", "not completed", "no such dossier"],
)
def test_nothing_else_is_taken(house: House, who: Caller, code: str) -> None:
    house.live(ONE)
    house.live(TWO, completed=False)
    lease = next(one for one in house.shelf.of(s.APPLICANT.id).items if one.requirement == "lease")
    with pytest.raises(NotFound, match="no-such-asset"):
        house.shelf.reuse(who.id, code, lease.file)


def test_what_is_gone_is_not_offered(house: House) -> None:
    house.live(ONE)
    files = [one.file for one in house.shelf.of(s.APPLICANT.id).items]
    house.files.erase(files[:1], s.RECORDS.id)
    assert [one.file for one in house.shelf.of(s.APPLICANT.id).items] == files[1:]
