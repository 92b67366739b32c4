"""What a storm has left behind: each promise with what breaks it, which must be nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

import consistency
import gridfs
from records import TYPES, Records
from stack import Stack

from deploy.sandboxes.mail.mailbox import Mailbox
from deploy.sandboxes.vnpay.book import Book
from kernel.commits import Commit
from kernel.events import Recorded
from motcua.reading import view_of
from services.notify.decider import Channel
from storm.blows import Storm
from storm.journal import Act, Journal
from storm.lives import Fee, life_of
from storm.load import Load

_ALL = 1_000_000
_CODES = re.compile(r"[\w.]+-\d{6}-\d+")


@dataclass(frozen=True)
class Before:
    """Where each ledger stood, which dead letters there were, and when, before the storm."""

    positions: dict[str, int]
    dead: frozenset[str]
    at: datetime

    @classmethod
    def of(cls, records: Records) -> Before:
        """Return how it is now."""
        return cls(
            {service: records.head(service) for service in TYPES},
            frozenset(consistency.dead_letters(records)),
            datetime.now(UTC),
        )


@dataclass(frozen=True)
class Judged:
    """One promise, and a sentence for each thing that breaks it."""

    promise: str
    faults: tuple[str, ...]


@dataclass
class Aftermath:
    """Everything that a storm has left; looked at once it is quiet."""

    stack: Stack
    records: Records
    before: Before
    storm: Storm
    load: Load

    @property
    def journal(self) -> Journal:
        """What was sent and acknowledged."""
        return self.load.journal

    @cached_property
    def judged(self) -> dict[str, Judged]:
        """The verdict on every promise."""
        return {
            promise: Judged(promise, tuple(faults(self))) for promise, faults in PROMISES.items()
        }

    @cached_property
    def codes(self) -> frozenset[str]:
        """The dossiers that the storm's load has submitted, as their receipts say."""
        return frozenset(act.code for act in self.journal.acknowledged if act.code)

    @cached_property
    def commits(self) -> dict[str, dict[str, Commit]]:
        """Every commit since the storm began, by service and id."""
        return {
            service: {
                commit.id: commit
                for commit in self.records.ledger(service).commits(self.before.positions[service])
            }
            for service in TYPES
        }

    @cached_property
    def events(self) -> dict[str, list[Recorded]]:
        """Every event since the storm began, by service."""
        return {
            service: [
                record
                for commit in commits.values()
                for record in self.records.ledger(service).records(commit)
            ]
            for service, commits in self.commits.items()
        }

    def of_type(self, service: str, *names: str) -> list[Recorded]:
        """Return the events of these types since the storm began."""
        return [record for record in self.events[service] if record.type in names]

    @cached_property
    def mails(self) -> Counter[str]:
        """How often each mail of this storm has come, by its Message-ID."""
        box = Mailbox(self.stack.home / "mail", _ALL)
        return Counter(
            mail.message_id
            for mail in box.latest(limit=_ALL)
            if mail.received_at >= self.before.at
            and not self.codes.isdisjoint(_CODES.findall(mail.subject))
        )

    @property
    def mails_twice(self) -> int:
        """How many mails came again under the same Message-ID."""
        return sum(count - 1 for count in self.mails.values())

    @property
    def mails_twice_at_most(self) -> int:
        """How many may: one for each time that somebody who takes part was hit."""
        parties = ("notify", "mail", "database")
        return sum(self.storm.killed[name] + self.storm.frozen[name] for name in parties)


def lives_cut_short(left: Aftermath) -> Iterator[str]:
    """Yield the lives that did not come to their end, and what else went wrong on the way."""
    yield from left.load.failures.values()
    if left.storm.failure is not None:
        yield f"the storm itself: {left.storm.failure!r}"
    yield from left.stack.failed()


def broken_answers(left: Aftermath) -> Iterator[str]:
    """Yield answers that said something broke."""
    for broken in left.journal.broken:
        yield f"{broken.path}: {broken.answer}"


