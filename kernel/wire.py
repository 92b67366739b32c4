"""What a request looks like between two processes, and how it is put on the broker.

The wire format is nameko's, `{"args": [envelope], "kwargs": {}}` one way and
`{"result": …, "error": null}` the other, with one argument, the envelope, and one kind of result:
`{"answer": …}` or `{"error": …}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from kombu import Connection
from kombu.exceptions import LimitExceeded
from kombu.pools import ProducerPool

from kernel import schemas
from kernel.errors import DomainError, Invalid, Malformed
from kernel.requests import ANONYMOUS, Call, digest_of, request_type
from kernel.schemas import JSON, field, frozen
from kernel.trust import Keyring

CORRELATION_PATTERN = r"^[A-Za-z0-9._-]{8,64}$"

# The moment by which the request at hand must be answered: a request made for it must not take
# longer.
deadline: ContextVar[datetime | None] = ContextVar("deadline", default=None)

_CONNECTIONS = 16
_CONNECT_SECONDS = 3.0


@frozen
class Envelope:
    """A request with everything about it; its caller is inside the token."""

    request: Mapping[str, JSON]
    deadline: datetime
    correlation: str = field(pattern=CORRELATION_PATTERN)
    token: str | None = field(default=None, max_length=8192)
    idempotency_key: str | None = field(default=None, min_length=1, max_length=255)
    expected_version: int | None = field(default=None, minimum=0)
    locale: str = field(default="vi", pattern=r"^(vi|en)$")
    address: str | None = field(default=None, max_length=64)


def request_body(envelope: Envelope) -> dict[str, Any]:
    """Return the message that asks."""
    return {"args": [schemas.dump(envelope)], "kwargs": {}}


def open_request(body: Any) -> Envelope:
    """Return the envelope of a message that asks; raises `Malformed`."""
    try:
        (content,) = body["args"]
        return schemas.load(Envelope, content, tolerant=True)
    except (Invalid, LookupError, TypeError, ValueError) as error:
        raise Malformed(
            "malformed-request",
            "Yêu cầu không đúng định dạng.",
            "The request is not of the right form.",
            fields=error.fields if isinstance(error, Invalid) else (),
        ) from error


def read_request(envelope: Envelope, cls: type[Any], keyring: Keyring) -> tuple[Any, Call]:
    """Return the request and the call that an envelope holds, its caller verified.

    Raises `Invalid` for a wrong content and `Unauthenticated` for a wrong token.
    """
    caller = keyring.verify(envelope.token) if envelope.token else ANONYMOUS
    message = schemas.load(cls, dict(envelope.request))
    call = Call(
        caller=caller,
        correlation=envelope.correlation,
        deadline=envelope.deadline,
        digest=digest_of(message, keyring.master),
        idempotency_key=envelope.idempotency_key,
        expected_version=envelope.expected_version,
        locale=envelope.locale,
        address=envelope.address,
    )
    return message, call


def is_expired(envelope: Envelope) -> bool:
    """Whether nobody waits for the answer any more."""
    return datetime.now(UTC) > envelope.deadline


def answer_body(cls: type[Any], answer: Any) -> dict[str, Any]:
    """Return the message that answers a request of class `cls`."""
    expected = request_type(cls).answer
    if not isinstance(answer, expected):
        raise TypeError(
            f"{cls.__name__} is answered with {expected.__name__}, not {type(answer).__name__}"
        )
    return {"result": {"answer": schemas.dump(answer)}, "error": None}


def error_body(error: DomainError) -> dict[str, Any]:
    """Return the message that refuses."""
    return {"result": {"error": error.to_wire()}, "error": None}


def read_answer(cls: type[Any], body: Any) -> Any:
    """Return the answer to a request of class `cls`, or raise the error that came instead.

    Raises `ValueError` where the body is no answer that this code understands.
    """
    try:
        result = body["result"]
        if "error" in result:
            refusal = DomainError.from_wire(result["error"])
        else:
            return schemas.load(request_type(cls).answer, result["answer"], tolerant=True)
    except (Invalid, LookupError, TypeError) as error:
        raise ValueError(f"not an answer to {cls.__name__}: {error}") from error
    raise refusal


class Undeliverable(Exception):
    """No queue takes this routing key: there is no such service."""


class Publisher:
    """Publishes with the broker's confirmation, over a pool of connections; for any thread.

    A connection on which anything went wrong is thrown away, because a confirmation still under
    way on it would be taken for that of the next message.
    """

    def __init__(self, amqp_uri: str) -> None:
        options = {
            "confirm_publish": True,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.2,
            "interval_max": 0.2,
        }
        connection = Connection(
            amqp_uri, transport_options=options, connect_timeout=_CONNECT_SECONDS
        )
        self._connections = connection.Pool(limit=_CONNECTIONS)
        self._producers = ProducerPool(self._connections, limit=_CONNECTIONS)
        self._broken = (*connection.connection_errors, *connection.channel_errors)

    def publish(self, body: Any, *, timeout: float, exchange: Any = "", **properties: Any) -> None:
        """Publish JSON and wait for the confirmation, at most `timeout` seconds.

        A connection that proves dead is replaced once and the message sent again, so it may
        arrive twice. Raises `Undeliverable` (with `mandatory=True`) or `OSError`.
        """
        for last in (False, True):
            try:
                with self._producers.acquire(block=True, timeout=timeout) as producer:
                    try:
                        producer.publish(
                            body,
                            exchange=exchange,
                            serializer="json",
                            delivery_mode="transient",
                            confirm_timeout=timeout,
                            **properties,
                        )
                    except BaseException:
                        # Dropped and not closed: a broker that blocks would not answer.
                        producer.connection.collect()
                        raise
                    return
            except LimitExceeded as error:
                raise TimeoutError("too many messages wait to be published") from error
            except TimeoutError:
                raise
            except self._broken as error:
                if "NO_ROUTE" in str(error):
                    raise Undeliverable(properties.get("routing_key")) from error
                if last:
                    raise OSError(str(error)) from error

    def close(self) -> None:
        """Close the connections."""
        self._producers.force_close_all()
        self._connections.force_close_all()
