"""`motcua invariants` on a real database: what it reads, what it says, how it ends."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import MongoClient

from kernel.commits import Meta
from kernel.config import Settings
from kernel.errors import Unavailable
from kernel.events import Actor
from kernel.examples import example_of
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from motcua.local.processes import command
from motcua.operations.invariants.examination import examine
from motcua.wiring import LEDGERS
from services.dossier import contract as dossier
from services.payment import contract as payment

Append = Callable[[str, str, Any], None]
FEE = example_of(dossier.FeeRequested)
STREAM = f"dossier-{FEE.code}"


@pytest.fixture
def settings(mongo_uri: str, amqp_uri: str, database_prefix: str) -> Settings:
    """An installation that has nothing yet but its ledgers."""
    settings = Settings(mongo_uri=mongo_uri, amqp_uri=amqp_uri, namespace=database_prefix)
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        for one in LEDGERS:
            create_indexes(ledger_collection(client, database_prefix, one.source))
    return settings


@pytest.fixture
def append(settings: Settings) -> Iterator[Append]:
    """Let a service record an event in a stream that does not exist yet."""
    types = {one.source: one for one in LEDGERS}
    with MongoClient[dict[str, Any]](settings.mongo_uri) as client:

        def record(service: str, stream: str, event: Any) -> None:
            collection = ledger_collection(client, settings.namespace, service)
            create_indexes(collection)
            meta = Meta(Actor("acc-1", "officer"), datetime.now(UTC), "c-1")
            ledger = Ledger(collection, types[service])
            ledger.append(stream, [event], expected=0, commit_id=f"{service}/{stream}", meta=meta)

        yield record


def broken(settings: Settings, grace: float) -> set[str]:
    """Return the names of what is broken."""
    return {verdict.invariant.name for verdict in examine(settings, grace) if verdict.broken}


def test_of_what_is_not_there_nothing_is_said(settings: Settings) -> None:
    with pytest.raises(Unavailable, match="in the namespace 'elsewhere'"):
        examine(replace(settings, namespace="elsewhere"), 0)


def test_an_empty_installation_fits_together(settings: Settings) -> None:
    assert broken(settings, grace=0) == set()


def test_a_fee_without_obligation_is_on_its_way_and_then_broken(
    settings: Settings, append: Append
) -> None:
    append("dossier", STREAM, FEE)
    assert broken(settings, grace=3600) == set()
    assert {"fees-raised", "everything-published", "everything-heard", "views-current"} <= broken(
        settings, grace=0
    )


def test_what_the_neighbour_recorded_counts(settings: Settings, append: Append) -> None:
    append("dossier", STREAM, FEE)
    raised = example_of(payment.ObligationRaised)
    append("payment", f"obligation-{FEE.obligation}", raised)
    assert raised.obligation == FEE.obligation
    assert "fees-raised" not in broken(settings, grace=0)


def test_the_command_names_the_findings_and_ends_with_1(settings: Settings, append: Append) -> None:
    append("dossier", STREAM, FEE)

    def run(grace: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "MONGO_URI": settings.mongo_uri,
            "AMQP_URI": settings.amqp_uri,
            "MOTCUA_NAMESPACE": settings.namespace,
            "COLUMNS": "200",
        }
        words = command("invariants", "--grace", grace)
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)

    found = run("0")
    assert found.returncode == 1
    assert f"fees-raised: {FEE.obligation}: missing" in found.stdout
    assert run("3600").returncode == 0
