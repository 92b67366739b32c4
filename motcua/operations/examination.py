"""What `motcua doctor` finds out about a system that is set up: database, broker, services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import MongoClient

from kernel.config import Settings, without_password
from kernel.errors import Unavailable
from kernel.ledger_reader import has_indexes, ledger_collection
from kernel.progress import Concern, ServiceProgress, age, concerns
from kernel.trust import missing_keys
from motcua import roles
from motcua.access import administrator
from motcua.local.broker import alarm
from motcua.local.processes import LEDGER_OWNERS, SIGNERS
from motcua.operations.observing import observatory

Document = dict[str, Any]

_CLOCKS_APART = timedelta(seconds=1)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `advice` says what to do where it is not well."""

    what: str
    well: bool
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found about the system that these settings of an administrator name."""
    yield from _keys(settings)
    yield from _broker(settings)
    try:
        with administrator(settings) as client:
            yield _clock(client, without_password(settings.mongo_uri))
            for service in LEDGER_OWNERS:
                yield _indexes(client, settings, service)
                yield _role(client, settings, service)
        with observatory(settings) as seeing:
            for seen in seeing.look():
                yield from _progress(seen)
    except Unavailable as error:
        yield Finding("the database does not answer or refuses", well=False, advice=error.en)


def _keys(settings: Settings) -> Iterator[Finding]:
    missing = missing_keys(settings.keys, SIGNERS, LEDGER_OWNERS)
    yield Finding(
        f"keys are missing in {settings.keys}: {', '.join(missing)}"
        if missing
        else f"all keys are in {settings.keys}",
        well=not missing,
        advice="Bring back the backup of the keys; on a new system run `motcua keys init`.",
    )


def _broker(settings: Settings) -> Iterator[Finding]:
    where = without_password(settings.amqp_uri)
    try:
        reason = alarm(settings.amqp_uri)
    except OSError as error:
        yield Finding(
            f"the broker at {where} does not answer ({error})",
            well=False,
            advice="Start it, or set AMQP_URI. Nothing is lost; all goes on once it is there.",
        )
        return
    yield Finding(
        f"the broker at {where} takes no messages: {reason}"
        if reason
        else f"the broker at {where} takes messages",
        well=not reason,
        advice="Free memory or disk on the broker's machine: it goes on by itself then.",
    )


def _clock(client: MongoClient[Document], where: str) -> Finding:
    before = datetime.now(UTC)
    # the embedded database leaves the zone out whatever the client asks for
    there: datetime = client.admin.command("hello")["localTime"].replace(tzinfo=UTC)
    trip = datetime.now(UTC) - before
    apart = abs(there - before - trip / 2)
    seconds = apart.total_seconds()
    return Finding(
        f"the clocks of this machine and of the database at {where} are {seconds:.1f} s apart",
        well=apart <= _CLOCKS_APART + trip / 2,
        advice="Let NTP set the clocks of all machines.",
    )


def _indexes(client: MongoClient[Document], settings: Settings, service: str) -> Finding:
    there = has_indexes(ledger_collection(client, settings.namespace, service))
    return Finding(
        f"the ledger of {service} {'has' if there else 'lacks'} its unique indexes",
        well=there,
        advice="Run `motcua database init` before anything is written: they guard every append.",
    )


def _role(client: MongoClient[Document], settings: Settings, service: str) -> Finding:
    advice = "Run `motcua database init` and start the service with its own `<service>.uri`."
    more = roles.excess(client, settings.namespace, service)
    if more is None:
        return Finding(f"{service} has no database user of its own", well=False, advice=advice)
    return Finding(
        f"the database user of {service} may do more to its ledger than add: {', '.join(more)}"
        if more
        else f"the database user of {service} may only read its ledger and add to it",
        well=not more,
        advice=advice,
    )


def _progress(seen: ServiceProgress) -> Iterator[Finding]:
    found = concerns(seen)
    for concern in found:
        what, advice = _CONCERNS[concern]
        yield Finding(what.format(**_words(seen)), well=False, advice=advice.format(**_words(seen)))
    if not found:
        yield Finding(f"{seen.service} keeps up with its events", well=True)


def _words(seen: ServiceProgress) -> Mapping[str, str]:
    """Return what the sentences below name."""
    oldest = max(
        (one for one in seen.sources if one.oldest is not None),
        key=lambda one: age(one.oldest, seen.at),
        default=None,
    )
    waits = oldest.oldest if oldest is not None else None
    return {
        "service": seen.service,
        "relay": f"{age(seen.relay.oldest, seen.at):.0f}",
        "views": f"{age(seen.projector.oldest if seen.projector else None, seen.at):.0f}",
        "dead": str(seen.inbox.dead if seen.inbox else 0),
        "source": oldest.source if oldest is not None else "",
        "stream": f"{waits.stream} {waits.last}" if waits is not None else "",
        "waits": f"{age(waits, seen.at):.0f}",
        "interrupted": ", ".join(
            f"{seen.service}/{view.name}" for view in seen.views if view.interrupted
        ),
        "left_over": ", ".join(name for view in seen.views for name in view.left_over),
        "views_left": ", ".join(
            f"{seen.service}/{view.name}" for view in seen.views if view.left_over
        ),
    }


_CONCERNS: Mapping[Concern, tuple[str, str]] = {
    Concern.NO_RELAY: (
        "no relay of {service} is active: nothing of it is published",
        "Start `motcua relay {service}`, or look into its log.",
    ),
    Concern.RELAY_BEHIND: (
        "the relay of {service} is {relay} s behind",
        "If it does not catch up, its log says why; is the broker well, is a queue full?",
    ),
    Concern.BROKER_AWAY: (
        "the queues of {service} cannot be seen",
        "Let AMQP_URI name a user who may look at them; is the broker there?",
    ),
    Concern.NO_CONSUMER: (
        "nobody receives from the inbox of {service}",
        "Start `motcua run {service}`, or look into its log.",
    ),
    Concern.DEAD_LETTERS: (
        "{service} has {dead} dead letter(s)",
        "See `motcua deadletters list {service}`, mend the cause, then replay them.",
    ),
    Concern.UNHANDLED: (
        "{service} has not dealt with {stream} of {source} for {waits} s",
        "Its log says what it waits for; `motcua lag` shows whether it catches up.",
    ),
    Concern.VIEWS_BEHIND: (
        "the views of {service} are {views} s behind",
        "Its log says why the projector stands still.",
    ),
    Concern.REBUILD_INTERRUPTED: (
        "a rebuild was interrupted: {interrupted}",
        "Begin it again with `motcua views rebuild {interrupted}`, or `motcua views cancel` it.",
    ),
    Concern.LEFT_OVER: (
        "{service} has collections that nobody reads or writes: {left_over}",
        "A process that stood still wrote them. Drop them: `motcua views cancel {views_left}`.",
    ),
}
