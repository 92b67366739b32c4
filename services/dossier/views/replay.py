"""A dossier as it stood at any moment, and what each event changed in its view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.events import Recorded
from kernel.requests import Caller
from kernel.schemas import JSON, dump
from services.dossier.clock import Calendar
from services.dossier.contract import (
    Attachment,
    Change,
    DossierStatus,
    DossierSubmitted,
    DossierSupplemented,
    RecordedFile,
    Replay,
    ReplayedEvent,
    ResultDispatched,
)
from services.dossier.names import RESULT_NAME
from services.dossier.views.answers import status_of
from services.dossier.views.picture import Folding, Picture
from services.dossier.views.trace import trace

# told by every event itself, or by the clock of whoever looks; no event of a dossier erases
_LEFT_OUT = ("version", "updated_at", "actions", "papers", "erased")
_TOLD_BY_THE_CLOCK = ("explained", "explained_en", "late_minutes")
_NAMED_BY = ("id", "obligation", "file")


def until(
    history: Sequence[Recorded], at: datetime | None, version: int | None
) -> tuple[Recorded, ...]:
    """Return the events recorded up to a moment, or up to a version; all of them without one."""
    return tuple(
        record
        for record in history
        if (at is None or record.recorded_at <= at)
        and (version is None or record.version <= version)
    )


def files_in(history: Sequence[Recorded]) -> tuple[str, ...]:
    """Return the ids of all files that a history names, those that were replaced among them."""
    found: dict[str, None] = {}
    for record in history:
        found.update((one.file, None) for one in _attached(record.event))
    return tuple(found)


def replay(
    history: Sequence[Recorded],
    who: Caller,
    calendar: Calendar,
    at: datetime | None = None,
    file_names: Mapping[str, str] | None = None,
) -> Replay:
    """Return the status view after these events as `who` may see it, and how each changed it.

    The view is that of the moment `at`, without it that of the last event; it offers no actions.
    What `who` may not see, or what was erased, is in no change either; `file_names` is that of
    `status`, for all of `files_in`. Raises `ValueError` for a history that is empty.
    """
    if not history:
        raise ValueError("nothing had happened yet")
    entries = trace(history).entries
    events = []
    before: Mapping[str, JSON] = {}
    folding = Folding()
    for record, entry in zip(history, entries, strict=True):
        folding.take(record)
        then = _shown(folding.picture(), who, record.recorded_at, calendar, file_names)
        after = dict(_fields(dump(then)))
        events.append(
            ReplayedEvent(
                version=record.version,
                type=record.type,
                title=entry.title,
                title_en=entry.title_en,
                actor=record.actor.id,
                actor_kind=record.actor.kind,
                actor_agency=record.actor.agency,
                actor_unit=record.actor.unit,
                occurred_at=record.occurred_at,
                recorded_at=record.recorded_at,
                position=record.position,
                changes=tuple(changes(before, after)),
                files=tuple(_recorded(one, then) for one in _attached(record.event)),
            )
        )
        before = after
    last = history[-1]
    moment = at or last.recorded_at
    shown = _shown(folding.picture(), who, moment, calendar, file_names)
    return Replay(shown.code, last.version, moment, shown, tuple(events))


def since(then: Replay, now: Replay) -> tuple[Change, ...]:
    """Return what is different in the later one of two replays of a dossier."""
    return tuple(changes(dict(_fields(dump(then.status))), dict(_fields(dump(now.status)))))


def changes(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> Iterator[Change]:
    """Yield each field that differs, by its path; a field that is not there is None."""
    for path in dict.fromkeys((*before, *after)):
        old, new = before.get(path), after.get(path)
        if old != new:
            yield Change(path, old, new)


def _attached(event: Any) -> Sequence[Attachment]:
    """Return the files that an event names."""
    match event:
        case DossierSubmitted(documents=documents) | DossierSupplemented(documents=documents):
            return documents
        case ResultDispatched(result=Attachment() as result):
            return (result,)
    return ()


def _recorded(one: Attachment, dossier: DossierStatus) -> RecordedFile:
    """Name a file by the document that it is, the result where it is none that was asked for."""
    listed = {document.id: document for document in dossier.procedure.documents}
    document = listed.get(one.requirement)
    name, name_en = (document.name, document.name_en) if document else RESULT_NAME
    return RecordedFile(name, name_en, one.media_type, one.size, one.sha256)


def _shown(
    picture: Picture,
    who: Caller,
    now: datetime,
    calendar: Calendar,
    file_names: Mapping[str, str] | None,
) -> DossierStatus:
    return replace(status_of(picture, who, now, calendar, file_names), actions=())


def _fields(view: Mapping[str, Any]) -> Iterator[tuple[str, JSON]]:
    """Yield the leaves of a view by their paths; things in lists go by their ids."""
    for name, value in view.items():
        if name not in _LEFT_OUT:
            yield from _leaves(name, value)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, JSON]]:
    match value:
        case dict():
            for name, one in value.items():
                if name not in _TOLD_BY_THE_CLOCK:
                    yield from _leaves(f"{path}.{name}", one)
        case list():
            for number, one in enumerate(value):
                yield from _leaves(f"{path}.{_key(one, number)}", one)
        case _ if value not in (None, ""):
            yield path, value


def _key(value: Any, number: int) -> str:
    if isinstance(value, dict):
        for name in _NAMED_BY:
            if value.get(name):
                return str(value[name])
    return str(number)
