"""Logs: one JSON line per happening, the conversation's id, and nothing that opens a door."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from kernel import logs

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Configure the logs of a service and give what was said since."""
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure("dossier", "DEBUG")
    yield lambda: [json.loads(line) for line in said.getvalue().splitlines()]
    logs.bind_correlation(None)
    logging.captureWarnings(False)
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_says_when_what_and_who(lines: Lines) -> None:
    logs.get("kernel.relay").info("published", position=7, place="Phường Bến Nghé")

    (line,) = lines()
    assert list(line)[:4] == ["time", "level", "service", "event"]
    assert line["time"].endswith("Z")
    assert (line["level"], line["service"], line["event"]) == ("info", "dossier", "published")
    assert (line["position"], line["place"]) == (7, "Phường Bến Nghé")


def test_the_conversations_id_is_on_every_line(lines: Lines) -> None:
    logs.bind_correlation("conversation-1")
    logs.get("a").info("one")
    logging.getLogger("library").warning("two")
    logs.bind_correlation(None)
    logs.get("a").info("three")

    assert [line.get("correlation") for line in lines()] == [
        "conversation-1",
        "conversation-1",
        None,
    ]


def test_each_thread_has_its_own_conversation(lines: Lines) -> None:
    logs.bind_correlation("conversation-1")
    seen: list[str | None] = []
    thread = threading.Thread(target=lambda: seen.append(logs.correlation()))
    thread.start()
    thread.join()

    assert seen == [None]
    assert logs.correlation() == "conversation-1"


def test_new_ids_differ() -> None:
    assert logs.new_correlation() != logs.new_correlation()


def test_the_libraries_lines_have_the_same_form(lines: Lines) -> None:
    logging.getLogger("kombu.mixins").warning("Connection to %s lost", "broker")

    (line,) = lines()
    assert line["event"] == "Connection to broker lost"
    assert (line["service"], line["logger"]) == ("dossier", "kombu.mixins")


def test_an_exception_is_one_line_with_its_traceback(lines: Lines) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logs.get("a").exception("failed")

    (line,) = lines()
    assert line["level"] == "error"
    assert "Traceback" in line["exception"]
    assert "ValueError: broken" in line["exception"]


@pytest.mark.parametrize(
    "field", ["password", "new_password", "token", "access_token", "authorization", "pin"]
)
def test_a_secret_field_is_cut_out(lines: Lines, field: str) -> None:
    logs.get("a").info("said", **{field: "open sesame"})

    (line,) = lines()
    assert line[field] == "…"


def test_credentials_inside_a_text_are_cut_out(lines: Lines) -> None:
    token = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhY2MtMSJ9.c2lnbmF0dXJl"
    logging.getLogger("library").error(
        "no answer from amqp://motcua:sesame@broker:5672// %s", token
    )
    try:
        raise ConnectionError("mongodb://root:sesame@db/ refused")
    except ConnectionError:
        logs.get("a").exception("failed")

    said = json.dumps(lines())
    assert "sesame" not in said
    assert token not in said
    assert "@broker:5672" in said


@pytest.mark.parametrize("library", ["amqp", "kombu.connection", "pika", "pymongo.command"])
def test_libraries_do_not_repeat_contents_at_their_lower_levels(lines: Lines, library: str) -> None:
    logging.getLogger(library).debug("body: %s", "personal")

    assert lines() == []


def test_a_refusal_of_the_domain_is_no_fault_of_the_container(lines: Lines) -> None:
    container = logging.getLogger("nameko.containers")
    container.warning("(expected) error handling worker %s: %s", "w", "e")
    container.error("error handling worker %s: %s", "w", "e")

    assert [line["event"] for line in lines()] == ["error handling worker w: e"]


def test_a_process_that_configured_nothing_leaves_standard_output_to_its_answers() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from kernel import logs; logs.get('x').warning('away')"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == ""
    assert "away" in told.stderr
