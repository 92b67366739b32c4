"""Declarations: sections, fields, and where a field's first value comes from."""

from __future__ import annotations

from enum import StrEnum

from kernel.schemas import JSON, field, frozen


class FieldType(StrEnum):
    """Types of form fields."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    PERSONAL_NUMBER = "personal-number"
    PHONE = "phone"
    EMAIL = "email"
    PLACE = "place"  # a commune code
    CONSENT = "consent"


class Prefill(StrEnum):
    """Where a form field's first value comes from (D03)."""

    NAME = "applicant.name"
    IDENTITY_NUMBER = "applicant.identity_number"
    DATE_OF_BIRTH = "applicant.date_of_birth"
    SEX = "applicant.sex"
    PHONE = "applicant.phone"
    EMAIL = "applicant.email"
    ADDRESS = "applicant.address"
    PLACE = "applicant.place"


@frozen
class Option:
    """A choice of a form field."""

    value: str
    label: str
    label_en: str = field(default="")


@frozen
class FormField:
    """A field of a form; its answer stands under `key`."""

    key: str
    label: str
    type: FieldType
    label_en: str = field(default="")
    required: bool = field(default=False)
    options: tuple[Option, ...] = field(default=())
    pattern: str = field(default="")
    not_in_future: bool = field(default=False)
    minimum: int | None = field(default=None)
    maximum: int | None = field(default=None)
    help: str = field(default="")
    help_en: str = field(default="")
    prefill: Prefill | None = field(default=None)


@frozen
class FormSection:
    """A part of a form with a heading."""

    title: str
    title_en: str
    fields: tuple[FormField, ...]


@frozen
class Form:
    """The declaration (tờ khai) of a procedure."""

    code: str
    name: str
    sections: tuple[FormSection, ...]
    name_en: str = field(default="")
    issued_by: str = field(default="")
    general: bool = field(default=False, doc="a general declaration: none is published for it")


# The shape of a filled-in form: answers by the key of their field.
Answers = dict[str, JSON]
