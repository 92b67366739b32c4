"""Schemas of bodies, queries and answers, made from the contracts' own dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from kernel.schemas import schema_class

# What `alt_response` says of an answer that is a paper.
PDF: Mapping[str, Any] = {
    "schema": {"type": "string", "format": "binary"},
    "content_type": "application/pdf",
    "description": "the paper",
}


PUBLIC: Mapping[str, Any] = {"security": []}
"""What the document says of a call that needs no access token."""


def answer(cls: type[Any]) -> type[ma.Schema]:
    """Return the schema of an answer."""
    return schema_class(cls)


def body(cls: type[Any], *in_path: str) -> type[ma.Schema]:
    """Return the schema of a JSON body that holds a request, less what stands in the path.

    Loading gives the request's keyword arguments.
    """

    def keep(_: ma.Schema, data: dict[str, Any], **__: object) -> dict[str, Any]:
        return data

    meta = type("Meta", (), {"exclude": in_path, "unknown": ma.RAISE})
    members = {"build": ma.post_load(keep), "Meta": meta}
    return type(f"{cls.__name__}Body", (schema_class(cls),), members)


def query(cls: type[Any], *in_path: str, names: Mapping[str, str] | None = None) -> Any:
    """Return the schema of a query string that holds a request; loading gives its arguments.

    Numbers come as text there. `names` gives a field another name in the query.
    """
    public = names or {}
    members: dict[str, Any] = {}
    for name, declared in schema_class(cls)().fields.items():
        if name in in_path:
            continue
        members[name] = _as_text(declared)
        if name in public:
            members[name].data_key = public[name]
    members["Meta"] = type("Meta", (), {"unknown": ma.EXCLUDE})
    return type(f"{cls.__name__}Query", (ma.Schema,), members)


def _as_text(declared: fields.Field[Any]) -> fields.Field[Any]:
    """Return a field of the same meaning that reads text as a query string has it."""
    options: dict[str, Any] = {
        "required": declared.required,
        "validate": declared.validate,
        "metadata": declared.metadata,
        "error_messages": declared.error_messages,
    }
    if not declared.required:
        options["load_default"] = declared.load_default
        options["allow_none"] = declared.allow_none
    if isinstance(declared, fields.Integer):
        return fields.Integer(**options)
    if isinstance(declared, fields.Enum) and issubclass(declared.enum, int):
        return fields.Enum(declared.enum, by_value=fields.Integer, **options)
    copied: fields.Field[Any] = type(declared)(**_own_options(declared), **options)
    return copied


def _own_options(declared: fields.Field[Any]) -> dict[str, Any]:
    if isinstance(declared, fields.Enum):
        return {"enum": declared.enum, "by_value": declared.by_value}
    if isinstance(declared, fields.DateTime):
        return {"format": declared.format}
    return {}
