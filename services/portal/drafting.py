"""A dossier that is being written: what a draft holds, and what each of the four steps puts in.

Pure: the wizard's pages read and save drafts; here is what becomes of what was typed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kernel import schemas
from kernel.errors import FieldError, Invalid
from services.catalog.contract import (
    Channel,
    DocumentRequirement,
    FieldType,
    FormField,
    Prefill,
    Procedure,
)
from services.catalog.contract import Form as FormDefinition
from services.dossier.contract import (
    AT_COUNTER,
    AttachmentGiven,
    Draft,
    Person,
    PersonKind,
    PrintDeclaration,
    ReturnBy,
    SubmitDossier,
)
from services.identity.contract import Account, AccountKind
from services.portal import shapes
from services.portal.formats import read_day


class Step(StrEnum):
    """The wizard's four steps, in order, and the page on which all is checked."""

    APPLICANT = "applicant"  # 1 thông tin người nộp hồ sơ (D02)
    OWNER = "owner"  # 2 thông tin chủ hồ sơ (D05)
    FORM = "form"  # 3 tờ khai (D07)
    DOCUMENTS = "documents"  # 4 thành phần hồ sơ (D09)
    CHECK = "check"

    @property
    def following(self) -> Step:
        """The step after this one."""
        steps = list(Step)
        return steps[min(steps.index(self) + 1, len(steps) - 1)]


@dataclass(frozen=True)
class FileGiven:
    """An uploaded file, named for the person who sent it."""

    requirement: str
    file: str
    name: str
    size: int


@dataclass(frozen=True)
class Writing:
    """What a draft holds. Values are as they were typed, days in ISO form.

    `arrived_at` is when the letter came, of what an officer enters that came by post.
    """

    procedure_name: str = ""
    procedure_name_en: str = ""
    place: str = ""
    case: str | None = None
    return_by: str = ""
    applicant: Mapping[str, Any] = field(default_factory=dict)
    owner: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[FileGiven, ...] = ()
    provinces: Mapping[str, str] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    channel: str = Channel.ONLINE.value
    arrived_at: str = ""

    @property
    def at_counter(self) -> bool:
        """Whether an officer enters it, for somebody at the desk or what came by post."""
        return self.channel in AT_COUNTER

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Writing:
        """Read a draft's content; what is not known here, or of another shape, is left aside.

        A program of one's own may save a draft too, and write anything into it.
        """
        values = {name: read(content[name]) for name, read in _READERS.items() if name in content}
        return cls(**{name: value for name, value in values.items() if value is not None})

    def content(self) -> dict[str, Any]:
        """Return what is saved."""
        saved = dataclasses.asdict(self)
        saved["documents"] = [dict(given) for given in saved["documents"]]
        saved["done"] = list(self.done)
        return saved

    def values(self) -> dict[str, Any]:
        """Return the typed values by the names of their inputs."""
        parts = {"applicant": self.applicant, "owner": self.owner, "form": self.form}
        flat = {
            f"{part}.{name}": value for part, held in parts.items() for name, value in held.items()
        }
        flat.update({f"{name}-province": code for name, code in self.provinces.items()})
        return {**flat, "place": self.place, "case": self.case, "return_by": self.return_by}

    def finished(self, step: Step) -> Writing:
        """Return the draft with a step marked as complete."""
        return dataclasses.replace(self, done=tuple(dict.fromkeys((*self.done, step.value))))

    @property
    def next_step(self) -> Step:
        """The first step that is not complete."""
        return next((step for step in Step if step.value not in self.done), Step.CHECK)

    def with_file(self, given: FileGiven) -> Writing:
        """Return the draft with a further file."""
        return dataclasses.replace(self, documents=(*self.documents, given))

    def without_file(self, file: str) -> Writing:
        """Return the draft without a file."""
        kept = tuple(given for given in self.documents if given.file != file)
        return dataclasses.replace(self, documents=kept)

    def copied_from_applicant(self) -> Writing:
        """Return the draft with the applicant as its owner, «lấy thông tin từ người nộp» (D06)."""
        provinces = dict(self.provinces)
        if "applicant.place" in provinces:
            provinces["owner.place"] = provinces["applicant.place"]
        return dataclasses.replace(self, owner=dict(self.applicant), provinces=provinces)


@dataclass(frozen=True)
class Beginning:
    """What is chosen before the first step; online a place, at a desk how it came.

    `arrived_at` is when a letter arrived, `province` the one that the place lies in.
    """

    case: str | None
    return_by: str
    place: str = ""
    province: str = ""
    channel: str = Channel.ONLINE.value
    arrived_at: str = ""


