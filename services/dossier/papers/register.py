"""Paper 07, the register (sổ theo dõi hồ sơ), from the status views of an agency's dossiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from kernel.errors import Invalid
from kernel.schemas import field_error
from services.dossier.clock import VIETNAM
from services.dossier.contract import ReturnBy
from services.dossier.papers.facts import Office, RegisterFacts, RegisterRow
from services.dossier.papers.wording import CHANNELS, ERASED, RETURNS, whole_name
from services.dossier.views.document import stamp

MOST_DAYS = 92
MOST_ROWS = 2000

_VIEW = "picture.view"
NARROW = {
    "submitted_at": 1,
    **{
        f"{_VIEW}.{name}": 1
        for name in (
            "code",
            "procedure.name",
            "applicant",
            "agency.name",
            "submitted_at",
            "arrived_at",
            "clock.due",
            "result.received_at",
            "channel",
            "return_by",
        )
    },
}
"""What of a status view the register reads."""


def received_between(agency: str, since: date, until: date) -> dict[str, Any]:
    """Return the query for what an agency received from one day to another, both included.

    Raises `Invalid` for days in the wrong order or too far apart.
    """
    if not timedelta(0) <= until - since < timedelta(days=MOST_DAYS):
        raise _too_long("until")
    return {
        "agency": agency,
        "submitted_at": {
            "$gte": stamp(_midnight(since)),
            "$lt": stamp(_midnight(until + timedelta(days=1))),
        },
    }


def register(
    documents: Iterable[Mapping[str, Any]], office: Office, since: date, until: date
) -> RegisterFacts:
    """Return the register of these status views, oldest first; `Invalid` for too many of them."""
    found = sorted(documents, key=lambda one: (one["submitted_at"], one["_id"]))
    if len(found) > MOST_ROWS:
        raise _too_long("until")
    return RegisterFacts(office, since, until, tuple(_row(one["picture"]["view"]) for one in found))


def _row(view: Mapping[str, Any]) -> RegisterRow:
    applicant = view.get("applicant") or {"name": ERASED}
    result = view.get("result") or {}
    return RegisterRow(
        code=view["code"],
        procedure=view["procedure"]["name"],
        person=applicant["name"],
        address=applicant.get("address") or "",
        phone=applicant.get("phone") or "",
        agency=whole_name(view["agency"]["name"]),
        received_at=datetime.fromisoformat(view.get("arrived_at") or view["submitted_at"]),
        due=_moment(view["clock"].get("due")),
        returned_at=_moment(result.get("received_at")),
        channel=CHANNELS.get(view["channel"], view["channel"]),
        return_by=RETURNS[ReturnBy(view["return_by"])],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def _too_long(name: str) -> Invalid:
    return Invalid(
        "register-too-long",
        f"Chọn khoảng thời gian ngắn hơn: nhiều nhất {MOST_DAYS} ngày và {MOST_ROWS} hồ sơ.",
        f"Choose a shorter time: {MOST_DAYS} days and {MOST_ROWS} dossiers at most.",
        fields=(field_error(name, "choice"),),
    )
