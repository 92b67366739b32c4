"""Holding the evidence against the table, and telling what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from kernel.config import Settings
from motcua.operations.invariants.evidence import Evidence, read_evidence
from motcua.operations.invariants.table import INVARIANTS, Breach, Invariant

_SHOWN = 20


@dataclass(frozen=True)
class Verdict:
    """What an invariant's evidence says: what is broken, and what is still on its way."""

    invariant: Invariant
    broken: tuple[Breach, ...]
    on_their_way: tuple[Breach, ...]


def examine(settings: Settings, grace: float) -> list[Verdict]:
    """Read an installation and judge it; what is younger than `grace` seconds is on its way."""
    before = datetime.now(UTC) - timedelta(seconds=grace)
    return judge(read_evidence(settings), before)


def judge(evidence: Evidence, before: datetime) -> list[Verdict]:
    """Judge each invariant of the table: what began to differ after `before` is on its way."""
    return [_judge(invariant, evidence, before) for invariant in INVARIANTS]


def tell(verdicts: Sequence[Verdict], console: Console) -> None:
    """Print the table, and the findings behind it."""
    shown = Table(expand=False)
    shown.add_column("Invariant", no_wrap=True)
    shown.add_column("Holds when")
    shown.add_column("On their way", justify="right")
    shown.add_column("Broken", justify="right")
    for verdict in verdicts:
        shown.add_row(
            verdict.invariant.name,
            verdict.invariant.sentence,
            str(len(verdict.on_their_way)),
            f"[red]{len(verdict.broken)}[/]" if verdict.broken else "[green]0[/]",
        )
    console.print(shown)
    for verdict in verdicts:
        for line in _lines(verdict.broken):
            console.print(f"[red]✗[/] {verdict.invariant.name}: {line}")


def _judge(invariant: Invariant, evidence: Evidence, before: datetime) -> Verdict:
    broken: list[Breach] = []
    on_their_way: list[Breach] = []
    for breach in invariant.breaches(evidence):
        lasting = breach.since is None or breach.since <= before
        (broken if lasting else on_their_way).append(breach)
    return Verdict(invariant, tuple(broken), tuple(on_their_way))


def _lines(breaches: Sequence[Breach]) -> Iterable[str]:
    yield from (breach.what for breach in breaches[:_SHOWN])
    if len(breaches) > _SHOWN:
        yield f"and {len(breaches) - _SHOWN} more"
