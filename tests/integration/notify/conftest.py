"""A running notify service with its relay, neighbours that tell and answer, a mail server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import Neighbour, People, Process, command, dismantle, installation, running
from pymongo import MongoClient

from kernel.client import standalone_client
from kernel.config import Settings
from services.dossier import contract as dossier
from services.identity import contract as identity

sys.path.insert(0, str(Path(__file__).parent))

from mail_server import MailServer
from post_office import PostOffice, notify_process

HERE = Path(__file__).parent

_NEIGHBOUR = (
    "import sys; from kernel.config import Settings, read; from kernel.runner import run; "
    "run(sys.argv[1], read(Settings))"
)


@pytest.fixture(scope="package")
def installed(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """An installation of its own."""
    settings = installation(amqp_uri, mongo_uri, tmp_path_factory.mktemp("notify"))
    yield settings
    dismantle(settings)


@pytest.fixture(scope="package")
def mail_server() -> Iterator[MailServer]:
    """The mail server."""
    server = MailServer()
    server.up()
    yield server
    server.down()


@pytest.fixture(scope="package")
def tellers(installed: Settings) -> Iterator[dict[str, Neighbour]]:
    """The neighbours' ledgers."""
    found = {types.source: Neighbour(installed, types) for types in _LEDGERS}
    yield found
    for neighbour in found.values():
        neighbour.close()


_LEDGERS = (dossier.EVENTS, identity.EVENTS)


@pytest.fixture(scope="package")
def process(
    installed: Settings, mail_server: MailServer, tellers: dict[str, Neighbour]
) -> Iterator[Process]:
    """The notify service, neighbours that answer it, and all relays."""
    service = notify_process(installed, mail_server)
    neighbours = [
        Process(installed, "-c", _NEIGHBOUR, f"neighbours:{name}", importable=HERE)
        for name in ("Dossier", "Identity")
    ]
    relays = [
        Process(installed, *command("relay", owner)) for owner in ("dossier", "identity", "notify")
    ]
    with running(service, *neighbours, *relays):
        yield service


@pytest.fixture(scope="package")
def office(
    installed: Settings, process: Process, mail_server: MailServer, tellers: dict[str, Neighbour]
) -> Iterator[PostOffice]:
    """The way to the running service."""
    client: MongoClient[dict[str, object]] = MongoClient(installed.mongo_uri, tz_aware=True)
    with standalone_client(installed, "portal") as portal:
        yield PostOffice(
            installed, portal, tellers, People(installed), mail_server, client, process
        )
    client.close()


@pytest.fixture(autouse=True)
def _mail_server_is_up(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "mail_server" in request.fixturenames or "office" in request.fixturenames:
        request.getfixturevalue("mail_server").up()
