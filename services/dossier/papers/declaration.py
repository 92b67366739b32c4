"""The declaration (tờ khai) of a procedure on paper: blank, or with the answers in it (D08)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from kernel.schemas import JSON
from services.catalog.contract import FieldType, FormField, Procedure
from services.dossier.papers.facts import Answer, AnswerSection, DeclarationFacts
from services.dossier.wording import money

_LONG = frozenset({FieldType.LONG_TEXT})


def declaration(
    procedure: Procedure,
    answers: Mapping[str, JSON],
    places: Mapping[str, str],
    printed_on: date,
    *,
    agency: str = "",
    dossier: str = "",
    declared_at: datetime | None = None,
    declarer: str = "",
) -> DeclarationFacts:
    """Return a declaration with these answers; answers to what is not asked are left out.

    `places` names the places of the answers. Of a dossier that was sent, `agency`, `dossier`,
    `declared_at` and `declarer` say where to, its code, when and by whom.
    """
    form = procedure.form
    return DeclarationFacts(
        title=form.name,
        form=form.code,
        issued_by=form.issued_by,
        procedure=procedure.name,
        procedure_code=procedure.code,
        sections=tuple(
            AnswerSection(
                section.title,
                tuple(_answer(item, answers.get(item.key), places) for item in section.fields),
            )
            for section in form.sections
        ),
        agency=agency,
        dossier=dossier,
        declared_at=declared_at,
        declarer=declarer,
        printed_on=printed_on,
    )


def places_in(procedure: Procedure, answers: Mapping[str, JSON]) -> Collection[str]:
    """Return the codes of the places that answers name."""
    fields = (item for section in procedure.form.sections for item in section.fields)
    return {
        str(answers[item.key])
        for item in fields
        if item.type is FieldType.PLACE and answers.get(item.key)
    }


def _answer(item: FormField, value: JSON, places: Mapping[str, str]) -> Answer:
    words = _words(item, value, places)
    # what is chosen from is printed only where somebody still has to choose by hand
    choices = () if words else tuple(option.label for option in item.options)
    if item.type is FieldType.CONSENT and not words:
        choices = ("Đồng ý",)
    return Answer(item.label, words, item.type in _LONG, choices)


def _words(item: FormField, value: JSON, places: Mapping[str, str]) -> str:
    if value in (None, "", [], (), False):
        return ""
    labels = {option.value: option.label for option in item.options}
    match item.type:
        case FieldType.CHOICES:
            chosen = value if isinstance(value, list | tuple) else [value]
            return ", ".join(labels.get(str(one), str(one)) for one in chosen)
        case FieldType.CHOICE:
            return labels.get(str(value), str(value))
        case FieldType.DATE:
            return _day(str(value))
        case FieldType.MONEY:
            return money(value) if isinstance(value, int) else str(value)
        case FieldType.CONSENT:
            return "Đồng ý"
        case FieldType.PLACE:
            return places.get(str(value), str(value))
        case _:
            return str(value)


def _day(value: str) -> str:
    try:
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    except ValueError:  # a draft holds what was typed
        return value
