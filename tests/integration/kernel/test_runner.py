"""A service's process: how it starts, what it waits for, how it ends, what it says of itself."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from doors import door_to_broker
from samples.kernel_sample import Break, Compute, Echo, Sleep
from samples.processes import (
    Process,
    eventually,
    free_port,
    installation,
    remove_from_broker,
    running,
)

from kernel.client import LONGEST_WAIT, standalone_client
from kernel.config import ConfigError, Settings
from kernel.errors import NotFound
from kernel.health import serve_ops
from kernel.runner import offload

SAMPLE = "samples.kernel_sample:Sample"
WEB = "samples.web_sample:Web"


@pytest.fixture
def settings(amqp_uri: str, mongo_uri: str, tmp_path: Path) -> Iterator[Settings]:
    """An installation for one test."""
    settings = installation(amqp_uri, mongo_uri, tmp_path)
    yield settings
    remove_from_broker(settings)


def last_words(service: str, settings: Settings, **environment: str) -> tuple[int, list[str]]:
    """Run a process that ends by itself; return its exit code and what it said outside its log."""
    process = Process(service, settings, environment)
    try:
        code = process.popen.wait(40)
    finally:
        process.end()
    return code, [line for line in process.log_text().splitlines() if not line.startswith("{")]


# Starting


def test_it_runs_without_the_tool_that_newer_pythons_lack(settings: Settings) -> None:
    """Trap 4: the container's own command line imports `pkg_resources`; ours does not."""
    process = Process(SAMPLE, settings, first="import sys; sys.modules['pkg_resources'] = None")
    try:
        process.wait_ready()
    finally:
        assert process.end() == 0


def test_the_process_is_cooperative_before_anything_opens_sockets() -> None:
    check = (
        "import sys; from kernel import runner, config\n"
        "assert not {'kombu', 'pymongo', 'nameko', 'pika'} & set(sys.modules), 'too early'\n"
        "runner.patch(); runner.patch()\n"
        "import socket, threading, pymongo, kombu, eventlet.patcher\n"
        "assert eventlet.patcher.is_monkey_patched('thread')\n"
        "assert 'eventlet' in socket.socket.__module__\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", check], check=True)


def test_a_library_that_would_not_notice_is_refused() -> None:
    check = "import pymongo; from kernel.runner import patch; patch()"

    found = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)

    assert "RuntimeError: imported before the process was made cooperative: pymongo" in found.stderr


def test_it_waits_for_a_broker_that_comes_later(settings: Settings) -> None:
    """Trap 6: the container would die."""
    port = free_port()
    later = replace(settings, amqp_uri=f"amqp://guest:guest@127.0.0.1:{port}//")
    process = Process(SAMPLE, later)
    try:
        eventually(lambda: "waiting for the broker" in process.log_text())
        with door_to_broker(settings, port):
            process.wait_ready()
            process.end()
    finally:
        process.end()


@pytest.mark.parametrize(
    ("what", "variable", "uri"),
    [
        ("broker", "AMQP_URI", "amqp://guest:guest@127.0.0.1:{port}//"),
        ("database", "MONGO_URI", "mongodb://127.0.0.1:{port}"),
    ],
)
def test_it_does_not_wait_for_ever(settings: Settings, what: str, variable: str, uri: str) -> None:
    address = uri.format(port=free_port())

    code, said = last_words(WEB, settings, STARTUP_WAIT="1", **{variable: address})

    shown = address.replace("guest:guest@", "")
    assert code == 2
    assert said == [
        f"The {what} at {shown} did not answer within 1 s: start it, or set {variable}."
    ]


def test_a_broker_that_refuses_the_password_is_told_at_once(settings: Settings) -> None:
    wrong = urlsplit(settings.amqp_uri)
    uri = wrong._replace(netloc=f"guest:wrong@{wrong.hostname}:{wrong.port}").geturl()
    began = time.monotonic()

    code, said = last_words(SAMPLE, settings, AMQP_URI=uri, STARTUP_WAIT="60")

    assert code == 2
    assert said[0].endswith("does not let us in: check AMQP_URI.")
    assert "wrong" not in said[0]
    assert time.monotonic() - began < 20


def test_a_missing_key_is_told(settings: Settings) -> None:
    (settings.keys / "sample.key").unlink()

    code, said = last_words(SAMPLE, settings)

    assert code == 2
    assert "with `motcua keys init`" in said[0]


