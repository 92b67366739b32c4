"""What the applicant fills in, checked against the procedure's own definition of it.

All faults are found at once and named by their place: `form.<key>`, `applicant.<field>`,
`owner.<field>`, `documents.<requirement>`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import phonenumbers

from kernel.errors import FieldError, Invalid
from kernel.schemas import JSON, field_error
from services.catalog.contract import FieldType, Form, FormField, Prefill
from services.dossier.contract import (
    Attachment,
    AttachmentGiven,
    DocumentKept,
    Person,
    PersonKind,
)
from services.dossier.wording import plain
from services.identity.contract import Sex
from services.identity.contract.identity_numbers import (
    FAULT_SENTENCES,
    normal_number,
    personal_number_fault,
    tax_code_fault,
)

Given = Attachment | AttachmentGiven

LONGEST = {FieldType.TEXT: 500, FieldType.LONG_TEXT: 5000}
# plain, or with a dot before every three digits as Vietnamese is written; never a fraction
_WHOLE_NUMBER = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:\.[0-9]{3}){1,4})")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_IDENTITY_NUMBER = re.compile(r"[0-9]{12}|[0-9]{9}|(?=.*[0-9]{5})[A-Z0-9]{6,9}")
_SEXES = {"nam": Sex.MALE, "male": Sex.MALE, "nu": Sex.FEMALE, "female": Sex.FEMALE}
_YES = (True, "true", "on", "yes")


@dataclass(frozen=True)
class Submission:
    """All that an applicant sends."""

    answers: Mapping[str, JSON]
    applicant: Person
    owner: Person
    documents: Sequence[Given]


def check_submission(
    form: Form, documents: Sequence[DocumentKept], sent: Submission, today: date
) -> dict[str, JSON]:
    """Return the answers in their clean form, or raise one `Invalid` that names every fault."""
    answers, faults = _check_form(form, sent.answers, sent.applicant, today)
    faults += _person_faults("applicant", sent.applicant, today)
    faults += _person_faults("owner", sent.owner, today)
    faults += _document_faults(documents, sent.documents)
    _raise(faults)
    return answers


def check_answers(
    form: Form, answers: Mapping[str, JSON], today: date, applicant: Person | None = None
) -> dict[str, JSON]:
    """Return the answers in their clean form, or raise one `Invalid` that names every fault."""
    clean, faults = _check_form(form, answers, applicant, today)
    _raise(faults)
    return clean


def require_listed_documents(documents: Sequence[DocumentKept], given: Sequence[Given]) -> None:
    """Refuse what is outside the closed list, and what lacks an always-required paper (D21)."""
    _raise(tuple(_document_faults(documents, given)))


def _raise(faults: Sequence[FieldError]) -> None:
    if faults:
        raise Invalid(
            "invalid",
            "Một số thông tin chưa đúng hoặc còn thiếu. Xem từng mục bên dưới.",
            "Some fields are wrong or missing. See each field below.",
            fields=faults,
        )


# The declaration


def _check_form(
    form: Form, answers: Mapping[str, JSON], applicant: Person | None, today: date
) -> tuple[dict[str, JSON], list[FieldError]]:
    fields = {field.key: field for section in form.sections for field in section.fields}
    faults = [field_error(f"form.{key}", "unknown") for key in answers if key not in fields]
    clean: dict[str, JSON] = {}
    for key, field in fields.items():
        try:
            value = _clean(field, answers.get(key), today)
        except _Fault as fault:
            faults.append(fault.at(f"form.{key}"))
            continue
        if value is not None:
            clean[key] = value
    faults += _cross_faults(fields.values(), clean, applicant)
    return clean, faults


def _clean(field: FormField, value: JSON, today: date) -> JSON:
    """Return the clean value, None where there is none; raise `_Fault`."""
    if isinstance(value, str):
        value = unicodedata.normalize("NFC", value).strip()
    if value is None or value in ("", [], ()) or (field.type is FieldType.CONSENT and not value):
        if field.required:
            raise _Fault("consent" if field.type is FieldType.CONSENT else "required")
        return None
    clean = _CLEANERS[field.type](field, value)
    if field.pattern and not re.fullmatch(field.pattern, str(clean)):
        raise _Fault("invalid")
    if field.not_in_future and isinstance(clean, str) and clean > today.isoformat():
        raise _Fault("future")
    return clean


def _text(field: FormField, value: JSON) -> str:
    if not isinstance(value, str):
        raise _Fault("type")
    longest = field.maximum or LONGEST.get(field.type, 254)
    if len(value) > longest:
        raise _Fault("too-long", longest)
    if field.minimum is not None and len(value) < field.minimum:
        raise _Fault("too-short", field.minimum)
    return value


def _whole_number(field: FormField, value: JSON) -> int:
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        value = int(value.replace(".", ""))
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Fault("type")
    low, high = field.minimum, field.maximum
    if field.type is FieldType.MONEY:
        low = max(low or 0, 0)
    if (low is not None and value < low) or (high is not None and value > high):
        raise _range(low, high)
    return value


def _day(_: FormField, value: JSON) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise _Fault("date") from None


def _choice(field: FormField, value: JSON) -> str:
    if not isinstance(value, str) or value not in {option.value for option in field.options}:
        raise _Fault("choice")
    return value


def _choices(field: FormField, value: JSON) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list | tuple):
        raise _Fault("type")
    return list(dict.fromkeys(_choice(field, one) for one in values))


def _personal_number(field: FormField, value: JSON) -> str:
    number = re.sub(r"[\s.]", "", _text(field, value))
    if (code := personal_number_fault(number)) is not None:
        raise _Fault(code)
    return number


def _phone(field: FormField, value: JSON) -> str:
    number = phone_number(_text(field, value))
    if number is None:
        raise _Fault("phone")
    return number


def _email(field: FormField, value: JSON) -> str:
    address = _text(field, value)
    if not _EMAIL.fullmatch(address):
        raise _Fault("email")
    return address


def _place(field: FormField, value: JSON) -> str:
    code = _text(field, value)
    if not re.fullmatch(r"[0-9]{2,5}", code):
        raise _Fault("place")
    return code


def _consent(_: FormField, value: JSON) -> bool:
    if value not in _YES:
        raise _Fault("type")
    return True


_CLEANERS: Mapping[FieldType, Callable[[FormField, JSON], JSON]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.NUMBER: _whole_number,
    FieldType.MONEY: _whole_number,
    FieldType.DATE: _day,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.PERSONAL_NUMBER: _personal_number,
    FieldType.PHONE: _phone,
    FieldType.EMAIL: _email,
    FieldType.PLACE: _place,
    FieldType.CONSENT: _consent,
}


def phone_number(text: str) -> str | None:
    """Return a valid number as it is dialled in Vietnam, or in international form; else None."""
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if number.country_code == 84:
        return f"0{number.national_number}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _cross_faults(
    fields: Collection[FormField], answers: Mapping[str, JSON], applicant: Person | None
) -> Iterator[FieldError]:
    """The applicant's personal number against the birth date and sex given beside it."""
    of = {field.prefill: answers.get(field.key) for field in fields if field.prefill is not None}
    born, sex = of.get(Prefill.DATE_OF_BIRTH), of.get(Prefill.SEX)
    for field in fields:
        number = answers.get(field.key)
        if field.type is not FieldType.PERSONAL_NUMBER or not isinstance(number, str):
            continue
        known_born, known_sex = None, None
        if field.prefill is Prefill.IDENTITY_NUMBER:
            known_born = date.fromisoformat(born) if isinstance(born, str) else None
            known_sex = _SEXES.get(plain(sex)) if isinstance(sex, str) else None
        if applicant is not None and number == applicant.identity_number:
            known_born = known_born or applicant.date_of_birth
            known_sex = known_sex or _sex_of(applicant)
        if (code := personal_number_fault(number, known_born, known_sex)) is not None:
            yield _Fault(code).at(f"form.{field.key}")


