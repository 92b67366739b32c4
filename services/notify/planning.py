"""From an event to the messages that are owed because of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kernel.events import Recorded
from services.notify import rendering
from services.notify.contract import MessagePlanned
from services.notify.decider import Channel, message_name
from services.notify.occasions import BY_EVENT


def plan(
    record: Recorded, account: str, at: datetime, *, of_several: bool = False
) -> Iterator[MessagePlanned]:
    """Yield the messages that an event owes to an account; most events owe none."""
    occasion = BY_EVENT.get(type(record.event))
    if occasion is None or not occasion.applies(record.event):
        return
    dossier = getattr(record.event, "code", "")
    words = {
        locale: {"code": dossier, **occasion.facts(record.event, locale)}
        for locale in rendering.LOCALES
    }
    for channel in occasion.channels:
        in_app = channel is Channel.INBOX
        shown = rendering.LOCALES if in_app else ()
        subjects = {lang: rendering.subject(occasion.template, lang, words[lang]) for lang in shown}
        bodies = {lang: rendering.summary(occasion.template, lang, words[lang]) for lang in shown}
        yield MessagePlanned(
            message=message_name(record.id, channel, account if of_several else ""),
            account=account,
            template=occasion.template,
            channel=channel.value,
            planned_at=at,
            dossier=dossier,
            subject_vi=subjects.get("vi", ""),
            subject_en=subjects.get("en", ""),
            body_vi=bodies.get("vi", ""),
            body_en=bodies.get("en", ""),
            cause_stream=record.stream,
            cause_version=record.version,
        )