def lost_commands(left: Aftermath) -> Iterator[str]:
    """Yield acknowledged commands whose commit is not there as it was acknowledged."""
    for act in left.journal.acknowledged:
        commit = left.commits[_service(act)].get(act.commit_id)
        if commit is None:
            yield f"{act.action} of {act.code} ({act.who}, key {act.key}): no commit"
        elif act.version is not None and act.version != commit.last:
            yield f"{act.action} of {act.code}: version {act.version} is now {commit.last}"
        elif _service(act) == "dossier" and commit.stream != f"dossier-{act.code}":
            yield f"{act.action} of {act.code}: stands in {commit.stream}"


def foreign_commands(left: Aftermath) -> Iterator[str]:
    """Yield what was done to the storm's dossiers without having been sent: done twice, say."""
    sent = {act.commit_id for act in left.journal.acts.values()}
    for commit in left.commits["dossier"].values():
        by_itself = {event.type for event in commit.events} == {"StepReminded"}
        asked_for = commit.id in sent or commit.id.startswith("cause-") or by_itself
        if commit.stream.removeprefix("dossier-") in left.codes and not asked_for:
            yield f"{commit.stream} {commit.first}: {commit.id} was not sent"


def wrong_histories(left: Aftermath) -> Iterator[str]:
    """Yield the dossiers in whose history something is missing or stands twice."""
    happened: dict[str, Counter[str]] = {}
    for record in left.events["dossier"]:
        happened.setdefault(record.stream, Counter())[record.type] += 1
    for number, code in left.load.codes.items():
        found = happened.get(f"dossier-{code}", Counter())
        for name, count in life_of(left.load.seed, number).expected().items():
            if found[name] != count:
                yield f"{code}: {name} {found[name]} times instead of {count}"


def dossiers_too_many(left: Aftermath) -> Iterator[str]:
    """Yield dossiers that were submitted and have no receipt."""
    for record in left.of_type("dossier", "DossierSubmitted"):
        if record.event.code not in left.codes:
            yield f"{record.event.code}: nobody has a receipt for it"


def broken_chains(left: Aftermath) -> Iterator[str]:
    """Yield ledgers with gaps in positions or versions, or with broken chains."""
    return consistency.broken_chains(left.records)


def stale_views(left: Aftermath) -> Iterator[str]:
    """Yield documents of views that differ from their replay."""
    return consistency.stale_views(left.records)


def stuck(left: Aftermath) -> Iterator[str]:
    """Yield what is still under way although all is quiet."""
    yield from consistency.waiting_messages(left.records)
    yield from consistency.waiting_mails(left.records)
    yield from open_attempts(left)


def open_attempts(left: Aftermath) -> Iterator[str]:
    """Yield the attempts of this storm to pay that have no end."""
    view = view_of(left.records.settings, left.records.client, "payment", "obligation")
    for document in view.collection.find({"pending": True}):
        if document["dossier"] in left.codes:
            yield f"{document['_id']} of {document['dossier']}: an attempt is open"


def dead_letters(left: Aftermath) -> Iterator[str]:
    """Yield dead letters that were not there before."""
    yield from set(consistency.dead_letters(left.records)) - left.before.dead


def breaches(left: Aftermath) -> Iterator[str]:
    """Yield what does not fit between the services."""
    return consistency.breaches(left.records)


