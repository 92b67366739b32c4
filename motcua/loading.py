"""Loading what a fresh installation needs, through the services' own front doors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from kernel.client import Client
    from services.catalog.contract import Agency, Place, Procedure

T = TypeVar("T")

SETUP = "setup"  # the name under which the command line signs what it asks for
_SECONDS = 30.0
_AT_ONCE = 4
_PLACES_AT_ONCE = 1000
_AGENCIES_AT_ONCE = 20
_PROCEDURES_AT_ONCE = 5

catalog = typer.Typer(help="The catalogue of procedures.", no_args_is_help=True)


@dataclass(frozen=True)
class Content:
    """What files hold, read and checked as a whole."""

    places: Sequence[Place] = ()
    agencies: Sequence[Agency] = ()
    procedures: Sequence[Procedure] = ()


@catalog.command("load")
def catalog_load() -> None:
    """Load the places, agencies and procedures that come with the system.

    May be repeated: what is there with the same content stays as it is.
    """
    from services.catalog.files import read_agencies, read_places, read_procedures

    places = read_places()
    _offer(Content(places, read_agencies(places), read_procedures()))


@catalog.command("import")
def catalog_import(
    files: Annotated[
        list[Path], typer.Argument(help="procedures (YAML) and places (CSV)", exists=True)
    ],
) -> None:
    """Take in files of the catalogue's own format: all of them, or none where one is faulty."""
    from services.catalog.files import read_places, read_procedures

    places = [place for path in files if path.suffix == ".csv" for place in read_places(path)]
    procedures = [path for path in files if path.suffix != ".csv"]
    _offer(Content(places, (), read_procedures(procedures) if procedures else ()))


@catalog.command("check")
def catalog_check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="procedures (YAML); those of the system if none")
    ] = None,
) -> None:
    """Check files without loading them."""
    from rich.console import Console

    from services.catalog.files import read_agencies, read_places, read_procedures

    read_procedures(files or ())
    if not files:
        read_agencies(read_places())
    Console(highlight=False).print("[green]✓[/] no faults")


def _offer(content: Content) -> None:
    """Send what the catalogue does not hold yet, with a bar for each kind."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from kernel.client import standalone_client
    from kernel.config import Settings, read
    from services.catalog.contract import ReadHoldings

    console = Console(highlight=False)
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn())
    with standalone_client(read(Settings), SETUP) as client:
        held = client.call(ReadHoldings(), timeout=_SECONDS).digests
        different = _different(content, held)
        with Progress(*columns, console=console, transient=True) as progress:
            for what, batches in _requests(different):
                task = progress.add_task(what, total=sum(number for number, _ in batches))
                # what waits at the same time is committed together
                with ThreadPoolExecutor(_AT_ONCE) as pool:
                    sent = [
                        pool.submit(_send, client, request, number) for number, request in batches
                    ]
                    for one in as_completed(sent):
                        progress.advance(task, one.result())
    for what, there, new in (
        ("places", content.places, different.places),
        ("agencies", content.agencies, different.agencies),
        ("procedures", content.procedures, different.procedures),
    ):
        if there:
            console.print(f"[green]✓[/] {what:<12} {len(there):>6}, {len(new)} new or changed")


def _send(client: Client, request: Any, number: int) -> int:
    client.call(request, timeout=_SECONDS)
    return number


def _different(content: Content, held: Mapping[str, str]) -> Content:
    """Return what is not held, or not with this content."""
    from services.catalog.decider import agency_stream, procedure_stream
    from services.catalog.holdings import digest
    from services.catalog.views.catalogue import by_stream

    return Content(
        [
            place
            for stream, places in by_stream(content.places).items()
            if held.get(stream) != digest(places)
            for place in places
        ],
        [it for it in content.agencies if held.get(agency_stream(it.id)) != digest(it)],
        [it for it in content.procedures if held.get(procedure_stream(it.code)) != digest(it)],
    )


def _requests(content: Content) -> Iterator[tuple[str, list[tuple[int, Any]]]]:
    """Yield each kind with its requests and how many things are in each; places come first."""
    from services.catalog.contract import OpenAgencies, PublishProcedures, RegisterPlaces

    places = _batches(content.places, _PLACES_AT_ONCE)
    yield "places", [(len(some), RegisterPlaces(some)) for some in places]
    agencies = _batches(content.agencies, _AGENCIES_AT_ONCE)
    yield "agencies", [(len(some), OpenAgencies(some)) for some in agencies]
    procedures = _batches(content.procedures, _PROCEDURES_AT_ONCE)
    yield "procedures", [(len(some), PublishProcedures(some)) for some in procedures]


def _batches(things: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    everything = tuple(things)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]
