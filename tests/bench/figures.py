"""The table of figures: which there are, what each is to reach, and what was measured.

A figure is measured or says why not; nothing here asserts a speed.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """A row of the table: `name` is its key, `unit` that of the number the target is about."""

    name: str
    what: str
    against: str
    target: str
    reached: Callable[[float], bool] | None = None
    unit: str = "×"


def _least(bound: float, unit: str = "×") -> dict[str, Any]:
    return {"target": f"≥ {bound:g} {unit}", "reached": lambda n: n >= bound, "unit": unit}


def _most(bound: float, unit: str = "×") -> dict[str, Any]:
    return {"target": f"≤ {bound:g} {unit}", "reached": lambda n: n <= bound, "unit": unit}


_ABOVE_ONE: dict[str, Any] = {"target": "> 1 ×", "reached": lambda n: n > 1}
_SHOWN: dict[str, Any] = {"target": "—"}

FIGURES = (
    Figure("append-one", "append, one writer", "insert_one", **_least(0.6)),
    Figure("append-waiting", "append, 64 waiting", "insert_many, same batches", **_least(0.8)),
    Figure("append-emmett", "append, 64 writers", "Emmett on MongoDB", **_least(5)),
    Figure("append-sqlite", "append, 64 writers", "eventsourcing on SQLite", **_ABOVE_ONE),
    Figure("append-postgres", "append, 64 writers", "eventsourcing on PostgreSQL", **_ABOVE_ONE),
    Figure("relay", "relay", "pika, same bytes and window", **_least(0.6)),
    Figure("relay-latency", "append to delivery, idle, p95", "", **_most(50, "ms")),
    Figure("relay-idle", "relay, idle, of a core", "", **_most(2, "%")),
    Figure("replay", "replay and verify", "bare read", **_least(0.7)),
    Figure("growth-append", "append at most events", "at 1,000", **_most(1.2)),
    Figure("growth-insert", "bare insert at most events", "at 1,000", **_SHOWN),
    Figure("growth-fold", "load and fold at most events", "at 1,000", **_most(1.2)),
    Figure("growth-status", "read of a status at most events", "at 1,000", **_most(1.2)),
    Figure("list-unit", "100 rows of a unit's list at most dossiers", "", **_most(100, "ms")),
    Figure("list-agency", "100 rows of an agency's list", "", **_most(100, "ms")),
    Figure("list-closed", "100 rows of what an agency ended", "", **_most(100, "ms")),
    Figure("status", "status over HTTP, time", "bare nameko RPC", **_most(3)),
    Figure("submit", "submit over HTTP, sustained", "", **_least(60, "/s")),
    Figure("submit-p95", "submit at half that load, p95", "", **_most(250, "ms")),
    Figure("visible", "event to its last consumer, p95", "", **_most(200, "ms")),
    Figure("replicas-2", "submit with 2 dossier processes", "with 1", **_SHOWN),
    Figure("replicas-3", "submit with 3 dossier processes", "with 1", **_SHOWN),
    Figure("faults", "fault test", "", **_SHOWN),
)


@dataclass(frozen=True)
class Measured:
    """What became of a figure: a number and words, or no number and the reason."""

    value: float | None
    detail: str
    numbers: Mapping[str, Any] = field(default_factory=dict)


class Report:
    """Takes what is measured; prints and writes the table at the end."""

    def __init__(self, *, quick: bool, seed: int) -> None:
        self.quick = quick
        self.seed = seed
        self._known = {figure.name: figure for figure in FIGURES}
        self._measured: dict[str, Measured] = {}
        self._versions: dict[str, str] = {}

    def ratio(self, name: str, ours: float, bare: float, unit: str, **numbers: Any) -> None:
        """Record ours : bare, both in `unit`."""
        detail = f"{_plain(ours)} : {_plain(bare)} {unit}"
        told = {"ours": ours, "bare": bare, "unit": unit, **numbers}
        self._take(name, Measured(ours / bare, detail, told))

    def value(self, name: str, value: float, detail: str, **numbers: Any) -> None:
        """Record a number in the figure's own unit."""
        self._take(name, Measured(value, detail, numbers))

    def words(self, name: str, detail: str, **numbers: Any) -> None:
        """Record what has no one number."""
        self._take(name, Measured(None, detail, numbers))

    def not_measured(self, name: str, why: str) -> None:
        """Record that a figure cannot be measured here."""
        self._take(name, Measured(None, f"not measured: {why}"))

    def note_version(self, what: str, text: str) -> None:
        """Record the version of something that took part."""
        self._versions[what] = text

    def show(self, console: Console) -> None:
        """Print the table."""
        table = Table(title="Figures" + (" (quick)" if self.quick else ""))
        table.add_column("what")
        table.add_column("against")
        table.add_column("measured", justify="right")
        table.add_column("target", justify="right")
        table.add_column("")
        table.add_column("in numbers")
        for figure, measured in self._rows():
            table.add_row(
                figure.what,
                figure.against,
                "" if measured.value is None else f"{_plain(measured.value)} {figure.unit}",
                figure.target,
                _verdict(figure, measured),
                measured.detail,
            )
        console.print(table)
        console.print(", ".join(f"{what} {text}" for what, text in self._environment().items()))

    def write(self, path: Path) -> None:
        """Write everything as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "quick": self.quick,
            "seed": self.seed,
            "environment": self._environment(),
            "figures": [
                {
                    "name": figure.name,
                    "what": figure.what,
                    "against": figure.against,
                    "unit": figure.unit,
                    "target": figure.target,
                    "value": measured.value,
                    "reached": _reached(figure, measured),
                    "detail": measured.detail,
                    "numbers": measured.numbers,
                }
                for figure, measured in self._rows()
            ],
        }
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")

    def _take(self, name: str, measured: Measured) -> None:
        self._measured[self._known[name].name] = measured

    def _rows(self) -> list[tuple[Figure, Measured]]:
        missing = Measured(None, "not measured in this run")
        return [(figure, self._measured.get(figure.name, missing)) for figure in FIGURES]

    def _environment(self) -> dict[str, str]:
        return {
            "python": platform.python_version(),
            **{name: version(name) for name in ("pymongo", "pika", "nameko", "kombu")},
            **self._versions,
            "machine": f"{os.cpu_count()} × {_processor()}",
            "system": f"{platform.system()} {platform.release()}",
        }


def _reached(figure: Figure, measured: Measured) -> bool | None:
    if figure.reached is None or measured.value is None:
        return None
    return figure.reached(measured.value)


def _verdict(figure: Figure, measured: Measured) -> str:
    return {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}[_reached(figure, measured)]


def _plain(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
