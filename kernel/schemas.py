"""marshmallow schemas of frozen dataclasses: one declaration for events, RPC and HTTP.

Supported annotations: `str`, `int`, `bool`, `date`, aware `datetime`, enums (by value), nested
dataclasses, `tuple[X, ...]`, `Mapping[str, X]`, `JSON`, and `X | None`. Money is an `int` of VND;
there are no floats. Constraints stand on the field itself:

>>> @frozen
... class Rating:
...     score: int = field(minimum=1, maximum=5)
...     comment: str = field(default="", max_length=2000)
>>> load(Rating, {"score": 4})
Rating(score=4, comment='')
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar, cast

import marshmallow as ma
from marshmallow import fields, validate

from kernel.errors import FieldError, Invalid

T = TypeVar("T")

# Any JSON value: the answers of a form, whose shape is the procedure's and not the code's.
JSON = typing.Any

_MISSING = dataclasses.MISSING
_KEY = "motcua"
_EARLIEST_YEAR, _LATEST_YEAR = 1000, 9998  # four digits in every time zone


def field(
    *,
    default: Any = _MISSING,
    default_factory: Any = _MISSING,
    max_length: int | None = None,
    min_length: int | None = None,
    pattern: str | None = None,
    minimum: int | None = None,
    maximum: int | None = None,
    example: Any = None,
    doc: str | None = None,
    personal: bool = False,
) -> Any:
    """Declare a dataclass field with its constraints, an example and its meaning.

    `personal` marks data that is stored as ciphertext under the key of the event's `subject`;
    such a field is optional, because it reads as `None` once that key is destroyed.
    """
    constraints = {
        "max_length": max_length,
        "min_length": min_length,
        "pattern": pattern,
        "minimum": minimum,
        "maximum": maximum,
        "example": example,
        "doc": doc,
        "personal": personal,
    }
    kwargs: dict[str, Any] = {"metadata": {_KEY: constraints}}
    if default is not _MISSING:
        kwargs["default"] = default
    if default_factory is not _MISSING:
        kwargs["default_factory"] = default_factory
    return dataclasses.field(**kwargs)


def load(cls: type[T], data: Any, *, tolerant: bool = False) -> T:
    """Build `cls` from JSON-ready data, or raise `Invalid` that names every field at fault.

    `tolerant` ignores unknown keys: a reader of events must not break on a newer writer.
    """
    try:
        return cast(T, _schema(cls, tolerant).load(data))
    except ma.ValidationError as error:
        raise invalid_fields(error.normalized_messages()) from error  # type: ignore[no-untyped-call]


def dump(value: Any) -> dict[str, Any]:
    """Return the JSON-ready form of a dataclass instance."""
    return cast(dict[str, Any], schema_for(type(value)).dump(value))


def personal_fields(cls: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields that are stored as ciphertext."""
    return tuple(f.name for f in dataclasses.fields(cls) if constraints_of(f).get("personal"))


def constraints_of(item: dataclasses.Field[Any]) -> Mapping[str, Any]:
    """Return what `field` declared of a dataclass field."""
    return cast("Mapping[str, Any]", item.metadata.get(_KEY, {}))


def invalid_fields(messages: Mapping[str, Any]) -> Invalid:
    """Turn marshmallow's nested messages into one error of the domain."""
    return Invalid(
        "invalid",
        "Một số thông tin chưa đúng hoặc còn thiếu. Xem từng mục bên dưới.",
        "Some fields are wrong or missing. See each field below.",
        fields=tuple(_flatten("", messages)),
    )


def field_error(path: str, code: str, *arguments: object) -> FieldError:
    """Return the sentence, in both languages, of a field error known by its code."""
    vi, en = _SENTENCES.get(code, _SENTENCES["invalid"])
    return FieldError(path, code, vi.format(*arguments), en.format(*arguments))


@typing.dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a frozen dataclass whose fields may be declared with `field`."""
    return dataclasses.dataclass(frozen=True)(cls)


def schema_for(cls: type[Any]) -> ma.Schema:
    """Return the marshmallow schema of a dataclass; `load` on it gives instances of `cls`."""
    return _schema(cls, tolerant=False)


def schema_class(cls: type[Any]) -> type[ma.Schema]:
    """Return the schema class of a dataclass, named after it (OpenAPI uses the name)."""
    return _schema_class(cls, tolerant=False)


# A schema's instance is costly to make (marshmallow copies its fields) and safe to share.
_SCHEMAS: dict[tuple[type[Any], bool], ma.Schema] = {}
_SCHEMA_CLASSES: dict[tuple[type[Any], bool], type[ma.Schema]] = {}


def _schema(cls: type[Any], tolerant: bool) -> ma.Schema:
    if (cls, tolerant) not in _SCHEMAS:
        _SCHEMAS[cls, tolerant] = _schema_class(cls, tolerant)()
    return _SCHEMAS[cls, tolerant]


def _schema_class(cls: type[Any], tolerant: bool) -> type[ma.Schema]:
    """Return the strict or the tolerant schema class; nested schemas are of the same kind."""
    if (cls, tolerant) not in _SCHEMA_CLASSES:
        hints = typing.get_type_hints(cls)
        members: dict[str, Any] = {
            item.name: _field_of(hints[item.name], item, tolerant)
            for item in dataclasses.fields(cls)
        }

        def build(_: ma.Schema, data: dict[str, Any], **__: object) -> Any:
            return cls(**data)

        members["build"] = ma.post_load(build)
        kind = _Tolerant if tolerant else _Strict
        _SCHEMA_CLASSES[cls, tolerant] = type(cls.__name__, (kind,), members)
    return _SCHEMA_CLASSES[cls, tolerant]


class _Strict(ma.Schema):
    error_messages = {"unknown": "unknown", "type": "type"}  # noqa: RUF012 (marshmallow's way)


class _Tolerant(_Strict):
    class Meta:
        unknown = ma.EXCLUDE


class _Tuple(fields.List[Any]):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


class _Instant(fields.AwareDateTime):
    """RFC 3339 text in UTC with microseconds, `2026-11-22T02:19:00.000000Z`."""

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else rfc3339(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return moment


def rfc3339(moment: datetime) -> str:
    """Return an aware moment as RFC 3339 text in UTC, always with microseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{text.removesuffix('+00:00')}Z"


