"""The append-only event log of a service: one MongoDB collection, one document a commit.

(A commit's stored form: `kernel.commits`; how a ledger is read: `kernel.ledger_reader`.)

Promises: positions are dense and versions contiguous (L1); a commit is all or nothing (L2); one
commit id has one effect, however late its first try lands (L3); nothing is updated or deleted
(L4); an acknowledged commit survives the kill of any process (L5); a changed, removed, inserted
or reordered commit is found by `verify` (L6).

The append is a compare-and-set on the tail that the unique indexes decide: a commit goes in at
`position` = tail + 1 and at `from` = expected + 1, or not at all. Because n + 1 is inserted only
after n was seen, and nothing is ever removed, a reader that sees n + 1 sees n.
"""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, OperationFailure, PyMongoError

from kernel import logs
from kernel.commits import (
    GENESIS,
    Commit,
    Document,
    Head,
    Meta,
    digest_of_commit,
    records,
    to_document,
)
from kernel.errors import TooLarge, database_away
from kernel.events import EventTypes, Recorded, Sealer
from kernel.ledger_reader import LedgerReader
from kernel.schemas import rfc3339
from kernel.turns import Attempt, Turns

log = logs.get(__name__)

MAX_COMMIT = 4_000_000
_DUPLICATE_KEY = 11000
_REMEMBERED_ENDS = 10_000
_NEARBY = 100
_END = {"position": 1, "stream": 1, "to": 1, "hash": 1, "recorded_at": 1}
_CONNECTION_TRIES = 4


