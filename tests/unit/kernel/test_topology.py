"""The broker's names and arguments, as data."""

import pytest

from kernel.config import Settings
from kernel.delivery import read_tiers
from kernel.topology import (
    Consumer,
    Queue,
    Source,
    all_queues,
    parking_places,
)

SETTINGS = Settings()
DOSSIER = Source("dossier", SETTINGS)
NOTIFY = Consumer("notify", ("dossier", "payment"), SETTINGS)


def named(queues: tuple[Queue, ...]) -> dict[str, Queue]:
    return {queue.name: queue for queue in queues}


@pytest.mark.parametrize(
    ("namespace", "name"), [("motcua", "notify.inbox"), ("t1", "t1.notify.inbox")]
)
def test_names_carry_the_namespace_unless_it_is_the_usual_one(namespace: str, name: str) -> None:
    assert Consumer("notify", (), Settings(namespace=namespace)).inbox == name


def test_a_source_keeps_what_nobody_is_bound_to() -> None:
    unrouted, events = DOSSIER.exchanges()

    assert (events.name, events.kind) == ("dossier.events", "topic")
    assert events.arguments == {"alternate-exchange": "dossier.unrouted"}
    assert (unrouted.name, unrouted.kind) == ("dossier.unrouted", "fanout")
    assert [binding.queue for binding in DOSSIER.bindings()] == ["dossier.unrouted"]
    assert named(DOSSIER.queues())["dossier.unrouted"].arguments["x-max-length"] > 0


def test_a_consumer_has_one_inbox_bound_to_everything_of_its_sources() -> None:
    bound = [
        (binding.exchange, binding.key)
        for binding in NOTIFY.bindings()
        if binding.queue == "notify.inbox"
    ]

    assert bound == [("dossier.events", "#"), ("payment.events", "#")]


def test_retry_tiers_lead_back_to_the_inbox_and_the_inbox_to_the_dead_letters() -> None:
    queues = named(NOTIFY.queues())

    leads_to = {
        name: queue.arguments.get("x-dead-letter-routing-key") for name, queue in queues.items()
    }
    assert leads_to == {
        "notify.inbox": "notify.dead",
        "notify.retry.1s": "notify.inbox",
        "notify.retry.10s": "notify.inbox",
        "notify.retry.60s": "notify.inbox",
        "notify.dead": None,
    }
    assert queues["notify.retry.10s"].arguments["x-message-ttl"] == 10_000


def test_tiers_can_be_others() -> None:
    quick = Consumer("notify", ("dossier",), SETTINGS, read_tiers("20ms"))

    assert "notify.retry.20ms" in named(quick.queues())


@pytest.mark.parametrize("queue", all_queues((DOSSIER, NOTIFY)), ids=lambda queue: queue.name)
def test_every_queue_is_a_quorum_queue_with_its_limits_spelt_out(queue: Queue) -> None:
    arguments = queue.arguments

    assert arguments["x-queue-type"] == "quorum"
    if "x-dead-letter-exchange" in arguments:
        assert arguments["x-dead-letter-strategy"] == "at-least-once"
        assert arguments["x-overflow"] == "reject-publish"
    if queue.name.endswith((".inbox", ".dead")):
        assert arguments["x-delivery-limit"] > 20


def test_only_the_inbox_needs_a_consumer() -> None:
    parts = (DOSSIER, NOTIFY)
    served = {queue.name for queue in all_queues(parts)} - parking_places(parts)

    assert served == {"notify.inbox"}


def test_a_consumer_that_starts_first_declares_its_sources_too() -> None:
    assert {queue.name for queue in all_queues((NOTIFY,))} >= {
        "dossier.unrouted",
        "payment.unrouted",
    }
    assert "payment.events" in {exchange.name for exchange in NOTIFY.exchanges()}
