"""The narrow view behind the lists, and the tally that tells how long they are and where.

One small document for each dossier holds what a row shows and what a list asks for, so that a page
of a hundred rows reads a hundred small documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.events import Recorded
from kernel.requests import Caller
from services.dossier.clock import Calendar
from services.dossier.contract import DossierRow, Status
from services.dossier.decider.state import ENDED
from services.dossier.names import STATUS_NAMES
from services.dossier.views.answers import due_colour, serves_there
from services.dossier.views.document import Document, stamp, urgent_at
from services.dossier.views.picture import Picture, picture_of
from services.dossier.wording import search_words

OPEN, WAITING, CLOSED = "open", "waiting", "closed"
NEVER = "9"
"""Begins the place in the order of what nothing presses: behind every moment."""

_TEXTS = (
    "procedure",
    "procedure_code",
    "procedure_en",
    "agency",
    "applicant",
    "unit",
    "officer",
    "step",
    "step_en",
)

INDEXES = (
    ("agency", "state", "at"),
    ("agency", "unit", "state", "at"),
    ("officer", "state", "at"),
    ("agency", "officer", "state", "at"),
    ("agency", "unit", "officer", "state", "at"),
    ("agency", "submitted_at"),
    ("subject", "submitted_at"),
    ("remind_at",),
    ("agency", "consulted", "state", "at"),
)

FIELDS = ("list", "bucket")
TALLY_INDEXES = (("list", "n"), ("list", "bucket"))
TOTAL = ""
"""The bucket that counts a whole list."""
BY_MONTH = "/months"
"""Ends the name under which a list is counted by the months of its order."""


def project_work(history: Sequence[Recorded]) -> dict[str, Any] | None:
    """Return the narrow document of a dossier's stream, None for any other stream.

    | Field | For |
    |---|---|
    | `subject`, `agency`, `unit`, `officer`, `status`, `step` | equality; no text where none |
    | `role` | the role that the step is for |
    | `consulted` | ids of the units whose opinion is waited for |
    | `procedure`, `field`, `channel` | equality |
    | `state` | `open`, `waiting` for the applicant (statuses 5 and 6), or `closed` |
    | `at` | the order of the list: what presses as `stamp`; of closed ones the last change |
    | `submitted_at` | the order of a person's own list, as `stamp` |
    | `urgent_at` | what the due colour is measured against; None while nothing runs |
    | `remind_at` | when somebody is to be reminded of the step, as `stamp`; None: not now |
    | `words`, `name_words` | search; `name_words` for officers only |
    | `row` | what a row shows, the applicant's name in it |
    """
    picture = picture_of(history)
    if picture is None:
        return None
    view = picture.view
    holder, step, urgent = view.holder, view.step, urgent_at(picture)
    officer = holder.officer if holder else None
    names = [person.name for person in (view.applicant, view.owner) if person is not None]
    state = _state(picture)
    pressing = stamp(urgent) if urgent else f"{NEVER}{stamp(view.submitted_at)}"
    return {
        "subject": picture.standing.subject,
        "agency": view.agency.id,
        "unit": holder.unit.id if holder else "",
        "officer": officer.account if officer else "",
        "procedure": view.procedure.code,
        "field": view.procedure.field_code,
        "channel": view.channel,
        "status": int(view.status),
        "step": step.id if step else "",
        "state": state,
        "at": stamp(view.updated_at) if state == CLOSED else pressing,
        "submitted_at": stamp(view.submitted_at),
        "urgent_at": stamp(urgent) if urgent else None,
        "remind_at": stamp(picture.remind_at) if picture.remind_at else None,
        "role": picture.standing.step.role if picture.standing.step else "",
        "consulted": list(picture.standing.consulted),
        "words": search_words(view.code, view.procedure.code, view.procedure.name),
        "name_words": search_words(*names),
        "row": {
            "procedure": view.procedure.name,
            "procedure_code": view.procedure.code,
            "procedure_en": view.procedure.name_en,
            "agency": view.agency.name,
            "applicant": view.applicant.name if view.applicant else "",
            "unit": holder.unit.name if holder else "",
            "officer": officer.name if officer else "",
            "step": step.name if step else "",
            "step_en": step.name_en if step else "",
            "submitted_at": stamp(view.submitted_at),
            "due": stamp(view.clock.due) if view.clock.due else None,
            "step_due": stamp(step.due) if step and step.due else None,
            "erased": view.erased,
            "withdrawal_asked": picture.standing.withdrawal_asked,
        },
    }


def row(document: Document, who: Caller, now: datetime, calendar: Calendar) -> DossierRow:
    """Return the row of a list; the applicant's name is for those who `serves_there` names."""
    kept, status = document["row"], Status(document["status"])
    name, name_en = STATUS_NAMES[status]
    texts = {key: str(kept[key]) for key in _TEXTS}
    if not serves_there(document["agency"], who):
        texts["applicant"] = ""
    return DossierRow(
        code=document["_id"],
        version=document["version"],
        status=status,
        status_name=name,
        status_name_en=name_en,
        officer_account=document["officer"],
        due_colour=due_colour(_moment(document["urgent_at"]), now, calendar),
        erased=bool(kept["erased"]),
        withdrawal_asked=bool(kept["withdrawal_asked"]),
        **texts,
        submitted_at=datetime.fromisoformat(kept["submitted_at"]),
        due=_moment(kept["due"]),
        step_due=_moment(kept["step_due"]),
    )


