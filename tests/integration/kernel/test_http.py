"""A Flask application in a service's process: conversations, many at once, a clean stop."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests
from samples.processes import (
    Process,
    eventually,
    free_port,
    installation,
    remove_from_broker,
    running,
)

from kernel.config import Settings


@dataclass(frozen=True)
class Site:
    """The sample web service, running."""

    url: str
    process: Process

    def get(self, path: str, **options: object) -> requests.Response:
        """Ask for a page."""
        return requests.get(f"{self.url}{path}", timeout=30, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def settings(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """An installation for this file's tests, with the sample service running."""
    settings = installation(amqp_uri, mongo_uri, tmp_path_factory.mktemp("http"))
    with running("samples.kernel_sample:Sample", settings):
        yield settings
    remove_from_broker(settings)


@pytest.fixture(scope="module")
def site(settings: Settings) -> Iterator[Site]:
    """The web service for tests that leave it running."""
    port = free_port()
    with running("samples.web_sample:Web", settings, {"WEB_PORT": str(port)}) as process:
        yield Site(f"http://127.0.0.1:{port}", process)


def test_a_page_asks_another_service(site: Site) -> None:
    answer = site.get("/echo/xin chào").json()

    assert (answer["text"], answer["caller"]) == ("xin chào", "service:web")


def test_the_conversations_id_goes_from_the_request_to_the_service_and_back(site: Site) -> None:
    response = site.get("/echo/x", headers={"X-Correlation-Id": "conversation-7"})

    assert response.headers["X-Correlation-Id"] == "conversation-7"
    assert response.json()["correlation"] == "conversation-7"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "có dấu", "a b c d e f g h", '"}{"'])
def test_an_unsuitable_id_is_replaced(site: Site, given: str) -> None:
    response = site.get("/echo/x", headers={"X-Correlation-Id": given.encode()})

    made = response.headers["X-Correlation-Id"]
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert response.json()["correlation"] == made


def test_the_applications_own_hooks_know_the_conversation(site: Site) -> None:
    response = site.get("/early", headers={"X-Correlation-Id": "conversation-8"})

    assert response.json() == {"correlation": "conversation-8"}


def test_the_next_request_of_a_connection_is_another_conversation(site: Site) -> None:
    with requests.Session() as session:
        ids = {session.get(f"{site.url}/echo/x").json()["correlation"] for _ in range(5)}

    assert len(ids) == 5


def test_an_application_gets_what_the_service_lists(site: Site, settings: Settings) -> None:
    assert site.get("/database").json() == {"name": settings.database("web")}


def test_a_page_that_breaks_shows_nothing_of_the_inside(site: Site) -> None:
    response = site.get("/boom", headers={"X-Correlation-Id": "conversation-9"})

    assert response.status_code == 500
    assert "page broke" not in response.text
    assert response.headers["X-Correlation-Id"] == "conversation-9"
    lines = [line for line in site.process.log_lines() if line.get("correlation")]
    assert any(
        line["correlation"] == "conversation-9" and "the page broke" in line.get("exception", "")
        for line in lines
    )


def test_every_request_is_logged_without_its_query(site: Site) -> None:
    site.get("/echo/secret-path?cccd=001099000001", headers={"X-Correlation-Id": "logged-123"})

    (line,) = [line for line in site.process.log_lines() if line.get("correlation") == "logged-123"]
    assert (line["event"], line["method"], line["route"]) == ("request", "GET", "/echo/<text>")
    assert (line["status"], line["service"]) == (200, "web")
    assert "001099000001" not in site.process.log_text()
    assert "secret-path" not in site.process.log_text()


def test_requests_are_timed_by_route(site: Site) -> None:
    site.get("/teapot")
    site.get("/no/such/page")

    metrics = site.process.ops("/metrics").text
    head = 'motcua_http_seconds_count{method="GET",route='
    assert f'{head}"/teapot",service="web",status="418"' in metrics
    assert f'{head}"-",service="web",status="404"' in metrics


def test_slow_pages_do_not_hold_up_others(site: Site) -> None:
    with ThreadPoolExecutor(30) as pool:
        began = time.monotonic()
        slow = [pool.submit(site.get, "/slow/3000") for _ in range(30)]
        assert site.get("/echo/x").ok
        assert time.monotonic() - began < 3
        assert all(future.result().ok for future in slow)
        assert time.monotonic() - began < 20


def test_a_client_that_leaves_or_talks_nonsense_harms_nobody(site: Site) -> None:
    host, port = site.url.removeprefix("http://").split(":")
    nonsense = (
        b"",
        b"\x00\xff\r\n\r\n",
        b"GET /echo/x HTTP/1.1\r\nHost:",
        b"GET / " + b"x" * 20_000,
    )
    for said in nonsense:
        with socket.create_connection((host, int(port))) as sock:
            sock.sendall(said)

    assert site.get("/echo/x").ok
    assert site.process.is_ready()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_the_requests_under_way(settings: Settings, number: signal.Signals) -> None:
    port = free_port()
    with running("samples.web_sample:Web", settings, {"WEB_PORT": str(port)}) as process:
        site = Site(f"http://127.0.0.1:{port}", process)
        with ThreadPoolExecutor(1) as pool, requests.Session() as idle:
            idle.get(f"{site.url}/teapot")
            under_way = pool.submit(site.get, "/slow/1500")
            eventually(lambda: "slow page begun" in process.log_text())

            code = process.end(number)

            assert under_way.result().json() == {"text": "after"}
    assert code == 0
    with pytest.raises(requests.ConnectionError):
        site.get("/teapot")


def test_a_port_that_is_taken_is_told_in_one_sentence(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = Process("samples.web_sample:Web", settings, {"WEB_PORT": port})
        code = process.popen.wait(30)
        process.end()

    assert code == 2
    sentence = process.log_text().splitlines()[-1]
    assert sentence == (
        f"Port {port} on 127.0.0.1 is taken. End the process that listens there, "
        "or set WEB_PORT to another port."
    )
