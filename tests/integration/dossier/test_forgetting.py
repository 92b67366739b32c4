"""Forgetting a person in the dossier service: nothing is left in clear, and every proof holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import dossier_samples as s
import pytest
from plain_words import plain_words
from pymongo import MongoClient

from kernel.commits import verify
from kernel.decider import Decider
from kernel.erasure import Erasures
from kernel.errors import Conflict, NotFound, Unavailable
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.privacy import REMEMBERED, SETTLED, SubjectKeys
from kernel.requests import Call, Caller
from kernel.store import Store
from kernel.views import StreamView
from services.dossier.contract import EVENTS, Attachment, Person, PersonKind, SavedFilter
from services.dossier.decider import decide, evolve, initial
from services.dossier.drafts import Drafts
from services.dossier.files import Files, StoredFile
from services.dossier.filters import Filters
from services.dossier.forgetting import Forgetting
from services.dossier.look_ups import LookUps
from services.dossier.papers.signed import SignedPapers
from services.dossier.views import may_see, project, status, trace
from services.dossier.views.trace import ERASED
from services.dossier.views.work import project_work

NAME = "Quách Xuyến Chi"
WORDS = (
    *(NAME, "xuyen", "038190555777", "0987000111", "xuyen.chi@example.vn", "77 ngõ Đá Bạc"),
    *("hợp đồng của Xuyến", "nháp của Xuyến", "xin rút vì chuyển nhà", "bộ lọc của acc-chi"),
)
"""What is known of her, as it was typed, and as the search has it."""

CHI = Caller("acc-chi", "citizen", verified=True)
BINH = Caller("acc-binh", "citizen", verified=True)
PDF = b"%PDF-1.4\n" + f"Hợp đồng thuê nhà. Bên thuê: {NAME}".encode()
SHARED = b"%PDF-1.4\nQuy che nha chung cu"


def person(name: str, number: str, phone: str) -> Person:
    """Return a person with an address."""
    mailbox = "xuyen.chi" if name == NAME else "binh"
    email = f"{mailbox}@example.vn"
    return Person(PersonKind.CITIZEN, name, number, phone, email, "77 ngõ Đá Bạc")


SHE = person(NAME, "038190555777", "0987000111")
HE = replace(person("Trần Văn Bình", "038090111222", "0912111222"), address="5 phố Vọng")


class Clock:
    """The time of all processes of a test."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 9, tzinfo=UTC)

    def moment(self) -> datetime:
        """Return it as a moment."""
        return self.now

    def seconds(self) -> float:
        """Return it as seconds."""
        return self.now.timestamp()

    def pass_by(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time


@dataclass(frozen=True)
class Process:
    """What one process of the service has: keys that it remembers, and everything built on them."""

    store: Store[Any]
    view: StreamView
    files: Files
    drafts: Drafts
    look_ups: LookUps
    forgetting: Forgetting
    erasures: Erasures

    def carry_out(self, code: str, command: Any) -> Any:
        """Carry out a command on a dossier; returns the history."""
        call = Call(command.by, "c", datetime.now(UTC) + timedelta(seconds=30), "d")
        return self.store.execute(f"dossier-{code}", command, call).history

    def file(self, who: Caller, name: str, content: bytes) -> StoredFile:
        """Send a file."""
        return self.files.take(who.id, name, BytesIO(content))

    def seen(self, code: str, who: Caller = s.HANDLING) -> Any:
        """Return the status view of a dossier."""
        document = self.view.get(code)
        assert document is not None
        assert may_see(document, who)
        view = document["picture"]["view"]
        wanted = [one["file"] for one in (*view["documents"], view["result"]) if one]
        return status(document, who, s.MONDAY, s.CALENDAR, self.files.names(wanted))


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
def server(mongo_uri: str) -> Iterator[MongoClient[Any]]:
    """The database server."""
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        yield client


@pytest.fixture
def start(server: MongoClient[Any], database_prefix: str, clock: Clock) -> Callable[[], Process]:
    """Starts a process of the service."""

    def begin() -> Process:
        database = server[f"{database_prefix}_dossier"]
        collection = ledger_collection(server, database_prefix, "dossier")
        create_indexes(collection)
        for room in (Files, Drafts, LookUps):
            room.ensure_indexes(database)
        keys = SubjectKeys(database, bytes(32), clock.seconds)
        ledger = Ledger(collection, EVENTS, keys)
        view = StreamView(database["dossier"], "dossier", project, [("subject",)])
        view.ensure_indexes()
        rows = StreamView(database["work"], "dossier", project_work)
        files, drafts = Files(database, keys), Drafts(database, keys)
        look_ups = LookUps(database, bytes(32))
        erasures = Erasures("dossier", database["erasures"], clock.moment)
        erasures.ensure_indexes()
        return Process(
            Store(ledger, Decider(initial, decide, evolve), [view, rows]),
            view,
            files,
            drafts,
            look_ups,
            Forgetting(
                keys,
                ledger,
                view,
                rows,
                files,
                drafts,
                look_ups,
                SignedPapers(database, keys),
                Filters(database),
            ),
            erasures,
        )

    return begin


def attached(requirement: str, stored: StoredFile) -> Attachment:
    """Return what a dossier keeps of a file."""
    return Attachment(requirement, stored.file, stored.sha256, stored.media_type, stored.size)


HERS, HERS_TOO, HIS = "H56-260907-0001", "H56-260907-0002", "H56-260907-0003"


def lives(process: Process) -> dict[str, StoredFile]:
    """Let two people file: hers is returned and withdrawn, his is returned; their files by name."""
    files = {
        "lease": process.file(CHI, "hợp đồng của Xuyến.pdf", PDF),
        "rules": process.file(CHI, "quy chế.pdf", SHARED),
        "his rules": process.file(BINH, "noi-quy.pdf", SHARED),
        "loose": process.file(CHI, "nháp của Xuyến.pdf", PDF + b"2"),
        "result": process.file(s.RECORDS, "kết quả.pdf", b"%PDF-1.4\n" + NAME.encode()),
        "his result": process.file(s.RECORDS, "ket-qua.pdf", b"%PDF-1.4\nket qua cua Binh"),
    }

    def submit(code: str, who: Caller, whose: Person, *documents: Attachment) -> None:
        process.carry_out(
            code,
            s.submit(
                by=who,
                code=code,
                applicant=whose,
                owner=whose,
                answers={"noi_dung": f"{whose.name} xin đăng ký"},
                documents=documents,
            ),
        )

    def finish(code: str, result: StoredFile) -> None:
        for command in (
            *(s.accept(), s.assign(), s.complete_step(), s.complete_step(by=s.TEAM_LEADER)),
            *(s.approve(), s.dispatch(result=attached("result", result)), s.hand_over()),
        ):
            process.carry_out(code, command)

    declaration, lease = attached("declaration", files["rules"]), attached("lease", files["lease"])
    submit(HERS, CHI, SHE, declaration, lease)
    submit(HERS_TOO, CHI, SHE, declaration)
    submit(HIS, BINH, HE, attached("declaration", files["his rules"]))
    finish(HERS, files["result"])
    finish(HIS, files["his result"])
    withdraw = replace(s.withdraw(by=CHI), reason="xin rút vì chuyển nhà")
    process.carry_out(HERS_TOO, withdraw)
    for who in (CHI, BINH):
        content = {"name": "nháp của Xuyến" if who is CHI else "Bình"}
        call = Call(who, "c", datetime.now(UTC) + timedelta(seconds=5), "d", uuid4().hex)
        process.drafts.save(None, "1.004222", content, call)
        process.forgetting.papers.keep(f"01-{who.id}", who.id, b"%PDF-1.4 " + who.id.encode())
        process.forgetting.filters.save(who.id, SavedFilter(f"bộ lọc của {who.id}"))
    process.look_ups.new_code(SHE.identity_number, HERS, CHI.id)
    process.look_ups.new_code(HE.identity_number, HIS, BINH.id)
    return files


def hashes(process: Process) -> list[str]:
    """Return the hash of every commit, after checking the whole chain."""
    commits = list(process.store.ledger.commits())
    assert verify(iter(commits)).position == len(commits)
    return [commit.hash for commit in commits]


def everything_of_him(process: Process, files: dict[str, StoredFile]) -> list[Any]:
    """Return all that the service holds of the second person."""
    return [
        process.store.load(f"dossier-{HIS}").history,
        process.view.get(HIS),
        process.drafts.list(BINH.id),
        process.forgetting.papers.find(f"01-{BINH.id}", BINH.id),
        process.forgetting.filters.list(BINH.id),
        b"".join(process.files.open(files["his rules"].file).chunks),
        b"".join(process.files.open(files["his result"].file).chunks),
        process.files.names([files["his rules"].file]),
    ]


def test_nothing_is_left_of_her_and_all_of_him(
    start: Callable[[], Process], server: MongoClient[Any], database_prefix: str
) -> None:
    process = start()
    files = lives(process)
    before, his = hashes(process), everything_of_him(process, files)
    assert set(plain_words(server, database_prefix, WORDS)) > {NAME, "xuyen", "038190555777"}

    done = process.erasures.hear(CHI.id, process.forgetting.forget)

    assert plain_words(server, database_prefix, WORDS) == {}
    assert hashes(process) == before
    assert everything_of_him(process, files) == his
    found = {"keys": 1, "dossiers": 2, "drafts": 1, "one-time codes": 1, "files": 4}
    found |= {"signed papers": 1, "saved filters": 1}
    assert done.forgotten == found
    for gone in ("lease", "rules", "loose", "result"):
        with pytest.raises(NotFound):
            process.files.open(files[gone].file)


def test_replay_and_view_show_the_redaction(start: Callable[[], Process]) -> None:
    process = start()
    lives(process)
    process.forgetting.forget(CHI.id)
    history = process.store.load(f"dossier-{HERS}").history
    assert history[0].event.applicant is None
    told = trace(history, erased=True)
    said = [one.type for one in told.entries if ERASED[0] in one.detail]
    assert said == ["DossierSubmitted", "ResultReceived"]
    shown = process.seen(HERS)
    assert (shown.erased, shown.applicant, shown.version) == (True, None, history[-1].version)
    assert [one.file_name for one in shown.documents] == ["", ""]
    assert shown.result.file is None
    assert process.seen(HIS).applicant == HE


def test_whoever_searches_for_her_finds_nobody(start: Callable[[], Process]) -> None:
    process = start()
    lives(process)
    process.forgetting.forget(CHI.id)
    for who in ("applicant", "owner"):
        number = {f"picture.view.{who}.identity_number": SHE.identity_number}
        assert process.view.collection.count_documents(number) == 0
    rows = process.forgetting.work_view.collection
    assert rows.count_documents({"name_words": "xuyen"}) == 0
    assert rows.count_documents({"name_words": "binh"}) == 1
    assert process.drafts.list(CHI.id) == ()


def test_nothing_new_is_taken_from_her(
    start: Callable[[], Process], server: MongoClient[Any], database_prefix: str
) -> None:
    process = start()
    process.file(CHI, "a.pdf", PDF)
    process.forgetting.forget(CHI.id)
    with pytest.raises(Conflict, match="subject-erased"):
        process.file(CHI, "b.pdf", PDF)
    assert plain_words(server, database_prefix, WORDS) == {}
    with pytest.raises(Conflict, match="subject-erased"):
        process.carry_out(HERS, s.submit(by=CHI, code=HERS, applicant=SHE, owner=SHE))
    call = Call(CHI, "c", datetime.now(UTC) + timedelta(seconds=5), "d", uuid4().hex)
    with pytest.raises(Conflict, match="subject-erased"):
        process.drafts.save(None, "1.004222", {"name": NAME}, call)


def test_a_repeated_event_changes_nothing_more(
    start: Callable[[], Process], server: MongoClient[Any], database_prefix: str
) -> None:
    process = start()
    lives(process)
    database = server[f"{database_prefix}_dossier"]

    def everything() -> dict[str, list[Any]]:
        names = set(database.list_collection_names()) - {"erasures"}
        return {name: sorted(database[name].find(), key=lambda d: str(d["_id"])) for name in names}

    first = process.erasures.hear(CHI.id, process.forgetting.forget)
    after = everything()
    again = process.erasures.hear(CHI.id, process.forgetting.forget)
    assert everything() == after
    assert (again.heard_at, again.forgotten) == (first.heard_at, first.forgotten)


@pytest.mark.parametrize("fault", ["the view is newer", "the stream cannot be read"])
def test_a_dossier_that_cannot_be_folded_anew_is_tried_again_later(
    start: Callable[[], Process],
    server: MongoClient[Any],
    database_prefix: str,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    process = start()
    files = lives(process)
    ledger = process.forgetting.ledger
    read, reads = ledger.read_stream, 0

    def counted(stream: str, after: int = 0) -> Any:
        nonlocal reads
        reads += 1
        assert reads < 100, "it never ends"
        return [] if fault == "the stream cannot be read" else read(stream, after)

    if fault == "the view is newer":
        process.view.collection.update_one({"_id": HERS}, {"$inc": {"version": 100}})
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "read_stream", counted)
        with pytest.raises(Unavailable, match="view-ahead"):
            process.erasures.hear(CHI.id, process.forgetting.forget)
    assert process.erasures.read(CHI.id).finished_at is None
    with pytest.raises(NotFound):  # it waits for nothing that can be done
        process.files.open(files["lease"].file)
    assert process.drafts.list(CHI.id) == ()
    assert process.seen(HERS_TOO).erased is (fault == "the view is newer")

    if fault == "the view is newer":
        process.view.collection.update_one({"_id": HERS}, {"$inc": {"version": -100}})
    clock.pass_by(timedelta(minutes=2))
    process.erasures.repeat(process.forgetting.forget)
    assert plain_words(server, database_prefix, WORDS) == {}


@pytest.mark.parametrize("steps", range(12))
def test_whatever_is_killed_between_the_steps_it_ends_well(
    start: Callable[[], Process],
    server: MongoClient[Any],
    database_prefix: str,
    clock: Clock,
    steps: int,
) -> None:
    process = start()
    files = lives(process)
    before, his = hashes(process), everything_of_him(process, files)

    class Killed(BaseException):
        pass

    left = steps

    def dying(method: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return method(*arguments, **named)

        return step

    forgetting = process.forgetting
    with pytest.MonkeyPatch.context() as patch:
        for thing, name in (
            (forgetting.keys, "erase"),
            (forgetting.work_view, "rewrite"),
            (forgetting.status_view, "rewrite"),
            (forgetting.drafts, "erase"),
            (forgetting.look_ups, "erase"),
            (forgetting.papers, "erase"),
            (forgetting.filters, "erase"),
            (forgetting.files, "_drop_unused"),
        ):
            patch.setattr(thing, name, dying(getattr(thing, name)))
        with pytest.raises(Killed):
            process.erasures.hear(CHI.id, forgetting.forget)

    # nobody delivers the event again: what is due stands in the database
    other = start()
    for _ in range(2):
        clock.pass_by(timedelta(minutes=1))
        other.erasures.repeat(other.forgetting.forget)
    assert other.erasures.read(CHI.id).finished_at is not None
    assert plain_words(server, database_prefix, WORDS) == {}
    assert (hashes(other), everything_of_him(other, files)) == (before, his)


def test_a_process_that_remembers_her_key_brings_her_back_for_half_a_minute_at_most(
    start: Callable[[], Process], server: MongoClient[Any], database_prefix: str, clock: Clock
) -> None:
    here, there = start(), start()
    lives(here)
    there.store.load(f"dossier-{HERS_TOO}")  # remembers the key
    here.erasures.hear(CHI.id, here.forgetting.forget)
    assert plain_words(server, database_prefix, WORDS) == {}

    clock.pass_by(REMEMBERED - timedelta(milliseconds=1))
    stream = f"dossier-{HERS_TOO}"
    assert there.view.rewrite(stream, there.store.load(stream).history)
    paper = attached("declaration", there.file(CHI, "hợp đồng của Xuyến.pdf", PDF))
    late = "H56-260907-0009"
    there.carry_out(late, s.submit(by=CHI, code=late, applicant=SHE, owner=SHE, documents=(paper,)))
    assert set(plain_words(server, database_prefix, WORDS)) > {NAME, "xuyen"}

    clock.pass_by(timedelta(milliseconds=1))
    assert there.store.load(stream).history[0].event.applicant is None
    clock.pass_by(SETTLED - REMEMBERED - timedelta(milliseconds=1))
    here.erasures.repeat(here.forgetting.forget)
    assert here.erasures.read(CHI.id).finished_at is None
    clock.pass_by(timedelta(milliseconds=1))
    there.erasures.repeat(there.forgetting.forget)
    done = here.erasures.read(CHI.id)
    assert done.finished_at is not None
    assert (done.forgotten["dossiers"], done.forgotten["files"]) == (4, 5)
    assert plain_words(server, database_prefix, WORDS) == {}


def test_of_an_officer_the_results_stay_with_their_dossiers(
    start: Callable[[], Process],
) -> None:
    process = start()
    files = lives(process)
    loose = process.file(s.RECORDS, "của tôi.pdf", b"%PDF-1.4\nrieng")
    process.forgetting.forget(s.RECORDS.id)
    assert process.seen(HIS).result.file == files["his result"].file
    assert b"".join(process.files.open(files["his result"].file).chunks)
    with pytest.raises(NotFound):
        process.files.open(loose.file)
