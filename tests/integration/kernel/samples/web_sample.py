"""A small web service, run by the tests as a process of its own."""

from __future__ import annotations

import eventlet
from flask import Flask, abort, g, request
from samples.kernel_sample import Echo, Sleep

from kernel import logs
from kernel.container import DatabaseProvider
from kernel.http import HttpServer, Tools, current_client, current_tools


def build(tools: Tools) -> Flask:
    app = Flask(__name__)

    @app.before_request
    def early() -> tuple[dict[str, str], int] | None:
        return ({"correlation": g.correlation}, 418) if request.path == "/early" else None

    @app.get("/echo/<text>")
    def echo(text: str) -> dict[str, str]:
        answer = current_client().call(Echo(text))
        return {"text": answer.text, "caller": answer.caller, "correlation": answer.correlation}

    @app.get("/slow/<int:milliseconds>")
    def slow(milliseconds: int) -> dict[str, str]:
        logs.get(__name__).info("slow page begun")
        eventlet.sleep(milliseconds / 1000)
        return {"text": current_client().call(Sleep(1, "after")).text}

    @app.get("/boom")
    def boom() -> str:
        raise RuntimeError("the page broke")

    @app.get("/teapot")
    def teapot() -> str:
        abort(418)

    @app.get("/database")
    def database() -> dict[str, str]:
        return {"name": current_tools().dependency("database").name}

    return app


class Web:
    """Serves pages."""

    name = "web"
    database = DatabaseProvider()
    http = HttpServer(build, port_variable="WEB_PORT", default_port=8999)