BEGINNING = tuple(item.name for item in dataclasses.fields(Beginning))


def beginning_with(writing: Writing, procedure: Procedure, chosen: Beginning) -> Writing:
    """Return the draft as it begins otherwise; documents that another case needs are let go."""
    needed = {item.id for item in documents_of(procedure, chosen.case)}
    done = tuple(
        step for step in writing.done if step != Step.DOCUMENTS or chosen.case == writing.case
    )
    return dataclasses.replace(
        writing,
        case=chosen.case,
        return_by=chosen.return_by,
        place=chosen.place,
        channel=chosen.channel,
        arrived_at=chosen.arrived_at,
        documents=tuple(given for given in writing.documents if given.requirement in needed),
        provinces={**writing.provinces, "place": chosen.province},
        done=done,
    )


def declaration_of(draft: Draft) -> PrintDeclaration:
    """Return the request for the declaration with what a draft holds."""
    writing = Writing.of(draft.content)
    name = str(writing.applicant.get("name") or "")[:200]
    return PrintDeclaration(procedure=draft.procedure, answers=dict(writing.form), declarer=name)


def _files(value: Any) -> tuple[FileGiven, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(FileGiven(**given) for given in value if _is_file(given))


def _is_file(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"requirement", "file", "name", "size"}
        and all(isinstance(value[name], str) for name in ("requirement", "file", "name"))
        and isinstance(value["size"], int)
        and 0 <= value["size"] < 2**53
    )


def _steps(value: Any) -> tuple[str, ...] | None:
    return tuple(step.value for step in Step if step in value) if isinstance(value, list) else None


def _channel(value: Any) -> str | None:
    return value if isinstance(value, str) and value in set(Channel) else None


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "procedure_name": shapes.text,
    "procedure_name_en": shapes.text,
    "place": shapes.text,
    "case": shapes.text,
    "return_by": shapes.text,
    "applicant": shapes.texts,
    "owner": shapes.texts,
    "form": shapes.answers,
    "documents": _files,
    "provinces": shapes.texts,
    "done": _steps,
    "channel": _channel,
    "arrived_at": shapes.text,
}

_PERSON_FIELDS = tuple(item.name for item in dataclasses.fields(Person))


def take_person(writing: Writing, part: str, values: Mapping[str, Any]) -> Writing:
    """Return the draft with a person as typed; `part` is `applicant` or `owner`."""
    person = {name: _text(values.get(f"{part}.{name}")) for name in _PERSON_FIELDS}
    person["date_of_birth"] = read_day(person["date_of_birth"])
    kept = {name: value for name, value in person.items() if value}
    writing = dataclasses.replace(writing, provinces=_provinces(writing, values))
    if part == Step.OWNER:
        return dataclasses.replace(writing, owner=kept)
    return dataclasses.replace(writing, applicant=kept)


def take_answers(
    writing: Writing, definition: FormDefinition, values: Mapping[str, Any]
) -> Writing:
    """Return the draft with the declaration as typed."""
    answers: dict[str, Any] = {}
    for item in fields_of(definition):
        value = _answer(item, values.get(f"form.{item.key}"))
        if value not in (None, "", [], False):
            answers[item.key] = value
    return dataclasses.replace(writing, form=answers, provinces=_provinces(writing, values))


def check_person(writing: Writing, part: str) -> None:
    """Raise `Invalid` that names what is missing, as the service's own check would."""
    try:
        schemas.load(Person, dict(getattr(writing, part)))
    except Invalid as error:
        raise _refusal(
            dataclasses.replace(item, field=f"{part}.{item.field}") for item in error.fields
        ) from error


def check_answers(writing: Writing, definition: FormDefinition) -> None:
    """Raise `Invalid` that names required fields without an answer; the rest the service checks."""
    missing = [
        schemas.field_error(f"form.{item.key}", "required")
        for item in fields_of(definition)
        if item.required and item.key not in writing.form
    ]
    if missing:
        raise _refusal(missing)


def check_documents(writing: Writing, needed: Sequence[DocumentRequirement]) -> None:
    """Raise `Invalid` that names always-required documents without a file."""
    given = {file.requirement for file in writing.documents}
    missing = [
        FieldError(
            f"documents.{item.id}",
            "required",
            f"Hãy đính kèm «{item.name}».",
            f"Attach “{item.name_en or item.name}”.",
        )
        for item in needed
        if item.required and not item.condition and item.id not in given
    ]
    if missing:
        raise _refusal(missing)


