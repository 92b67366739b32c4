"""What a service's user may do in the database, tried on a server that asks who it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient, ReplaceOne
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, OperationFailure
from stack import database_of_its_own

from kernel.errors import Unavailable
from motcua import roles
from motcua.local.database import EmbeddedDatabase

Document = dict[str, Any]
UNAUTHORIZED = 13


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedDatabase]:
    """A database server with users; TEST_MONGO_URI is not used, for it may have none."""
    with database_of_its_own(tmp_path_factory.mktemp("guarded"), users=True) as (database, _):
        yield database


@pytest.fixture(scope="module")
def addresses(guarded: EmbeddedDatabase) -> dict[str, str]:
    """The address of each service's user."""
    services = ("dossier", "payment")
    return dict(roles.provision(guarded.uri, "motcua", services, guarded.user_files))


@pytest.fixture
def dossier(addresses: dict[str, str]) -> Iterator[MongoClient[Document]]:
    """A client as the user of the dossier service."""
    with MongoClient[Document](addresses["dossier"]) as client:
        yield client


CHANGES: dict[str, Callable[[Collection[Document]], object]] = {
    "update": lambda ledger: ledger.update_one({"_id": "c1"}, {"$set": {"hash": "forged"}}),
    "replace": lambda ledger: ledger.bulk_write([ReplaceOne({"_id": "c1"}, {"position": 1})]),
    "find and update": lambda ledger: ledger.find_one_and_update({}, {"$set": {"position": 9}}),
    "delete": lambda ledger: ledger.delete_many({}),
    "drop": lambda ledger: ledger.drop(),
    "drop the indexes": lambda ledger: ledger.drop_indexes(),
    "rename": lambda ledger: ledger.rename("elsewhere"),
    "write a pipeline's result over it": lambda ledger: list(
        ledger.aggregate([{"$match": {}}, {"$out": "ledger"}])
    ),
    "merge a pipeline's result into it": lambda ledger: list(
        ledger.aggregate([{"$match": {}}, {"$merge": "ledger"}])
    ),
}


@pytest.mark.proves("L4")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_stands_in_the_ledger_cannot_be_changed(
    dossier: MongoClient[Document], change: Callable[[Collection[Document]], object]
) -> None:
    ledger = dossier["motcua_dossier_ledger"]["ledger"]
    if ledger.find_one({"_id": "c1"}) is None:
        ledger.insert_one({"_id": "c1", "position": 1, "stream": "s", "from": 1})
    before = ledger.find_one({"_id": "c1"})

    with pytest.raises(OperationFailure) as refused:
        change(ledger)

    assert refused.value.code == UNAUTHORIZED
    assert ledger.find_one({"_id": "c1"}) == before


@pytest.mark.parametrize(
    "twin",
    [
        {"_id": "c3", "position": 2, "stream": "other", "from": 1},
        {"_id": "c3", "position": 3, "stream": "t", "from": 1},
    ],
    ids=["the same position", "the same version of a stream"],
)
def test_the_ledger_refuses_a_second_commit_in_the_same_place(
    dossier: MongoClient[Document], twin: Document
) -> None:
    ledger = dossier["motcua_dossier_ledger"]["ledger"]
    if ledger.find_one({"_id": "c2"}) is None:
        ledger.insert_one({"_id": "c2", "position": 2, "stream": "t", "from": 1})
    with pytest.raises(DuplicateKeyError):
        ledger.insert_one(twin)


@pytest.mark.proves("L4")
def test_a_signed_checkpoint_can_be_added_and_not_changed(dossier: MongoClient[Document]) -> None:
    checkpoints = dossier["motcua_dossier_ledger"]["checkpoints"]
    checkpoints.insert_one({"_id": 1, "size": 3})
    for change in (
        lambda: checkpoints.update_one({"_id": 1}, {"$set": {"size": 2}}),
        lambda: checkpoints.delete_one({"_id": 1}),
        lambda: checkpoints.drop(),
    ):
        with pytest.raises(OperationFailure) as refused:
            change()
        assert refused.value.code == UNAUTHORIZED
    with pytest.raises(DuplicateKeyError):
        checkpoints.insert_one({"_id": 1, "size": 2})
    assert checkpoints.find_one({"_id": 1}) == {"_id": 1, "size": 3}


def test_a_service_reads_and_writes_its_own_views(dossier: MongoClient[Document]) -> None:
    views = dossier["motcua_dossier"]["status"]
    views.create_index("unit")
    views.insert_one({"_id": "d1", "unit": "a"})
    views.update_one({"_id": "d1"}, {"$set": {"unit": "b"}})
    assert views.find_one({"unit": "b"}) == {"_id": "d1", "unit": "b"}


@pytest.mark.parametrize("name", ["motcua_payment", "motcua_payment_ledger", "admin"])
def test_a_service_sees_nothing_of_a_neighbour(dossier: MongoClient[Document], name: str) -> None:
    with pytest.raises(OperationFailure) as refused:
        dossier[name]["ledger"].find_one()
    assert refused.value.code == UNAUTHORIZED


def test_without_a_user_nothing_can_be_read(guarded: EmbeddedDatabase) -> None:
    hosts = guarded.uri.rpartition("@")[2]
    with MongoClient[Document](f"mongodb://{hosts}") as nobody, pytest.raises(OperationFailure):
        nobody["motcua_dossier"]["status"].find_one()


def test_repeating_it_keeps_the_passwords(
    guarded: EmbeddedDatabase, addresses: dict[str, str]
) -> None:
    again = roles.provision(guarded.uri, "motcua", addresses, guarded.user_files)
    assert again == addresses


def test_addresses_are_readable_by_their_owner_only(
    guarded: EmbeddedDatabase, addresses: dict[str, str]
) -> None:
    files = sorted(guarded.user_files.iterdir())
    assert [file.name for file in files] == ["dossier.uri", "payment.uri"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_wrong_administrator_is_told_in_a_sentence(
    guarded: EmbeddedDatabase, tmp_path: Path
) -> None:
    forged = roles.with_user(guarded.uri, "administrator", "wrong")
    with pytest.raises(Unavailable, match="cannot be made") as refused:
        roles.provision(forged, "motcua", ["dossier"], tmp_path)
    assert "wrong" not in refused.value.en


def test_whoever_may_do_more_to_a_ledger_is_told_apart(guarded: EmbeddedDatabase) -> None:
    roles.provision(guarded.uri, "told", ("dossier", "payment"), guarded.user_files)
    with MongoClient[Document](guarded.uri) as client:
        assert roles.excess(client, "told", "dossier") == []
        assert roles.excess(client, "told", "notify") is None
        more = {"role": "readWrite", "db": "told_dossier_ledger"}
        own = {"role": "told-dossier", "db": "admin"}
        client.admin.command({"updateUser": "told-dossier", "roles": [own, more]})
        assert roles.excess(client, "told", "dossier") == [
            "the role readWrite on told_dossier_ledger"
        ]
        client.admin.command(
            {
                "updateRole": "told-payment",
                "privileges": [
                    {
                        "resource": {"db": "told_payment_ledger", "collection": ""},
                        "actions": ["find", "insert", "update", "remove"],
                    }
                ],
            }
        )
        assert roles.excess(client, "told", "payment") == ["remove", "update"]


def test_a_server_that_never_comes_up_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "_STARTING_MS", 100)
    with pytest.raises(Unavailable, match="The replica set cannot be made on mongodb:"):
        roles.initiate_replica_set("mongodb://127.0.0.1:1", "rs", "127.0.0.1:1")
