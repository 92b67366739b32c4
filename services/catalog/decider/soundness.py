"""Whether a procedure is sound: the rules that go beyond the form of its fields.

One list of rules for files, RPC and tests alike; each fault names the field, such as
`tariffs.2.case`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from kernel.errors import FieldError
from services.catalog.contract import (
    FieldType,
    FormField,
    Procedure,
    ServiceLevel,
    Step,
)
from services.catalog.contract.workflows import flaw

# the official levels since 2022 and the former ones that they may stand beside (domain §2)
LEGACY_LEVELS = {
    ServiceLevel.INFORMATION: (1, 2),
    ServiceLevel.IN_PERSON: (1, 2),
    ServiceLevel.PARTIAL: (3,),
    ServiceLevel.FULL: (4,),
}
_SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9.-]{1,30}$")
_KEY = re.compile(r"^[a-z][a-z0-9_]*$")


def faults(procedure: Procedure) -> tuple[FieldError, ...]:
    """Return everything that is wrong with a procedure; nothing where it is sound."""
    return tuple(fault for rule in _RULES for fault in rule(procedure))


def _names(it: Procedure) -> Iterator[FieldError]:
    if not _CODE.match(it.code):
        yield _fault("code", "invalid-code", "Mã thủ tục không hợp lệ.", "The code is not valid.")
    if not _SLUG.match(it.slug):
        yield _fault(
            "slug",
            "invalid-slug",
            "Chỉ dùng chữ thường không dấu, chữ số và dấu gạch nối.",
            "Use lower-case letters without accents, digits and hyphens.",
        )
    for name, text in (("name", it.name), ("field_of_work.code", it.field_of_work.code)):
        if not text.strip():
            yield _fault(name, "required", "Hãy nhập mục này.", "Enter this field.")


def _service_level(it: Procedure) -> Iterator[FieldError]:
    allowed = LEGACY_LEVELS[it.service_level]
    if it.legacy_level not in allowed:
        levels = ", ".join(str(level) for level in allowed)
        yield _fault(
            "legacy_level",
            "level-mismatch",
            f"Mức «{it.service_level}» ứng với mức độ {levels}.",
            f"Service level '{it.service_level}' goes with level {levels}.",
        )


def _dates(it: Procedure) -> Iterator[FieldError]:
    spans: list[tuple[str, date | None, date | None]] = [("valid_to", it.valid_from, it.valid_to)]
    spans += [
        (f"tariffs.{n}.valid_to", tariff.valid_from, tariff.valid_to)
        for n, tariff in enumerate(it.tariffs)
    ]
    for path, start, end in spans:
        if start and end and end < start:
            yield _fault(
                path,
                "ends-before-it-starts",
                f"Ngày kết thúc {end} trước ngày bắt đầu {start}.",
                f"It ends on {end}, before it starts on {start}.",
            )


def _unique(it: Procedure) -> Iterator[FieldError]:
    lists: Sequence[tuple[str, Sequence[str]]] = (
        ("cases.{}.id", [case.id for case in it.cases]),
        ("tariffs.{}.id", [tariff.id for tariff in it.tariffs]),
        ("documents.{}.id", [document.id for document in it.documents]),
        *((f"{path}.{{}}.id", [step.id for step in steps]) for path, steps in _workflows(it)),
        ("form.{}.key", [field.key for field in _form_fields(it)]),
    )
    for path, values in lists:
        for n, value in enumerate(values):
            if value in values[:n]:
                yield _fault(
                    path.format(n),
                    "not-unique",
                    f"«{value}» đã được dùng ở trên.",
                    f"'{value}' is used above already.",
                )


def _cases(it: Procedure) -> Iterator[FieldError]:
    known = {case.id for case in it.cases}
    named: list[tuple[str, str | None]] = []
    named += [(f"tariffs.{n}.case", tariff.case) for n, tariff in enumerate(it.tariffs)]
    named += [(f"documents.{n}.case", document.case) for n, document in enumerate(it.documents)]
    for n, competence in enumerate((it.competence, *it.also_competent)):
        path = "competence.cases" if n == 0 else f"also_competent.{n - 1}.cases"
        named += [(path, case) for case in competence.cases]
    for path, case in named:
        if case is not None and case not in known:
            yield _fault(
                path,
                "no-such-case",
                f"Thủ tục không có trường hợp «{case}».",
                f"The procedure has no case '{case}'.",
            )


def _channels(it: Procedure) -> Iterator[FieldError]:
    if not it.channels:
        yield _fault("channels", "required", "Hãy nhập mục này.", "Enter this field.")
    used = [(f"times.{n}.channel", time.channel) for n, time in enumerate(it.times)]
    used += [(f"tariffs.{n}.channel", tariff.channel) for n, tariff in enumerate(it.tariffs)]
    for path, channel in used:
        if channel not in it.channels:
            yield _fault(
                path,
                "no-such-channel",
                f"Thủ tục không nhận qua kênh «{channel}».",
                f"The procedure is not taken through the channel '{channel}'.",
            )


def _form(it: Procedure) -> Iterator[FieldError]:
    for n, field in enumerate(_form_fields(it)):
        path = f"form.{n}"
        if not _KEY.match(field.key):
            yield _fault(
                f"{path}.key",
                "invalid-key",
                "Khóa chỉ gồm chữ thường không dấu, chữ số và dấu gạch dưới.",
                "A key has lower-case letters, digits and underscores.",
            )
        values = [option.value for option in field.options]
        if field.type in (FieldType.CHOICE, FieldType.CHOICES) and not values:
            yield _fault(
                f"{path}.options",
                "no-options",
                f"Trường chọn «{field.key}» chưa có lựa chọn nào.",
                f"The choice '{field.key}' has no options.",
            )
        if len(values) != len(set(values)):
            yield _fault(
                f"{path}.options",
                "not-unique",
                f"Trường «{field.key}» có lựa chọn trùng nhau.",
                f"'{field.key}' has the same option twice.",
            )
        if not _compiles(field.pattern):
            yield _fault(
                f"{path}.pattern",
                "invalid-pattern",
                f"Mẫu của trường «{field.key}» không phải là biểu thức chính quy.",
                f"The pattern of '{field.key}' is not a regular expression.",
            )


def _whole(it: Procedure) -> Iterator[FieldError]:
    for path, steps in _workflows(it):
        found = flaw([step.action for step in steps])
        if found is not None:
            where = path if found.step is None else f"{path}.{found.step}.action"
            yield _fault(where, "incomplete-workflow", found.vi, found.en)


_RULES: Sequence[Callable[[Procedure], Iterator[FieldError]]] = (
    _names,
    _service_level,
    _dates,
    _unique,
    _cases,
    _channels,
    _form,
    _whole,
)


def _workflows(it: Procedure) -> list[tuple[str, tuple[Step, ...]]]:
    """Return the workflow of the procedure and those of its cases, each with its path."""
    own = [(f"cases.{n}.workflow", case.workflow) for n, case in enumerate(it.cases)]
    return [("workflow", it.workflow), *((path, steps) for path, steps in own if steps)]


def _form_fields(it: Procedure) -> list[FormField]:
    return [field for section in it.form.sections for field in section.fields]


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _fault(path: str, code: str, vi: str, en: str) -> FieldError:
    return FieldError(path, code, vi, en)
