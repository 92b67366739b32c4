"""What is on the broker while a dossier lives: as documented, and nothing without a reader."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import jsonschema
import pika
import pytest
import yaml
from installation import ROOT
from interface import Json, System, eventually, expect
from records import Records
from rich.console import Console
from stack import Stack

from kernel.publisher import connection_parameters
from kernel.topology import Source, all_queues, parking_places
from motcua.demo import SCENARIOS, Stage, Story
from motcua.person import Places
from motcua.wiring import LEDGERS, parts
from services.identity.demo import read_demo_accounts

EVENTS_OF_THE_DEMO = {
    "dossier": {
        *("DossierSubmitted", "DossierAccepted", "StepEntered", "StepCompleted"),
        *("OfficerAssigned", "SupplementRequested", "DossierSupplemented"),
        *("ClockPaused", "ClockResumed", "FeeRequested", "FeePaid", "ResultApproved"),
        *("DossierCompleted", "ResultDispatched", "ResultReceived", "CitizenNotified"),
    },
    "payment": {"ObligationRaised", "PaymentStarted", "FeePaid"},
    "notify": {"MessagePlanned", "MessageSent"},
}


class Listener:
    """Hears every event of every service on a queue of its own."""

    def __init__(self, records: Records) -> None:
        settings = records.settings
        self.heard: list[tuple[str, str, Json, bytes]] = []
        self._connection = pika.BlockingConnection(connection_parameters(settings.amqp_uri))
        channel = self._connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        self._sources = {Source(one.source, settings).events: one.source for one in LEDGERS}
        for exchange in self._sources:
            channel.queue_bind(queue, exchange, "#")
        channel.basic_consume(queue, self._hear, auto_ack=True)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _hear(self, _: Any, method: Any, properties: Any, body: bytes) -> None:
        source = self._sources[method.exchange]
        self.heard.append((source, method.routing_key, properties.headers, body))

    def _listen(self) -> None:
        while not self._stopping.is_set():
            self._connection.process_data_events(time_limit=0.2)
        self._connection.close()

    def stop(self) -> None:
        """Hear no more."""
        self._stopping.set()
        self._thread.join()

    def types(self) -> dict[str, set[str]]:
        """Return which event types were heard of which service."""
        found: dict[str, set[str]] = {}
        for source, name, _, _ in list(self.heard):
            found.setdefault(source, set()).add(name)
        return found

    def versions(self, stream: str) -> list[int]:
        """Return the versions of a stream as they were heard, repeats too."""
        heard = [headers for _, _, headers, _ in list(self.heard)]
        return [headers["version"] for headers in heard if headers["stream"] == stream]


@pytest.fixture(scope="module")
def played(stack: Stack, records: Records, system: System) -> Iterator[tuple[Story, Listener]]:
    """A whole life, with everything that was heard of it."""
    listener = Listener(records)
    try:
        places = Places(stack.url("portal"), stack.url("mail"), stack.url("vnpay"))
        story = SCENARIOS["life"](Stage(places, read_demo_accounts(), Console(quiet=True)))
        stream = f"dossier-{story.code}"

        def all_heard() -> bool:
            recorded = len(records.stream("dossier", stream))
            return set(listener.versions(stream)) >= set(range(1, recorded + 1))

        eventually(all_heard, "every event of the dossier on the broker")
        yield story, listener
    finally:
        listener.stop()


def test_every_event_of_the_demo_is_published(played: tuple[Story, Listener]) -> None:
    heard = played[1].types()
    for source, names in EVENTS_OF_THE_DEMO.items():
        assert names <= heard.get(source, set())


def test_every_message_is_as_the_document_says(played: tuple[Story, Listener]) -> None:
    document = yaml.safe_load((ROOT / "docs" / "events.asyncapi.yaml").read_text("utf-8"))
    messages = document["components"]["messages"]
    checks = {
        name: (_validator(document, message["headers"]), _validator(document, message["payload"]))
        for name, message in messages.items()
    }
    assert played[1].heard
    for source, name, headers, body in played[1].heard:
        of_headers, of_payload = checks[f"{source}.{name}"]
        of_headers.validate(headers)
        of_payload.validate(json.loads(body))
        assert headers["cloudEvents_type"] == name
        channel = document["channels"][f"{source}.{name}"]
        assert channel["bindings"]["amqp"]["exchange"]["name"] == f"{source}.events"


def _validator(document: Json, schema: Json) -> jsonschema.Draft202012Validator:
    whole = {**schema, "components": {"schemas": document["components"]["schemas"]}}
    return jsonschema.Draft202012Validator(whole)


@pytest.mark.proves("L1")
def test_a_streams_events_come_in_order_without_gaps(played: tuple[Story, Listener]) -> None:
    story, listener = played
    first_time = list(dict.fromkeys(listener.versions(f"dossier-{story.code}")))
    assert first_time == list(range(1, len(first_time) + 1))


def test_nothing_personal_is_on_the_broker(played: tuple[Story, Listener]) -> None:
    citizen = read_demo_accounts().people[0]
    personal = (citizen.name, citizen.identity_number, citizen.phone, citizen.address)
    for _, name, headers, body in played[1].heard:
        text = body.decode() + json.dumps(headers, default=str)
        assert not [value for value in (*personal, "@demo.example") if value in text], name


def test_every_queue_has_a_reader_but_those_that_keep_on_purpose(
    stack: Stack, records: Records
) -> None:
    topology = list(parts(records.settings))
    connection = pika.BlockingConnection(connection_parameters(stack.amqp_uri))
    channel = connection.channel()
    readers = {
        queue.name: channel.queue_declare(queue.name, passive=True).method.consumer_count
        for queue in all_queues(topology)
    }
    connection.close()
    parked = parking_places(topology)
    assert readers
    for name, count in readers.items():
        assert (count == 0) == (name in parked), name


def test_the_demo_tells_where_the_dossier_stood_after_every_hop(
    played: tuple[Story, Listener], system: System
) -> None:
    story = played[0]
    assert [hop.status for hop in story.hops][-1] == "Đã trả kết quả"
    for hop in story.hops[:-1]:
        assert "—" not in (hop.unit, hop.step, hop.step_due)
    versions = [hop.version for hop in story.hops]
    assert versions == sorted(versions)
    status = expect(system.person("congdan").get(f"/dossiers/{story.code}"), 200)
    assert status["status"] == 10
    assert len(story.mails) == len({mail["message_id"] for mail in story.mails})
