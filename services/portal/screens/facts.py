"""What holds of a dossier at a moment, in words; and what is different at another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.dossier.contract import (
    ClockState,
    DocumentView,
    DossierStatus,
    FeeView,
    Holder,
    OfficerRef,
    ResultView,
    StepState,
    StepView,
    SupplementView,
)
from services.portal.formats import moment, money, size
from services.portal.language import gettext, named
from services.portal.wording import word


@dataclass(frozen=True)
class Fact:
    """A fact then and now, empty where there was or is none; `exact` is read sign by sign."""

    label: str
    then: str
    now: str
    exact: bool = False

    @property
    def differs(self) -> bool:
        """Whether it is another one now."""
        return self.then != self.now


@dataclass(frozen=True)
class _Told:
    """A fact of one moment. `key` names what it is about, so that it is found in the other one."""

    key: str
    label: str
    value: str
    exact: bool = False


def compared(then: DossierStatus, now: DossierStatus) -> tuple[Fact, ...]:
    """Return all facts of both moments, in the order of a dossier's life."""
    past = {one.key: one for one in _told(then)}
    present = {one.key: one for one in _told(now)}
    facts = (
        Fact(
            label=told.label,
            then=past[key].value if key in past else "",
            now=present[key].value if key in present else "",
            exact=told.exact,
        )
        for key, told in sorted({**present, **past}.items(), key=_place)
    )
    return tuple(fact for fact in facts if fact.then or fact.now)


_REPEATED = ("fee", "document")


def _place(told: tuple[str, _Told]) -> int:
    """The facts that stand once come first, in their own order."""
    kind = told[0].split(" ")[0]
    return 1 + _REPEATED.index(kind) if kind in _REPEATED else 0


def _told(dossier: DossierStatus) -> Iterator[_Told]:
    step, clock = dossier.step, dossier.clock
    yield _Told("status", gettext("Status"), named(dossier, "status_name"))
    yield from _held(dossier.holder, ended=clock.state is ClockState.STOPPED)
    yield _Told("step", gettext("Step"), named(step) if step else "")
    yield _Told("step-due", gettext("This step until"), moment(step.due) if step else "")
    for one in dossier.consultations:
        if one.state == "open":
            yield _Told(
                f"consulted {one.unit.id}",
                gettext("Asked for its opinion"),
                f"{named(one.unit)}, {moment(one.due)}",
            )
    yield _Told("steps", gettext("Steps that are done"), _done(dossier.steps))
    yield _Told("due", gettext("Result due"), moment(clock.due))
    yield _Told("clock", gettext("Clock"), word(clock.state))
    yield _Told("explained", gettext("The clock, explained"), named(clock, "explained"))
    yield _Told("arrived", gettext("Letter arrived"), moment(dossier.arrived_at))
    yield _Told("accepted", gettext("Accepted on"), moment(dossier.accepted_at))
    yield _Told("receiving", gettext("Receiving officer"), _officer(dossier.receiving_officer))
    yield _Told("supplement", gettext("Asked for"), _asked(dossier.supplement))
    yield _Told("refusal", gettext("Reason of the refusal"), dossier.refusal)
    yield _Told("result", gettext("Result"), _result(dossier.result))
    for fee in dossier.fees:
        yield _Told(f"fee {fee.obligation}", gettext("Fee"), _fee(fee))
    for document in dossier.documents:
        yield from _document(document)


def _held(holder: Holder | None, ended: bool) -> Iterator[_Told]:
    if holder is None:
        words = gettext("no one: it is closed") if ended else ""
        yield _Told("unit", gettext("Unit that holds it"), words)
        yield _Told("officer", gettext("Officer"), "")
        return
    unit = f"{named(holder.unit)} – {named(holder.agency)}"
    yield _Told("unit", gettext("Unit that holds it"), unit)
    words = _officer(holder.officer) or gettext("not assigned yet")
    yield _Told("officer", gettext("Officer"), words)


def _officer(officer: OfficerRef | None) -> str:
    return f"{officer.name}, {officer.title}" if officer else ""


def _done(steps: tuple[StepView, ...]) -> str:
    done = [named(step) for step in steps if step.state is StepState.DONE]
    count = gettext("%(n)s of %(all)s", n=len(done), all=len(steps))
    return f"{count}: {', '.join(done)}" if done else count


def _fee(fee: FeeView) -> str:
    paid = gettext(
        "Paid %(time)s, receipt %(number)s", time=moment(fee.paid_at), number=fee.receipt
    )
    return f"{money(fee.amount)} – {paid if fee.receipt else word(fee.state)}"


def _asked(supplement: SupplementView | None) -> str:
    if supplement is None:
        return ""
    items = "; ".join(item.note for item in supplement.items)
    return f"{supplement.reason} ({items})"


def _result(result: ResultView | None) -> str:
    if result is None:
        return ""
    parts = [
        word(result.by),
        gettext("number %(number)s", number=result.number) if result.number else "",
        gettext("sent %(time)s", time=moment(result.dispatched_at)),
        gettext("received %(time)s", time=moment(result.received_at)) if result.received_at else "",
    ]
    return "; ".join(part for part in parts if part)


def _document(document: DocumentView) -> Iterator[_Told]:
    key = f"document {document.file or document.sha256}"
    label = gettext("Document: %(name)s (%(size)s)", name=named(document), size=size(document.size))
    yield _Told(key, label, f"SHA-256 {document.sha256}", exact=True)
