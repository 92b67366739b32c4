"""From an event to the messages that are owed because of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kernel.events import Recorded
from services.dossier.contract import has_account
from services.notify import rendering
from services.notify.contract import MessagePlanned
from services.notify.decider import Channel, message_name
from services.notify.occasions import BY_EVENT


@dataclass(frozen=True)
class Owed:
    """A message that an event owes, by its id, and to whom."""

    message: str
    channel: Channel
    account: str


def owed(record: Recorded, about: Callable[[], str]) -> tuple[Owed, ...]:
    """Return the messages that an event owes; most owe none.

    `about` returns the account that the event is about. Who has none reads no in-app messages.
    """
    occasion = BY_EVENT.get(type(record.event))
    if occasion is None or not occasion.applies(record.event):
        return ()
    named = occasion.recipients(record.event) if occasion.recipients else (about(),)
    return tuple(
        Owed(
            message_name(record.id, channel, account if occasion.recipients else ""),
            channel,
            account,
        )
        for account in named
        for channel in occasion.channels
        if channel is not Channel.INBOX or has_account(account)
    )


def plan(record: Recorded, about: Callable[[], str], at: datetime) -> Iterator[MessagePlanned]:
    """Yield the messages that an event owes; `about` returns the account that it is about."""
    messages = owed(record, about)
    if not messages:
        return
    occasion = BY_EVENT[type(record.event)]
    dossier = getattr(record.event, "code", "")
    words = {
        locale: {"code": dossier, **occasion.facts(record.event, locale)}
        for locale in rendering.LOCALES
    }
    for one in messages:
        in_app = one.channel is Channel.INBOX
        shown = rendering.LOCALES if in_app else ()
        subjects = {lang: rendering.subject(occasion.template, lang, words[lang]) for lang in shown}
        bodies = {lang: rendering.summary(occasion.template, lang, words[lang]) for lang in shown}
        yield MessagePlanned(
            message=one.message,
            account=one.account,
            template=occasion.template,
            channel=one.channel.value,
            planned_at=at,
            dossier=dossier,
            subject_vi=subjects.get("vi", ""),
            subject_en=subjects.get("en", ""),
            body_vi=bodies.get("vi", ""),
            body_en=bodies.get("en", ""),
            cause_stream=record.stream,
            cause_version=record.version,
        )