_MESSAGES = {
    "required": "required",
    "null": "required",
    "validator_failed": "invalid",
    "invalid": "invalid",
    "invalid_utf8": "invalid",
    "unknown": "choice",
    "type": "type",
    "too_large": "invalid",
    "format": "invalid",
    "naive": "invalid",
}

_SCALARS: dict[Any, Any] = {
    str: lambda **kw: fields.String(**kw),
    int: lambda **kw: fields.Integer(strict=True, **kw),
    bool: lambda **kw: fields.Boolean(truthy={True}, falsy={False}, **kw),
    date: lambda **kw: fields.Date(format="iso", **kw),
    datetime: lambda **kw: _Instant(format="iso", **kw),
    Any: lambda **kw: fields.Raw(**kw),
}


def _field_of(annotation: Any, item: dataclasses.Field[Any], tolerant: bool) -> fields.Field[Any]:
    constraints = constraints_of(item)
    options: dict[str, Any] = {"error_messages": _MESSAGES}
    if item.default is not _MISSING:
        options["load_default"] = item.default
    elif item.default_factory is not _MISSING:
        options["load_default"] = item.default_factory
    else:
        options["required"] = True
    metadata = {"description": constraints.get("doc"), "example": constraints.get("example")}
    options["metadata"] = {key: value for key, value in metadata.items() if value is not None}
    return _typed(annotation, constraints, options, tolerant)


def _typed(
    annotation: Any, constraints: Mapping[str, Any], options: dict[str, Any], tolerant: bool
) -> fields.Field[Any]:
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return _typed(inner, constraints, {**options, "allow_none": True}, tolerant)
    if annotation in _SCALARS:
        allow_none = {"allow_none": True} if annotation is Any else {}
        build = _SCALARS[annotation]
        return cast(
            "fields.Field[Any]", build(validate=_validators(constraints), **allow_none, **options)
        )
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return fields.Enum(annotation, by_value=True, **options)
    if dataclasses.is_dataclass(annotation):
        return fields.Nested(_schema_class(cast("type[Any]", annotation), tolerant), **options)
    if origin is tuple:
        inner_field = _typed(arguments[0], {}, {"error_messages": _MESSAGES}, tolerant)
        return _Tuple(inner_field, validate=_validators(constraints), **options)
    if origin in (dict, Mapping) or origin is typing.get_origin(Mapping[str, str]):
        inner_field = _typed(arguments[1], {}, {"error_messages": _MESSAGES}, tolerant)
        return fields.Dict(keys=fields.String(), values=inner_field, **options)
    raise TypeError(f"no schema for the annotation {annotation!r}")


def _validators(constraints: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = []
    if (top := constraints.get("max_length")) is not None:
        found.append(validate.Length(max=top, error=f"too-long:{top}"))
    if (low := constraints.get("min_length")) is not None:
        found.append(validate.Length(min=low, error="required" if low == 1 else f"too-short:{low}"))
    if (pattern := constraints.get("pattern")) is not None:
        found.append(validate.Regexp(pattern, error="invalid"))
    low, high = constraints.get("minimum"), constraints.get("maximum")
    if low is not None or high is not None:
        found.append(validate.Range(min=low, max=high, error=f"range:{low}:{high}"))
    return found


def _flatten(path: str, messages: Any) -> typing.Iterator[FieldError]:
    if isinstance(messages, Mapping):
        for key, value in messages.items():
            name = "" if key in ("_schema", "value") else str(key)
            yield from _flatten(".".join(part for part in (path, name) if part), value)
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            code, *arguments = str(message).split(":")
            known = code if code in _SENTENCES else "invalid"
            yield field_error(path, known, *arguments)


_SENTENCES = {
    "required": ("Hãy nhập mục này.", "Enter this field."),
    "invalid": ("Giá trị không hợp lệ.", "The value is not valid."),
    "choice": ("Hãy chọn một giá trị trong danh sách.", "Choose a value from the list."),
    "unknown": ("Mục này không được dùng ở đây.", "This field is not known here."),
    "type": ("Dữ liệu sai kiểu.", "The value is of the wrong type."),
    "too-long": ("Không được dài quá {0} ký tự.", "Use {0} characters or fewer."),
    "too-short": ("Phải có ít nhất {0} ký tự.", "Use at least {0} characters."),
    "range": ("Giá trị phải từ {0} đến {1}.", "The value must be from {0} to {1}."),
}
