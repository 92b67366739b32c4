"""Requests between processes: answers, refusals, deadlines, callers, a broker that goes away."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from doors import door_to_broker
from kombu import Connection, Queue
from samples.kernel_sample import (
    AskNowhere,
    Break,
    Change,
    CountWork,
    Echo,
    EchoBehind,
    NotServed,
    Sleep,
)
from samples.processes import (
    Process,
    eventually,
    installation,
    remove_from_broker,
    running,
)

from kernel import schemas, wire
from kernel.client import LONGEST_WAIT, Client
from kernel.config import Settings
from kernel.errors import (
    Conflict,
    DomainError,
    Internal,
    Invalid,
    Malformed,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from kernel.rebuild import Pace
from kernel.requests import Caller
from kernel.rpc import NO_TOKEN, standalone_client
from kernel.trust import Keyring

CITIZEN = Caller("acc-1", "citizen", verified=True)


@pytest.fixture(scope="module")
def settings(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """An installation for this file's tests."""
    settings = installation(amqp_uri, mongo_uri, tmp_path_factory.mktemp("rpc"))
    yield settings
    remove_from_broker(settings)


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[Process]:
    """The sample service, running."""
    with running("samples.kernel_sample:Sample", settings) as process:
        yield process


@pytest.fixture(scope="module")
def client(settings: Settings, service: Process) -> Iterator[Client]:
    """A client in this process, which has real threads."""
    with standalone_client(settings, "cli") as client:
        yield client


def test_the_declared_answer_comes_back(client: Client, service: Process) -> None:
    answer = client.call(
        Echo("Hồ sơ của bà Hoa"),
        locale="en",
        address="203.0.113.7",
        idempotency_key="k1",
        expected_version=7,
    )

    assert answer.text == "Hồ sơ của bà Hoa"
    assert (answer.locale, answer.address) == ("en", "203.0.113.7")
    assert (answer.idempotency_key, answer.expected_version) == ("k1", 7)
    assert answer.process == service.popen.pid


def test_without_a_token_a_service_speaks_for_itself(client: Client) -> None:
    answer = client.call(Echo("x"))

    assert (answer.caller, answer.kind) == ("service:cli", "service")


def test_for_nobody_the_caller_is_anonymous(client: Client) -> None:
    assert client.call(Echo("x"), token=NO_TOKEN).caller == "anonymous"


def test_a_users_token_travels_with_the_request(client: Client, settings: Settings) -> None:
    token = Keyring(settings.keys).issue(CITIZEN, issuer="identity", lifetime=timedelta(minutes=1))

    assert client.call(Echo("x"), token=token).caller == "acc-1"


def test_a_forged_token_is_refused(client: Client) -> None:
    with pytest.raises(Unauthenticated) as caught:
        client.call(Echo("x"), token="a.b.c")

    assert caught.value.code == "token-invalid"


def test_an_expired_token_is_refused(client: Client, settings: Settings) -> None:
    yesterday = Keyring(settings.keys, now=lambda: time.time() - 86400)
    token = yesterday.issue(CITIZEN, issuer="identity", lifetime=timedelta(minutes=1))

    with pytest.raises(Unauthenticated) as caught:
        client.call(Echo("x"), token=token)

    assert caught.value.code == "token-expired"


def test_a_refusal_is_raised_here_as_it_was_there(client: Client) -> None:
    with pytest.raises(NotFound) as caught:
        client.call(Break("not-found"))
    assert (caught.value.code, caught.value.vi) == ("no-dossier", "Không tìm thấy hồ sơ.")

    with pytest.raises(Conflict) as closed:
        client.call(Break("conflict"))
    assert closed.value.retry_after == 3


def test_a_wrong_field_is_named(client: Client) -> None:
    with pytest.raises(Invalid) as caught:
        client.call(Echo("x" * 200_001))

    assert [(fault.field, fault.code) for fault in caught.value.fields] == [("text", "too-long")]


