"""What an officer or an applicant may do with a dossier, as forms: one table.

The dossier service says which actions are allowed now; here stands how each is asked for and
which command it becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from kernel import schemas
from kernel.errors import Invalid
from services.dossier.contract import (
    ACTIONS,
    ConsultUnit,
    DossierStatus,
    RequestFee,
    RequestSupplement,
    StepState,
)
from services.portal.forms import read, whole_number
from services.portal.language import mark


class Ask(StrEnum):
    """The kinds of fields in the forms of actions."""

    LINE = "line"
    TEXT = "text"
    MOMENT = "moment"
    OFFICER = "officer"
    EARLIER_STEP = "earlier-step"
    AGENCY = "agency"
    UNIT = "unit"
    CONSULTED_UNIT = "consulted-unit"
    SCORE = "score"
    SLOT = "slot"
    RESULT_FILE = "result-file"
    MISSING_ITEMS = "missing-items"
    FEE_LINES = "fee-lines"


@dataclass(frozen=True)
class AskFor:
    """A field of an action's form; `name` is that of the command's field."""

    name: str
    kind: Ask
    label: str
    required: bool = False
    hint: str = ""


@dataclass(frozen=True)
class ActionForm:
    """An action as it is offered. `style` is that of its button: empty, secondary or warning."""

    title: str
    button: str
    fields: tuple[AskFor, ...] = ()
    style: str = ""


_NOTE = AskFor("note", Ask.TEXT, mark("Note (kept in the history)"))
_REASON = AskFor("reason", Ask.TEXT, mark("Reason, as the applicant will read it"), required=True)
_WHY_WITHDRAWN = AskFor("reason", Ask.TEXT, mark("Why do you withdraw it?"), required=True)
_BASIS = AskFor("legal_basis", Ask.LINE, mark("Legal basis"))
_BASIS_NEEDED = AskFor("legal_basis", Ask.LINE, mark("Legal basis"), required=True)

FORMS: Mapping[str, ActionForm] = {
    "accept": ActionForm(mark("Accept the dossier"), mark("Accept"), (_NOTE,)),
    "request-supplement": ActionForm(
        mark("Ask for a supplement"),
        mark("Send the request"),
        (
            AskFor("items", Ask.MISSING_ITEMS, mark("What is missing or wrong"), required=True),
            _REASON,
            _BASIS,
        ),
        "secondary",
    ),
    "refuse": ActionForm(mark("Refuse the dossier"), mark("Refuse"), (_REASON, _BASIS), "warning"),
    "assign": ActionForm(
        mark("Assign an officer"),
        mark("Assign"),
        (AskFor("officer", Ask.OFFICER, mark("Officer"), required=True),),
    ),
    "complete-step": ActionForm(mark("Complete this step"), mark("Complete and pass on"), (_NOTE,)),
    "approve": ActionForm(mark("Approve the result"), mark("Approve"), (_NOTE,)),
    "dispatch": ActionForm(
        mark("Dispatch the result"),
        mark("Dispatch"),
        (
            AskFor("number", Ask.LINE, mark("Number of the result's paper")),
            AskFor(
                "file",
                Ask.RESULT_FILE,
                mark("Electronic result"),
                hint=mark("Needed when the result goes out online"),
            ),
            AskFor(
                "tracking",
                Ask.LINE,
                mark("The post's tracking number"),
                hint=mark("Needed when it goes by post"),
            ),
            AskFor(
                "appointment_at",
                Ask.MOMENT,
                mark("Appointment at the counter"),
                hint=mark("Needed in person; dd/mm/yyyy hh:mm"),
            ),
        ),
    ),
    "hand-over": ActionForm(
        mark("Hand over the result"),
        mark("The applicant has received it"),
        (
            AskFor(
                "signed_by",
                Ask.LINE,
                mark("Who signed for it"),
                hint=mark("Only where it is not the applicant"),
            ),
        ),
    ),
    "book-appointment": ActionForm(
        mark("Book an appointment at the counter"),
        mark("Book"),
        (AskFor("starts_at", Ask.SLOT, mark("Time"), required=True),),
        "secondary",
    ),
    "confirm-receipt": ActionForm(
        mark("Confirm that you have the result"), mark("I have received it")
    ),
    "rate": ActionForm(
        mark("Rate how your dossier was handled"),
        mark("Send the rating"),
        (
            AskFor("score", Ask.SCORE, mark("Your rating"), required=True),
            AskFor("comment", Ask.TEXT, mark("What was good, what was not")),
        ),
    ),
    "request-fee": ActionForm(
        mark("Ask for the fee"),
        mark("Send the request for the fee"),
        (AskFor("lines", Ask.FEE_LINES, mark("Lines of the fee")),),
        "secondary",
    ),
    "consult": ActionForm(
        mark("Ask another unit for its opinion"),
        mark("Ask"),
        (
            AskFor("unit", Ask.UNIT, mark("Unit"), required=True),
            AskFor("question", Ask.TEXT, mark("What it should say"), required=True),
            AskFor(
                "hours",
                Ask.LINE,
                mark("Working hours that it has"),
                hint=mark("Sixteen where nothing is written; the dossier's clock runs meanwhile"),
            ),
        ),
        "secondary",
    ),
    "answer-consultation": ActionForm(
        mark("Give your unit's opinion"),
        mark("Give the opinion"),
        (AskFor("opinion", Ask.TEXT, mark("Opinion"), required=True),),
    ),
    "call-off-consultation": ActionForm(
        mark("Do without a unit's opinion"),
        mark("Do without it"),
        (AskFor("unit", Ask.CONSULTED_UNIT, mark("Unit"), required=True),),
        "secondary",
    ),
    "return-step": ActionForm(
        mark("Send back to an earlier step"),
        mark("Send back"),
        (AskFor("to", Ask.EARLIER_STEP, mark("Back to"), required=True), _REASON),
        "secondary",
    ),
    "withdraw": ActionForm(
        mark("Withdraw the dossier"),
        mark("Withdraw"),
        (_WHY_WITHDRAWN,),
        "warning",
    ),
    "request-withdrawal": ActionForm(
        mark("Ask to withdraw the dossier"), mark("Ask to withdraw"), (_WHY_WITHDRAWN,), "warning"
    ),
    "grant-withdrawal": ActionForm(
        mark("Let the applicant withdraw it"), mark("Agree: the dossier ends"), style="warning"
    ),
    "extend": ActionForm(
        mark("Extend, with an apology"),
        mark("Extend and apologise"),
        (
            AskFor(
                "days",
                Ask.LINE,
                mark("Working days more"),
                required=True,
                hint=mark("Once only, and until the day before it is due"),
            ),
            _REASON,
        ),
        "secondary",
    ),
    "transfer": ActionForm(
        mark("Transfer to another agency"),
        mark("Transfer"),
        (
            AskFor("agency", Ask.AGENCY, mark("Agency that is to resolve it"), required=True),
            _REASON,
            _BASIS,
        ),
        "secondary",
    ),
    "stop": ActionForm(
        mark("Stop processing"), mark("Stop: the dossier ends"), (_REASON, _BASIS_NEEDED), "warning"
    ),
    "refuse-withdrawal": ActionForm(
        mark("Refuse the withdrawal"), mark("Refuse and go on"), (_REASON,), "secondary"
    ),
}

AT_DESK: Mapping[str, ActionForm] = {
    "request-withdrawal": ActionForm(
        mark("Enter that the applicant wishes to withdraw"),
        mark("Enter the wish"),
        (AskFor("reason", Ask.TEXT, mark("Why does the applicant withdraw it?"), required=True),),
        "warning",
    ),
}
"""What an applicant may do, as the officer at the desk is asked who enters it for one."""

LINES: Mapping[str, str] = {
    "item-other": mark("Something else, for example in the declaration"),
    "other-label": mark("Another line"),
    "other-amount": mark("Its amount in đồng"),
}
"""What may be added to a list that the procedure gives: what is missing, the lines of a fee."""


def form_of(action: str, officer: bool) -> ActionForm | None:
    """Return how an action is asked for from an officer or an applicant; None where it is not."""
    return (AT_DESK.get(action) if officer else None) or FORMS.get(action)


def command(action: str, dossier: DossierStatus, values: Mapping[str, Any]) -> Any:
    """Return the command that a filled-in form means; raises `Invalid`, or `KeyError`."""
    build = _BUILDERS.get(action)
    if build is not None:
        return build(dossier, values)
    return read(ACTIONS[action], values, code=dossier.code)


def earlier_steps(dossier: DossierStatus) -> tuple[tuple[str, str, str], ...]:
    """Return (id, name, English name) of the steps that it can be sent back to."""
    done = [step for step in dossier.steps[1:] if step.state is StepState.DONE]
    return tuple((step.id, step.name, step.name_en) for step in done)


def _request_supplement(dossier: DossierStatus, values: Mapping[str, Any]) -> RequestSupplement:
    asked = [(document.id, f"item.{document.id}") for document in dossier.procedure.documents]
    told = [
        (requirement, name)
        for requirement, name in (*asked, (None, "item-other"))
        if values.get(name)
    ]
    items = [{"requirement": requirement, "note": values[name]} for requirement, name in told]
    inputs = {f"items.{number}.note": name for number, (_, name) in enumerate(told)}
    with _faults_at(inputs):
        return read(RequestSupplement, values, code=dossier.code, items=items)


def _consult(dossier: DossierStatus, values: Mapping[str, Any]) -> ConsultUnit:
    typed = str(values.get("hours") or "").strip()
    hours = {"hours": whole_number(typed)} if typed else {}
    others = {name: value for name, value in values.items() if name != "hours"}
    return read(ConsultUnit, others, code=dossier.code, **hours)


def _request_fee(dossier: DossierStatus, values: Mapping[str, Any]) -> RequestFee:
    lines: list[dict[str, Any]] = []
    inputs: dict[str, str] = {}
    for index, line in enumerate(dossier.procedure.fees):
        quantity = whole_number(str(values.get(f"quantity-{index}") or "0"))
        if quantity != 0:
            inputs[f"lines.{len(lines)}.quantity"] = f"quantity-{index}"
            lines.append({**schemas.dump(line), "quantity": quantity})
    if label := values.get("other-label"):
        amount = whole_number(str(values.get("other-amount") or ""))
        inputs[f"lines.{len(lines)}.label"] = "other-label"
        inputs[f"lines.{len(lines)}.unit_amount"] = "other-amount"
        lines.append({"label": label, "unit_amount": amount, "quantity": 1})
    with _faults_at(inputs):
        return schemas.load(RequestFee, {"code": dossier.code, "lines": lines})


@contextmanager
def _faults_at(inputs: Mapping[str, str]) -> Iterator[None]:
    """Name the faults of a message by the inputs that its parts came from."""
    try:
        yield
    except Invalid as error:
        faults = [replace(one, field=inputs.get(one.field, one.field)) for one in error.fields]
        raise Invalid(error.code, error.vi, error.en, fields=faults) from error


_BUILDERS: Mapping[str, Callable[[DossierStatus, Mapping[str, Any]], Any]] = {
    "request-supplement": _request_supplement,
    "request-fee": _request_fee,
    "consult": _consult,
}