# Persons


def _person_faults(path: str, person: Person, today: date) -> Iterator[FieldError]:
    if person.date_of_birth is not None and person.date_of_birth > today:
        yield _Fault("future").at(f"{path}.date_of_birth")
    if phone_number(person.phone) is None:
        yield _Fault("phone").at(f"{path}.phone")
    if person.email and not _EMAIL.fullmatch(person.email):
        yield _Fault("email").at(f"{path}.email")
    if (code := _identity_number_fault(person)) is not None:
        yield _Fault(code).at(f"{path}.identity_number")


def _identity_number_fault(person: Person) -> str | None:
    number = normal_number(person.identity_number)
    if person.kind is not PersonKind.CITIZEN:
        return tax_code_fault(number)
    if not _IDENTITY_NUMBER.fullmatch(number):
        return "identity-number"
    if len(number) == 12:
        return personal_number_fault(number, person.date_of_birth, _sex_of(person))
    return None


def _sex_of(person: Person) -> Sex | None:
    return None if person.sex is None else Sex(person.sex)


# Documents


def _document_faults(
    documents: Sequence[DocumentKept], given: Sequence[Given]
) -> Iterator[FieldError]:
    listed = {document.id for document in documents}
    answered = {one.requirement for one in given}
    for document in documents:
        if document.required and document.id not in answered:
            yield FieldError(
                f"documents.{document.id}",
                "required",
                f"Hãy đính kèm «{document.name}».",
                f"Attach “{document.name_en or document.name}”.",
            )
    for requirement in dict.fromkeys(one.requirement for one in given):
        if requirement not in listed:
            yield _Fault("not-listed").at(f"documents.{requirement}")


