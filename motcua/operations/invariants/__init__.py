"""`motcua invariants`: whether what the services have recorded fits together."""

from __future__ import annotations

from typing import Annotated

import typer

invariants = typer.Typer(
    help="Whether what the services have recorded fits together.", invoke_without_command=True
)


@invariants.callback()
def check(
    grace: Annotated[
        float, typer.Option(help="seconds that something may be on its way", min=0)
    ] = 300.0,
) -> None:
    """Read all ledgers and views and tell what does not fit.

    Exits 1 where something has been so for longer than the grace period.
    """
    from rich.console import Console

    from motcua.access import administrator_settings
    from motcua.operations.invariants.examination import examine, tell

    verdicts = examine(administrator_settings(), grace)
    tell(verdicts, Console(highlight=False))
    raise SystemExit(any(verdict.broken for verdict in verdicts))
