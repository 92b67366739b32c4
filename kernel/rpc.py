"""Requests between services: `serves` answers them, `Neighbours` asks.

>>> class DossierService:
...     name = "dossier"
...     neighbours = Neighbours()
...
...     @serves(contract.ReadDossier)
...     def read_dossier(self, request: contract.ReadDossier, call: Call) -> DossierStatus: ...

Every request is answered, and its message is acknowledged only after that: with the declared
answer, with the domain's refusal as data, with `Unavailable` if the database is away, or, if the
handler broke, with `Internal` and an id that finds the error in the log. A request whose deadline
has passed is refused without any work.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any, TypeVar

from kombu import Queue
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import DependencyProvider, SharedExtension, register_entrypoint
from nameko.messaging import QueueConsumer
from nameko.rpc import Rpc, RpcConsumer, get_rpc_exchange
from pymongo.errors import ConnectionFailure

from kernel import logs, metrics, wire
from kernel.client import NO_TOKEN, Client, standalone_client
from kernel.config import settings_of
from kernel.errors import DomainError, Internal, Malformed, Unavailable, database_away
from kernel.requests import Call, request_type
from kernel.trust import Keyring

__all__ = ["NO_TOKEN", "Client", "Neighbours", "SharedClient", "serves", "standalone_client"]

log = logs.get(__name__)
F = TypeVar("F", bound=Callable[..., Any])

_REPLY_SECONDS = 5.0


def serves(*requests: type[Any]) -> Callable[[F], F]:
    """Let a method `(self, request, call)` of a service class answer requests of these classes.

    The method may raise any `DomainError`; the caller gets it as if it had been raised there.
    """

    def decorate(method: F) -> F:
        @wraps(method)
        def handle(service: Any, message: Any, call: Call) -> Any:
            # Stays bound after the method, for what the container logs of its failure.
            logs.bind_correlation(call.correlation)
            before = wire.deadline.set(call.deadline)
            try:
                return method(service, message, call)
            finally:
                wire.deadline.reset(before)

        for request in requests:
            register_entrypoint(handle, _Serves(request))
        return handle  # type: ignore[return-value]

    return decorate


class SharedClient(SharedExtension):  # type: ignore[misc]
    """The one client of a service process."""

    client: Client

    def setup(self) -> None:
        """Make the client in the service's own name."""
        self.client = Client(settings_of(self.container), self.container.service_name)

    def start(self) -> None:
        """Begin to listen for answers."""
        self.client.start()

    def stop(self) -> None:
        """Stop after everyone who could ask has stopped."""
        self.client.stop()


class Neighbours(DependencyProvider):  # type: ignore[misc]
    """Gives a service the `Client` to ask its neighbours."""

    shared = SharedClient()

    def get_dependency(self, worker_ctx: Any) -> Client:
        """Return the client of this process."""
        return self.shared.client


class _Requests(QueueConsumer):  # type: ignore[misc]
    """The connection on which requests come in."""

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        # kombu would log the body, which is personal, and answer nothing.
        log.warning("undecodable request refused")
        refusal = Malformed(
            "malformed-request", "Yêu cầu không đọc được.", "The request cannot be read."
        )
        for provider in self._providers:
            self.container.spawn_managed_thread(
                partial(provider.reply, message, wire.error_body(refusal)), identifier="refuse"
            )


