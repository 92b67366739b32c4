"""What must hold between the services, as one table of named sentences. Pure.

The services tell each other things by events, each in its own time. So what one ledger has and
another lacks is at first on its way; only when it has been so for long is it a breach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kernel.events import Recorded
from motcua.operations.invariants.evidence import Evidence, Moments, Stand
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify import contract as notify
from services.notify.decider import State, stream_of
from services.notify.occasions import BY_EVENT
from services.notify.planning import owed
from services.payment import contract as payment
from services.payment.inquiries import delay_after

_ASKED_AGAIN = delay_after(1_000)
"""How long it takes at most until a provider that was silent is asked about an attempt again."""


@dataclass(frozen=True)
class Breach:
    """What does not hold, and since when; None: it does not pass with time."""

    what: str
    since: datetime | None = None


@dataclass(frozen=True)
class Invariant:
    """Something that must hold once everything has arrived."""

    name: str
    sentence: str
    breaches: Callable[[Evidence], Iterator[Breach]]


def table() -> str:
    """Return the invariants as a table in Markdown."""
    lines = ["| Invariant | Holds when |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{one.name}` | {one.sentence} |" for one in INVARIANTS)]) + "\n"


def each_has_one(causes: Moments, effects: Moments) -> Iterator[Breach]:
    """Yield what lacks its one effect, has it more than once, or is an effect of nothing."""
    for key in causes.keys() - effects.keys():
        yield Breach(f"{key}: missing", min(causes[key]))
    for key in effects.keys() - causes.keys():
        yield Breach(f"{key}: there is no cause for it", min(effects[key]))
    for key, moments in effects.items():
        if len(moments) > 1:
            yield Breach(f"{key}: {len(moments)} times")


def _obligation(record: Recorded) -> Iterable[str]:
    return [record.event.obligation]


def _message(record: Recorded) -> Iterable[str]:
    return [record.event.message]


def _fees_raised(found: Evidence) -> Iterator[Breach]:
    return each_has_one(
        found.moments(dossier.FeeRequested, keys=_obligation),
        found.moments(payment.ObligationRaised, keys=_obligation),
    )


def _payments_recorded(found: Evidence) -> Iterator[Breach]:
    return each_has_one(
        found.moments(payment.FeePaid, keys=_obligation),
        found.moments(dossier.FeePaid, keys=_obligation),
    )


_ENDINGS = (dossier.DossierWithdrawn, dossier.DossierRefused, dossier.ProcessingStopped)


def _fees_of_the_ended(found: Evidence) -> Iterator[Breach]:
    ended = {record.event.code: record.recorded_at for record in found.records(*_ENDINGS)}
    settled = found.moments(payment.FeePaid, payment.ObligationCancelled, keys=_obligation)
    for record in found.records(dossier.FeeRequested):
        code, obligation = record.event.code, record.event.obligation
        if code in ended and obligation not in settled:
            yield Breach(f"{obligation} of {code}: still due", ended[code])


def _attempts_ended(found: Evidence) -> Iterator[Breach]:
    def attempt(record: Recorded) -> Iterable[str]:
        return [record.event.payment]

    ended = found.moments(
        payment.FeePaid, payment.PaymentFailed, payment.PaymentFlagged, keys=attempt
    )
    for record in found.records(payment.PaymentStarted):
        if record.event.payment not in ended:
            yield Breach(f"{record.event.payment}: open", record.event.expires_at + _ASKED_AGAIN)


def _messages_planned(found: Evidence) -> Iterator[Breach]:
    subjects = {
        record.event.code: record.event.subject
        for record in found.records(dossier.DossierSubmitted)
    }

    def names(record: Recorded) -> Iterable[str]:
        code = getattr(record.event, "code", "")
        return [one.message for one in owed(record, lambda: subjects.get(code, ""))]

    return each_has_one(
        found.moments(*BY_EVENT, keys=names), found.moments(notify.MessagePlanned, keys=_message)
    )


def _ended_messages(found: Evidence) -> dict[str, list[datetime]]:
    return found.moments(notify.MessageSent, notify.MessageFailed, keys=_message)


def _messages_ended(found: Evidence) -> Iterator[Breach]:
    ended = _ended_messages(found)
    for record in found.records(notify.MessagePlanned):
        name = record.event.message
        # one that waits in line is tried for days if the mail server is away
        if name not in ended and name not in found.waiting:
            yield Breach(f"{name}: neither ended nor in line", record.recorded_at)
    yield from (
        Breach(f"{name}: ended {len(moments)} times")
        for name, moments in ended.items()
        if len(moments) > 1
    )


def _messages_told(found: Evidence) -> Iterator[Breach]:
    def about_a_dossier(record: Recorded) -> Iterable[str]:
        event = record.event
        return [event.message] if event.dossier and event.template not in notify.TO_OFFICERS else []

    return each_has_one(
        found.moments(notify.MessageSent, notify.MessageFailed, keys=about_a_dossier),
        found.moments(dossier.CitizenNotified, keys=_message),
    )


def _codes_dense(found: Evidence) -> Iterator[Breach]:
    series: dict[str, set[int]] = {}
    for record in found.records(dossier.DossierSubmitted):
        name, _, number = record.event.code.rpartition("-")
        if int(number) in series.setdefault(name, set()):
            yield Breach(f"{record.event.code}: given twice")
        series[name].add(int(number))
    for name, numbers in series.items():
        for missing in sorted(set(range(1, max(numbers) + 1)) - numbers):
            yield Breach(f"{name}-{missing:04d}: skipped")


def _files_kept(found: Evidence) -> Iterator[Breach]:
    erased = {record.event.subject for record in found.records(identity.SubjectErased)}
    forgotten = {
        record.event.code
        for record in found.records(dossier.DossierSubmitted)
        if record.event.subject in erased
    }
    for record in found.records(
        dossier.DossierSubmitted, dossier.DossierSupplemented, dossier.ResultDispatched
    ):
        event = record.event
        if event.code in forgotten:
            continue
        result = getattr(event, "result", None)
        for attached in [*getattr(event, "documents", ()), *([result] if result else [])]:
            if attached.file not in found.files:
                yield Breach(f"{attached.file} of {event.code}: gone")


def _open_dossiers_held(found: Evidence) -> Iterator[Breach]:
    for code, view in found.dossiers.items():
        if view["open"] and not (view["unit"] and view["step"]):
            yield Breach(f"{code}: open, held by nobody")


def _open_dossiers_due(found: Evidence) -> Iterator[Breach]:
    accepted = {record.event.code for record in found.records(dossier.DossierAccepted)}
    for code, view in found.dossiers.items():
        if view["open"] and not (view["due"] if code in accepted else view["step_due"]):
            yield Breach(f"{code}: open, without a due time")


def _views_current(found: Evidence) -> Iterator[Breach]:
    for service, category, documents in (
        ("dossier", "dossier", found.dossiers),
        ("payment", "obligation", found.obligations),
        ("notify", "message", found.messages),
    ):
        for stream, stand in found.streams.get(service, {}).items():
            if not stream.startswith(f"{category}-"):
                continue
            document = documents.get(stream.removeprefix(f"{category}-"))
            version = 0 if document is None else document["version"]
            if version < stand.number:
                yield _behind(f"{service}: the view of {stream}", version, stand)


def _sent_messages_show_it(found: Evidence) -> Iterator[Breach]:
    ended = _ended_messages(found)
    for name, document in found.messages.items():
        if document["state"] == State.PLANNED and name in ended:
            stand = found.streams["notify"][stream_of(name)]
            yield Breach(f"{name}: shown as planned", stand.since)


def _everything_published(found: Evidence) -> Iterator[Breach]:
    for service, tail in found.tails.items():
        if (position := found.relayed.get(service, 0)) < tail.number:
            yield _behind(f"the relay of {service}", position, tail)


def _everything_heard(found: Evidence) -> Iterator[Breach]:
    for listener, sources in found.listeners.items():
        for source in sources:
            for stream, stand in found.streams.get(source, {}).items():
                heard = found.heard[listener].get(f"{source}/{stream}", 0)
                if heard < stand.number:
                    yield _behind(f"{listener}: {source}/{stream}", heard, stand)


def _behind(who: str, number: int, stand: Stand) -> Breach:
    return Breach(f"{who} stands at {number} of {stand.number}", stand.since)


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "everything-published",
        "each ledger's relay has published up to its end",
        _everything_published,
    ),
    Invariant(
        "everything-heard",
        "each service that listens has dealt with every event of its sources",
        _everything_heard,
    ),
    Invariant(
        "views-current",
        "every dossier, obligation and message has its view, up to its last event",
        _views_current,
    ),
    Invariant(
        "fees-raised",
        "every fee that was asked for is one obligation, and every obligation was asked for",
        _fees_raised,
    ),
    Invariant(
        "payments-recorded",
        "every fee that was paid is recorded by its dossier, once, and no other is",
        _payments_recorded,
    ),
    Invariant(
        "ended-dossiers-owe-nothing",
        "no fee is due for a dossier that was refused, withdrawn or stopped",
        _fees_of_the_ended,
    ),
    Invariant(
        "attempts-ended",
        "every attempt to pay has an end some time after it ran out",
        _attempts_ended,
    ),
    Invariant(
        "people-told",
        "every event that the applicant should know of has its message on each channel, once",
        _messages_planned,
    ),
    Invariant(
        "messages-ended",
        "every message was sent or given up, once, or stands in line to be sent",
        _messages_ended,
    ),
    Invariant(
        "messages-shown",
        "no message that was sent or given up is shown as waiting",
        _sent_messages_show_it,
    ),
    Invariant(
        "messages-in-history",
        "every message about a dossier that ended stands in the dossier's history, once",
        _messages_told,
    ),
    Invariant(
        "codes-dense",
        "the dossier codes of each agency and day have no gaps and no repeats",
        _codes_dense,
    ),
    Invariant(
        "files-kept",
        "every file that an event names is there, unless its person was erased",
        _files_kept,
    ),
    Invariant(
        "open-dossiers-held",
        "every open dossier is at a step and held by a unit",
        _open_dossiers_held,
    ),
    Invariant(
        "open-dossiers-due",
        "every open dossier has a due time; before its acceptance, its step has",
        _open_dossiers_due,
    ),
)
