"""A running payment service with its relay, a dossier that tells, and a provider's sandbox."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import Neighbour, People, Process, command, dismantle, installation, running
from kombu import Connection

from kernel.client import NO_TOKEN, standalone_client
from kernel.config import Settings
from kernel.errors import Unavailable
from motcua.local.ports import Ports
from services.dossier import contract as dossier
from services.payment import contract

sys.path.insert(0, str(Path(__file__).parent))

from cashier import Cashier
from provider_sandbox import Merchant, Sandbox, merchant, running_sandbox


@pytest.fixture(scope="package")
def installed(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """An installation of its own."""
    settings = installation(amqp_uri, mongo_uri, tmp_path_factory.mktemp("payment"))
    yield settings
    dismantle(settings)


@pytest.fixture(scope="package")
def portal_end() -> Iterator[Merchant]:
    """Where the provider's notifications arrive."""
    with merchant(lambda parameters: "99") as receiving:
        yield receiving


@pytest.fixture(scope="package")
def provider(installed: Settings, portal_end: Merchant) -> Iterator[Sandbox]:
    """The provider's sandbox."""
    with running_sandbox(installed.home, Ports.free(ops=1).vnpay, portal_end.url) as sandbox:
        yield sandbox


@pytest.fixture(scope="package")
def process(installed: Settings, provider: Sandbox) -> Iterator[Process]:
    """The payment service, its relay and the dossier's relay."""
    environment = {**provider.environment, "PAYMENT_ASK_AFTER": "2"}
    service = Process(installed, *command("run", "payment"), environment=environment)
    relays = [Process(installed, *command("relay", owner)) for owner in ("dossier", "payment")]
    with running(service, *relays):
        yield service


@pytest.fixture(scope="package")
def cashier(
    installed: Settings, process: Process, provider: Sandbox, portal_end: Merchant
) -> Iterator[Cashier]:
    """The way to the running service, as everybody takes it."""
    neighbour = Neighbour(installed, dossier.EVENTS)
    with (
        standalone_client(installed, "portal") as portal,
        Connection(installed.amqp_uri) as connection,
    ):
        cashier = Cashier(installed, portal, neighbour, People(installed), provider, connection)

        def forward(parameters: object) -> str:
            message = contract.NotifyPayment("vnpay", dict(parameters))  # type: ignore[call-overload]
            try:
                answer: contract.ProviderAnswer = portal.call(message, token=NO_TOKEN)
            except Unavailable:
                return "99"
            return answer.code

        portal_end.answer = forward
        yield cashier
    neighbour.close()


@pytest.fixture(autouse=True)
def _well_behaved(request: pytest.FixtureRequest) -> None:
    if "cashier" in request.fixturenames:
        request.getfixturevalue("provider").behave()
