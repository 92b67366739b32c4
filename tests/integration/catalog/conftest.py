"""An installation with two processes of the catalogue service, loaded by the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from catalogue_installation import Installation
from kombu import Connection
from pymongo import MongoClient

from kernel.client import Client, standalone_client
from kernel.config import Settings
from kernel.trust import ensure_keys


@pytest.fixture(scope="package")
def installation(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation of these tests alone; nothing of it is left."""
    home = tmp_path_factory.mktemp("catalogue")
    settings = Settings(
        amqp_uri=amqp_uri, mongo_uri=mongo_uri, namespace=f"t{uuid4().hex[:12]}", home=home
    )
    ensure_keys(settings.keys, ["identity", "catalog", "dossier", "setup"])
    with MongoClient[dict[str, Any]](mongo_uri) as database:
        yield Installation(settings, database)
        for name in database.list_database_names():
            if name.startswith(f"{settings.namespace}_"):
                database.drop_database(name)
    with Connection(amqp_uri) as connection:
        channel = connection.channel()
        channel.queue_delete(settings.amqp_name("rpc-catalog"))
        channel.exchange_delete(settings.amqp_name("nameko-rpc"))


@pytest.fixture(scope="package")
def loaded(installation: Installation) -> Iterator[Installation]:
    """Two processes run, and everything that comes with the system is loaded."""
    with installation.catalogue_process(), installation.catalogue_process():
        done = installation.motcua("catalog", "load")
        assert done.returncode == 0, done.stderr
        yield installation


@pytest.fixture(scope="package")
def client(loaded: Installation) -> Iterator[Client]:
    """Asks as the installation's own command line."""
    with standalone_client(loaded.settings, "setup") as asking:
        yield asking
