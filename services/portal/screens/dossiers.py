"""The pages of dossiers: one's own, one in full, the officer's work list, the look-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.catalog.contract import Procedure
from services.dossier.contract import (
    Asset,
    DossierPage,
    DossierStatus,
    Draft,
    FeeState,
    FeeView,
    LookUpResult,
    Slot,
    StepState,
    StepView,
    Trace,
    TraceEntry,
)
from services.portal.actions import LINES, ActionForm, form_of
from services.portal.forms import Form
from services.portal.language import gettext, named
from services.portal.screens.places import Places
from services.portal.screens.wizard import answer_words

_NOTIFIED = "CitizenNotified"


@dataclass(frozen=True)
class MineScreen:
    """One's own dossiers and drafts (E20)."""

    dossiers: DossierPage
    drafts: tuple[Draft, ...]
    form: Form = field(default_factory=Form)
    next_address: str = ""
    tabs: tuple[tuple[str, str, int | None], ...] = ()


@dataclass(frozen=True)
class DossierScreen:
    """A dossier in full: who holds it, at which step, due when, what happened, what can be done.

    `officer` says whether an officer looks at it; `forms` holds what was typed into the form of
    an action that was refused.
    """

    dossier: DossierStatus
    trace: Trace
    officer: bool = False
    officers: tuple[tuple[str, str], ...] = ()
    earlier_steps: tuple[tuple[str, str, str], ...] = ()
    agencies: tuple[tuple[str, str], ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    slots: tuple[Slot, ...] = ()
    forms: Mapping[str, Form] = field(default_factory=dict)
    procedure: Procedure | None = None
    place_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """The mark of this state: it changes with every event."""
        return f"v{self.dossier.version}-{int(self.officer)}"

    @property
    def actions(self) -> tuple[tuple[str, ActionForm], ...]:
        """The actions allowed now that have a form on this page, those that go on first."""
        found = ((name, form_of(name, self.officer)) for name in self.dossier.actions)
        offered = [(name, form) for name, form in found if form is not None]
        return tuple(sorted(offered, key=lambda action: bool(action[1].style)))

    @property
    def consulted(self) -> tuple[tuple[str, str], ...]:
        """The units whose opinion is waited for."""
        return tuple(
            (one.unit.id, named(one.unit))
            for one in self.dossier.consultations
            if one.state == "open"
        )

    @property
    def can_supplement(self) -> bool:
        """Whether the applicant is asked for something."""
        return "supplement" in self.dossier.actions

    @property
    def history(self) -> tuple[TraceEntry, ...]:
        """What happened, newest first, without the messages."""
        return tuple(e for e in reversed(self.trace.entries) if e.type != _NOTIFIED)

    @property
    def messages(self) -> tuple[TraceEntry, ...]:
        """Messages to the applicant, newest first."""
        return tuple(e for e in reversed(self.trace.entries) if e.type == _NOTIFIED)

    @property
    def due_fees(self) -> tuple[FeeView, ...]:
        """Fees that wait to be paid."""
        return tuple(fee for fee in self.dossier.fees if fee.state is FeeState.DUE)

    def form(self, action: str) -> Form:
        """Return the form of an action, with what was refused in it."""
        return self.forms.get(action) or Form()

    def labels(self, action: str) -> Mapping[str, str]:
        """Return what the fields of an action are called."""
        form = form_of(action, self.officer)
        asked = form.fields if form is not None else ()
        procedure = self.dossier.procedure
        return {
            **{ask.name: gettext(ask.label) for ask in asked},
            **{f"item.{document.id}": named(document) for document in procedure.documents},
            **{f"quantity-{index}": line.label for index, line in enumerate(procedure.fees)},
            **{name: gettext(label) for name, label in LINES.items()},
        }

    def css_of(self, step: StepView) -> str:
        """Return how a step is drawn in the route."""
        if self.dossier.stuck_at is not None and self.dossier.stuck_at.id == step.id:
            return "app-route__now app-route__stuck"
        return {StepState.DONE: "app-route__done", StepState.CURRENT: "app-route__now"}.get(
            step.state, ""
        )

    def answers(self) -> tuple[tuple[str, str], ...]:
        """Return the declaration's labels and answers, for those who may see them."""
        given = self.dossier.answers
        if given is None or self.procedure is None:
            return ()
        fields = (item for section in self.procedure.form.sections for item in section.fields)
        return tuple(
            (item.label, answer_words(item, given.get(item.key), self.place_names))
            for item in fields
            if item.key in given
        )


@dataclass(frozen=True)
class SupplementScreen:
    """What the applicant is asked for, with a place for each thing (D19).

    With `at_counter` an officer enters what the applicant brought or sent by post.
    """

    dossier: DossierStatus
    form: Form
    procedure: Procedure
    accept: str
    max_bytes: int
    places: Places = field(default_factory=Places)
    at_counter: bool = False


@dataclass(frozen=True)
class RegisterScreen:
    """Which days the register is wanted of."""

    form: Form


@dataclass(frozen=True)
class LookUpScreen:
    """The look-up without login (E10 to E16); `found` is None before anything was asked."""

    form: Form
    found: LookUpResult | None = None
    code_sent: bool = False


@dataclass(frozen=True)
class AssetsScreen:
    """What a person has from earlier dossiers."""

    assets: tuple[Asset, ...]
