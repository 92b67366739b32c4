"""Runs a service: in green threads, after its servers are there, until it is told to stop.

The process is made cooperative before any library that opens sockets is imported, so this module
imports nothing of the kind at its top, and whoever calls it must not either.
"""

from __future__ import annotations

import contextvars
import importlib
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from kernel import logs
from kernel.config import ConfigError, Settings, container_config, without_password
from kernel.health import serve_ops

T = TypeVar("T")
log = logs.get(__name__)

_TOO_EARLY = ("amqp", "kombu", "nameko", "pika", "pymongo", "urllib3")
_PAUSE_SECONDS = 0.5
_PROBE_SECONDS = 3.0


def run(service: str, settings: Settings) -> None:
    """Run the service class at `module:attribute` until SIGTERM or SIGINT.

    Ends the process with one sentence and exit code 1 if it cannot start or broke.
    """
    patch()
    module, _, attribute = service.partition(":")
    run_service(getattr(importlib.import_module(module), attribute), settings)


def run_service(service_class: type[Any], settings: Settings) -> None:
    """Run a service class until SIGTERM or SIGINT, then let its workers finish.

    The process must have been made cooperative before the class was imported: see `run`. Where
    something is wrongly set up, or does not come in time, it ends with 2 and says why.
    """
    patch()
    name = str(service_class.name)
    logs.configure(name, settings.log_level)
    try:
        _run(name, service_class, settings)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


def patch() -> None:
    """Make sockets, threads and locks of this process cooperative; harmless when repeated.

    Raises `RuntimeError` if a library that would not notice any more is imported already.
    """
    with warnings.catch_warnings():
        # Its deprecation is known and answered in docs/decisions/0004-container.md.
        warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")
        import eventlet

    if eventlet.patcher.is_monkey_patched("socket"):
        return
    early = [name for name in _TOO_EARLY if name in sys.modules]
    if early:
        raise RuntimeError(f"imported before the process was made cooperative: {', '.join(early)}")
    eventlet.monkey_patch()


def offload(fn: Callable[..., T], *args: Any) -> T:
    """Run CPU-bound work (a password's hash, a PDF, a picture) beside the green threads.

    Such work would hold up every other request and the broker's heartbeats. `fn` must not do I/O
    or take locks. In a process without green threads it is called as it is.
    """
    patcher = sys.modules.get("eventlet.patcher")
    if patcher is None or not patcher.is_monkey_patched("socket"):
        return fn(*args)
    from eventlet import tpool

    result: T = tpool.execute(contextvars.copy_context().run, fn, *args)
    return result


def _run(name: str, service_class: type[Any], settings: Settings) -> None:
    from nameko.runners import ServiceRunner

    from kernel.container import Storage
    from kernel.subscription import Inbox
    from kernel.trust import Keyring

    Keyring(settings.keys).require(name)
    runner = ServiceRunner(container_config(settings))
    runner.add_service(service_class)
    (container,) = runner.containers
    probes: dict[str, _Probe] = {"broker": _BrokerProbe(settings)}
    if any(isinstance(extension, Storage) for extension in container.extensions):
        probes["database"] = _DatabaseProbe(settings)
    inboxes = [one for one in container.extensions if isinstance(one, Inbox)]
    for probe in probes.values():
        _wait_for(probe, settings.startup_wait.total_seconds())
    started = False

    def ready() -> Mapping[str, bool]:
        found = {"service": started} | {what: probe.answers() for what, probe in probes.items()}
        listening = [inbox for inbox in inboxes if inbox.listens]
        return found | {"inbox": all(one.receives for one in listening)} if listening else found

    stop_ops = (
        serve_ops(settings.ops_port, ready, settings.http_host) if settings.ops_port else None
    )
    with _Signals() as signals:
        runner.start()
        started = True
        log.info("started", ops_port=settings.ops_port, workers=settings.max_workers)
        try:
            signals.wait_or(runner.wait)
        except Exception as error:
            log.critical("broke", exc_info=True)
            raise SystemExit(f"The service {name} broke: {error}") from error
        started = False
        _stop(runner, settings.stop_grace.total_seconds())
    if stop_ops is not None:
        stop_ops()


