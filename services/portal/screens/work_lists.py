"""The officer's work list as a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.dossier.contract import Delegations, DossierPage, Draft, SavedFilter
from services.portal.forms import Form
from services.portal.language import gettext, mark

COLUMNS: Mapping[str, str] = {
    "code": mark("Dossier"),
    "applicant": mark("Applicant"),
    "step": mark("Step"),
    "officer": mark("Officer"),
    "due": mark("Due"),
    "status": mark("Status"),
}
_ORDERS: Mapping[str, str] = {
    **COLUMNS,
    "submitted": mark("Sent on"),
    "procedure": mark("Procedure"),
}


@dataclass(frozen=True)
class Column:
    """The head of a column: where its link leads, and how the list is sorted by it now."""

    name: str
    words: str
    address: str
    sorted: str = "none"


@dataclass(frozen=True)
class Saved:
    """A saved filter as a link."""

    filter: SavedFilter
    address: str


@dataclass(frozen=True)
class InboxScreen:
    """The officer's work list.

    `officers` are those to whom chosen dossiers can be assigned; there are none for who may not.
    `again` are the filters as hidden inputs of the forms on the page. `receives` says that the
    officer takes in dossiers at a desk, `drafts` are those begun there.
    """

    dossiers: DossierPage
    form: Form
    tab: str
    next_address: str = ""
    tabs: tuple[tuple[str, str, int | None], ...] = ()
    columns: tuple[Column, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    officers: tuple[tuple[str, str], ...] = ()
    saved: tuple[Saved, ...] = ()
    exports: tuple[tuple[str, str], ...] = ()
    again: Mapping[str, str] = field(default_factory=dict)
    receives: bool = False
    drafts: tuple[Draft, ...] = ()

    @property
    def procedures(self) -> tuple[tuple[str, str], ...]:
        """The procedures to choose from: those of the rows, and the one that is chosen."""
        found = {row.procedure_code: row.procedure for row in self.dossiers.items}
        chosen = str(self.form.value("procedure"))
        return tuple((({chosen: chosen} if chosen else {}) | found).items())

    @property
    def filtered(self) -> bool:
        """Whether anything but the tab chooses or orders the rows."""
        return bool(self.again.keys() - {"tab"}) or self.form.faulty

    @property
    def orders(self) -> tuple[tuple[str, str], ...]:
        """The orders to choose from, for who sees no heads of columns."""
        return tuple((name, gettext(words)) for name, words in _ORDERS.items())

    @property
    def can_assign(self) -> bool:
        """Whether rows can be chosen."""
        return bool(self.officers and self.dossiers.items and self.tab != "closed")


@dataclass(frozen=True)
class DelegationsScreen:
    """Who is away and who stands in; `officers` to choose from are there for leaders only."""

    delegations: Delegations
    form: Form
    officers: tuple[tuple[str, str], ...] = ()
    deputies: tuple[tuple[str, str], ...] = ()
    own: str = ""
    leads: bool = False
