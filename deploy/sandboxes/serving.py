"""How the sandboxes serve their pages: in threads, and with a sentence where the port is taken."""

from __future__ import annotations

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from kernel.health import listen


def server_on(host: str, port: int, variable: str, app: Flask) -> BaseWSGIServer:
    """Return a server that listens already; raises `ConfigError` if the port is taken."""
    with listen(host, port, variable) as sock:
        return make_server(host, port, app, threaded=True, fd=sock.fileno())