def money_astray(left: Aftermath) -> Iterator[str]:
    """Yield what was paid at the provider and is not in the ledger, and the reverse."""
    started = {record.event.payment for record in left.of_type("payment", "PaymentStarted")}
    paid_there = {
        one.ref: one.amount // 100
        for one in Book(left.stack.home / "vnpay").all()
        if one.outcome == "paid" and one.ref in started
    }
    paid = [one.event for one in left.of_type("payment", "FeePaid") if one.event.provider]
    flagged = [one.event for one in left.of_type("payment", "PaymentFlagged")]
    here = {event.payment: event.amount for event in (*paid, *flagged)}
    for ref in paid_there.keys() - here.keys():
        yield f"{ref}: paid at the provider, not in the ledger"
    for ref in here.keys() - paid_there.keys():
        yield f"{ref}: in the ledger, not paid at the provider"
    for ref in paid_there.keys() & here.keys():
        if paid_there[ref] != here[ref]:
            yield f"{ref}: {paid_there[ref]} paid, {here[ref]} recorded"
    for kind in (paid, flagged):
        for ref, count in Counter(event.payment for event in kind).items():
            if count > 1:
                yield f"{ref}: in the ledger {count} times"
    yield from _not_to_be_paid_back(left, {event.obligation for event in flagged})


def _not_to_be_paid_back(left: Aftermath, flagged: set[str]) -> Iterator[str]:
    """Yield the dossiers whose fee was paid after their end and is not flagged."""
    raised = {
        one.event.dossier: one.event.obligation
        for one in left.of_type("payment", "ObligationRaised")
    }
    for number, code in left.load.codes.items():
        too_late = life_of(left.load.seed, number).fee is Fee.TOO_LATE
        if too_late and raised.get(code) not in flagged:
            yield f"{code}: paid after its end, and not to be paid back"


def mails_astray(left: Aftermath) -> Iterator[str]:
    """Yield mails without an event, and events without a mail."""
    sent = {
        record.event.message_id
        for record in left.of_type("notify", "MessageSent")
        if record.event.channel == Channel.MAIL and record.event.dossier in left.codes
    }
    for name in left.mails.keys() - sent:
        yield f"{name}: came, and no event tells that it was sent"
    for name in sent - left.mails.keys():
        yield f"{name}: was sent, and did not come"
    if left.mails_twice > left.mails_twice_at_most:
        yield f"{left.mails_twice} mails came again, {left.mails_twice_at_most} may"


def damaged_files(left: Aftermath) -> Iterator[str]:
    """Yield attachments whose bytes are not those that the event names."""
    database = left.records.database("dossier")
    bucket = gridfs.GridFSBucket(database)
    for file, digest in _attached(left):
        known = database["files"].find_one({"_id": file})
        try:
            content = bucket.open_download_stream(known["content"]).read()
        except Exception as error:  # noqa: BLE001 - whatever keeps it from being read
            yield f"{file}: {error}"
            continue
        if sha256(content).hexdigest() != digest:
            yield f"{file}: other bytes than were sent"


def _attached(left: Aftermath) -> Iterator[tuple[str, str]]:
    for record in left.events["dossier"]:
        event: Any = record.event
        if record.type in ("DossierSubmitted", "DossierSupplemented"):
            yield from ((one.file, one.sha256) for one in event.documents)
        if record.type == "ResultDispatched" and event.result is not None:
            yield event.result.file, event.result.sha256


def _service(act: Act) -> str:
    return "payment" if "/payments" in act.path else "dossier"


PROMISES: dict[str, Callable[[Aftermath], Iterator[str]]] = {
    "every life comes to its end": lives_cut_short,
    "nothing is answered with 500": broken_answers,
    "no acknowledged command is lost": lost_commands,
    "nothing is done that was not asked for": foreign_commands,
    "everything is done once": wrong_histories,
    "every dossier has its receipt": dossiers_too_many,
    "no position or version is skipped, every chain holds": broken_chains,
    "every view equals its replay": stale_views,
    "nothing is stuck on its way": stuck,
    "there are no dead letters": dead_letters,
    "what the services recorded fits together": breaches,
    "money at the provider and in the ledger is the same": money_astray,
    "every mail has its event, every event its mail": mails_astray,
    "every attachment is there, byte for byte": damaged_files,
}
"""The promises, and who finds what breaks each."""