@pytest.mark.parametrize("how", ["raise", "answer"])
def test_a_handler_that_breaks_is_answered_with_a_reference_into_the_log(
    client: Client, service: Process, how: str
) -> None:
    """Trap 1: the message is not lost silently, and nothing of the inside is shown."""
    with pytest.raises(Internal) as caught:
        client.call(Break(how), correlation=f"break-{how}-1")

    assert f"break-{how}-1" in caught.value.en
    assert "Traceback" not in caught.value.en
    assert "the handler broke" not in caught.value.en
    lines = [line for line in service.log_lines() if line.get("correlation") == f"break-{how}-1"]
    assert any(line["level"] == "error" and "Traceback" in line["exception"] for line in lines)


def test_a_database_that_is_away_is_no_fault_of_ours(client: Client) -> None:
    with pytest.raises(Unavailable) as caught:
        client.call(Break("database-away"))
    assert (caught.value.code, caught.value.retry_after) == ("database-away", 5)


def test_a_call_that_would_wait_longer_than_a_rebuild_does_is_not_sent(client: Client) -> None:
    assert Pace().readers >= LONGEST_WAIT
    assert client.call(Echo("x"), timeout=LONGEST_WAIT).text == "x"
    with pytest.raises(ValueError, match="waits for 30 s at most"):
        client.call(Echo("x"), timeout=LONGEST_WAIT + 0.1)


def test_an_unknown_service_is_told_at_once(client: Client) -> None:
    began = time.monotonic()

    with pytest.raises(Unavailable) as caught:
        client.call(AskNowhere(), timeout=30)

    assert caught.value.code == "no-such-service"
    assert time.monotonic() - began < 10


def test_calls_after_an_unknown_service_are_not_mixed_up(client: Client) -> None:
    for number in range(10):
        with pytest.raises(Unavailable):
            client.call(AskNowhere())
        assert client.call(Echo(str(number))).text == str(number)


def test_an_unknown_method_is_told(client: Client) -> None:
    with pytest.raises(Malformed) as caught:
        client.call(NotServed())

    assert caught.value.code == "unknown-method"
    assert "'not_served'" in caught.value.en


# Deadlines (trap 5: the container's own calls have none)


def test_a_call_ends_at_its_deadline(client: Client) -> None:
    began = time.monotonic()

    with pytest.raises(Unavailable) as caught:
        client.call(Sleep(3000), timeout=0.3)

    assert caught.value.code == "no-answer-in-time"
    assert 0.3 <= time.monotonic() - began < 2.5


def test_a_late_answer_is_dropped_and_the_next_call_gets_its_own(client: Client) -> None:
    with pytest.raises(Unavailable):
        client.call(Sleep(300, "late"), timeout=0.1)

    assert client.call(Sleep(400, "mine"), timeout=5).text == "mine"


def test_inside_a_service_a_call_has_a_deadline_too(client: Client) -> None:
    assert client.call(EchoBehind("x", timeout=5000)).caller == "service:sample"


def test_a_call_for_a_request_never_outlasts_that_request(client: Client) -> None:
    asked = datetime.now(UTC)

    answer = client.call(EchoBehind("x", timeout=30_000), timeout=3)

    assert answer.deadline <= asked + timedelta(seconds=4)


def test_an_expired_request_is_refused_without_any_work(client: Client, settings: Settings) -> None:
    before = client.call(CountWork()).text

    refusal = _refusal_of(settings, "sleep", _envelope({"milliseconds": 1}, seconds=-1))

    assert (type(refusal), refusal.code) == (Unavailable, "deadline-passed")
    assert client.call(CountWork()).text == before


