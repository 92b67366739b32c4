"""Serves a Flask application inside a service's process.

>>> class Portal:
...     name = "portal"
...     http = HttpServer(build_app, port_variable="PORTAL_PORT", default_port=8000)

Each connection has a green thread of its own. The application asks other services through
`current_client()`. Every request belongs to a conversation: its id comes with `X-Correlation-Id`
or is made here, stands in the logs, goes on to the services and back in the answer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import eventlet
from eventlet import wsgi
from eventlet.support.greenlets import GreenletExit
from flask import Flask, Response, current_app, g, request
from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider, Entrypoint

from kernel import logs, metrics
from kernel.client import Client
from kernel.config import Settings, read, setting, settings_of
from kernel.health import listen
from kernel.rpc import SharedClient
from kernel.trust import Keyring
from kernel.wire import CORRELATION_PATTERN

log = logs.get(__name__)

CORRELATION_HEADER = "X-Correlation-Id"

_EXTENSION = "motcua"
_GRACE_SECONDS = 10.0
_IDLE_SECONDS = 65.0
_SOCKET_SECONDS = 120.0


@dataclass(frozen=True)
class Tools:
    """What an application gets from the process that it runs in.

    `dependency` returns what the service class lists under a name, such as its database.
    """

    service: str
    settings: Settings
    client: Client
    keyring: Keyring
    dependency: Callable[[str], Any]


def current_tools() -> Tools:
    """Return the tools of the application at hand."""
    tools: Tools = current_app.extensions[_EXTENSION]
    return tools


def current_client() -> Client:
    """Return the client with which the application at hand asks services."""
    return current_tools().client


class HttpServer(DependencyProvider):  # type: ignore[misc]
    """Serves the application that `factory` builds, on the port that a variable names.

    At most `connections` are open at a time; further ones wait. On stopping, requests under way
    are finished and idle connections closed.
    """

    shared = SharedClient()

    def __init__(
        self,
        factory: Callable[[Tools], Flask],
        *,
        port_variable: str,
        default_port: int,
        connections: int = 512,
    ) -> None:
        super().__init__()
        self._factory = factory
        self._port_variable = port_variable
        self._default_port = default_port
        self._connections = connections
        self._socket: Any = None
        self._server: Any = None

    def start(self) -> None:
        """Listen and serve; raises `ConfigError` if the port is taken."""
        settings = settings_of(self.container)
        port = _read_port(self._port_variable, self._default_port)
        self._socket = listen(settings.http_host, port, self._port_variable)
        app = self._factory(self._tools(settings))
        connect(app, self._tools(settings))
        self._server = self.container.spawn_managed_thread(
            lambda: self._serve(app), identifier="http"
        )
        log.info("serving HTTP", host=settings.http_host, port=port)

    def stop(self) -> None:
        """Finish the requests under way and take no more."""
        if self._server is None:
            return
        # The server's own clean-up closes idle connections and waits for the busy ones.
        with eventlet.Timeout(_GRACE_SECONDS, False), suppress(GreenletExit):
            self._server.kill()
            self._server.wait()
        self._socket.close()

    def kill(self) -> None:
        """Take no more requests."""
        if self._socket is not None:
            self._socket.close()

    def get_dependency(self, worker_ctx: Any) -> None:
        """Nothing is given to the service: the application works by itself."""

    def _serve(self, app: Flask) -> None:
        wsgi.server(
            self._socket,
            app,
            max_size=self._connections,
            keepalive=_IDLE_SECONDS,
            socket_timeout=_SOCKET_SECONDS,
            log_output=False,
            debug=False,
        )

    def _tools(self, settings: Settings) -> Tools:
        providers = {provider.attr_name: provider for provider in self.container.dependencies}
        context = WorkerContext(self.container, None, _Request)

        def dependency(name: str) -> Any:
            return providers[name].get_dependency(context)

        return Tools(
            service=self.container.service_name,
            settings=settings,
            client=self.shared.client,
            keyring=Keyring(settings.keys),
            dependency=dependency,
        )


def connect(app: Flask, tools: Tools) -> None:
    """Give an application its tools, its correlation ids, its log and its metrics."""
    app.extensions[_EXTENSION] = tools
    # Before the application's own, so that they too can log and ask.
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get(CORRELATION_HEADER, "")
    correlation = given if re.match(CORRELATION_PATTERN, given) else logs.new_correlation()
    logs.bind_correlation(correlation)
    g.correlation = correlation
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.began
    # The rule and not the path's arguments, and no query: those may hold what is personal.
    route = request.url_rule.rule if request.url_rule is not None else "-"
    service = current_tools().service
    status = str(response.status_code)
    metrics.HTTP_SECONDS.labels(service, request.method, route, status).observe(seconds)
    log.info(
        "request",
        method=request.method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
    )
    response.headers[CORRELATION_HEADER] = g.correlation
    return response


class _Request(Entrypoint):  # type: ignore[misc]
    """Stands for an HTTP request where a provider asks which worker it provides for."""

    method_name = "http"


def _read_port(variable: str, default: int) -> int:
    @dataclass(frozen=True)
    class Port:
        port: int = setting(
            env=variable,
            default=default,
            doc="the port of the HTTP server",
            minimum=1,
            maximum=65535,
        )

    return read(Port).port
