"""Opening the demo accounts, through identity's own front door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from motcua.loading import SETUP

if TYPE_CHECKING:
    from rich.table import Table

    from services.identity.demo import DemoAccounts

_SECONDS = 30.0

accounts = typer.Typer(help="Accounts.", no_args_is_help=True)


@accounts.command("demo")
def accounts_demo() -> None:
    """Open the demo accounts of every role; may be repeated. Not for a real installation."""
    from rich.console import Console
    from rich.progress import track

    from kernel.client import standalone_client
    from kernel.config import Settings, read
    from kernel.errors import Conflict
    from services.identity.demo import read_demo_accounts

    demo = read_demo_accounts()
    erased = 0
    requests = tuple(demo.requests())
    console = Console(highlight=False)
    with standalone_client(read(Settings), SETUP) as client:
        for request in track(requests, "accounts", console=console, transient=True):
            try:
                client.call(request, timeout=_SECONDS)
            except Conflict as refusal:
                if refusal.code != "subject-erased":
                    raise
                erased += 1
    left = f", {erased} erased and not opened again" if erased else ""
    console.print(f"[green]✓[/] {'accounts':<12} {len(requests):>6}{left}")


def demo_table(demo: DemoAccounts) -> Table:
    """Return the accounts as they are shown to whoever tries the system."""
    from rich.table import Table

    table = Table(
        box=None, padding=(0, 2), title=f"Demo accounts, password [bold]{demo.password}[/]"
    )
    for heading in ("user name", "name", "who"):
        table.add_column(heading)
    for person in demo.people:
        table.add_row(person.username, person.name, person.kind.value)
    for place in demo.agencies:
        table.add_section()
        for officer in place.officers:
            what = f"{place.agency}/{officer.unit}: {', '.join(officer.roles)}"
            table.add_row(officer.username, officer.name, f"{officer.title} ({what})")
    return table
