"""An event on its way from a ledger to a neighbour: the one place of its wire format.

The body of a message is the stored data text, byte for byte, ciphertext included. Everything
else stands in the headers: the CloudEvents 1.0 attributes in binary mode, and the event's place
in its ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from kernel.commits import Commit
from kernel.events import Actor, Encoded, EventTypes, Recorded
from kernel.schemas import field, frozen, rfc3339

V = TypeVar("V", str, int)

CONTENT_TYPE = "application/json"
ATTEMPT = "attempt"  # how often the handling of an event was tried and failed
ATTEMPT_AT = "attempt_at"  # the version of that event: this one's, or one in front of it
WAITS = "waits"  # how often it was put aside because somebody was away
REPLAY = "replay"  # an operator sent it back from the dead letters


class Undecodable(ValueError):
    """A message that is not an event of the wire format; the text says what is wrong with it."""


@frozen
class Envelope:
    """A stored event with everything that is needed to hand it to a handler elsewhere.

    `data` is the stored canonical JSON text; `source`, `stream`, `version` and `position` are its
    place, as in `kernel.events.Recorded`.
    """

    id: str
    type: str
    schema: int
    data: str
    source: str
    stream: str
    version: int = field(minimum=1)
    position: int = field(minimum=1)
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    causation: str | None = None
    correlation: str | None = None
    traceparent: str | None = None

    def record(self, types: EventTypes) -> Recorded:
        """Return the event as a handler sees it; personal data of another service is None.

        Raises `UnknownEvent` or `UndecodableEvent`.
        """
        return Recorded(
            event=types.decode(Encoded(self.id, self.type, self.schema, self.data)),
            id=self.id,
            type=self.type,
            source=self.source,
            stream=self.stream,
            version=self.version,
            position=self.position,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            actor=self.actor,
            causation=self.causation,
            correlation=self.correlation,
        )


@dataclass(frozen=True)
class Message:
    """An AMQP message apart from any client library."""

    headers: Mapping[str, Any]
    body: bytes
    message_id: str | None = None
    type: str | None = None
    correlation_id: str | None = None
    content_type: str | None = CONTENT_TYPE

    def properties(self) -> dict[str, Any]:
        """Return its AMQP properties, by the names that pika and py-amqp share; persistent."""
        named = {
            "headers": dict(self.headers),
            "content_type": self.content_type,
            "message_id": self.message_id,
            "type": self.type,
            "correlation_id": self.correlation_id,
        }
        return {"delivery_mode": 2, **{k: v for k, v in named.items() if v is not None}}

    def with_headers(self, **headers: Any) -> Message:
        """Return the message with these headers too; a header of None is taken away.

        What the broker itself wrote on the way (`x-death` and its kin) is left behind: from one
        major version of RabbitMQ to the next it means other things on a message that is
        published again.
        """
        kept = {k: v for k, v in self.headers.items() if not k.startswith("x-")} | headers
        return Message(
            {k: v for k, v in kept.items() if v is not None},
            self.body,
            self.message_id,
            self.type,
            self.correlation_id,
            self.content_type,
        )

    def count(self, header: str) -> int:
        """Return a counting header of ours, 0 where it is missing or not a number."""
        value = self.headers.get(header)
        return value if isinstance(value, int) else 0


def envelopes(source: str, commit: Commit) -> Iterator[Envelope]:
    """Return the events of a commit, ready to travel."""
    for offset, stored in enumerate(commit.events):
        yield Envelope(
            id=stored.id,
            type=stored.type,
            schema=stored.schema,
            data=stored.data,
            source=source,
            stream=commit.stream,
            version=commit.first + offset,
            position=commit.position,
            occurred_at=commit.meta.occurred_at,
            recorded_at=commit.recorded_at,
            actor=commit.meta.actor,
            causation=commit.meta.causation,
            correlation=commit.meta.correlation,
            traceparent=commit.meta.traceparent,
        )


def to_message(envelope: Envelope) -> Message:
    """Return the message of an event."""
    headers = {
        "cloudEvents_specversion": "1.0",
        "cloudEvents_id": envelope.id,
        "cloudEvents_type": envelope.type,
        "cloudEvents_source": _source_uri(envelope.source),
        "cloudEvents_subject": envelope.stream,
        "cloudEvents_time": rfc3339(envelope.occurred_at),
        "cloudEvents_dataschema": (
            f"{_source_uri(envelope.source)}/events/{envelope.type}/{envelope.schema}"
        ),
        "stream": envelope.stream,
        "version": envelope.version,
        "position": envelope.position,
        "schema": envelope.schema,
        "recorded_at": rfc3339(envelope.recorded_at),
        "actor": envelope.actor.id,
        "actor_kind": envelope.actor.kind,
    }
    optional = {
        "actor_agency": envelope.actor.agency,
        "actor_unit": envelope.actor.unit,
        "causation": envelope.causation,
        "correlation": envelope.correlation,
        "traceparent": envelope.traceparent,
    }
    headers.update({name: value for name, value in optional.items() if value is not None})
    return Message(
        headers, envelope.data.encode(), envelope.id, envelope.type, envelope.correlation
    )


def from_message(message: Message) -> Envelope:
    """Return the event of a message, or raise `Undecodable`.

    The data is taken as it is: only a handler's own event types can say whether it fits.
    """
    headers = message.headers
    try:
        data = message.body.decode()
    except UnicodeDecodeError as error:
        raise Undecodable(f"the body is not UTF-8 text: {error}") from None
    version, position = _required(headers, "version", int), _required(headers, "position", int)
    if version < 1 or position < 1:
        raise Undecodable("the headers `version` and `position` count from 1")
    return Envelope(
        id=_required(headers, "cloudEvents_id", str),
        type=_required(headers, "cloudEvents_type", str),
        schema=_required(headers, "schema", int),
        data=data,
        source=_source_name(_required(headers, "cloudEvents_source", str)),
        stream=_required(headers, "stream", str),
        version=version,
        position=position,
        occurred_at=_moment(headers, "cloudEvents_time"),
        recorded_at=_moment(headers, "recorded_at"),
        actor=Actor(
            _required(headers, "actor", str),
            _required(headers, "actor_kind", str),
            _optional(headers, "actor_agency"),
            _optional(headers, "actor_unit"),
        ),
        causation=_optional(headers, "causation"),
        correlation=_optional(headers, "correlation"),
        traceparent=_optional(headers, "traceparent"),
    )


_SOURCES = "/services/"


def _source_uri(service: str) -> str:
    return f"{_SOURCES}{service}"


def _source_name(uri: str) -> str:
    if not uri.startswith(_SOURCES) or len(uri) == len(_SOURCES):
        raise Undecodable(f"the header `cloudEvents_source` names no service: {uri!r}")
    return uri.removeprefix(_SOURCES)


def _required(headers: Mapping[str, Any], name: str, kind: type[V]) -> V:
    value = headers.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Undecodable(f"the header `{name}` is {value!r} where {kind.__name__} is expected")
    return value


def _optional(headers: Mapping[str, Any], name: str) -> str | None:
    return None if headers.get(name) is None else _required(headers, name, str)


def _moment(headers: Mapping[str, Any], name: str) -> datetime:
    text = _required(headers, name, str)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Undecodable(f"the header `{name}` is no RFC 3339 time: {text!r}") from None
    if moment.tzinfo is None:
        raise Undecodable(f"the header `{name}` has no time zone: {text!r}")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Undecodable(f"the header `{name}` is before or behind all time: {text!r}") from None
