"""What operators ask a running service: how far it is, and what it could not handle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient
from samples.delivery_sample import FAILS
from samples.delivery_stage import LISTENER, OWNER, TIERS, Stage, prepared
from samples.processes import Process, eventually, running

from kernel.client import Client
from kernel.config import Settings
from kernel.errors import Forbidden, NotFound, Unauthenticated
from kernel.feed import OutlinePage, outline_of
from kernel.operations import (
    DeadLetters,
    DiscardDeadLetters,
    ListDeadLetters,
    ReadDeadLetter,
    ReadProgress,
    ReplayDeadLetters,
    questions_of,
)
from kernel.requests import Caller
from kernel.rpc import NO_TOKEN, standalone_client
from kernel.trust import Keyring


class Operators:
    """People who ask the two sample services."""

    def __init__(self, client: Client, settings: Settings, listener: Process) -> None:
        self._client = client
        self._keyring = Keyring(settings.keys)
        self.listener = listener

    def ask(self, who: str, service: str, kind: type[Any], **content: Any) -> Any:
        """Ask as an officer of this role, a `citizen` or `nobody`."""
        message = questions_of(service)[kind](**content)
        return self._client.call(message, token=self._token(who), timeout=30)

    def _token(self, who: str) -> str:
        if who == "nobody":
            return NO_TOKEN
        officer = who != "citizen"
        caller = Caller(
            "acc-1",
            "officer" if officer else "citizen",
            roles=(who,) if officer else (),
            agency="agency-1",
        )
        return self._keyring.issue(caller, issuer="identity", lifetime=timedelta(minutes=5))

    def outline(self, who: str) -> OutlinePage:
        """Ask for the end of the owner's ledger, as the listener itself if `who` is empty."""
        head = self.ask("auditor", "counting", ReadProgress).head
        message = outline_of("counting")(after=head - 1)
        page: OutlinePage = self._client.call(message, token=self._token(who) if who else None)
        return page

    def letters(self) -> list[str]:
        found: DeadLetters = self.ask("auditor", "tally", ListDeadLetters)
        assert found.total == len(found.items)
        return [letter.id for letter in found.items]


@pytest.fixture(scope="module")
def running_services(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settings, Process]]:
    """An installation with the owner and the listener running."""
    namespace = f"t{uuid4().hex[:12]}"
    home = tmp_path_factory.mktemp("operations")
    given = Settings(amqp_uri=amqp_uri, mongo_uri=mongo_uri, namespace=namespace, home=home)
    with (
        prepared(given) as settings,
        running(OWNER, settings),
        running(LISTENER, settings, TIERS) as listener,
    ):
        yield settings, listener
    with MongoClient[Any](mongo_uri) as client:
        for name in (settings.database("tally"), settings.ledger_database("counting")):
            client.drop_database(name)


@pytest.fixture
def settings(running_services: tuple[Settings, Process]) -> Settings:
    """The settings of that installation."""
    return running_services[0]


@pytest.fixture
def operators(running_services: tuple[Settings, Process]) -> Iterator[Operators]:
    """Its operators."""
    settings, listener = running_services
    with standalone_client(settings, "tally") as client:
        yield Operators(client, settings, listener)


@pytest.fixture
def stage(settings: Settings, client: MongoClient[Any], channel: Any) -> Stage:
    """Fresh streams, no dead letters."""
    stage = Stage(settings, client, channel)
    channel.queue_purge(stage.consumer.dead)
    return stage


def failed(stage: Stage, *streams: str) -> list[str]:
    """Let the listener give up an event of each stream; return their ids."""
    events = [stage.write(stream, FAILS)[0] for stream in streams]
    for number, event in enumerate(events, 1):
        stage.publish(event)
        eventually(lambda wanted=number: stage.count(stage.consumer.dead) == wanted)
    return [event.id for event in events]


