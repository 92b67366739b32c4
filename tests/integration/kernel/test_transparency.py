"""Tiles, checkpoints, the signer and its witness, on the real database."""

from __future__ import annotations

import asyncio
import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ledgers import Counted, meta, new_id, open_ledger
from pymongo import MongoClient
from structlog.testing import capture_logs

from kernel.commits import Tampered
from kernel.config import ConfigError, Settings
from kernel.ledger import Ledger
from kernel.relay import Pace, Relay
from kernel.topology import Source
from kernel.transparency.checkpoint_log import CheckpointLog, last
from kernel.transparency.checkpoints import open_checkpoint
from kernel.transparency.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_of,
    nodes_over,
    root,
    verify_consistency,
    verify_inclusion,
)
from kernel.transparency.notes import VerifierKey
from kernel.transparency.signing import (
    REFUSED,
    SIZE,
    Refused,
    Witness,
    origin_of,
    signer_of,
    tiles_of,
)
from kernel.transparency.stored import LedgerDocuments, stored
from kernel.transparency.tiles import WIDTH
from kernel.trust import ensure_keys, log_public_key

SERVICE = "counting"
LONG = 2 * WIDTH + 37


@pytest.fixture
def ledger(client: MongoClient[Any], settings: Settings) -> Ledger:
    """An empty ledger, with its key."""
    ensure_keys(settings.keys, [], [SERVICE])
    return open_ledger(client, settings.namespace)


@pytest.fixture
def key(ledger: Ledger, settings: Settings) -> VerifierKey:
    """The public half of the ledger's key."""
    return VerifierKey(origin_of(SERVICE, settings), log_public_key(settings.keys, SERVICE))


@pytest.fixture(scope="module")
def hashes() -> list[str]:
    """The hashes of a ledger of more than two tiles."""
    return [f"{number:064x}" for number in range(LONG)]


@pytest.fixture
def long_ledger(client: MongoClient[Any], settings: Settings, hashes: list[str]) -> Any:
    """A collection with what tiles are made of: a position and a hash for each commit."""
    collection = open_ledger(client, settings.namespace).collection
    collection.insert_many(
        {"position": number, "stream": "s", "from": number, "hash": digest}
        for number, digest in enumerate(hashes, 1)
    )
    return collection


def append(ledger: Ledger, count: int) -> None:
    """Append commits to streams of their own."""
    for number in range(count):
        ledger.append(
            f"counter-{new_id()}", [Counted(number)], expected=0, commit_id=new_id(), meta=meta()
        )