def documents_of(procedure: Procedure, case: str | None) -> tuple[DocumentRequirement, ...]:
    """Return the papers that the case needs; the list is closed (D21)."""
    return tuple(item for item in procedure.documents if item.case in (None, case))


def fields_of(definition: FormDefinition) -> Iterator[FormField]:
    """Return all fields of a declaration."""
    return (item for section in definition.sections for item in section.fields)


def known_person(account: Account) -> dict[str, Any]:
    """Return what the account says about its owner, for «chọn» (D03)."""
    profile = account.profile
    if profile is None:
        return {}
    kind = {
        AccountKind.ORGANISATION: PersonKind.ORGANISATION,
        AccountKind.ENTERPRISE: PersonKind.ENTERPRISE,
    }.get(account.kind, PersonKind.CITIZEN)
    known = {
        "kind": kind.value,
        "name": profile.name,
        "identity_number": profile.identity_number,
        "phone": profile.phone,
        "email": profile.email,
        "address": profile.address,
        "place": profile.place,
        "date_of_birth": profile.date_of_birth and profile.date_of_birth.isoformat(),
        "sex": profile.sex and profile.sex.value,
    }
    return {name: value for name, value in known.items() if value}


def filled(writing: Writing, known: Mapping[str, Any]) -> Writing:
    """Return the draft with the applicant as the account knows him or her, «chọn» (D03)."""
    provinces = {
        name: code for name, code in writing.provinces.items() if name != "applicant.place"
    }
    return dataclasses.replace(
        writing, applicant={**writing.applicant, **known}, provinces=provinces
    )


def prefilled(writing: Writing, definition: FormDefinition) -> Writing:
    """Return the draft with the declaration's empty fields filled from the applicant (D03)."""
    answers = dict(writing.form)
    provinces = dict(writing.provinces)
    for item in fields_of(definition):
        if item.prefill is None or item.key in answers:
            continue
        if item.prefill is Prefill.PLACE and provinces.get(f"form.{item.key}"):
            continue  # a province is chosen, and its commune is still to be
        value = writing.applicant.get(item.prefill.value.removeprefix("applicant."))
        if not value or (item.options and value not in {option.value for option in item.options}):
            continue
        answers[item.key] = value
        if item.prefill is Prefill.PLACE and "applicant.place" in provinces:
            provinces[f"form.{item.key}"] = provinces["applicant.place"]
    return dataclasses.replace(writing, form=answers, provinces=provinces)


def submission(
    writing: Writing, procedure: Procedure, draft: str, *, although_open: bool = False
) -> SubmitDossier:
    """Return the message that sends the dossier, or raise `Invalid`."""
    return schemas.load(
        SubmitDossier,
        {
            "procedure": procedure.code,
            "applicant": dict(writing.applicant),
            "owner": dict(writing.owner),
            "form": dict(writing.form),
            "documents": [
                schemas.dump(AttachmentGiven(given.requirement, given.file))
                for given in writing.documents
            ],
            "return_by": writing.return_by or ReturnBy.IN_PERSON.value,
            "case": writing.case,
            "place": None if writing.at_counter else writing.place,
            "draft": draft,
            "channel": writing.channel,
            "arrived_at": writing.arrived_at or None,
            "although_open": although_open,
        },
    )


def step_of(path: str) -> Step:
    """Return the step on which a field stands, to lead there from an error."""
    head = path.split(".", 1)[0]
    return Step(head) if head in set(Step) else Step.APPLICANT


def _answer(item: FormField, value: Any) -> Any:
    match item.type:
        case FieldType.CHOICES:
            return value if isinstance(value, list) else [value] if value else []
        case FieldType.CONSENT:
            return _text(value) == "on"
        case FieldType.DATE:
            return read_day(_text(value))
        case _:
            return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[-1]
    return "" if value is None else str(value)


def _provinces(writing: Writing, values: Mapping[str, Any]) -> dict[str, str]:
    typed = {
        name.removesuffix("-province"): _text(value)
        for name, value in values.items()
        if name.endswith("-province")
    }
    return {**writing.provinces, **typed}


def _refusal(faults: Iterable[FieldError]) -> Invalid:
    return Invalid(
        "invalid",
        "Một số thông tin chưa đúng hoặc còn thiếu. Xem từng mục bên dưới.",
        "Some fields are wrong or missing. See each field below.",
        fields=tuple(faults),
    )
