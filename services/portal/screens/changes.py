"""What an event changed, in words: the fields that people ask about, before and after."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from kernel.schemas import JSON
from services.dossier.contract import (
    Change,
    ClockState,
    DossierStatus,
    FeeState,
    ReturnBy,
    StepState,
    Timing,
)
from services.portal import formats
from services.portal.language import gettext, locale, mark, named
from services.portal.wording import word

Words = Callable[[JSON], str]


@dataclass(frozen=True)
class ChangeInWords:
    """A field that an event changed; «–» where it was or is not there."""

    label: str
    before: str
    after: str
    exact: bool = False


def in_words(changes: Iterable[Change], dossier: DossierStatus) -> tuple[ChangeInWords, ...]:
    """Return what of the changes has words; `dossier` names its steps."""
    names = {step.id: named(step) for step in dossier.steps}
    return tuple(_worded(changes, names))


def plain(value: JSON) -> str:
    """Return a value as it is stored, «–» for none."""
    return "–" if value is None else str(value)


def _worded(changes: Iterable[Change], names: Mapping[str, str]) -> Iterator[ChangeInWords]:
    for change in _in_one_language(changes):
        for pattern, label, words in _FIELDS:
            found = pattern.fullmatch(change.path)
            # that every step waits at the beginning says nothing
            if found and not (words is _step_words and change.before is None):
                name = names.get(found[1], found[1]) if pattern.groups else ""
                yield ChangeInWords(
                    gettext(label, name=name),
                    _said(words, change.before),
                    _said(words, change.after),
                    exact=label == _HASH,
                )


def _in_one_language(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield each named thing once, by its name in the language of the page where it has one."""
    by_path = {change.path: change for change in changes}
    for path, change in by_path.items():
        english = by_path.get(f"{path}_en")
        if path.endswith("_en") and path.removesuffix("_en") in by_path:
            continue
        yield replace(english, path=path) if english and locale() == "en" else change


def _said(words: Words, value: JSON) -> str:
    if value is None:
        return "–"
    try:
        return words(value)
    except (TypeError, ValueError):
        return plain(value)  # written by another version of the dossier service


def _of(kinds: type[Enum]) -> Words:
    return lambda value: word(kinds(value))


def _moment(value: JSON) -> str:
    return formats.moment(datetime.fromisoformat(str(value)))


def _money(value: JSON) -> str:
    return formats.money(int(str(value)))


def _time(value: JSON) -> str:
    return formats.working_time(int(str(value)))


_step_words = _of(StepState)
_HASH = mark("Document, SHA-256")

# `*` stands for an id; %(name)s is the name of the step with it
_TABLE: tuple[tuple[str, str, Words], ...] = (
    ("status_name", mark("Status"), str),
    ("agency.name", mark("Agency"), str),
    ("holder.unit.name", mark("Unit that holds it"), str),
    ("holder.officer.name", mark("Officer"), str),
    ("step.name", mark("Step"), str),
    ("step.due", mark("This step until"), _moment),
    ("steps.*.state", mark("Step “%(name)s”"), _step_words),
    ("steps.*.timing", mark("Step “%(name)s” ended"), _of(Timing)),
    ("clock.state", mark("Clock"), _of(ClockState)),
    ("clock.due", mark("Result due"), _moment),
    ("clock.paused_minutes", mark("Time that the clock stood still"), _time),
    ("consultations.*.unit.name", mark("Unit that is asked for its opinion"), str),
    ("consultations.*.due", mark("Opinion until"), _moment),
    ("consultations.*.question", mark("What it should say"), str),
    ("consultations.*.opinion", mark("Opinion"), str),
    ("submitted_at", mark("Sent"), _moment),
    ("arrived_at", mark("Letter arrived"), _moment),
    ("accepted_at", mark("Accepted on"), _moment),
    ("receiving_unit.name", mark("Receiving unit"), str),
    ("receiving_officer.name", mark("Receiving officer"), str),
    ("return_by", mark("How the result is returned"), _of(ReturnBy)),
    ("supplement.reason", mark("Asked for"), str),
    ("supplement.items.*.note", mark("What is missing or wrong"), str),
    ("documents.*.name", mark("Document"), str),
    ("documents.*.sha256", _HASH, str),
    ("fees.*.amount", mark("Fee"), _money),
    ("fees.*.state", mark("State of the fee"), _of(FeeState)),
    ("fees.*.receipt", mark("Number of the receipt"), str),
    ("refusal", mark("Reason of the refusal"), str),
    ("extension.former_due", mark("Due before it was extended"), _moment),
    ("extension.reason", mark("Why it was extended"), str),
    ("stopped", mark("Why processing was stopped"), str),
    ("withdrawal.requested_at", mark("Withdrawal asked for"), _moment),
    ("withdrawal.refusal", mark("Why the withdrawal was refused"), str),
    ("appointment.starts_at", mark("Appointment in person"), _moment),
    ("result.by", mark("Result"), _of(ReturnBy)),
    ("result.number", mark("Number of the result's paper"), str),
    ("result.tracking", mark("The post's tracking number"), str),
    ("result.appointment_at", mark("Appointment"), _moment),
    ("result.received_at", mark("Result received"), _moment),
    ("result.signed_by", mark("Who signed for it"), str),
    ("rating.score", mark("Rating"), str),
    ("rating.comment", mark("Comment"), str),
)
_FIELDS = tuple(
    (re.compile(re.escape(path).replace(r"\*", "(.+)")), label, words)
    for path, label, words in _TABLE
)