def test_every_proof_from_tiles_is_that_of_the_whole_tree(
    client: MongoClient[Any], settings: Settings, long_ledger: Any, hashes: list[str]
) -> None:
    tree = nodes_over([leaf_of(one) for one in hashes])
    tiles = tiles_of(SERVICE, settings, client)
    tiles.ensure_indexes()
    for size in (1, 2, 255, 256, 257, 511, 512, 513, LONG):
        nodes = tiles.nodes(size)
        assert root(nodes, size) == root(tree, size)
        for index in {0, size // 2, size - 1}:
            proof = inclusion_proof(nodes, index, size)
            verify_inclusion(leaf_of(hashes[index]), index, size, proof, root(tree, size))
        for old in {1, size // 2 or 1, size}:
            grown = consistency_proof(nodes, old, size)
            verify_consistency(old, size, root(tree, old), root(tree, size), grown)


def test_what_a_question_needs_is_read_at_once_and_then_nothing_more(
    client: MongoClient[Any], settings: Settings, long_ledger: Any, hashes: list[str]
) -> None:
    tree = nodes_over([leaf_of(one) for one in hashes])
    tiles = tiles_of(SERVICE, settings, client)
    tiles.ensure_indexes()
    questions = [
        lambda nodes, size=size, at=at: (
            inclusion_proof(nodes, at - 1, size),
            consistency_proof(nodes, at, size),
        )
        for size in (1, 256, 257, 512, LONG)
        for at in {1, size // 2 or 1, size}
    ]
    sizes = [question.__defaults__[0] for question in questions]
    at_hand = [tiles.at_hand(*asked) for asked in zip(sizes, questions, strict=True)]
    client.drop_database(settings.database(SERVICE))
    long_ledger.drop()
    for question, nodes in zip(questions, at_hand, strict=True):
        assert question(nodes) == question(tree)


def test_only_full_tiles_are_kept_and_dropped_ones_made_again(
    client: MongoClient[Any], settings: Settings, long_ledger: Any
) -> None:
    tiles, kept = tiles_of(SERVICE, settings, client), client[settings.database(SERVICE)]["tiles"]
    tiles.ensure_indexes()
    first = root(tiles.nodes(LONG), LONG)
    found = list(kept.find())
    assert {(one["level"], one["n"]) for one in found} == {(0, 0), (0, 1)}
    assert {len(one["hashes"]) for one in found} == {WIDTH * 32}

    kept.drop()
    tiles.ensure_indexes()
    assert root(tiles.nodes(LONG), LONG) == first
    assert kept.count_documents({}) == 2


def test_a_proof_reads_a_bounded_part_of_the_ledger(
    client: MongoClient[Any], settings: Settings, long_ledger: Any
) -> None:
    tiles = tiles_of(SERVICE, settings, client)
    tiles.ensure_indexes()
    before = root(tiles.nodes(LONG), LONG)
    long_ledger.delete_many({"position": {"$gt": 0, "$lte": 2 * WIDTH}})
    # what is in full tiles is not asked of the ledger again
    assert root(tiles.nodes(LONG), LONG) == before
    assert len(inclusion_proof(tiles.nodes(LONG), 3, LONG)) == 10
    with pytest.raises(Tampered, match=f"position {LONG + 1}: the commit is missing"):
        root(tiles.nodes(LONG + 1), LONG + 1)


def test_the_head_of_a_ledger_is_signed_and_continues(
    client: MongoClient[Any], settings: Settings, ledger: Ledger, key: VerifierKey
) -> None:
    signer = signer_of(SERVICE, settings, client)
    assert signer.sign() is None
    append(ledger, 3)
    first = signer.sign()
    append(ledger, 4)
    second = signer_of(SERVICE, settings, client).sign()
    assert first is not None
    assert second is not None
    assert [first.size, second.size] == [3, 7]
    assert signer.sign() == second == last(CheckpointLog(client, settings.namespace, SERVICE))
    one, other = (open_checkpoint(signed.note, [key]) for signed in (first, second))
    proof = consistency_proof(tiles_of(SERVICE, settings, client).nodes(7), 3, 7)
    verify_consistency(3, 7, one.root, other.root, proof)


def test_two_processes_sign_the_same_ledger_without_harm(
    client: MongoClient[Any], settings: Settings, ledger: Ledger
) -> None:
    signers = [signer_of(SERVICE, settings, client) for _ in range(3)]
    for _ in range(4):
        append(ledger, 2)
        assert len({signer.sign() for signer in signers}) == 1
    log = CheckpointLog(client, settings.namespace, SERVICE)
    assert [(one["_id"], one["size"]) for one in log.documents()] == [
        (1, 2),
        (2, 4),
        (3, 6),
        (4, 8),
    ]


HARMS: dict[str, Any] = {
    "cut": lambda ledger: ledger.delete_one({"position": 5}),
    "hash": lambda ledger: ledger.update_one({"position": 2}, {"$set": {"hash": "f" * 64}}),
    "last": lambda ledger: ledger.update_one({"position": 5}, {"$set": {"stream": "other"}}),
}


@pytest.mark.proves("L6")
@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_what_was_signed_and_is_changed_is_not_signed_again(
    client: MongoClient[Any], settings: Settings, ledger: Ledger, harm: Any
) -> None:
    append(ledger, 5)
    signer_of(SERVICE, settings, client).sign()
    harm(ledger.collection)
    with pytest.raises(Refused):
        signer_of(SERVICE, settings, client).sign()
    assert len(CheckpointLog(client, settings.namespace, SERVICE).documents()) == 1


def test_each_checkpoint_is_a_line_of_the_log_and_a_refusal_one_too(
    client: MongoClient[Any], settings: Settings, ledger: Ledger, key: VerifierKey
) -> None:
    append(ledger, 2)
    witness = Witness(SERVICE, settings, client)
    with capture_logs() as lines:
        witness.sign()
        witness.sign()
    (told,) = [line for line in lines if line["event"] == "checkpoint.signed"]
    assert open_checkpoint(told["note"], [key]).size == 2
    assert SIZE.labels(SERVICE)._value.get() == 2

    ledger.collection.delete_one({"position": 2})
    with capture_logs() as lines:
        witness.sign()
        witness.sign()
    (refused,) = [line for line in lines if line["event"] == "checkpoint.refused"]
    assert "shorter" in refused["reason"]
    assert REFUSED.labels(SERVICE)._value.get() == 1


def test_without_its_key_nothing_is_signed_and_the_log_says_what_to_do(
    client: MongoClient[Any], settings: Settings
) -> None:
    append(open_ledger(client, settings.namespace), 1)
    with pytest.raises(ConfigError, match="motcua keys init"):
        signer_of(SERVICE, settings, client)
    with capture_logs() as lines:
        Witness(SERVICE, settings, client).sign()
    (told,) = lines
    assert (told["event"], told["log_level"]) == ("checkpoint.failed", "error")
    assert "motcua keys init" in told["reason"]


def test_a_changed_name_of_the_installation_changes_no_log(
    client: MongoClient[Any], settings: Settings, ledger: Ledger, key: VerifierKey
) -> None:
    append(ledger, 1)
    signer_of(SERVICE, settings, client).sign()
    append(ledger, 1)
    moved = replace(settings, public_url="https://new.example")
    signed = signer_of(SERVICE, moved, client).sign()
    assert signed is not None
    assert open_checkpoint(signed.note, [key]).size == 2
    assert base64.b64encode(signed.root).decode() in signed.note


def test_documents_are_read_as_they_stand_up_to_a_hole(ledger: Ledger) -> None:
    append(ledger, 4)
    documents = LedgerDocuments(ledger.collection)
    assert [one["position"] for one in stored(documents)] == [1, 2, 3, 4]
    assert [one["position"] for one in stored(documents, after=2)] == [3, 4]
    ledger.collection.delete_one({"position": 3})
    with pytest.raises(Tampered) as missing:
        list(stored(documents))
    assert missing.value.position == 3


@contextmanager
def relaying(settings: Settings, every: timedelta, pace: Pace | None = None) -> Iterator[Relay]:
    """Run a relay that signs, in a thread, and stop it cleanly."""
    relay = Relay("counting", settings, pace=pace, sign_every=every)
    stop, loop = asyncio.Event(), asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(relay.run(stop)))
    thread.start()
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        assert not thread.is_alive()
        loop.close()


def eventually(condition: Any) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_the_active_relay_signs_now_and_then_and_at_its_end(
    client: MongoClient[Any], settings: Settings, ledger: Ledger, declared: Any
) -> None:
    declared(Source(SERVICE, settings))
    log = CheckpointLog(client, settings.namespace, SERVICE)

    def sizes() -> list[int]:
        return [one["size"] for one in log.documents()]

    append(ledger, 2)
    with relaying(settings, timedelta(milliseconds=50)):
        eventually(lambda: sizes() == [2])
        append(ledger, 1)
        eventually(lambda: sizes() == [2, 3])
    with relaying(settings, timedelta(hours=1)) as relay:
        eventually(lambda: relay.active)
        append(ledger, 3)
    assert sizes()[-1] == 6


def test_a_signer_that_refuses_holds_up_no_event(
    client: MongoClient[Any], settings: Settings, ledger: Ledger, declared: Any
) -> None:
    declared(Source(SERVICE, settings))
    append(ledger, 3)
    signer_of(SERVICE, settings, client).sign()
    ledger.collection.update_one({"position": 3}, {"$set": {"hash": "f" * 64}})
    leases = client[settings.database(SERVICE)]["relay"]
    with relaying(settings, timedelta(milliseconds=50)) as relay:
        eventually(lambda: REFUSED.labels(SERVICE)._value.get() == 1)
        append(open_ledger(client, settings.namespace), 2)
        eventually(lambda: (leases.find_one({"_id": "relay"}) or {}).get("position") == 5)
        assert relay.ready() == {"relay": True}
    assert len(CheckpointLog(client, settings.namespace, SERVICE).documents()) == 1


def test_a_signer_that_does_not_come_to_an_end_holds_up_no_stop(
    client: MongoClient[Any], settings: Settings, declared: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared(Source(SERVICE, settings))
    signing, enough = threading.Event(), threading.Event()
    signers: list[threading.Thread] = []

    def never_ending(_: Witness) -> None:
        signers.append(threading.current_thread())
        signing.set()
        enough.wait()

    monkeypatch.setattr(Witness, "sign", never_ending)
    leases = client[settings.database(SERVICE)]["relay"]
    with capture_logs() as lines:
        with relaying(settings, timedelta(hours=1), Pace(farewell=0.01)):
            assert signing.wait(60)
        (signer,) = signers
        assert signer.is_alive()
        assert signer.daemon, "the process would wait for it at its end"
        enough.set()
        signer.join(60)
        assert not signer.is_alive()
    assert [one["event"] for one in lines if one["event"].startswith("checkpoint.")] == [
        "checkpoint.left"
    ]
    assert leases.find_one({"_id": "relay"})["expires_at"] == 0, "the next relay goes on at once"