def test_a_taken_operations_port_is_told(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = last_words(SAMPLE, settings, OPS_PORT=port)

    assert code == 2
    assert said[0].startswith(f"Port {port} on 127.0.0.1 is taken.")


# Ending


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_the_work_under_way(settings: Settings, number: signal.Signals) -> None:
    with (
        running(SAMPLE, settings) as process,
        standalone_client(settings, "cli") as client,
        ThreadPoolExecutor(1) as pool,
    ):
        client.call(Echo("there"))
        under_way = pool.submit(client.call, Sleep(1500, "done"), timeout=20)
        eventually(lambda: "sleep begun" in process.log_text())

        code = process.end(number)

        assert code == 0
        assert under_way.result().text == "done"
        assert process.log_lines()[-1]["event"] == "stopped"


def test_a_stop_does_not_wait_for_a_broker_that_is_away(settings: Settings) -> None:
    with door_to_broker(settings) as (behind_door, _):
        process = Process(SAMPLE, behind_door, {"STOP_GRACE": "2"})
        process.wait_ready()
    try:
        eventually(lambda: not process.is_ready())
        began = time.monotonic()
        assert process.end() == 0
        assert time.monotonic() - began < 10
    finally:
        process.end()


def test_what_breaks_outside_a_handler_ends_the_process_loudly_and_loses_no_request(
    settings: Settings,
) -> None:
    """Trap 8: an exception in an extension's hook kills the container."""
    with standalone_client(settings, "cli") as client, ThreadPoolExecutor(1) as pool:
        process = Process("samples.fragile_sample:FragileSample", settings, {"BREAKS": "yes"})
        process.wait_ready()

        asked = pool.submit(client.call, Echo("survives"), timeout=30)

        assert process.popen.wait(20) == 1
        process.end()
        assert "The service sample broke: the hook broke" in process.log_text().splitlines()
        with running("samples.fragile_sample:FragileSample", settings):
            assert asked.result().text == "survives"


def test_a_request_whose_process_is_killed_goes_to_another(settings: Settings) -> None:
    with standalone_client(settings, "cli") as client, ThreadPoolExecutor(1) as pool:
        first = Process(SAMPLE, settings)
        first.wait_ready()
        client.call(Echo("there"))
        asked = pool.submit(client.call, Sleep(1000, "survives"), timeout=30)
        eventually(lambda: "sleep begun" in first.log_text())

        first.end(signal.SIGKILL)

        with running(SAMPLE, settings):
            assert asked.result().text == "survives"


# Working


def test_heavy_work_holds_up_neither_other_requests_nor_heartbeats(settings: Settings) -> None:
    """Trap 7: the broker closes a connection after two silent heartbeats."""
    with (
        running(SAMPLE, settings, {"AMQP_HEARTBEAT": "2"}) as process,
        standalone_client(settings, "cli") as client,
        ThreadPoolExecutor(1) as pool,
    ):
        client.call(Echo("there"))
        before = process.log_text().count("Connected to amqp")
        heavy = pool.submit(client.call, Compute(7), timeout=LONGEST_WAIT)
        waits = []
        all_began = time.monotonic()
        while not heavy.done():
            began = time.monotonic()
            client.call(Echo("quick"), timeout=30)
            waits.append(time.monotonic() - began)

        assert heavy.result().text == "computed"
        assert max(waits) < (time.monotonic() - all_began) / 2
        assert process.log_text().count("Connected to amqp") == before
        assert "onnection to broker lost" not in process.log_text()


def test_in_a_plain_process_offloading_is_a_call() -> None:
    assert offload(max, 3, 5) == 5


# What it says of itself


def test_health_and_metrics_of_a_service(settings: Settings) -> None:
    with running(WEB, settings, {"WEB_PORT": str(free_port())}) as process:
        assert process.ops("/health/live").json() == {"live": True}
        assert process.ops("/health/ready").json() == {
            "service": True,
            "broker": True,
            "database": True,
        }
        assert process.ops("/no/such/page").status_code == 404
        metrics = process.ops("/metrics")
        assert "motcua_rpc_seconds" in metrics.text
        assert metrics.headers["Content-Type"].startswith("text/plain")


def test_requests_are_counted_by_method_and_outcome(settings: Settings) -> None:
    with running(SAMPLE, settings) as process, standalone_client(settings, "cli") as client:
        client.call(Echo("x"))
        with pytest.raises(NotFound):
            client.call(Break("not-found"))

        echoed = '{method="echo",outcome="ok",purpose="read",service="sample"} 1.0'
        refused = '{method="break",outcome="no-dossier",purpose="read",service="sample"} 1.0'
        for counted in (echoed, refused):
            line = f"motcua_rpc_seconds_count{counted}"
            eventually(lambda line=line: line in process.ops("/metrics").text)


def test_a_service_is_not_ready_while_the_broker_is_away_but_lives(settings: Settings) -> None:
    with door_to_broker(settings) as (behind_door, _):
        process = Process(SAMPLE, behind_door, {"STOP_GRACE": "1"})
        process.wait_ready()
    try:
        eventually(lambda: not process.is_ready())
        assert process.ops("/health/ready").status_code == 503
        assert process.ops("/health/ready").json() == {"service": True, "broker": False}
        assert process.ops("/health/live").ok
        with door_to_broker(settings, urlsplit(behind_door.amqp_uri).port or 0):
            process.wait_ready()
    finally:
        process.end()


def test_a_plain_process_serves_its_health_too() -> None:
    port = free_port()
    there = {"lease": False}
    stop = serve_ops(port, lambda: there)
    try:
        url = f"http://127.0.0.1:{port}/health/ready"
        assert requests.get(url, timeout=5).status_code == 503
        there["lease"] = True
        assert requests.get(url, timeout=5).json() == {"lease": True}
        with pytest.raises(ConfigError, match="is taken"):
            serve_ops(port, lambda: there)
    finally:
        stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_a_probe_that_breaks_means_not_ready() -> None:
    port = free_port()
    stop = serve_ops(port, lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    try:
        found = requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5)
        assert (found.status_code, found.json()) == (503, {"probe": False})
    finally:
        stop()
