"""The report of a storm: a table to read, JSON to keep."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kombu import Connection
from rich.console import Console
from rich.table import Table

from storm.verdict import Aftermath

_PACKAGES = ("motcua", "nameko", "kombu", "pika", "pymongo", "secantusdb", "eventlet")


def report(left: Aftermath, seconds: float) -> dict[str, Any]:
    """Return the whole report as JSON-ready data; `seconds` is how long the load lasted."""
    commits = {service: len(found) for service, found in left.commits.items()}
    acknowledged = len(left.journal.acknowledged)
    return {
        "seed": left.load.seed,
        "seconds": round(seconds, 1),
        "dossiers": len(left.load.codes),
        "commands": {"sent": len(left.journal.acts), "acknowledged": acknowledged},
        "commits": commits,
        "mails": {
            "came": sum(left.mails.values()),
            "again": left.mails_twice,
            "again_at_most": left.mails_twice_at_most,
        },
        "rates": {
            "dossiers_per_minute": round(60 * len(left.load.codes) / seconds, 1),
            "commands_per_second": round(acknowledged / seconds, 2),
            "kills_per_minute": round(60 * left.storm.killed.total() / seconds, 1),
        },
        "kills": dict(sorted(left.storm.killed.items())),
        "freezes": dict(sorted(left.storm.frozen.items())),
        "promises": {promise: list(one.faults) for promise, one in left.judged.items()},
        "versions": {
            "python": platform.python_version(),
            "rabbitmq": _broker_version(left),
            **{name: version(name) for name in _PACKAGES},
        },
    }


def keep(told: dict[str, Any], path: Path) -> None:
    """Write a report to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def show(told: dict[str, Any], console: Console) -> None:
    """Print a report."""
    promises = Table(title=f"After the storm of seed {told['seed']}", expand=False)
    promises.add_column("Promise")
    promises.add_column("Broken", justify="right")
    for promise, faults in told["promises"].items():
        promises.add_row(promise, f"[red]{len(faults)}[/]" if faults else "[green]0[/]")
    console.print(promises)
    hits = Table(title="Who was hit", expand=False)
    for heading in ("Process", "Killed", "Frozen"):
        hits.add_column(heading, justify="left" if heading == "Process" else "right")
    for name in sorted({*told["kills"], *told["freezes"]}):
        hits.add_row(name, str(told["kills"].get(name, 0)), str(told["freezes"].get(name, 0)))
    console.print(hits)
    rates = told["rates"]
    console.print(
        f"{told['dossiers']} dossiers in {told['seconds']:.0f} s "
        f"({rates['dossiers_per_minute']} a minute), "
        f"{told['commands']['acknowledged']} commands acknowledged, "
        f"{sum(told['commits'].values())} commits, {sum(told['kills'].values())} kills; "
        f"{told['mails']['again']} of {told['mails']['came']} mails came again "
        f"(at most {told['mails']['again_at_most']} may)"
    )
    for promise, faults in told["promises"].items():
        for fault in faults[:10]:
            console.print(f"✗ {promise}: {fault}", markup=False)


def _broker_version(left: Aftermath) -> str:
    with Connection(left.records.settings.amqp_uri) as connection:
        connection.connect()
        return str(connection.connection.server_properties["version"])
