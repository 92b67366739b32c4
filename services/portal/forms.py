"""Forms: what was typed, what is wrong with it, and the message that it becomes.

The `name` of an input is the path of the field in the message (`profile.email`), so that the
errors of a service, which name the same paths, find their input without a table between them.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import uuid4

from werkzeug.datastructures import FileStorage, MultiDict

from kernel import schemas
from kernel.errors import DomainError, FieldError
from services.portal.formats import read_day, read_moment
from services.portal.language import locale

T = TypeVar("T")


# points stand between thousands and nowhere else; what is longer is no amount of this world
_WHOLE_NUMBER = re.compile(r"-?([0-9]{1,15}|[0-9]{1,3}(\.[0-9]{3}){1,4})")
_VERSION = re.compile(r"[0-9]{1,15}")

# the hidden input with a form's idempotency key
KEY = "form_key"


@dataclass(frozen=True)
class Form:
    """A form as it is shown: typed values by path, errors by path, and a key for one sending.

    `key` is the idempotency key: a form that is sent twice does its work once.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    key: str = field(default_factory=lambda: uuid4().hex)

    def value(self, path: str) -> Any:
        """Return what was typed, or an empty text."""
        found = self.values.get(path)
        return "" if found is None else found

    def holds(self, path: str, value: str) -> bool:
        """Return whether an option is chosen."""
        found = self.values.get(path)
        return value in found if isinstance(found, (list, tuple)) else found == value

    def without(self, path: str) -> Form:
        """Return the form with one input empty again."""
        kept = {name: value for name, value in self.values.items() if name != path}
        return dataclasses.replace(self, values=kept)

    @property
    def faulty(self) -> bool:
        """Whether there is anything to correct."""
        return bool(self.errors or self.message)

    def refused(self, error: DomainError) -> Form:
        """Return the form with what a service found wrong, in the page's language."""
        vi = locale() == "vi"
        errors: dict[str, str] = {}
        for item in error.fields:
            errors.setdefault(item.field, item.vi if vi else item.en)
        return dataclasses.replace(
            self, errors=errors, message="" if errors else (error.vi if vi else error.en)
        )


def typed(data: MultiDict[str, str]) -> Form:
    """Return what the browser sent, with the key that it sent along."""
    values: dict[str, Any] = {}
    for name in data:
        if name in ("csrf_token", KEY):
            continue
        every = [text.strip() for text in data.getlist(name)]
        values[name] = every if len(every) > 1 else every[0]
    key = data.get(KEY, "")
    return Form(values, key=key if 8 <= len(key) <= 64 else uuid4().hex)


def file_name(given: FileStorage) -> str:
    """Return the name of an attached file; some browsers send the path of its folder too."""
    return (given.filename or "").replace("\\", "/").rsplit("/", 1)[-1]


def read(cls: type[T], values: Mapping[str, Any], **fixed: Any) -> T:
    """Return the message that typed values mean, or raise `Invalid`.

    Empty inputs are left out; dates are read as they are written here; `fixed` are the parts that
    the page itself knows.
    """
    return schemas.load(cls, {**_message(cls, values, ""), **fixed})


def readable(cls: type[Any], values: Mapping[str, Any], faults: Iterable[str]) -> dict[str, Any]:
    """Return what `read` would load, JSON-ready, without the inputs at fault (by path)."""
    left_out = set(faults)
    kept = {path: value for path, value in values.items() if path not in left_out}
    return _message(cls, kept, "")


def flatten(value: Any, path: str = "") -> dict[str, Any]:
    """Return {path: value} of JSON-ready data, the inverse of what `read` does with paths."""
    if not isinstance(value, Mapping):
        return {path: value}
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat.update(flatten(inner, f"{path}.{key}" if path else str(key)))
    return flat


def under(prefix: str, errors: Iterable[FieldError]) -> tuple[FieldError, ...]:
    """Return the errors below a path with the path put in front."""
    return tuple(
        dataclasses.replace(item, field=f"{prefix}.{item.field}".rstrip(".")) for item in errors
    )


def _message(cls: type[Any], values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    message: dict[str, Any] = {}
    for item in dataclasses.fields(cls):
        path = f"{prefix}{item.name}"
        kinds = [k for k in typing.get_args(hints[item.name]) if k is not type(None)]
        kind = kinds[0] if kinds and not _is_tuple(hints[item.name]) else hints[item.name]
        if dataclasses.is_dataclass(kind):
            message[item.name] = _message(typing.cast("type[Any]", kind), values, f"{path}.")
            continue
        value = values.get(path)
        if value in (None, "", []):
            if kind is bool:
                message[item.name] = False
            continue
        message[item.name] = _converted(kind, value)
    return message


def _is_tuple(annotation: Any) -> bool:
    return typing.get_origin(annotation) is tuple


def _converted(kind: Any, value: Any) -> Any:
    if _is_tuple(kind):
        return value if isinstance(value, list) else [value]
    if isinstance(value, list):
        value = value[-1]
    if kind is bool:
        return value in ("on", "true", "1")
    if kind is date:
        return read_day(value)
    if kind is datetime:
        return read_moment(value)
    if kind is int:
        return whole_number(value)
    return value


def whole_number(text: str) -> Any:
    """Return the number that `1.250.000 ₫` or `3` means, or the text as it is."""
    bare = text.replace("\u00a0", "").replace(" ", "").removesuffix("₫")
    return int(bare.replace(".", "")) if _WHOLE_NUMBER.fullmatch(bare) else text


def version_of(form: Form) -> int | None:
    """Return the version that the page with this form showed."""
    text = str(form.value("version"))
    return int(text) if _VERSION.fullmatch(text) else None
