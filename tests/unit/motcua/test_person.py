"""Somebody at the REST interface: patient with a part that is away, but not for ever."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kernel.errors import Unavailable
from motcua import person
from motcua.person import Person, Places


class _Forgetful(BaseHTTPRequestHandler):
    """Logs everybody in, and knows nobody at the next request."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(HTTPStatus.CREATED, b'{"access_token":"t","account":{}}')

    def do_GET(self) -> None:
        self._answer(HTTPStatus.UNAUTHORIZED, b"log in first")

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def places() -> Iterator[Places]:
    """A portal at which nobody stays logged in."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Forgetful) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Places(f"http://127.0.0.1:{server.server_port}", "", "")
        server.shutdown()
        thread.join()


def test_where_nothing_runs_one_sentence_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        portal = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    with pytest.raises(Unavailable) as away:
        Person(Places(portal, "", ""), "an", "ba con mèo đen", patience=0).log_in()
    assert away.value.en == f"{portal}/api/v1 does not answer. Start it with `make up`."


@pytest.mark.timeout(60)
def test_who_is_never_known_gives_up(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person, "_AGAIN_SECONDS", 0.01)
    somebody = Person(places, "an", "ba con mèo đen", patience=0.2)
    with pytest.raises(Unavailable, match="GET /dossiers: log in first"):
        somebody.get("/dossiers")
