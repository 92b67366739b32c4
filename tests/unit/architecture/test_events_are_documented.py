"""Every event has a schema, an example and its place in the AsyncAPI document."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from kernel.events import EventTypes
from kernel.examples import example_of
from motcua.documents import asyncapi, asyncapi_yaml, openapi_json, payload_schema
from motcua.wiring import LEDGERS

DOCS = Path(__file__).parents[3] / "docs"
EVENTS = [(types, name) for types in LEDGERS for name in types.types]


def test_the_documents_in_the_repository_are_those_of_the_code() -> None:
    assert (DOCS / "events.asyncapi.yaml").read_text() == asyncapi_yaml(), "run `make docs`"
    assert (DOCS / "openapi.json").read_text() == openapi_json(), "run `make docs`"


@pytest.mark.parametrize(("types", "name"), EVENTS, ids=[f"{t.source}.{n}" for t, n in EVENTS])
def test_the_example_of_an_event_is_of_its_schema(types: EventTypes, name: str) -> None:
    message = asyncapi()["components"]["messages"][f"{types.source}.{name}"]
    (example,) = message["examples"]
    jsonschema.validate(example["payload"], payload_schema(types, name))
    assert message["summary"]


@pytest.mark.parametrize(("types", "name"), EVENTS, ids=[f"{t.source}.{n}" for t, n in EVENTS])
def test_an_event_survives_its_stored_form(types: EventTypes, name: str) -> None:
    event = example_of(types.types[name])
    stored = types.encode(event, "id", _Plain())
    assert types.decode(stored, _Plain()) == event
    assert json.loads(stored.data).keys() == set(types.types[name].__dataclass_fields__)


def test_the_four_events_of_the_brief_carry_their_exact_names() -> None:
    names = {name for _, name in EVENTS}
    assert {"DossierSubmitted", "DossierAccepted", "FeePaid", "ResultDispatched"} <= names


class _Plain:
    """Seals nothing."""

    def seal(self, subject: str, context: str, plaintext: str) -> str:
        return plaintext

    def unseal(self, subject: str, context: str, ciphertext: str) -> str | None:
        return ciphertext
