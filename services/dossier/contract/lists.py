"""Lists of dossiers: the applicant's, the officer's with its saved filters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kernel.requests import command, request
from kernel.schemas import field, frozen
from services.dossier.contract.vocabulary import Status


@frozen
class DossierRow:
    """A row of a list: mine, or my unit's."""

    code: str
    version: int
    status: Status
    status_name: str
    status_name_en: str
    procedure: str
    procedure_code: str
    procedure_en: str
    agency: str
    submitted_at: datetime
    applicant: str = field(default="", doc="name, for officers only")
    unit: str = field(default="")
    officer: str = field(default="")
    officer_account: str = field(default="")
    step: str = field(default="")
    step_en: str = field(default="")
    due: datetime | None = field(default=None)
    step_due: datetime | None = field(default=None)
    due_colour: str = field(
        default="none", doc="on-time, soon (under 24 working hours), late, none"
    )
    erased: bool = field(default=False, doc="the personal parts were erased on request")
    withdrawal_asked: bool = field(default=False, doc="the applicant waits for an answer to that")


@frozen
class DossierPage:
    """Rows of a list; `next` is an opaque cursor."""

    items: tuple[DossierRow, ...]
    next: str | None = field(default=None)
    counts: Mapping[str, int] = field(default_factory=dict, doc="rows per tab, without filters")
    cut: bool = field(default=False, doc="the search stopped at its bound; `next` goes on")


@frozen
class SavedFilter:
    """A work list that an officer keeps under a name; words that were searched are not kept."""

    name: str = field(min_length=1, max_length=60)
    tab: str = field(default="unit", pattern="^(mine|nobody|unit|consulted|waiting|closed)$")
    status: Status | None = field(default=None)
    procedure: str | None = field(default=None, max_length=100)
    colour: str | None = field(default=None, pattern="^(on-time|soon|late)$")
    unit: str | None = field(default=None, max_length=100)
    officer: str | None = field(default=None, max_length=64)
    sort: str | None = field(
        default=None,
        pattern="^-?(due|code|submitted|applicant|procedure|step|officer|status)$",
    )


@frozen
class SavedFilters:
    """The caller's saved filters, by name."""

    items: tuple[SavedFilter, ...]


@request("dossier", answer=DossierPage)
@frozen
class ListMyDossiers:
    """The caller's own dossiers, newest first (E20)."""

    status: Status | None = field(default=None)
    state: str | None = field(default=None, pattern="^(open|waiting|closed)$")
    q: str = field(default="", max_length=200, doc="words of code or procedure")
    after: str | None = field(default=None, max_length=200)
    limit: int = field(default=20, minimum=1, maximum=100)


@request("dossier", answer=DossierPage)
@frozen
class ReadInbox:
    """An officer's work list: the open dossiers of the unit, most urgent first.

    Tab `closed` lists those of the agency that ended this month or in the three before it, newest
    first. Tab `nobody` lists what is in no officer's hands. Where few rows are wanted in a long
    list, a page may end early; its `next` goes on.
    """

    tab: str = field(default="unit", pattern="^(mine|nobody|unit|consulted|waiting|closed)$")
    q: str = field(default="", max_length=200, doc="words of code, procedure or applicant")
    status: Status | None = field(default=None)
    procedure: str | None = field(default=None, max_length=100)
    colour: str | None = field(default=None, pattern="^(on-time|soon|late)$")
    unit: str | None = field(default=None, max_length=100, doc="for leaders: one unit only")
    officer: str | None = field(default=None, max_length=64, doc="account of the holder")
    sort: str | None = field(
        default=None,
        pattern="^-?(due|code|submitted|applicant|procedure|step|officer|status)$",
        doc="a column, with `-` the other way round; the tab's own order where absent",
    )
    after: str | None = field(default=None, max_length=400)
    limit: int = field(default=50, minimum=1, maximum=200)


@command("dossier", answer=SavedFilters)
@frozen
class SaveFilter:
    """Keep a work list under a name, in the place of the one that has this name."""

    filter: SavedFilter


@command("dossier", answer=SavedFilters)
@frozen
class DeleteFilter:
    """Forget a saved filter."""

    name: str = field(min_length=1, max_length=60)


@request("dossier", answer=SavedFilters)
@frozen
class ListFilters:
    """The caller's saved filters."""
