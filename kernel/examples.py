"""An example of every frozen dataclass, from its own field declarations.

Used by the documents generated from the code; a field's `example` wins over that of its type.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar

from kernel import schemas

T = TypeVar("T")

_MOMENT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
_SCALARS: Mapping[Any, Any] = {
    str: "text",
    int: 1,
    bool: True,
    date: _MOMENT.date(),
    datetime: _MOMENT,
    Any: "text",
}


def example_of(cls: type[T]) -> T:
    """Return an instance of `cls` in which every field is filled, the personal ones too."""
    hints = typing.get_type_hints(cls)
    plain: dict[str, Any] = {}
    for item in dataclasses.fields(cls):  # type: ignore[arg-type]
        declared = schemas.constraints_of(item)
        given = declared.get("example")
        plain[item.name] = _example(hints[item.name], declared) if given is None else given
    return schemas.load(cls, plain)


def _example(annotation: Any, declared: Mapping[str, Any]) -> Any:
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return _example(inner, declared)
    if annotation is int:
        return max(1, declared.get("minimum") or 0)
    if annotation in _SCALARS:
        value = _SCALARS[annotation]
        return value.isoformat() if isinstance(value, date) else value
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return next(iter(annotation)).value
    if dataclasses.is_dataclass(annotation):
        return schemas.dump(example_of(typing.cast("type[Any]", annotation)))
    if origin is tuple:
        return [_example(arguments[0], {})]
    return {"key": _example(arguments[1], {})}
