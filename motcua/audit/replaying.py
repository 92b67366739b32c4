"""A dossier as it stood, told on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import MongoClient
from rich.console import Console
from rich.markup import escape

from kernel.commits import Document, Tampered, records, verify_stream
from kernel.config import Settings
from kernel.ledger_reader import ledger_collection
from kernel.requests import Caller
from kernel.schemas import rfc3339
from kernel.transparency.stored import LedgerDocuments
from motcua.audit.unusable import Unusable
from services.dossier.clock import vietnam
from services.dossier.contract import EVENTS, Change, Replay
from services.dossier.report import UNFOLDABLE
from services.dossier.views import replay, since, until
from services.identity.contract import Role

AUDITOR = Caller("auditor", "officer", roles=(Role.AUDITOR,))
"""Sees what an auditor sees: nothing personal."""


def past_of(
    settings: Settings,
    client: MongoClient[Document],
    code: str,
    at: datetime | None,
    version: int | None,
) -> tuple[Replay, Replay]:
    """Return a dossier as it stood and as it stands.

    Raises `Unusable` where there was none, `Tampered` where its commits do not hold together.
    """
    stream = f"dossier-{code}"
    documents = LedgerDocuments(ledger_collection(client, settings.namespace, "dossier"))
    history = [
        record
        for commit in verify_stream(stream, documents.of_stream(stream))
        for record in records(commit, EVENTS, None)
    ]
    if not history:
        raise Unusable(f"There is no dossier {code!r}.")
    past = until(history, at, version)
    if not past:
        raise Unusable(f"{code} was submitted later, at {rfc3339(history[0].recorded_at)}.")
    if version is not None and version > history[-1].version:
        raise Unusable(f"{code} has {history[-1].version} events; there is no event {version}.")
    calendar = vietnam()
    try:
        return replay(past, AUDITOR, calendar, at), replay(history, AUDITOR, calendar)
    except UNFOLDABLE as error:
        raise Tampered(
            history[0].position, f"the events of {code} are not the history of a dossier"
        ) from error


def tell(console: Console, then: Replay, now: Replay) -> None:
    """Tell each event with what it changed, the dossier as it stood, and what changed since."""
    for event in then.events:
        who = " ".join(filter(None, (event.actor_kind, event.actor_agency, event.actor_unit)))
        title = escape(f"{event.title} · {event.title_en}")
        console.print(f"[bold]{event.version}[/] {title}", soft_wrap=True)
        console.print(f"  {rfc3339(event.recorded_at)}, position {event.position}, {who}")
        _tell_changes(console, event.changes)
    status = then.status
    holder = status.holder
    console.print(
        f"\n[bold]{then.code}[/] at {rfc3339(then.at)}, after event {then.version} of {now.version}"
    )
    for name, value in (
        ("status", f"{int(status.status)} {status.status_name} · {status.status_name_en}"),
        ("agency", status.agency.name),
        ("unit", holder.unit.name if holder else "–"),
        ("officer", holder.officer.name if holder and holder.officer else "–"),
        ("step", status.step.name if status.step else "–"),
        ("due", rfc3339(status.clock.due) if status.clock.due else "–"),
    ):
        console.print(f"  {name:<8} {value}", markup=False)
    if then.version < now.version:
        console.print(f"\nSince then, {now.version - then.version} events have changed:")
        _tell_changes(console, since(then, now))


def _tell_changes(console: Console, changes: Sequence[Change]) -> None:
    for change in changes:
        before, after = (_shown(value) for value in (change.before, change.after))
        console.print(f"    {change.path}: {before} → {after}", markup=False, soft_wrap=True)


def _shown(value: object) -> str:
    return "–" if value is None else str(value)
