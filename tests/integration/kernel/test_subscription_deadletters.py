"""What an operator does with dead letters: list, look, replay, discard."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import amqp
import pytest

from kernel import deadletters
from kernel.config import Settings
from kernel.deadletters import DeadLetter
from kernel.envelope import Message
from kernel.errors import NotFound, Unavailable
from kernel.topology import Consumer

HEADERS = {
    "cloudEvents_source": "/services/dossier",
    "stream": "dossier-1",
    "version": 3,
    "attempt": 4,
    "error": "builtins.ValueError",
    "error_message": "unlucky",
    "traceback": "Traceback …",
    "died_at": "2026-11-22T02:00:00.000000Z",
}


class Box:
    """The dead letters and the inbox of a service."""

    def __init__(self, settings: Settings, channel: Any) -> None:
        self.settings = settings
        self.consumer = Consumer("notify", ("dossier",), settings)
        self.channel = channel

    def put(self, message: Message) -> None:
        properties = message.properties()
        headers = properties.pop("headers")
        self.channel.basic_publish_confirm(
            amqp.Message(message.body, application_headers=headers, **properties),
            routing_key=self.consumer.dead,
        )

    def ids(self) -> list[str]:
        return [letter.id for letter in deadletters.letters(self.settings, "notify")]


@pytest.fixture
def box(settings: Settings, channel: Any, declared: Callable[..., None]) -> Box:
    box = Box(settings, channel)
    declared(box.consumer)
    for name in ("e-1", "e-2", "e-3"):
        box.put(Message(HEADERS, b'{"by":13}', name, "FeePaid", "c-1"))
    return box


def test_they_are_listed_with_the_reason_the_oldest_first(box: Box) -> None:
    found = deadletters.letters(box.settings, "notify")

    assert [letter.id for letter in found] == ["e-1", "e-2", "e-3"]
    assert found[0] == DeadLetter(
        id="e-1",
        service="notify",
        type="FeePaid",
        source="/services/dossier",
        stream="dossier-1",
        version=3,
        correlation="c-1",
        attempts=4,
        error="builtins.ValueError",
        message="unlucky",
        traceback="Traceback …",
        died_at="2026-11-22T02:00:00.000000Z",
        body='{"by":13}',
    )


def test_looking_at_them_as_often_as_one_likes_takes_none_away(box: Box) -> None:
    for _ in range(25):
        assert sorted(box.ids()) == ["e-1", "e-2", "e-3"]
    assert deadletters.letter(box.settings, "notify", "e-2").id == "e-2"


def test_several_may_look_at_once_and_all_see_all(box: Box) -> None:
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda _: box.ids(), range(8)))
    assert [sorted(ids) for ids in seen] == [["e-1", "e-2", "e-3"]] * 8


def test_one_can_be_replayed(box: Box) -> None:
    assert deadletters.replay(box.settings, "notify", ["e-2"]) == 1

    assert sorted(box.ids()) == ["e-1", "e-3"]
    again = box.channel.basic_get(box.consumer.inbox, no_ack=True)
    assert (again.properties["message_id"], again.body) == ("e-2", b'{"by":13}')
    assert {k: v for k, v in again.headers.items() if k != "x-delivery-count"} == {
        "cloudEvents_source": "/services/dossier",
        "stream": "dossier-1",
        "version": 3,
        "replay": 1,
    }


def test_all_can_be_replayed_in_their_order(box: Box) -> None:
    assert deadletters.replay(box.settings, "notify") == 3

    assert box.ids() == []
    again = [box.channel.basic_get(box.consumer.inbox, no_ack=True) for _ in range(3)]
    assert [message.properties["message_id"] for message in again] == ["e-1", "e-2", "e-3"]


@pytest.mark.parametrize("act", [deadletters.replay, deadletters.discard])
def test_all_are_all_however_few_are_taken_at_a_time(
    box: Box, act: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadletters, "AT_A_TIME", 2)

    assert act(box.settings, "notify") == 3
    assert box.ids() == []


def test_they_can_be_discarded(box: Box) -> None:
    assert deadletters.discard(box.settings, "notify", ["e-1", "e-3"]) == 2
    assert box.ids() == ["e-2"]
    assert deadletters.discard(box.settings, "notify") == 1
    assert box.ids() == []


@pytest.mark.parametrize("act", [deadletters.replay, deadletters.discard])
def test_what_is_gone_is_passed_over_so_it_may_be_asked_twice(box: Box, act: Any) -> None:
    assert act(box.settings, "notify", ["e-9", "e-1", "e-8"]) == 1
    assert box.ids() == ["e-2", "e-3"]
    assert act(box.settings, "notify", ["e-1"]) == 0
    assert box.ids() == ["e-2", "e-3"]


@pytest.mark.parametrize(
    ("act", "count", "in_the_inbox"), [(deadletters.replay, 1, 1), (deadletters.discard, 2, 0)]
)
def test_an_event_that_died_twice_leaves_as_a_whole_and_is_replayed_once(
    box: Box, act: Any, count: int, in_the_inbox: int
) -> None:
    box.put(Message(HEADERS, b'{"by":13}', "e-1", "FeePaid", "c-1"))
    assert sorted(box.ids()) == ["e-1", "e-1", "e-2", "e-3"]
    assert act(box.settings, "notify", ["e-1"]) == count
    assert sorted(box.ids()) == ["e-2", "e-3"]
    declared = box.channel.queue_declare(box.consumer.inbox, passive=True)
    assert declared.message_count == in_the_inbox


def test_without_a_broker_it_is_said_in_a_sentence(box: Box) -> None:
    away = replace(box.settings, amqp_uri="amqp://guest:secret@127.0.0.1:1//")
    with pytest.raises(Unavailable, match=r"broker at amqp://127\.0\.0\.1:1// cannot") as said:
        deadletters.letters(away, "notify")
    assert "secret" not in str(said.value)


def test_a_message_without_an_id_or_a_readable_body_has_a_name_too(box: Box) -> None:
    deadletters.discard(box.settings, "notify")
    box.put(Message({}, b"\xff\xfe"))

    (letter,) = deadletters.letters(box.settings, "notify")
    assert letter.id.startswith("sha256-")
    assert deadletters.letter(box.settings, "notify", letter.id) == letter
    assert deadletters.discard(box.settings, "notify", [letter.id]) == 1


def test_one_that_the_broker_gave_up_says_so(box: Box) -> None:
    deadletters.discard(box.settings, "notify")
    box.put(Message({"x-first-death-reason": "delivery_limit"}, b"{}", "e-4"))

    (letter,) = deadletters.letters(box.settings, "notify")
    assert letter.error == "broker:delivery_limit"


def test_what_is_not_there_is_said_to_be_so(box: Box) -> None:
    with pytest.raises(NotFound, match="no dead letter e-9"):
        deadletters.letter(box.settings, "notify", "e-9")
    with pytest.raises(NotFound, match="listens to no events"):
        deadletters.letters(box.settings, "nobody")
