"""`motcua deadletters`: look at what a service could not handle, send it again, forget it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from motcua.telling import plain

if TYPE_CHECKING:
    from kernel.config import Settings
    from kernel.deadletters import DeadLetter

deadletters = typer.Typer(help="What the services could not handle.", no_args_is_help=True)

_Service = Annotated[str, typer.Argument(help="whose dead letters", metavar="SERVICE")]
_Ids = Annotated[list[str] | None, typer.Argument(help="which ones", metavar="[ID]…")]
_All = Annotated[bool, typer.Option("--all", help="all that are there")]
_Json = Annotated[bool, typer.Option("--json", help="as JSON, for programs")]


@deadletters.command("list")
def show_all(
    service: Annotated[
        str, typer.Argument(help="one service; all without it", metavar="[SERVICE]")
    ] = "",
    as_json: _Json = False,
) -> None:
    """List the dead letters of one service or of all, the oldest first."""
    from kernel import deadletters as kept
    from motcua.access import administrator_settings

    settings = administrator_settings()
    names = (_listener(settings, service),) if service else _listeners(settings)
    found = []
    for name in names:
        found += (letters := kept.letters(settings, name))
        if len(letters) == kept.AT_A_TIME:
            typer.echo(f"Of {name} only {kept.AT_A_TIME} are listed; there may be more.", err=True)
    if as_json:
        typer.echo(json.dumps([asdict(letter) for letter in found], ensure_ascii=False, indent=2))
    else:
        _print_table(found)


@deadletters.command()
def show(
    service: _Service,
    letter: Annotated[str, typer.Argument(metavar="ID")],
    as_json: _Json = False,
) -> None:
    """Show one dead letter whole: its error, its traceback, its body."""
    from kernel import deadletters as kept
    from kernel.errors import NotFound
    from motcua.access import administrator_settings

    settings = administrator_settings()
    try:
        found = kept.letter(settings, _listener(settings, service), letter)
    except NotFound as error:
        raise _wrong(error.en) from None
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        _print_whole(found)


@deadletters.command()
def replay(service: _Service, ids: _Ids = None, every: _All = False) -> None:
    """Send dead letters to their service again, once the cause is mended."""
    from kernel import deadletters as kept

    count = _deal(kept.replay, service, ids, every=every)
    typer.echo(f"{count} sent to {service} again")


@deadletters.command()
def discard(
    service: _Service,
    ids: _Ids = None,
    every: _All = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Forget dead letters; the events themselves stay in their ledgers."""
    from kernel import deadletters as kept

    if every and not ids and not yes:
        ids, every = (
            _all_ids(service),
            False,
        )  # those that are asked about, not what comes meanwhile
        if not ids:
            typer.echo(f"0 of {service} discarded")
            return
    if (ids or every) and not yes:
        which = f"{len(ids or ())} dead letter(s)"
        typer.confirm(f"Forget {which} of {service}? They will not be handled any more", abort=True)
    count = _deal(kept.discard, service, ids, every=every)
    typer.echo(f"{count} of {service} discarded")


def _all_ids(service: str) -> list[str]:
    from kernel import deadletters as kept
    from motcua.access import administrator_settings

    settings = administrator_settings()
    return [letter.id for letter in kept.letters(settings, _listener(settings, service))]


def _deal(
    act: Callable[[Settings, str, Sequence[str] | None], int],
    service: str,
    ids: Sequence[str] | None,
    *,
    every: bool,
) -> int:
    from motcua.access import administrator_settings

    if bool(ids) == every:
        raise _wrong("Name the dead letters by their ids, or say --all.")
    settings = administrator_settings()
    count = act(settings, _listener(settings, service), None if every else ids)
    if ids and not count:
        typer.echo(f"None of these is among the dead letters of {service} (any more).", err=True)
    return count


def _listeners(settings: Settings) -> tuple[str, ...]:
    """Return the services that listen to events, and so can have dead letters."""
    from kernel.topology import Consumer
    from motcua.wiring import parts

    return tuple(part.service for part in parts(settings) if isinstance(part, Consumer))


def _listener(settings: Settings, service: str) -> str:
    names = _listeners(settings)
    if service not in names:
        raise _wrong(f"{service!r} is no service that listens to events: {', '.join(names)}.")
    return service


def _wrong(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(2)


def _print_table(found: Sequence[DeadLetter]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not found:
        console.print("No dead letters.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Service")
    table.add_column("Id", no_wrap=True)
    table.add_column("Event")
    table.add_column("Stream", overflow="fold")
    table.add_column("Died at", no_wrap=True)
    table.add_column("Error", overflow="fold")
    for letter in found:
        place = f"{letter.stream or '?'} {letter.version or ''}".strip()
        error = f"{letter.error}: {letter.message}"
        cells = (
            letter.service,
            letter.id,
            letter.type or "?",
            place,
            (letter.died_at or "?")[:19],
            error[:200],
        )
        # not read as markup, nor by the terminal, whatever is in them
        table.add_row(*(Text(plain(cell)) for cell in cells))
    console.print(table)


def _print_whole(letter: DeadLetter) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table.grid(padding=(0, 2))
    for name, value in asdict(letter).items():
        if name not in ("traceback", "body"):
            table.add_row(Text(name, "bold"), Text("" if value is None else plain(str(value))))
    console.print(table)
    for name in ("traceback", "body"):
        console.print(Text(f"\n{name}", "bold"))
        console.print(Text(_lines(getattr(letter, name)) or "(nothing)"))


def _lines(text: str) -> str:
    return "\n".join(plain(line) for line in text.splitlines())
