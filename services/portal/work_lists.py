"""What pages and the REST interface do with a work list beyond reading a page of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from kernel.errors import DomainError
from kernel.schemas import field, frozen
from services.dossier.contract import AssignOfficer, DossierPage, DossierRow, ReadInbox
from services.portal.language import gettext, mark, named
from services.portal.tables import Table

EXPORTED_AT_MOST = 5_000
_AT_ONCE = 200
_COLOURS = {"on-time": mark("on time"), "soon": mark("soon"), "late": mark("late")}
_COLUMNS = (
    mark("Dossier"),
    mark("Procedure"),
    mark("Applicant"),
    mark("Sent on"),
    mark("Status"),
    mark("Step"),
    mark("Unit"),
    mark("Officer"),
    mark("Due on"),
    mark("Due"),
)

Ask = Callable[..., Any]


@frozen
class Assignment:
    """What became of one dossier of several that were to be assigned; no `problem`: it is done."""

    code: str
    problem: str = field(default="", doc="code of the refusal")
    detail: str = field(default="", doc="what is possible instead, in the caller's language")


@frozen
class Assignments:
    """What became of each, in the order in which they were named."""

    items: tuple[Assignment, ...]

    @property
    def refused(self) -> tuple[Assignment, ...]:
        """Those that were not assigned."""
        return tuple(one for one in self.items if one.problem)


@frozen
class AssignSeveral:
    """Put several dossiers into one officer's hands; each is assigned, or refused, by itself."""

    officer: str = field(min_length=1, max_length=64)
    codes: tuple[str, ...] = field(min_length=1, max_length=200)


def assign(asked: AssignSeveral, key: str | None, ask: Ask, language: str) -> Assignments:
    """Assign one after another; with the same key once each, however often it is sent."""

    def one(code: str) -> Assignment:
        own_key = f"{key[:180]}/{code}"[:255] if key else None
        try:
            ask(AssignOfficer(code=code, officer=asked.officer), key=own_key)
        except DomainError as error:
            return Assignment(code, error.code, error.vi if language == "vi" else error.en)
        return Assignment(code)

    return Assignments(tuple(one(code) for code in dict.fromkeys(asked.codes)))


def export(asked: ReadInbox, ask: Ask) -> Table:
    """Return the whole list that a request means as a table, in the tab's own order."""
    rows: list[DossierRow] = []
    request: ReadInbox | None = replace(asked, after=None, limit=_AT_ONCE, sort=None)
    while request is not None and len(rows) < EXPORTED_AT_MOST:
        found: DossierPage = ask(request)
        rows += found.items
        request = replace(request, after=found.next) if found.next else None
    if request is None:
        about = gettext("%(n)s dossiers.", n=len(rows))
    else:
        rows = rows[:EXPORTED_AT_MOST]
        about = gettext("The first %(n)s dossiers; there are more.", n=len(rows))
    return Table(
        gettext("Work list"), about, [gettext(name) for name in _COLUMNS], tuple(_cells(rows))
    )


def _cells(rows: Iterable[DossierRow]) -> Iterable[tuple[Any, ...]]:
    for row in rows:
        yield (
            row.code,
            named(row, "procedure"),
            gettext("erased on request") if row.erased else row.applicant,
            row.submitted_at,
            named(row, "status_name"),
            named(row, "step"),
            row.unit,
            row.officer,
            row.due or row.step_due,
            gettext(_COLOURS[row.due_colour]) if row.due_colour in _COLOURS else "",
        )
