"""`motcua lag`: how far every service is, and what waits the longest."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kernel.progress import ServiceProgress

lag = typer.Typer(help="How far every service is.")


@lag.callback(invoke_without_command=True)
def show(
    once: Annotated[bool, typer.Option("--once", help="print it once")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON, once")] = False,
    every: Annotated[float, typer.Option(help="seconds between two looks", min=0.2)] = 2.0,
) -> None:
    """Show ledgers, relays, inboxes and views, again and again, until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live

    from kernel.schemas import dump
    from motcua.access import administrator_settings
    from motcua.operations.observing import observatory

    with observatory(administrator_settings()) as seeing:
        if as_json:
            found = [dump(one) for one in seeing.look()]
            typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
            return
        console = Console(highlight=False)
        if once:
            console.print(table(seeing.look()))
            return
        with Live(table(seeing.look()), console=console, auto_refresh=False) as live:
            while True:
                time.sleep(every)
                live.update(table(seeing.look()), refresh=True)


def table(seen: Sequence[ServiceProgress]) -> Any:
    """Return the table of all services, a line for each ledger and each source of a service."""
    from rich.table import Table

    found = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("Service", "What", "At", "Of", "Waits", "Oldest that waits"):
        found.add_column(heading, justify="right" if heading in ("At", "Of", "Waits") else "left")
    heads = {one.service: one.head for one in seen}
    for one in seen:
        for row in _rows(one, heads):
            found.add_row(*row)
        found.add_row()
    return found


def _rows(one: ServiceProgress, heads: dict[str, int]) -> list[tuple[str, ...]]:
    relay = one.relay
    rows: list[tuple[str, ...]] = [(f"[bold]{one.service}[/]", "ledger", str(one.head), "", "", "")]
    who = f"relay ({relay.holder.rpartition(':')[0]})" if relay.active else "[red]no relay[/]"
    waits = one.head - relay.position
    rows.append(
        ("", who, str(relay.position), str(one.head), _count(waits), _oldest(relay.oldest, one))
    )
    if one.projector is not None:
        at, oldest = one.projector.position, _oldest(one.projector.oldest, one)
        rows.append(("", "views", str(at), str(one.head), _count(one.head - at), oldest))
    for view in one.views:
        if view.stage is not None:
            state = "being rebuilt" if view.running else "[red]rebuild interrupted[/]"
            rows.append(("", f"{view.name}: {state}", str(view.done), str(view.total), "", ""))
    for source in one.sources:
        head = heads[source.source]
        oldest = _oldest(source.oldest, one) if source.known else "[yellow]not known yet[/]"
        waits = head - source.position
        rows.append(
            ("", f"from {source.source}", str(source.position), str(head), _count(waits), oldest)
        )
    if one.listens:
        rows.append(("", *_inbox(one)))
    return rows


def _inbox(one: ServiceProgress) -> tuple[str, ...]:
    found = one.inbox
    if found is None:
        return ("[red]the broker does not answer[/]", "", "", "", "")
    who = f"{found.consumers} receive" if found.consumers else "[red]nobody receives[/]"
    dead = f"[red]{found.dead} dead[/]" if found.dead else "0 dead"
    words = f"inbox: {who}, {found.retrying} to be tried again, {dead}"
    return (words, "", "", _count(found.ready), "")


def _count(number: int) -> str:
    return str(max(0, number))


def _oldest(oldest: Any, one: ServiceProgress) -> str:
    from rich.markup import escape

    from kernel.progress import age

    if oldest is None:
        return ""
    return f"{duration(age(oldest, one.at))}  {escape(oldest.stream)} {oldest.last}"


def duration(seconds: float) -> str:
    """Return a time in its two largest units: `3 h 20 min`."""
    rest = int(seconds)
    parts: list[str] = []
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        number, rest = divmod(rest, size)
        if number or (name == "s" and not parts):
            parts.append(f"{number} {name}")
    return " ".join(parts[:2])