# Wrong messages


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "text",
        {"args": [], "kwargs": {}},
        {"args": [{}], "kwargs": {}},
        {"args": ["text"], "kwargs": {}},
        {"args": [{"request": {}, "deadline": "soon", "correlation": "c" * 8}], "kwargs": {}},
        {"args": [{"request": [], "deadline": "2026-11-22T00:00:00Z", "correlation": "x"}]},
    ],
)
def test_a_malformed_request_is_refused_as_data(
    client: Client, settings: Settings, body: object
) -> None:
    refusal = _refusal_of(settings, "echo", body)

    assert (type(refusal), refusal.code) == (Malformed, "malformed-request")
    assert client.call(Echo("still there")).text == "still there"


@pytest.mark.parametrize("content_type", ["application/json", "application/x-python-serialize"])
def test_what_cannot_be_read_is_refused_and_not_repeated_in_the_log(
    client: Client, settings: Settings, service: Process, content_type: str
) -> None:
    """Trap 2, for requests: an undecodable message is answered."""
    secret = uuid4().hex

    refusal = _refusal_of(settings, "echo", f"{{{secret}", content_type=content_type)

    assert (type(refusal), refusal.code) == (Malformed, "malformed-request")
    assert client.call(Echo("still there")).text == "still there"
    assert secret not in service.log_text()


def test_a_request_without_an_address_for_its_answer_harms_nobody(
    client: Client, settings: Settings
) -> None:
    """Trap 8: what fails outside a handler must not end the process."""
    _publish(settings, "echo", _envelope({"text": "x"}), reply_to=None)
    _publish(settings, "echo", _envelope({"text": "x"}), reply_to="no-such-queue")
    _publish(settings, "break", _envelope({"how": "raise"}), reply_to=None)

    assert client.call(Echo("still there")).text == "still there"


# Correlation, idempotency, logs


def test_a_conversation_keeps_its_id_across_services(client: Client) -> None:
    answer = client.call(EchoBehind("x", timeout=1000), correlation="conversation-1")

    assert answer.correlation == "conversation-1"


def test_every_conversation_has_an_id(client: Client) -> None:
    first, second = client.call(Echo("x")), client.call(Echo("x"))

    assert first.correlation != second.correlation
    assert len(first.correlation) >= 8


def test_a_command_always_has_a_key_to_be_known_again_by(client: Client) -> None:
    assert client.call(Change("x"), idempotency_key="mine").idempotency_key == "mine"
    first, second = (client.call(Change("x")).idempotency_key for _ in range(2))
    assert first is not None
    assert first != second
    assert client.call(Echo("x")).idempotency_key is None


def test_neither_content_nor_tokens_stand_in_the_log(
    client: Client, settings: Settings, service: Process
) -> None:
    token = Keyring(settings.keys).issue(CITIZEN, issuer="identity", lifetime=timedelta(minutes=1))
    secret = uuid4().hex
    client.call(EchoBehind(secret, timeout=1000), token=token)
    with pytest.raises(NotFound):
        client.call(Break("not-found"), token=token)

    assert secret not in service.log_text()
    assert token.split(".")[2] not in service.log_text()


# Many at once, several processes, a broken connection


def test_many_threads_get_their_own_answers(client: Client) -> None:
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda n: client.call(Echo(str(n)), timeout=20).text, range(400)))

    assert answers == [str(n) for n in range(400)]


def test_many_green_threads_get_their_own_answers(client: Client) -> None:
    with ThreadPoolExecutor(16) as pool:
        asked = [
            pool.submit(client.call, EchoBehind(str(n), 20_000), timeout=20) for n in range(200)
        ]

    assert [future.result().text for future in asked] == [str(n) for n in range(200)]


def test_processes_of_a_service_share_its_requests(client: Client, settings: Settings) -> None:
    with running("samples.kernel_sample:Sample", settings):
        processes = {client.call(Echo("x")).process for _ in range(50)}

    assert len(processes) == 2


def test_installations_on_one_broker_do_not_hear_each_other(
    client: Client, settings: Settings
) -> None:
    other = replace(settings, namespace=f"{settings.namespace}b")

    with standalone_client(other, "cli") as stranger, pytest.raises(Unavailable):
        stranger.call(Echo("x"))