class VersionConflict(Exception):
    """The stream does not stand at the expected version."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream} stands at version {actual}, not {expected}")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class Ledger(LedgerReader):
    """Appends and reads the events of one service."""

    def __init__(
        self,
        collection: Collection[Document],
        types: EventTypes,
        sealer: Sealer | None = None,
        appended: Callable[[], None] = lambda: None,
    ) -> None:
        """`appended` is called, in the appending thread, when something went in."""
        super().__init__(collection)
        self.types = types
        self.sealer = sealer
        self._appended = appended
        self._turns = Turns()
        self._tail: Head | None = None
        self._ends: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def append(
        self, stream: str, events: Sequence[Any], *, expected: int, commit_id: str, meta: Meta
    ) -> Commit:
        """Append events to a stream that stands at version `expected` (0: it does not exist).

        Returns the commit, or the one recorded earlier under the same `commit_id`, whatever it
        holds. Raises `VersionConflict` when the stream stands elsewhere, `Unavailable` when the
        database cannot be reached: then the outcome is unknown, and the same `commit_id` tells.

        Commands that wait at the same time in one process go into one ordered insert.
        """
        if not events:
            raise ValueError("a commit holds at least one event")
        encoded = tuple(
            self.types.encode(event, f"{commit_id}.{number}", self.sealer)
            for number, event in enumerate(events, start=1)
        )
        if sum(len(event.data) for event in encoded) > MAX_COMMIT:
            raise TooLarge(
                "commit-too-large",
                "Nội dung gửi một lần quá lớn.",
                f"What is recorded at once may hold at most {MAX_COMMIT} characters.",
            )
        attempt = Attempt(stream, encoded, expected, commit_id, meta)
        if self._turns.wait_for_turn(attempt):
            try:
                self._settle(self._turns.next_batch())
            finally:
                self._turns.end()
        return attempt.outcome()

    def read_stream(self, stream: str, after: int = 0) -> list[Recorded]:
        """Return the events of a stream behind version `after`, in order, decoded."""
        commits = self.stream_commits(stream, after)
        if commits:
            self._remember(stream, commits[-1].last, commits[-1].hash)
        return [
            recorded
            for commit in commits
            for recorded in records(commit, self.types, self.sealer)
            if recorded.version > after
        ]

    def records(self, commit: Commit) -> list[Recorded]:
        """Return a commit's events, decoded."""
        return records(commit, self.types, self.sealer)

    def exists(self, stream: str) -> bool:
        """Whether a stream exists; asks the database only where it is not known yet."""
        return stream in self._ends or self.head_version(stream) > 0

    def _settle(self, batch: list[Attempt]) -> None:
        """Give every attempt of the batch its outcome; never raises for one of them alone."""
        tries = 0
        while batch:
            try:
                batch = self._insert(batch)
                tries = 0
            except PyMongoError as failure:
                # whatever became of it: the same ids tell, once the database answers again
                tries += 1
                self._tail = None
                batch = [attempt for attempt in batch if not attempt.settled]
                if tries == _CONNECTION_TRIES:
                    log.warning("ledger.unanswered", reason=str(failure)[:500])
                    for attempt in batch:
                        refusal = database_away(failure)  # one each: every waiter raises its own
                        refusal.__cause__ = failure
                        attempt.fail(refusal)
                    return
                time.sleep(0.2 * tries)
            except BaseException as failure:
                # whoever waits behind this writer must never wait for ever
                for attempt in batch:
                    attempt.fail(_as_outcome(failure))
                if not isinstance(failure, Exception):
                    raise
                return

    def _insert(self, batch: list[Attempt]) -> list[Attempt]:
        """Insert what can be inserted; return the attempts that must be tried again."""
        tail = self._tail = self._head_after(Head(0, GENESIS)) if self._tail is None else self._tail
        documents: list[Document] = []
        placed: list[tuple[Attempt, Commit]] = []
        again: list[Attempt] = []
        front = tail
        ends = dict[str, tuple[int, str]]()
        for attempt in batch:
            if attempt.stream in ends and ends[attempt.stream][0] != attempt.expected:
                again.append(attempt)  # to be told when the one in front of it is in
                continue
            try:
                end = self._end(attempt, ends)
                if end is None:
                    if not self._resolve(attempt):
                        again.append(attempt)
                    continue
                commit, document = _behind(front, attempt, stream_prev=end)
            except ValueError as impossible:  # of what cannot be stored, such as half a character
                attempt.fail(impossible)
                continue
            front = Head(commit.position, commit.hash, document["recorded_at"])
            ends[attempt.stream] = (commit.last, commit.hash)
            documents.append(document)
            placed.append((attempt, commit))
        if not documents:
            return again
        try:
            if len(documents) == 1:
                self.collection.insert_one(documents[0])
            else:
                self.collection.insert_many(documents, ordered=True)
            inserted = len(documents)
        except (BulkWriteError, OperationFailure) as error:
            inserted = _inserted_before(error)
        for (attempt, commit), document in zip(placed[:inserted], documents, strict=False):
            self._tail = Head(commit.position, commit.hash, document["recorded_at"])
            self._remember(attempt.stream, commit.last, commit.hash)
            attempt.succeed(commit)
        if inserted:
            self._appended()
        left = [attempt for attempt, _ in placed[inserted:]]
        if not left:
            return again
        if self._resolve(left[0]):
            left = left[1:]
        else:
            time.sleep(random.uniform(0, 0.004))  # noqa: S311 - jitter between writers, no secret
        # last, so that as little as possible happens until the next try
        self._catch_up()
        return again + left

    def _end(self, attempt: Attempt, ends: Mapping[str, tuple[int, str]]) -> str | None:
        """Return the hash of the commit that ends at the expected version.

        None: there is none, or the stream is known to have gone on, which needs no try to insert.
        """
        version, digest = ends.get(attempt.stream) or self._ends.get(attempt.stream) or (0, GENESIS)
        if version == attempt.expected:
            return digest
        if version > attempt.expected:
            return None
        query = {"stream": attempt.stream, "to": attempt.expected}
        document = self.collection.find_one(query, {"hash": 1})
        return None if document is None else str(document["hash"])

    def _resolve(self, attempt: Attempt) -> bool:
        """Settle an attempt that could not go in, unless only the tail has moved."""
        # In this order: what moved the head may be this very commit, its first try landing late.
        actual = self.head_version(attempt.stream)
        if (recorded := self.find(attempt.commit_id)) is not None:
            attempt.succeed(recorded)
            return True
        if actual != attempt.expected:
            attempt.fail(VersionConflict(attempt.stream, attempt.expected, actual))
            return True
        if self._ends.get(attempt.stream, (0, ""))[0] > actual:
            # the ledger was cut, by a restore or a failover: nothing remembered of it holds
            self._ends.clear()
            self._tail = None
        return False

    def _catch_up(self) -> None:
        """Learn what others have written: where the tail is, and where their streams end.

        Whoever does not learn it at once loses every race against who is a little faster.
        """
        if self._tail is None:
            return
        query = {"position": {"$gt": self._tail.position, "$lte": self._tail.position + _NEARBY}}
        found = sorted(self.collection.find(query, _END), key=itemgetter("position"))
        for position, one in enumerate(found, self._tail.position + 1):
            if one["position"] != position:
                return
            self._tail = Head(position, one["hash"], one["recorded_at"])
            self._remember(one["stream"], one["to"], one["hash"])
        if len(found) == _NEARBY:
            self._tail = self._head_after(self._tail)

    def _remember(self, stream: str, version: int, digest: str) -> None:
        self._ends[stream] = (version, digest)
        self._ends.move_to_end(stream)
        if len(self._ends) > _REMEMBERED_ENDS:
            self._ends.popitem(last=False)


def _behind(front: Head, attempt: Attempt, stream_prev: str) -> tuple[Commit, Document]:
    """Return the commit that puts an attempt behind `front`, and its stored form."""
    moment = max(rfc3339(datetime.now(UTC)), front.recorded_at)
    commit = Commit(
        id=attempt.commit_id,
        position=front.position + 1,
        stream=attempt.stream,
        first=attempt.expected + 1,
        last=attempt.expected + len(attempt.events),
        events=attempt.events,
        meta=attempt.meta,
        recorded_at=datetime.fromisoformat(moment),
        prev=front.hash,
        stream_prev=stream_prev,
        hash="",
    )
    document = to_document(commit)
    document["hash"] = digest_of_commit(document)
    return replace(commit, hash=document["hash"]), document


def _inserted_before(error: BulkWriteError | OperationFailure) -> int:
    """Return how many documents of an ordered insert went in before a duplicate key stopped it."""
    if isinstance(error, BulkWriteError):
        failures = (error.details or {}).get("writeErrors", [])
        # those in front of it count only if they are there for good
        doubtful = (error.details or {}).get("writeConcernErrors")
        if failures and failures[0]["code"] == _DUPLICATE_KEY and not doubtful:
            return int(failures[0]["index"])
    elif error.code == _DUPLICATE_KEY:
        return 0
    raise error


def _as_outcome(failure: BaseException) -> Exception:
    return failure if isinstance(failure, Exception) else database_away(failure)
