"""How one process asks another: a request goes out, its answer comes back or does not in time.

The same client serves a service, where threads are green, and a plain process with real ones.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError
from kombu.mixins import ConsumerMixin

from kernel import logs, schemas, wire
from kernel.config import Settings, without_password
from kernel.errors import Unavailable
from kernel.requests import Caller, Purpose, RequestType, request_type
from kernel.trust import Keyring

log = logs.get(__name__)

# The token of a call that is made for nobody: the other side sees an anonymous caller.
NO_TOKEN = ""

LONGEST_WAIT = 30.0
"""Seconds that a call may wait for its answer: whoever reads for one has ended by then."""

_OWN_TOKEN = timedelta(seconds=60)
_REPLY_QUEUE_MS = 300_000
_POLL_SECONDS = 0.25
_STOP_SECONDS = 2.0


class Client:
    """Asks services in the name of `issuer`; safe for any number of threads or greenlets.

    `start` begins to listen for answers and returns at once, whether the broker is there or not;
    after a lost connection the client finds its way back by itself.
    """

    def __init__(self, settings: Settings, issuer: str, keyring: Keyring | None = None) -> None:
        self._settings = settings
        self._issuer = issuer
        self._keyring = keyring or Keyring(settings.keys)
        self._publisher = wire.Publisher(settings.amqp_uri)
        self._replies = _Replies(settings, issuer)
        self._exchange = Exchange(settings.amqp_name("nameko-rpc"), type="topic", durable=True)
        self._own_token = ("", 0.0)

    def start(self) -> None:
        """Begin to listen for answers."""
        self._replies.start()

    def stop(self) -> None:
        """Stop listening and close the connections; who still waits gets `Unavailable`."""
        self._replies.stop()
        self._publisher.close()

    @property
    def connected(self) -> bool:
        """Whether answers can come in now."""
        return self._replies.ready.is_set()

    def call(
        self,
        message: Any,
        *,
        token: str | None = None,
        timeout: float = 5.0,
        idempotency_key: str | None = None,
        expected_version: int | None = None,
        locale: str = "vi",
        address: str | None = None,
        correlation: str | None = None,
    ) -> Any:
        """Send a request to the service that its class names and return the declared answer.

        `token` says for whom; without one the service asks for itself, with `NO_TOKEN` for
        nobody. `timeout` is in seconds, at most `LONGEST_WAIT` (`ValueError`), and never longer
        than what is left of the request at hand. Raises the other side's `DomainError`, or
        `Unavailable` if no answer comes.
        """
        if timeout > LONGEST_WAIT:
            raise ValueError(f"a call waits for {LONGEST_WAIT:.0f} s at most, not {timeout}")
        declared = request_type(type(message))
        timeout = self._within_deadline(timeout)
        envelope = wire.Envelope(
            request=schemas.dump(message),
            deadline=datetime.now(UTC) + timedelta(seconds=timeout),
            correlation=correlation or logs.correlation() or logs.new_correlation(),
            token=(self._token() if token is None else token) or None,
            idempotency_key=idempotency_key or _key_for(declared),
            expected_version=expected_version,
            locale=locale,
            address=address,
        )
        body = self._exchange_messages(declared, envelope, timeout)
        try:
            return wire.read_answer(type(message), body)
        except ValueError as error:
            log.error("answer not understood", to=declared.service, method=declared.method)
            raise _unavailable("answer-not-understood", declared) from error

    def _exchange_messages(
        self, declared: RequestType, envelope: wire.Envelope, timeout: float
    ) -> Any:
        until = time.monotonic() + timeout
        if timeout <= 0:
            raise _unavailable("no-answer-in-time", declared)
        if not self._replies.ready.wait(timeout):
            raise _unavailable("broker-away", declared)
        reply_id = uuid4().hex
        with self._replies.expect(reply_id) as reply:
            try:
                self._publisher.publish(
                    wire.request_body(envelope),
                    timeout=max(until - time.monotonic(), 0.001),
                    exchange=self._exchange,
                    routing_key=f"{declared.service}.{declared.method}",
                    mandatory=True,
                    expiration=timeout,
                    reply_to=self._replies.queue.name,
                    correlation_id=reply_id,
                )
            except wire.Undeliverable as error:
                raise _unavailable("no-such-service", declared) from error
            except (OSError, OperationalError) as error:
                raise _unavailable("broker-away", declared) from error
            if not reply.arrived.wait(until - time.monotonic()):
                raise _unavailable("no-answer-in-time", declared)
            return reply.body

    def _token(self) -> str:
        """Return the service's own token, renewed at half its life."""
        token, renew_at = self._own_token
        if time.monotonic() >= renew_at:
            caller = Caller(f"service:{self._issuer}", "service")
            token = self._keyring.issue(caller, issuer=self._issuer, lifetime=_OWN_TOKEN)
            self._own_token = token, time.monotonic() + _OWN_TOKEN.total_seconds() / 2
        return token

    @staticmethod
    def _within_deadline(timeout: float) -> float:
        until = wire.deadline.get()
        if until is None:
            return timeout
        return min(timeout, (until - datetime.now(UTC)).total_seconds())


