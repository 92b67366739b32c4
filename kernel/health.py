"""The operations port of every process: is it alive, can it work, what has it counted.

| Path | Answers |
|---|---|
| `/health/live` | 200 while the process turns |
| `/health/ready` | 200 if everything it needs is there, else 503; which, as JSON |
| `/metrics` | the counts, in Prometheus' text format |
"""

from __future__ import annotations

import errno
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kernel import logs
from kernel.config import ConfigError

log = logs.get(__name__)

Ready = Callable[[], Mapping[str, bool]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def serve_ops(port: int, ready: Ready, host: str = "127.0.0.1") -> Callable[[], None]:
    """Serve health and metrics in the background; return the function that stops it.

    `ready` names what the process needs and whether it is there. It is asked at every probe, in a
    thread of its own (a green one where the process is green). Raises `ConfigError` if the port
    is taken.
    """
    sock = listen(host, port, "OPS_PORT")
    serve = _serve_green if _is_green() else _serve_threads
    return serve(sock, ops_app(ready))


def listen(host: str, port: int, variable: str) -> socket.socket:
    """Return a listening socket; raises `ConfigError` that says what to do if it is taken."""
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as error:
        reason = "is taken" if error.errno == errno.EADDRINUSE else f"fails: {error.strerror}"
        raise ConfigError(
            f"Port {port} on {host} {reason}. End the process that listens there, "
            f"or set {variable} to another port."
        ) from error


def ops_app(ready: Ready) -> Application:
    """Return the WSGI application of the operations port."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        match environ["PATH_INFO"]:
            case "/health/live":
                status, kind, body = 200, _JSON, _json({"live": True})
            case "/health/ready":
                found = _ask(ready)
                status, kind, body = 200 if all(found.values()) else 503, _JSON, _json(found)
            case "/metrics":
                status, kind, body = 200, CONTENT_TYPE_LATEST, generate_latest()
            case _:
                status, kind, body = 404, _JSON, _json({})
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response(_STATUS[status], headers)
        return [body]

    return application


_JSON = "application/json"
_STATUS = {200: "200 OK", 404: "404 Not Found", 503: "503 Service Unavailable"}


def _ask(ready: Ready) -> Mapping[str, bool]:
    try:
        return ready()
    except Exception:
        log.exception("readiness cannot be told")
        return {"probe": False}


def _json(content: Mapping[str, bool]) -> bytes:
    return json.dumps(content).encode()


def _is_green() -> bool:
    patcher = sys.modules.get("eventlet.patcher")
    return patcher is not None and bool(patcher.is_monkey_patched("socket"))


def _serve_green(sock: socket.socket, application: Application) -> Callable[[], None]:
    import eventlet
    from eventlet import wsgi

    def serve() -> None:
        wsgi.server(sock, application, log_output=False, debug=False, keepalive=False)

    server = eventlet.spawn(serve)

    def stop() -> None:
        server.kill()
        sock.close()

    return stop


def _serve_threads(sock: socket.socket, application: Application) -> Callable[[], None]:
    server = _Server(sock.getsockname()[:2], _Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket = sock
    server.server_name, server.server_port = sock.getsockname()[:2]
    server.setup_environ()
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, name="ops", daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return stop


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: probes come every few seconds."""