def count_work(history: Sequence[Recorded]) -> dict[tuple[str, ...], dict[str, int]]:
    """Return the cells of the tally that a dossier stands in."""
    document = project_work(history)
    if document is None:
        return {}
    return {cell: {"n": 1} for cell in cells_of(document)}


def cells_of(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the cells of a narrow document: each of its lists whole, and by its place in there.

    A person's own list goes by the month of submission, what an agency received by its day, the
    others by the day of their order; what has ended is counted by months too.
    """
    own = own_list(document["subject"], document["state"])
    day = bucket_of(document["at"])
    places = [(own, document["submitted_at"][:7]), *((name, day) for name in _lists(document))]
    for name, bucket in places:
        yield name, TOTAL
        yield name, bucket
    yield received_list(document["agency"]), document["submitted_at"][:10]
    if document["state"] == CLOSED:
        yield f"{agency_list(document['agency'], CLOSED)}{BY_MONTH}", document["at"][:7]


def bucket_of(at: str) -> str:
    """Return the day of a place in the order."""
    return at[: 11 if at.startswith(NEVER) else 10]


def own_list(subject: str, state: str) -> str:
    """Return the name of a person's own dossiers in a state."""
    return f"own/{subject}/{state}"


def received_list(agency: str) -> str:
    """Return the name of all that an agency received."""
    return f"received/{agency}"


def agency_list(agency: str, state: str) -> str:
    """Return the name of an agency's list."""
    return f"agency/{agency}/{state}"


def unit_list(agency: str, unit: str, state: str) -> str:
    """Return the name of a unit's list."""
    return f"unit/{agency}/{unit}/{state}"


def officer_list(account: str, state: str) -> str:
    """Return the name of what is in an officer's hands."""
    return f"officer/{account}/{state}"


def unassigned_list(agency: str, unit: str, state: str) -> str:
    """Return the name of what is in nobody's hands, at a unit or (no text) in the agency."""
    return f"nobody/{agency}/{unit}/{state}"


def consulted_list(agency: str, unit: str) -> str:
    """Return the name of what a unit, or (no text) any unit, is asked about and has to answer."""
    return f"consulted/{agency}/{unit}"


def _lists(document: Mapping[str, Any]) -> Iterator[str]:
    agency, unit, state = document["agency"], document["unit"], document["state"]
    yield agency_list(agency, state)
    if state == CLOSED:
        return
    yield unit_list(agency, unit, state)
    for asked in document["consulted"]:
        yield consulted_list(agency, asked)
    if document["consulted"]:
        yield consulted_list(agency, "")
    if document["officer"]:
        yield officer_list(document["officer"], state)
    else:
        yield unassigned_list(agency, unit, state)
        yield unassigned_list(agency, "", state)


def _state(picture: Picture) -> str:
    if picture.view.status in ENDED:
        return CLOSED
    return WAITING if picture.waiting_for else OPEN


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