def test_a_service_and_its_askers_find_their_way_back(settings: Settings) -> None:
    settings = replace(settings, namespace=f"{settings.namespace}c")
    with (
        door_to_broker(settings) as (behind_door, slam),
        running("samples.kernel_sample:Sample", behind_door),
        standalone_client(behind_door, "cli") as client,
    ):
        assert client.call(Echo("before")).text == "before"

        slam()

        eventually(lambda: _answers(client, Echo("after")))
        eventually(lambda: _answers(client, EchoBehind("after", 2000)))
    remove_from_broker(settings)


def test_a_broker_that_hangs_does_not_hold_up_who_asks(
    settings: Settings, service: Process
) -> None:
    gate = threading.Event()
    gate.set()
    with (
        door_to_broker(settings, gate=gate) as (behind_door, _),
        standalone_client(behind_door, "cli") as client,
    ):
        assert client.call(Echo("after")).text == "after"
        gate.clear()
        began = time.monotonic()

        with pytest.raises(Unavailable) as caught:
            client.call(Echo("x"), timeout=0.5)

        assert caught.value.code == "broker-away"
        assert time.monotonic() - began < 10
        gate.set()
        eventually(lambda: _answers(client, Echo("after")))


def test_without_a_broker_a_call_says_so_in_time(settings: Settings) -> None:
    away = replace(settings, amqp_uri="amqp://guest:guest@127.0.0.1:9//")

    with standalone_client(away, "cli") as client:
        assert not client.connected
        began = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            client.call(Echo("x"), timeout=0.5)

    assert caught.value.code == "broker-away"
    assert time.monotonic() - began < 10


def test_a_client_leaves_nothing_behind(settings: Settings, service: Process) -> None:
    client = Client(settings, "cli")
    client.start()
    client.call(Echo("x"))
    threads = threading.active_count()
    queue = client._replies.queue.name

    client.stop()

    assert threading.active_count() < threads
    with Connection(settings.amqp_uri) as connection, pytest.raises(Exception, match="NOT_FOUND"):
        connection.channel().queue_declare(queue, passive=True)


def _answers(client: Client, message: Any) -> bool:
    try:
        return bool(client.call(message, timeout=1).text == "after")
    except Unavailable:
        return False


def _envelope(request: dict[str, Any], seconds: float = 5) -> dict[str, Any]:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return wire.request_body(wire.Envelope(request, moment, correlation="test-rpc-1"))


def _publish(
    settings: Settings,
    method: str,
    body: object,
    reply_to: str | None,
    content_type: str = "application/json",
) -> None:
    """Put any message where a service takes its requests."""
    text = body if isinstance(body, str) and body.startswith("{") else json.dumps(body)
    with Connection(settings.amqp_uri) as connection:
        connection.Producer().publish(
            text,
            exchange=settings.amqp_name("nameko-rpc"),
            routing_key=f"sample.{method}",
            content_type=content_type,
            content_encoding="utf-8",
            correlation_id="1",
            **({"reply_to": reply_to} if reply_to else {}),
        )


def _refusal_of(
    settings: Settings, method: str, body: object, content_type: str = "application/json"
) -> DomainError:
    """Send any message and return the refusal that answers it."""
    arrived: list[Any] = []
    queue = Queue(f"test-{uuid4().hex}", exclusive=True, auto_delete=True)
    with (
        Connection(settings.amqp_uri) as connection,
        connection.Consumer(
            [queue], callbacks=[lambda content, _: arrived.append(content)], accept=["json"]
        ),
    ):
        _publish(settings, method, body, queue.name, content_type)
        connection.drain_events(timeout=10)
    return DomainError.from_wire(arrived[0]["result"]["error"])


def test_the_envelope_reads_as_it_was_written() -> None:
    envelope = wire.Envelope(
        {"text": "x"}, datetime(2026, 11, 22, tzinfo=UTC), "conversation-1", token="t"
    )

    assert schemas.load(wire.Envelope, schemas.dump(envelope)) == envelope
