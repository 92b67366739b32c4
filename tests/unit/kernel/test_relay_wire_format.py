"""An event's message: data untouched in the body, CloudEvents and its place in the headers."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import schemas
from kernel.envelope import Envelope, Message, Undecodable, from_message, to_message
from kernel.events import Actor, EventTypes, Recorded, event

ENVELOPE = Envelope(
    id="key-1/0",
    type="DossierSubmitted",
    schema=2,
    data='{"code":"H56-1","name":{"sealed":"b64…"}}',
    source="dossier",
    stream="dossier-H56-1",
    version=1,
    position=7,
    occurred_at=datetime(2026, 11, 22, 2, 0, 0, 5, tzinfo=UTC),
    recorded_at=datetime(2026, 11, 22, 2, 0, 1, tzinfo=UTC),
    actor=Actor("acc-1", "officer", "H56", "one-stop"),
    causation="key-0/0",
    correlation="c-1",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_the_body_is_the_stored_text_and_the_headers_are_cloudevents() -> None:
    message = to_message(ENVELOPE)

    assert message.body == ENVELOPE.data.encode()
    assert message.properties() == {
        "delivery_mode": 2,
        "content_type": "application/json",
        "message_id": "key-1/0",
        "type": "DossierSubmitted",
        "correlation_id": "c-1",
        "headers": {
            "cloudEvents_specversion": "1.0",
            "cloudEvents_id": "key-1/0",
            "cloudEvents_type": "DossierSubmitted",
            "cloudEvents_source": "/services/dossier",
            "cloudEvents_subject": "dossier-H56-1",
            "cloudEvents_time": "2026-11-22T02:00:00.000005Z",
            "cloudEvents_dataschema": "/services/dossier/events/DossierSubmitted/2",
            "stream": "dossier-H56-1",
            "version": 1,
            "position": 7,
            "schema": 2,
            "recorded_at": "2026-11-22T02:00:01.000000Z",
            "actor": "acc-1",
            "actor_kind": "officer",
            "actor_agency": "H56",
            "actor_unit": "one-stop",
            "causation": "key-0/0",
            "correlation": "c-1",
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        },
    }


texts = st.text(min_size=1, max_size=20)
moments = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
envelopes = st.builds(
    Envelope,
    id=texts,
    type=texts,
    schema=st.integers(1, 9),
    data=st.text(max_size=50),
    source=texts,
    stream=texts,
    version=st.integers(1, 2**53),
    position=st.integers(1, 2**53),
    occurred_at=moments,
    recorded_at=moments,
    actor=st.builds(Actor, texts, texts, st.none() | texts, st.none() | texts),
    causation=st.none() | texts,
    correlation=st.none() | texts,
    traceparent=st.none() | texts,
)


@settings(deadline=None)
@given(envelopes)
def test_reading_gives_back_what_was_written(envelope: Envelope) -> None:
    assert from_message(to_message(envelope)) == envelope


@settings(deadline=None)
@given(envelopes)
def test_the_feed_carries_the_same_event_as_json(envelope: Envelope) -> None:
    assert schemas.load(Envelope, schemas.dump(envelope)) == envelope


@pytest.mark.parametrize(
    ("header", "value", "complaint"),
    [
        ("cloudEvents_id", None, "`cloudEvents_id` is None where str is expected"),
        ("version", "1", "`version` is '1' where int is expected"),
        ("version", True, "`version` is True where int is expected"),
        ("version", 0, "count from 1"),
        ("schema", None, "`schema` is None"),
        ("cloudEvents_source", "dossier", "names no service: 'dossier'"),
        ("cloudEvents_source", "/services/", "names no service"),
        ("cloudEvents_time", "yesterday", "no RFC 3339 time: 'yesterday'"),
        ("recorded_at", "2026-11-22T02:00:01", "has no time zone"),
        ("recorded_at", "0001-01-01T00:00:00+14:00", "before or behind all time"),
        ("stream", {"a": "table"}, "`stream` is {'a': 'table'} where str is expected"),
        ("causation", 7, "`causation` is 7 where str is expected"),
    ],
)
def test_a_message_of_another_form_is_refused_with_the_reason(
    header: str, value: object, complaint: str
) -> None:
    message = to_message(ENVELOPE).with_headers(**{header: value})

    with pytest.raises(Undecodable, match=complaint):
        from_message(message)


def test_a_body_that_is_no_text_is_refused() -> None:
    message = Message(to_message(ENVELOPE).headers, b"\xff\xfe")

    with pytest.raises(Undecodable, match="not UTF-8"):
        from_message(message)


def test_a_message_published_again_leaves_the_brokers_headers_behind() -> None:
    returned = to_message(ENVELOPE).with_headers(attempt=1, stream=None)
    returned = replace(returned, headers={**returned.headers, "x-death": [{"count": 1}]})

    again = returned.with_headers(attempt=2)

    assert "x-death" not in again.headers
    assert "stream" not in again.headers
    assert again.count("attempt") == 2
    assert again.count("replay") == 0


@event()
@dataclass(frozen=True)
class Greeted:
    subject: str
    name: str | None = schemas.field(personal=True)


def test_a_handler_sees_the_recorded_event_without_a_neighbours_personal_data() -> None:
    envelope = replace(
        ENVELOPE, type="Greeted", schema=1, data='{"name":{"sealed":"b64…"},"subject":"acc-1"}'
    )

    assert envelope.record(EventTypes("dossier", (Greeted,))) == Recorded(
        event=Greeted("acc-1", None),
        id="key-1/0",
        type="Greeted",
        source="dossier",
        stream="dossier-H56-1",
        version=1,
        position=7,
        occurred_at=ENVELOPE.occurred_at,
        recorded_at=ENVELOPE.recorded_at,
        actor=ENVELOPE.actor,
        causation="key-0/0",
        correlation="c-1",
    )