def _stop(runner: Any, grace: float) -> None:
    """Let the workers finish, but do not wait for a broker that is away."""
    import eventlet

    try:
        with eventlet.Timeout(grace):
            runner.stop()
        log.info("stopped")
    except eventlet.Timeout:
        log.warning("stopped before everything was finished", seconds=grace)


class _Signals:
    """Turns SIGTERM and SIGINT into something a green thread can wait for.

    The interpreter writes each signal's number to a socket: a handler of our own could not use
    green primitives, and would not wake a loop that sleeps.
    """

    def __enter__(self) -> _Signals:
        self._inbox, outbox = self._pair = socket.socketpair()
        outbox.setblocking(False)
        signal.set_wakeup_fd(outbox.fileno(), warn_on_full_buffer=False)
        self._before = {
            number: signal.signal(number, lambda *_: None)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        for end in self._pair:
            end.close()

    def wait_or(self, other: Callable[[], object]) -> None:
        """Return at a signal, or when `other` returns; raise what `other` raises."""
        import eventlet
        from eventlet.event import Event

        over = Event()

        def first(wait: Callable[[], object]) -> None:
            try:
                wait()
            except Exception as error:  # noqa: BLE001 - handed to who waits
                over.ready() or over.send_exception(error)
            else:
                over.ready() or over.send(None)

        eventlet.spawn(first, lambda: self._inbox.recv(1))
        eventlet.spawn(first, other)
        over.wait()


class _Probe:
    """A server that the process needs: `check` raises unless it is there."""

    what: str
    variable: str

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def check(self) -> None:
        raise NotImplementedError

    def refusal(self, error: Exception) -> bool:
        """Whether the server is there and will not have us, so that waiting is of no use."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it is there now; bounded in time."""
        import eventlet

        try:
            with eventlet.Timeout(_PROBE_SECONDS):
                self.check()
        except (Exception, eventlet.Timeout):  # noqa: BLE001 - whatever it is, it does not answer
            return False
        return True


class _BrokerProbe(_Probe):
    what, variable = "broker", "AMQP_URI"

    def __init__(self, settings: Settings) -> None:
        from kombu import Connection

        super().__init__(settings.amqp_uri)
        self._connection = Connection(settings.amqp_uri, connect_timeout=_PROBE_SECONDS)

    def check(self) -> None:
        try:
            if not self._connection.connected:
                self._connection.connect()
            self._connection.default_channel.exchange_declare("amq.topic", "topic", passive=True)
        except BaseException:
            self._connection.collect()
            raise

    def refusal(self, error: Exception) -> bool:
        from amqp.exceptions import AccessRefused, NotAllowed

        return isinstance(error, (AccessRefused, NotAllowed))


class _DatabaseProbe(_Probe):
    what, variable = "database", "MONGO_URI"

    def __init__(self, settings: Settings) -> None:
        from pymongo import MongoClient

        super().__init__(settings.mongo_uri)
        milliseconds = int(_PROBE_SECONDS * 1000)
        self._client: MongoClient[Any] = MongoClient(
            settings.mongo_uri, serverSelectionTimeoutMS=milliseconds
        )

    def check(self) -> None:
        self._client.admin.command("ping")

    def refusal(self, error: Exception) -> bool:
        from pymongo.errors import OperationFailure

        return isinstance(error, OperationFailure)


def _wait_for(probe: _Probe, seconds: float) -> None:
    where = without_password(probe.uri)
    until = time.monotonic() + seconds
    told = False
    while True:
        try:
            probe.check()
            return
        except Exception as error:
            if probe.refusal(error):
                raise ConfigError(
                    f"The {probe.what} at {where} does not let us in: check {probe.variable}."
                ) from error
            if time.monotonic() >= until:
                raise ConfigError(
                    f"The {probe.what} at {where} did not answer within {seconds:g} s: "
                    f"start it, or set {probe.variable}."
                ) from error
        if not told:
            log.warning(f"waiting for the {probe.what}", at=where, seconds=seconds)
            told = True
        time.sleep(_PAUSE_SECONDS)
