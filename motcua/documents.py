"""Documents generated from the code: AsyncAPI of all events, OpenAPI of the REST interface."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from kernel import schemas
from kernel.events import EventTypes
from kernel.examples import example_of
from motcua import settings
from motcua.audit import tampering
from motcua.operations.invariants import table as invariants
from motcua.wiring import LEDGERS
from services.portal.api import openapi

TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "auditing.md": {"tampering": tampering.table},
    "operating.md": {"invariants": invariants.table, "settings": settings.table},
}
"""The tables in each guide, by the marks they stand between."""

_SEALED: Mapping[str, Any] = {
    "description": (
        "Personal data: ciphertext under the key of the data subject; its owner gives it over "
        "RPC to those who need it at the moment of use."
    ),
    "oneOf": [
        {
            "type": "object",
            "required": ["sealed"],
            "properties": {"sealed": {"type": "string"}},
            "additionalProperties": False,
        },
        {"type": "null"},
    ],
}

_HEADERS: Mapping[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 attributes in binary mode, and the event's place.",
    "required": [
        "cloudEvents_id",
        "cloudEvents_source",
        "cloudEvents_specversion",
        "cloudEvents_type",
        "stream",
        "version",
        "position",
    ],
    "properties": {
        "cloudEvents_id": {"type": "string"},
        "cloudEvents_source": {"type": "string"},
        "cloudEvents_specversion": {"const": "1.0"},
        "cloudEvents_type": {"type": "string"},
        "cloudEvents_time": {"type": "string", "format": "date-time"},
        "stream": {"type": "string"},
        "version": {"type": "integer", "minimum": 1},
        "position": {"type": "integer", "minimum": 1},
        "schema": {"type": "integer", "minimum": 1},
    },
}


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of every event on the broker, with schema and example."""
    spec = APISpec("", "", "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=_name)])
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for types in LEDGERS:
        for name, cls in types.types.items():
            key = f"{types.source}.{name}"
            messages[key] = _message(types, name, cls, spec)
            channels[key] = _channel(types, name, key)
            operations[f"publish.{key}"] = {
                "action": "send",
                "channel": {"$ref": f"#/channels/{key}"},
                "messages": [{"$ref": f"#/channels/{key}/messages/{name}"}],
            }
    components = spec.to_dict().get("components", {}).get("schemas", {})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Một Cửa: events",
            "version": version("motcua"),
            "license": {"name": "Apache-2.0"},
            "description": (
                "Every event that the services publish. Exchange `<service>.events` (topic, "
                "durable), routing key = event type. Delivery is at least once and in order for "
                "each stream; `version` tells a repeat and a gap."
            ),
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": components},
    }


def payload_schema(types: EventTypes, name: str) -> dict[str, Any]:
    """Return the JSON Schema of one event's body, complete in itself."""
    document = asyncapi()
    payload = document["components"]["messages"][f"{types.source}.{name}"]["payload"]
    return {**payload, "components": {"schemas": document["components"]["schemas"]}}


def asyncapi_yaml() -> str:
    """Return the AsyncAPI document as the text that is kept in `docs/events.asyncapi.yaml`."""
    body = yaml.safe_dump(asyncapi(), allow_unicode=True, sort_keys=False, width=100)
    return f"# Generated from the contracts in services/*/contract.py by `make docs`.\n{body}"


def _message(types: EventTypes, name: str, cls: type[Any], spec: APISpec) -> dict[str, Any]:
    example = example_of(cls)
    encoded = types.encode(example, "01900000-0000-0000-0000-000000000001.1", _Illustration())
    return {
        "name": name,
        "title": name,
        "summary": (cls.__doc__ or "").strip().split("\n\n")[0],
        "headers": dict(_HEADERS),
        "payload": _payload(cls, spec),
        "examples": [{"payload": json.loads(encoded.data)}],
        "x-schema-number": types.schema_number(name),
    }


def _payload(cls: type[Any], spec: APISpec) -> dict[str, Any]:
    (plugin,) = spec.plugins
    payload: dict[str, Any] = plugin.converter.schema2jsonschema(schemas.schema_for(cls))  # type: ignore[attr-defined]
    for name in schemas.personal_fields(cls):
        payload["properties"][name] = dict(_SEALED)
    # the writer fills every field; what has a default may be missing in older events
    return json.loads(json.dumps(payload, default=str))  # type: ignore[no-any-return]


def _channel(types: EventTypes, name: str, key: str) -> dict[str, Any]:
    return {
        "address": name,
        "messages": {name: {"$ref": f"#/components/messages/{key}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": f"{types.source}.events", "type": "topic", "durable": True},
            }
        },
    }


def _name(schema: Any) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    return cls.__name__


class _Illustration:
    """A sealer for examples: it shows where ciphertext stands."""

    def seal(self, subject: str, context: str, plaintext: str) -> str:
        return "q80rWm…ciphertext…Yw=="

    def unseal(self, subject: str, context: str, ciphertext: str) -> str | None:
        return None


def openapi_json() -> str:
    """Return the OpenAPI document as the text that is kept in `docs/openapi.json`."""
    return json.dumps(openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(folder: Path) -> None:
    """Write every generated document into a folder."""
    (folder / "events.asyncapi.yaml").write_text(asyncapi_yaml(), encoding="utf-8")
    (folder / "openapi.json").write_text(openapi_json(), encoding="utf-8")
    for name in TABLES:
        guide = folder / name
        guide.write_text(with_tables(name, guide.read_text(encoding="utf-8")), encoding="utf-8")


def with_tables(name: str, guide: str) -> str:
    """Return a guide's text with the tables of today, each between its two marks."""
    for mark, table in TABLES[name].items():
        begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->\n"
        before, _, rest = guide.partition(begin)
        _, _, after = rest.partition(end)
        guide = f"{before}{begin}\n{table()}\n{end}{after}"
    return guide