class _Fault(Exception):
    """What is wrong with one value, before its place is known."""

    def __init__(self, code: str, *arguments: object) -> None:
        super().__init__(code)
        self.code = code
        self.arguments = arguments

    def at(self, path: str) -> FieldError:
        if self.code not in _SENTENCES:
            return field_error(path, self.code, *self.arguments)
        vi, en = _SENTENCES[self.code]
        return FieldError(path, self.code, vi.format(*self.arguments), en.format(*self.arguments))


def _range(low: int | None, high: int | None) -> _Fault:
    if high is None:
        return _Fault("minimum", low)
    return _Fault("maximum", high) if low is None else _Fault("range", low, high)


_SENTENCES: Mapping[str, tuple[str, str]] = {
    **FAULT_SENTENCES,
    "minimum": ("Giá trị phải từ {0} trở lên.", "The value must be {0} or more."),
    "maximum": ("Giá trị không được quá {0}.", "The value must be {0} or less."),
    "date": ("Ngày không hợp lệ; hãy nhập ngày, tháng, năm.", "Not a date; give day, month, year."),
    "future": ("Ngày này còn ở tương lai.", "This date is in the future."),
    "consent": ("Bạn cần đánh dấu đồng ý để tiếp tục.", "Tick to agree before you go on."),
    "phone": (
        "Số điện thoại không đúng. Ví dụ: 0912 345 678.",
        "Not a telephone number. For example: 0912 345 678.",
    ),
    "email": (
        "Địa chỉ thư không đúng. Ví dụ: ten@example.vn.",
        "Not an e-mail address. For example: name@example.vn.",
    ),
    "place": ("Hãy chọn xã, phường trong danh sách.", "Choose a commune or ward from the list."),
    "identity-number": (
        "Nhập số CCCD (12 chữ số), CMND (9 chữ số) hoặc số hộ chiếu.",
        "Enter the number of the identity card (12 or 9 digits) or of the passport.",
    ),
    "not-listed": (
        "Giấy tờ này không có trong thành phần hồ sơ của thủ tục; hãy bỏ ra.",
        "This paper is not on the procedure's list; take it out.",
    ),
}
