"""`motcua views`: make a view anew from its ledger while everything runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kernel.config import Settings
    from kernel.rebuild import Rebuildable

views = typer.Typer(help="The views that are folded from the ledgers.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="such as dossier/dossier", metavar="VIEW")]


@views.command("list")
def show(
    as_json: Annotated[bool, typer.Option("--json", help="as JSON, for programs")] = False,
) -> None:
    """List the views, with the collection that each is read in and any rebuild."""
    from rich.console import Console
    from rich.table import Table

    from kernel.rebuild import standing
    from kernel.views import collection_name
    from motcua.access import administrator_settings

    with _rebuildables(administrator_settings()) as found:
        stand = {name: standing(what.database, what.name, what.collections) for name, what in found}
        if as_json:
            typer.echo(json.dumps({name: asdict(one) for name, one in stand.items()}, indent=2))
            return
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading in ("View", "Stands in", "Rebuild"):
            table.add_column(heading)
        for name, what in found:
            one = stand[name]
            places = ", ".join(collection_name(base, one.current) for base in what.collections)
            state = "interrupted" if one.interrupted else "running" if one.running else ""
            left = f"left over: {', '.join(one.left_over)}" if one.left_over else ""
            table.add_row(name, places, f"{state} ({one.stage.value})" if one.stage else left)
        Console(highlight=False).print(table)


@views.command()
def rebuild(name: _Name) -> None:
    """Fold a view anew from its ledger; commands and queries go on meanwhile."""
    from kernel import rebuild as work

    _run(name, work.rebuild)
    typer.echo(f"{name} is folded anew")


@views.command()
def cancel(name: _Name) -> None:
    """Give up a rebuild that was interrupted, and drop whatever is left over."""
    from kernel import rebuild as work

    _run(name, work.cancel)
    typer.echo(f"{name} stands as before")


def _run(name: str, act: Any) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from kernel.errors import Conflict
    from kernel.lease import LeaseLost
    from kernel.rebuild import Stage
    from motcua.access import administrator_settings

    words = {
        Stage.ANNOUNCING: "waiting until every process writes both",
        Stage.FOLDING: "folding the ledger",
        Stage.TURNING: "waiting until every process reads the new one",
        Stage.CLEARING: "waiting for the last readers of the old one",
    }
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        _rebuildables(administrator_settings()) as found,
        Progress(*columns, console=Console(highlight=False)) as bar,
    ):
        wanted = dict(found).get(name)
        if wanted is None:
            names = ", ".join(one for one, _ in found)
            typer.echo(f"There is no view {name!r}: there are {names}.", err=True)
            raise typer.Exit(2)
        task = bar.add_task("", total=None)

        def progress(stage: Stage, done: int, total: int) -> None:
            bar.update(task, description=words[stage], completed=done, total=total or None)

        try:
            act(wanted, progress)
        except LeaseLost as error:
            raise Conflict(
                "rebuild-overtaken",
                f"Lệnh này đứng yên quá lâu và một lệnh khác đã dựng lại {name}. Hãy chờ lệnh đó "
                "xong; `motcua views list` cho biết.",
                f"This command stood still for so long that another one took over {name}. Let that "
                "one end; `motcua views list` tells.",
            ) from error


@contextmanager
def _rebuildables(settings: Settings) -> Iterator[Sequence[tuple[str, Rebuildable]]]:
    """Open everything that can be made anew, by its name: `<service>/<view>`."""
    from motcua.access import administrator
    from motcua.local.processes import LEDGER_OWNERS
    from motcua.operations.rebuilding import rebuildables

    with administrator(settings) as client:
        yield [
            (f"{service}/{what.name}", what)
            for service in LEDGER_OWNERS
            for what in rebuildables(service, settings, client)
        ]
