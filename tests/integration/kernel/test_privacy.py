"""Personal data: sealed at rest, readable with the key, gone without it, proofs unharmed."""

from __future__ import annotations

from typing import Any

import pytest
from ledgers import Counted, meta, open_ledger
from pymongo import MongoClient

from kernel.commits import verify
from kernel.errors import Conflict
from kernel.privacy import REMEMBERED, SubjectKeys, keyed_digest

MASTER = bytes(range(32))


@pytest.fixture
def keys(client: MongoClient[Any], database_prefix: str) -> SubjectKeys:
    """The subject keys of an empty service."""
    return SubjectKeys(client[f"{database_prefix}_counting"], MASTER)


def test_what_is_sealed_reads_back_only_in_its_own_place(keys: SubjectKeys) -> None:
    sealed = keys.seal("acc-1", "event/name", "Nguyễn Thị An")
    assert "Nguy" not in sealed
    assert keys.unseal("acc-1", "event/name", sealed) == "Nguyễn Thị An"
    assert keys.unseal("acc-2", "event/name", sealed) is None
    with pytest.raises(ValueError, match="changed"):
        keys.unseal("acc-1", "other/name", sealed)


def test_two_services_agree_on_one_key(client: MongoClient[Any], database_prefix: str) -> None:
    database = client[f"{database_prefix}_counting"]
    one, other = SubjectKeys(database, MASTER), SubjectKeys(database, MASTER)
    assert other.unseal("acc-1", "c", one.seal("acc-1", "c", "x")) == "x"


def test_erasure_forgets_the_person_and_leaves_the_chain_whole(
    client: MongoClient[Any], database_prefix: str, keys: SubjectKeys
) -> None:
    ledger = open_ledger(client, database_prefix, keys)
    event = Counted(1, subject="acc-1", name="Nguyễn Thị An")
    ledger.append("counter-a", [event], expected=0, commit_id="c", meta=meta())
    stored = ledger.collection.find_one({"_id": "c"})
    assert stored is not None
    assert "Nguy" not in str(stored)
    assert ledger.read_stream("counter-a")[0].event == event

    assert keys.erase("acc-1")
    assert ledger.read_stream("counter-a")[0].event == Counted(1, subject="acc-1", name=None)
    assert verify(ledger.commits()).position == 1


def test_nothing_new_is_sealed_for_an_erased_subject(keys: SubjectKeys) -> None:
    keys.seal("acc-1", "c", "x")
    keys.erase("acc-1")
    with pytest.raises(Conflict, match="subject-erased"):
        keys.seal("acc-1", "c", "x")


def test_an_erasure_elsewhere_is_seen_when_the_memory_ends(
    client: MongoClient[Any], database_prefix: str
) -> None:
    now = 0.0
    database = client[f"{database_prefix}_counting"]
    here = SubjectKeys(database, MASTER, clock=lambda: now)
    sealed = here.seal("acc-1", "c", "x")
    SubjectKeys(database, MASTER).erase("acc-1")
    now = REMEMBERED.total_seconds() - 0.001
    assert here.unseal("acc-1", "c", sealed) == "x"
    now = REMEMBERED.total_seconds()
    assert here.unseal("acc-1", "c", sealed) is None


def test_the_memory_begins_before_the_key_is_read(
    client: MongoClient[Any], database_prefix: str
) -> None:
    database = client[f"{database_prefix}_counting"]
    sealed = SubjectKeys(database, MASTER).seal("acc-1", "c", "x")
    now = 0.0
    here = SubjectKeys(database, MASTER, clock=lambda: now)
    read = here._keys.find_one

    class Slow:
        """The keys, read by a process that then stands still; meanwhile the person is erased."""

        def find_one(self, query: Any) -> Any:
            nonlocal now
            found = read(query)
            SubjectKeys(database, MASTER).erase("acc-1")
            now += REMEMBERED.total_seconds()
            return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(here, "_keys", Slow())
        assert here.unseal("acc-1", "c", sealed) == "x"
    assert here.unseal("acc-1", "c", sealed) is None


def test_erasing_again_finds_nothing_and_keeps_the_time(
    client: MongoClient[Any], database_prefix: str, keys: SubjectKeys
) -> None:
    collection = client[f"{database_prefix}_counting"]["subject_keys"]
    keys.seal("acc-1", "c", "x")
    assert keys.erase("acc-1")
    first = collection.find_one({"_id": "acc-1"})
    assert first is not None
    assert "key" not in first
    assert not keys.erase("acc-1")
    assert collection.find_one({"_id": "acc-1"}) == first


def test_no_key_is_made_for_somebody_who_was_erased_before_there_was_one(
    keys: SubjectKeys,
) -> None:
    assert not keys.erase("acc-1")
    with pytest.raises(Conflict, match="subject-erased"):
        keys.seal("acc-1", "c", "x")


def test_a_keyed_digest_tells_nothing_without_the_key() -> None:
    mine = keyed_digest(MASTER, "identity-number", "038190000123")
    assert mine == keyed_digest(MASTER, "identity-number", "038190000123")
    assert mine != keyed_digest(bytes(32), "identity-number", "038190000123")
    assert mine != keyed_digest(MASTER, "username", "038190000123")
