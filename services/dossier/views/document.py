"""The stored view of a dossier: its picture, and beside it the fields that are asked for.

Plain JSON. Instants that are compared are text of one width in UTC (`stamp`), so that their order
is that of the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kernel.events import Recorded
from kernel.schemas import dump, load
from services.dossier.contract import ClockState, DossierStatus
from services.dossier.decider.state import ENDED
from services.dossier.views.picture import Picture, picture_of

Document = Mapping[str, Any]


def project(history: Sequence[Recorded]) -> dict[str, Any] | None:
    """Return the document of a dossier's stream, None for any other stream.

    | Field | For |
    |---|---|
    | `code`, `subject`, `procedure`, `channel`, `status` | equality |
    | `agency`, `unit`, `officer`, `step` | who holds it now: ids, the officer's account; or None |
    | `appointment` | the seat that is taken at a desk: `<agency>/<unit>/<slot>`; or None |
    | `open` | nothing ended it yet |
    | `waiting` | the applicant has to act: statuses 5 and 6 |
    | `submitted_at`, `updated_at`, `due`, `step_due` | ranges and order, as `stamp` |
    | `picture` | everything shown (see `views.picture`), personal parts in it |
    """
    picture = picture_of(history)
    if picture is None:
        return None
    view = picture.view
    holder, step = view.holder, view.step
    return {
        "code": view.code,
        "subject": picture.standing.subject,
        "procedure": view.procedure.code,
        "channel": view.channel,
        "status": int(view.status),
        "agency": view.agency.id,
        "unit": holder.unit.id if holder else None,
        "officer": holder.officer.account if holder and holder.officer else None,
        "step": step.id if step else None,
        "appointment": _appointment(view),
        "open": view.status not in ENDED,
        "waiting": bool(picture.waiting_for),
        "submitted_at": stamp(view.submitted_at),
        "updated_at": stamp(view.updated_at),
        "due": stamp(view.clock.due) if view.clock.due else None,
        "step_due": stamp(step.due) if step and step.due else None,
        "picture": dump(picture),
    }


def picture_in(document: Document) -> Picture:
    """Return the picture kept in a document."""
    return load(Picture, document["picture"], tolerant=True)


def stamp(instant: datetime) -> str:
    """Return an instant as text of one width, in UTC: `2026-12-04T10:30:00.000Z`."""
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def urgent_at(picture: Picture) -> datetime | None:
    """Return what presses: the due time, before acceptance that of the check; None in a pause."""
    view: DossierStatus = picture.view
    if picture.waiting_for or view.step is None or view.clock.state is ClockState.STOPPED:
        return None
    return view.clock.due or view.step.due


def _appointment(view: DossierStatus) -> str | None:
    booked = view.appointment
    return f"{view.agency.id}/{booked.unit.id}/{stamp(booked.starts_at)}" if booked else None