def test_a_service_says_how_far_it_is(stage: Stage, operators: Operators) -> None:
    first, second = stage.write("counter-a", 1)[0], stage.write("counter-b", 1)[0]
    stage.publish(second)
    stage.waits_for("counter-b", 1)
    seen = operators.ask("administrator", "tally", ReadProgress)
    (source,) = seen.sources
    assert source.oldest is not None
    assert (source.oldest.stream, source.oldest.last) == (first.stream, 1)
    assert seen.inbox.consumers == 1

    stage.publish(first)
    stage.waits_for("counter-a", 1)
    (source,) = operators.ask("auditor", "tally", ReadProgress).sources
    owner = operators.ask("auditor", "counting", ReadProgress)
    assert (source.oldest, source.known, source.position) == (None, True, owner.head)
    assert (owner.listens, owner.inbox) == (False, None)


def test_its_metrics_say_the_same(stage: Stage, operators: Operators) -> None:
    failed(stage, "counter-a")
    wanted = (
        'motcua_queue_messages{queue="dead",service="tally"} 1.0',
        'motcua_inbox_consumers{service="tally"} 1.0',
        'motcua_oldest_unhandled_seconds{service="tally",source="counting"} 0.0',
    )

    def told() -> bool:
        text = operators.listener.ops("/metrics").text
        return all(line in text for line in wanted)

    eventually(told, lambda: operators.listener.ops("/metrics").text)


def test_dead_letters_are_looked_at_replayed_and_discarded(
    stage: Stage, operators: Operators
) -> None:
    ids = failed(stage, "counter-a", "counter-b", "counter-c")
    assert operators.letters() == ids
    whole = operators.ask("auditor", "tally", ReadDeadLetter, id=ids[0])
    assert "unlucky" in whole.traceback

    stage.switch_on("healed")
    done = operators.ask("administrator", "tally", ReplayDeadLetters, ids=(ids[0],))
    assert done.count == 1
    eventually(lambda: stage.effects("counter-a") == [1])
    done = operators.ask("administrator", "tally", DiscardDeadLetters, ids=(ids[2],))
    assert (done.count, operators.letters()) == (1, [ids[1]])
    assert stage.effects("counter-c") == []


def test_what_is_not_there_is_passed_over_and_never_shown(
    stage: Stage, operators: Operators
) -> None:
    ids = failed(stage, "counter-a")
    for kind in (ReplayDeadLetters, DiscardDeadLetters):
        assert operators.ask("administrator", "tally", kind, ids=("missing",)).count == 0
    with pytest.raises(NotFound):
        operators.ask("administrator", "tally", ReadDeadLetter, id="missing")
    assert operators.letters() == ids
    assert operators.ask("auditor", "counting", ListDeadLetters) == DeadLetters((), 0)


_READS: tuple[tuple[type[Any], dict[str, Any]], ...] = (
    (ReadProgress, {}),
    (ListDeadLetters, {}),
    (ReadDeadLetter, {"id": "x"}),
)
_ACTS: tuple[tuple[type[Any], dict[str, Any]], ...] = (
    (ReplayDeadLetters, {"ids": ("x",)}),
    (DiscardDeadLetters, {"ids": ("x",)}),
)


def test_a_ledger_s_outline_is_for_services_only(operators: Operators, stage: Stage) -> None:
    stage.write("counter-a", 1)
    page = operators.outline("")
    assert page.commits[-1].stream == stage.name("counter-a")
    with pytest.raises(Forbidden):
        operators.outline("administrator")


@pytest.mark.parametrize("who", ["citizen", "leader", "auditor", "nobody"])
def test_only_administrators_act_and_auditors_look(
    stage: Stage, operators: Operators, who: str
) -> None:
    refused = _ACTS if who == "auditor" else (*_READS, *_ACTS)
    expected = Unauthenticated if who == "nobody" else Forbidden
    for kind, content in refused:
        with pytest.raises(expected):
            operators.ask(who, "tally", kind, **content)
