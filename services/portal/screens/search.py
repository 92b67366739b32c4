"""The pages on which a procedure is found and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.catalog.contract import (
    DocumentRequirement,
    FieldsOfWork,
    Procedure,
    ProcedurePage,
    ProcessingTime,
    Tariff,
    TimeUnit,
    can_file_online,
)
from services.dossier.contract import ProcessingTimes
from services.portal.formats import money
from services.portal.forms import Form
from services.portal.language import gettext
from services.portal.screens.places import Options
from services.portal.wording import word

# Districts were abolished on this day; for days before it they can be chosen (C06).
WITHOUT_DISTRICTS = date(2025, 7, 1)


@dataclass(frozen=True)
class HomeScreen:
    """The home page: fields of work, and procedures that are asked for most."""

    fields: FieldsOfWork
    popular: ProcedurePage
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class SearchScreen:
    """Search with filters (C03) and what was found (C12)."""

    form: Form
    found: ProcedurePage
    fields: Options
    agencies: Options
    provinces: Options
    districts: Options
    communes: Options
    with_districts: bool
    next_address: str = ""

    @property
    def filtered(self) -> bool:
        """Whether any filter is set."""
        return any(value for name, value in self.form.values.items() if name != "q")


@dataclass(frozen=True)
class ProcedureScreen:
    """A procedure with all that one must know before one begins (C22 to C25).

    `receives` says that the officer who reads it takes it in at a desk.
    """

    procedure: Procedure
    place: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    times: ProcessingTimes | None = None
    receives: bool = False

    @property
    def can_file_online(self) -> bool:
        """Whether the wizard takes it: levels 3 and 4 with the online channel (F01 to F04)."""
        return can_file_online(self.procedure)


def time_words(time: ProcessingTime) -> str:
    """Return a processing time in words."""
    if time.unit is TimeUnit.SAME_DAY:
        return gettext("the same working day; received after 15:00: the next working day")
    if time.value is None:
        return time.note or gettext("as described")
    return f"{time.value} {word(time.unit)}"


def fee_words(tariff: Tariff) -> str:
    """Return a fee in words."""
    if tariff.amount is None:
        return tariff.label or gettext("set by the provincial council")
    if tariff.amount == 0:
        return gettext("free of charge")
    return f"{money(tariff.amount)} / {tariff.per}" if tariff.per else money(tariff.amount)


def copies_words(document: DocumentRequirement) -> str:
    """Return how many originals and copies of a paper are needed."""
    parts = []
    if document.originals:
        parts.append(gettext("%(n)s original", n=document.originals))
    if document.copies:
        parts.append(gettext("%(n)s copies", n=document.copies))
    return ", ".join(parts)