@contextmanager
def standalone_client(settings: Settings, issuer: str) -> Iterator[Client]:
    """Return a running client for a process that is no service; it is stopped at the end."""
    client = Client(settings, issuer)
    client.start()
    try:
        yield client
    finally:
        client.stop()


class _Reply:
    """A place for the answer to one request."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self.body: Any = None


class _Replies(ConsumerMixin):  # type: ignore[misc]
    """Listens on this process's own reply queue and hands each answer to who waits for it.

    The queue outlives a short loss of the connection, so that answers sent meanwhile still come.
    """

    def __init__(self, settings: Settings, issuer: str) -> None:
        self.connection = Connection(settings.amqp_uri, heartbeat=settings.heartbeat)
        self.queue = Queue(
            settings.amqp_name(f"rpc.reply-{issuer}-{uuid4().hex}"),
            durable=True,
            queue_arguments={"x-expires": _REPLY_QUEUE_MS},
        )
        self.ready = threading.Event()
        self._broker = without_password(settings.amqp_uri)
        self._waiting: dict[str, _Reply] = {}
        self._thread = threading.Thread(target=self._run, name="rpc-replies", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.should_stop = True
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    @contextmanager
    def expect(self, reply_id: str) -> Iterator[_Reply]:
        """Hold a place for the answer; who leaves it gets nothing any more."""
        reply = self._waiting[reply_id] = _Reply()
        try:
            yield reply
        finally:
            del self._waiting[reply_id]

    def _run(self) -> None:
        while not self.should_stop:
            try:
                self.run(safety_interval=_POLL_SECONDS)
            except Exception:
                log.exception("answers cannot be received; trying again")
                time.sleep(_POLL_SECONDS)

    # What kombu asks of a consumer

    def get_consumers(self, consumer: Any, channel: Any) -> list[Any]:
        return [consumer([self.queue], callbacks=[self._on_reply], accept=["json"], no_ack=True)]

    def on_consume_ready(self, connection: Any, channel: Any, consumers: Any, **_: Any) -> None:
        self.ready.set()

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        self.ready.clear()
        if not self.should_stop:
            log.warning("broker away", broker=self._broker, again_in=interval)

    def on_consume_end(self, connection: Any, channel: Any) -> None:
        self.ready.clear()
        channel.queue_delete(self.queue.name)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        log.warning("undecodable answer dropped")

    def _on_reply(self, body: Any, message: Any) -> None:
        reply = self._waiting.get(message.properties.get("correlation_id"))
        if reply is None:
            log.debug("answer that nobody waits for dropped")
        else:
            reply.body = body
            reply.arrived.set()


def _key_for(declared: RequestType) -> str | None:
    # The broker may deliver a request twice; a command always has a key to be known again by.
    return f"call-{uuid4().hex}" if declared.purpose is Purpose.COMMAND else None


def _unavailable(code: str, declared: RequestType) -> Unavailable:
    return Unavailable(
        code,
        "Hệ thống đang bận hoặc tạm gián đoạn. Hãy thử lại sau ít phút.",
        f"The service {declared.service} does not answer now ({code}). Try again in a few minutes.",
        retry_after=5,
    )
