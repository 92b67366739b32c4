"""The commands of `motcua`. Each imports what it needs when it is called.

So `motcua run` can prepare the interpreter before anything heavy is loaded, and `motcua --help`
answers at once.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from motcua.audit.commands import audit
from motcua.loading import catalog
from motcua.loading_accounts import accounts
from motcua.operations.deadletters import deadletters
from motcua.operations.invariants import invariants
from motcua.operations.lag import lag
from motcua.operations.privacy import privacy
from motcua.operations.views import views
from motcua.owners import LedgerOwner

app = typer.Typer(
    help="Một Cửa: an event-sourced public-service portal.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
keys = typer.Typer(help="The keys that the services sign with.", no_args_is_help=True)
database = typer.Typer(help="The database server.", no_args_is_help=True)
broker = typer.Typer(help="The broker.", no_args_is_help=True)
sandbox = typer.Typer(help="Stand-ins for systems outside.", no_args_is_help=True)
app.add_typer(accounts, name="accounts")
app.add_typer(audit, name="audit")
app.add_typer(catalog, name="catalog")
app.add_typer(privacy, name="privacy")
app.add_typer(deadletters, name="deadletters")
app.add_typer(lag, name="lag")
app.add_typer(views, name="views")
app.add_typer(invariants, name="invariants")
app.add_typer(keys, name="keys")
app.add_typer(database, name="database")
app.add_typer(broker, name="broker")
app.add_typer(sandbox, name="sandbox")


class Service(StrEnum):
    """The processes that `run` starts."""

    IDENTITY = "identity"
    CATALOG = "catalog"
    DOSSIER = "dossier"
    PAYMENT = "payment"
    NOTIFY = "notify"
    PORTAL = "portal"


@app.command()
def run(service: Annotated[Service, typer.Argument(help="which service")]) -> None:
    """Run one process of a service until it is told to stop."""
    from kernel import runner
    from kernel.config import Settings, read

    runner.run(f"services.{service.value}.service:SERVICE", read(Settings))


@app.command()
def relay(service: Annotated[LedgerOwner, typer.Argument(help="whose ledger")]) -> None:
    """Publish a service's ledger to the broker, or stand by to take over."""
    from kernel.config import Settings, read
    from kernel.relay import run_relay

    run_relay(service.value, read(Settings))


@app.command()
def up() -> None:
    """Start everything on this machine, load the demonstration data, wait for Ctrl-C."""
    from motcua.local.up import up as start

    start()


@app.command()
def down() -> None:
    """Stop what `motcua up` runs in another terminal."""
    from motcua.local.up import down as stop

    stop()


@app.command("settle")
def settle_command() -> None:
    """Wait until every service has heard what was loaded."""
    from rich.console import Console

    from motcua.access import administrator_settings
    from motcua.operations.settling import settle

    console = Console(highlight=False)
    with console.status("waiting until every service has heard of it …"):
        settle(administrator_settings())
    console.print("[green]✓[/] every service has heard of it")


@app.command()
def doctor() -> None:
    """Look at this machine, and at the system where it runs; say what is missing."""
    from motcua.operations.doctor import doctor as look

    look()


@app.command()
def demo(
    scenario: Annotated[
        str,
        typer.Argument(help="life, supplement, extension, transfer, withdrawal, counter or post"),
    ] = "life",
) -> None:
    """Play a dossier's life through the running system and tell it as a timeline."""
    from rich.console import Console

    from kernel.config import Settings, read
    from motcua.demo import SCENARIOS, Stage, tell
    from motcua.local.ports import Ports
    from motcua.person import Places
    from services.identity.demo import read_demo_accounts

    play = SCENARIOS.get(scenario)
    if play is None:
        raise typer.BadParameter(f"{scenario!r} is none of {', '.join(SCENARIOS)}")
    console = Console(highlight=False)
    places = Places.of(read(Settings), read(Ports))
    tell(play(Stage(places, read_demo_accounts(), console)), console)


@app.command()
def docs(
    folder: Annotated[Path, typer.Argument(help="where the documents go")] = Path("docs"),
) -> None:
    """Write the documents that are made from the code."""
    from motcua.documents import write

    write(folder)


@keys.command("init")
def keys_init() -> None:
    """Make the keys and shared secrets that are not there yet."""
    from kernel.config import Settings, read
    from kernel.trust import ensure_keys
    from motcua.local.processes import LEDGER_OWNERS, SIGNERS, make_secrets

    settings = read(Settings)
    ensure_keys(settings.keys, SIGNERS, LEDGER_OWNERS)
    make_secrets(settings.home / "secrets")


@database.command("init")
def database_init(
    users: Annotated[
        Path, typer.Option(help="the folder in which to keep each service's address")
    ] = Path("users"),
    replica_set: Annotated[
        str, typer.Option(help="first make the server a replica set of one, of this name")
    ] = "",
    member: Annotated[
        str, typer.Option(help="the server's own host:port, as the services reach it")
    ] = "",
) -> None:
    """Make a user for every service, who can only add to its ledger, and the ledgers' indexes.

    MONGO_URI names an administrator; each service is then given its `<service>.uri` as
    MONGO_URI_FILE. May be repeated.
    """
    from kernel.config import Settings, read
    from motcua import roles
    from motcua.local.processes import LEDGER_OWNERS

    settings = read(Settings)
    if replica_set:
        roles.initiate_replica_set(settings.mongo_uri, replica_set, member)
    roles.provision(settings.mongo_uri, settings.namespace, LEDGER_OWNERS, users)


@broker.command("init")
def broker_init() -> None:
    """Declare every exchange and queue, so that no event is published before its inbox is there."""
    from kernel import topology
    from kernel.config import Settings, read
    from motcua.access import topology_of
    from motcua.wiring import parts

    settings = read(Settings)
    with topology_of(settings):
        topology.declare(settings, *parts(settings))


@sandbox.command("mail")
def sandbox_mail() -> None:
    """Run the mail catcher: SMTP on SMTP_PORT, its page on MAIL_PORT."""
    from deploy.sandboxes.mail.server import MailSandbox, serve
    from kernel.config import Settings, read

    settings = read(Settings)
    serve(read(MailSandbox), settings.home / "mail", settings.http_host)


@sandbox.command("vnpay")
def sandbox_vnpay() -> None:
    """Run the payment provider's sandbox."""
    from deploy.sandboxes.vnpay.server import serve

    serve()
