"""The pages on which a dossier is written and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from services.catalog.contract import (
    OFFERINGS,
    Agency,
    Channel,
    DocumentRequirement,
    FieldType,
    FormField,
    Offering,
    Procedure,
)
from services.dossier.contract import AT_COUNTER, Asset, DossierStatus, Draft, ReturnBy
from services.portal.drafting import FileGiven, Step, Writing
from services.portal.formats import money, show_day
from services.portal.forms import Form, whole_number
from services.portal.language import gettext, named
from services.portal.screens.places import Places

_WAYS_BACK: Mapping[Offering, ReturnBy] = {
    Offering.RESULT_ONLINE: ReturnBy.ONLINE,
    Offering.RESULT_IN_PERSON: ReturnBy.IN_PERSON,
    Offering.RESULT_BY_POST: ReturnBy.POST,
}


@dataclass(frozen=True)
class BeginScreen:
    """Before the first step: where, which case, how the result is wanted; drafts to go on with.

    `version` is that of the draft whose beginning is changed.
    """

    procedure: Procedure
    form: Form
    places: Places
    drafts: tuple[Draft, ...] = ()
    version: int | None = None

    @property
    def ways_back(self) -> tuple[ReturnBy, ...]:
        """Return how the result can be given at the procedure's level (F03, F04)."""
        offered = OFFERINGS[self.procedure.legacy_level]
        return tuple(way for offering, way in _WAYS_BACK.items() if offering in offered)


@dataclass(frozen=True)
class ReceiveScreen:
    """Before the first step at the desk: how it came, which case, how the result is wanted.

    `version` is that of the draft whose beginning is changed.
    """

    WAYS_BACK: ClassVar[tuple[ReturnBy, ...]] = (ReturnBy.IN_PERSON, ReturnBy.POST)

    procedure: Procedure
    form: Form
    drafts: tuple[Draft, ...] = ()
    version: int | None = None

    @staticmethod
    def channels_of(procedure: Procedure) -> tuple[Channel, ...]:
        """Return the ways in which the desk takes a procedure."""
        return tuple(channel for channel in procedure.channels if channel in AT_COUNTER)


@dataclass(frozen=True)
class StepScreen:
    """One of the four steps.

    With `looked_up` a link to one of its faults led here, and that field keeps the focus.
    """

    step: Step
    draft: str
    version: int
    procedure: Procedure
    writing: Writing
    form: Form
    places: Places = field(default_factory=Places)
    documents: tuple[DocumentRequirement, ...] = ()
    accept: str = ""
    max_bytes: int = 0
    assets: tuple[Asset, ...] = ()
    looked_up: bool = False

    def reusable(self, needed: DocumentRequirement) -> tuple[Asset, ...]:
        """Return what can be handed in again for a document: of the same name first."""
        return tuple(sorted(self.assets, key=lambda one: one.name != needed.name))

    def files(self, requirement: str) -> tuple[FileGiven, ...]:
        """Return the files given for a document."""
        return tuple(item for item in self.writing.documents if item.requirement == requirement)


@dataclass(frozen=True)
class CheckScreen:
    """All that was entered, to be checked before it is sent.

    With `second` the person is asked whether a second dossier of the same kind is meant.
    """

    draft: str
    version: int
    procedure: Procedure
    writing: Writing
    agency: Agency | None
    documents: tuple[DocumentRequirement, ...]
    form: Form
    fault_links: Mapping[str, str] = field(default_factory=dict)
    place_names: Mapping[str, str] = field(default_factory=dict)
    second: bool = False

    @property
    def step(self) -> Step:
        """The page's own place among the steps."""
        return Step.CHECK

    def files(self, requirement: str) -> tuple[FileGiven, ...]:
        """Return the files given for a document."""
        return tuple(item for item in self.writing.documents if item.requirement == requirement)

    def answer(self, item: FormField) -> str:
        """Return an answer in words."""
        return answer_words(item, self.writing.form.get(item.key), self.place_names)


@dataclass(frozen=True)
class SentScreen:
    """The confirmation with the code and the PIN (D16)."""

    dossier: DossierStatus

    @property
    def at_counter(self) -> bool:
        """Whether the officer who sees it took it in, at the desk or from a letter."""
        return self.dossier.channel in AT_COUNTER


def answer_words(item: FormField, value: Any, places: Mapping[str, str]) -> str:
    """Return an answer as it is read: options by their labels, days and money as written here."""
    if value in (None, "", []):
        return ""
    labels = {option.value: named(option, "label") for option in item.options}
    match item.type:
        case FieldType.CHOICES:
            chosen = value if isinstance(value, list | tuple) else [value]
            return ", ".join(labels.get(str(one), str(one)) for one in chosen)
        case FieldType.CHOICE:
            return labels.get(str(value), str(value))
        case FieldType.DATE:
            return show_day(str(value))
        case FieldType.MONEY:
            amount = whole_number(str(value))
            return money(amount) if isinstance(amount, int) else str(value)
        case FieldType.CONSENT:
            return gettext("Agreed")
        case FieldType.PLACE:
            return places.get(str(value), str(value))
        case _:
            return str(value)