class _RequestQueue(RpcConsumer):  # type: ignore[misc]
    """One queue per service, which its processes share; prefixed with the namespace.

    Everything here is total: an exception in this place would end the whole process.
    """

    queue: Any
    queue_consumer = _Requests()

    def __init__(self) -> None:
        super().__init__()
        self._methods: dict[str, _Serves] = {}
        self._publisher: wire.Publisher | None = None

    def setup(self) -> None:
        """Declare the queue and begin to receive."""
        settings = settings_of(self.container)
        service = self.container.service_name
        self.keyring = Keyring(settings.keys)
        self._publisher = wire.Publisher(settings.amqp_uri)
        self.queue = Queue(
            settings.amqp_name(f"rpc-{service}"),
            exchange=get_rpc_exchange(self.container.config),
            routing_key=f"{service}.*",
            durable=True,
        )
        self.queue_consumer.register_provider(self)
        self._registered = True

    def register_provider(self, provider: _Serves) -> None:
        """Take a method into the table."""
        self._methods[provider.served.method] = provider
        super().register_provider(provider)

    def handle_message(self, body: Any, message: Any) -> None:
        """Hand a request to its method, or refuse it."""
        method = str(message.delivery_info["routing_key"]).rpartition(".")[2]
        try:
            if method not in self._methods:
                raise _unknown_method(self.container.service_name, method)
            self._methods[method].accept(body, message)
        except ContainerBeingKilled:
            self.requeue_message(message)
        except DomainError as refusal:
            self.reply(message, wire.error_body(refusal))
        except Exception:
            log.exception("request failed before its method", method=method)
            self.reply(message, wire.error_body(_internal(None)))

    def reply(self, message: Any, body: dict[str, Any]) -> None:
        """Send the answer, then acknowledge the request; never raises.

        If the answer cannot be sent, the asker's deadline passes there, as if it had been lost on
        its way.
        """
        try:
            reply_to = message.properties.get("reply_to")
            if reply_to and self._publisher is not None:
                self._publisher.publish(
                    body,
                    timeout=_REPLY_SECONDS,
                    routing_key=reply_to,
                    correlation_id=message.properties.get("correlation_id"),
                )
        except Exception as error:  # noqa: BLE001
            log.warning("answer not sent", reason=type(error).__name__)
        try:
            self.queue_consumer.ack_message(message)
        except Exception as error:  # noqa: BLE001
            log.warning("request not acknowledged", reason=type(error).__name__)


class _Serves(Rpc):  # type: ignore[misc]
    """The entrypoint behind `serves`."""

    rpc_consumer = _RequestQueue()

    def __init__(self, request: type[Any]) -> None:
        super().__init__(expected_exceptions=DomainError)
        self._request = request
        self.served = request_type(request)

    def accept(self, body: Any, message: Any) -> None:
        """Check a request and spawn the worker that answers it; raises its refusal."""
        began = time.perf_counter()
        envelope = wire.open_request(body)
        logs.bind_correlation(envelope.correlation)
        try:
            if wire.is_expired(envelope):
                raise _too_late(envelope.deadline)
            request, call = wire.read_request(envelope, self._request, self.rpc_consumer.keyring)
        except DomainError as refusal:
            self._observe(began, refusal.code)
            raise
        answer = partial(self._answer, message, began, call)
        self.container.spawn_worker(self, (request, call), {}, handle_result=answer)

    def _answer(
        self, message: Any, began: float, call: Call, _: Any, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        outcome, body = self._body(call, result, exc_info)
        self.rpc_consumer.reply(message, body)
        self._observe(began, outcome)
        return result, exc_info

    def _body(self, call: Call, result: Any, exc_info: Any) -> tuple[str, dict[str, Any]]:
        """Return the outcome's name and the message; what broke was logged by the container."""
        if exc_info is not None:
            refusal = _refusal(exc_info[1], call)
            return refusal.code, wire.error_body(refusal)
        try:
            return "ok", wire.answer_body(self._request, result)
        except Exception:
            log.exception("answer cannot be sent", method=self.served.method)
            return "internal", wire.error_body(_internal(call.correlation))

    def _observe(self, began: float, outcome: str) -> None:
        served = self.served
        labels = (self.container.service_name, served.method, served.purpose.value, outcome)
        metrics.RPC_SECONDS.labels(*labels).observe(time.perf_counter() - began)


def _unknown_method(service: str, method: str) -> Malformed:
    return Malformed(
        "unknown-method",
        "Yêu cầu này không được hỗ trợ.",
        f"The service {service} answers no request {method!r}.",
    )


def _too_late(deadline: datetime) -> Unavailable:
    return Unavailable(
        "deadline-passed",
        "Hệ thống đang bận. Hãy thử lại sau ít phút.",
        f"The request was to be answered by {deadline.isoformat()}; nothing was done.",
        retry_after=5,
    )


def _refusal(error: BaseException, call: Call) -> DomainError:
    """Return what the asker is told of a handler's failure."""
    match error:
        case DomainError():
            return error
        case ConnectionFailure():
            return database_away(error)
        case _:
            return _internal(call.correlation)


def _internal(correlation: str | None) -> Internal:
    found = correlation or logs.correlation() or "?"
    return Internal(
        "internal",
        f"Hệ thống gặp lỗi. Nếu lỗi lặp lại, hãy báo mã tra cứu {found}.",
        f"Something broke on our side. If it happens again, tell us this reference: {found}.",
    )
