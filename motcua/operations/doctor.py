"""`motcua doctor`: what is there, what is missing, what to do about it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from kernel.config import Settings, read
from kernel.errors import DomainError
from motcua.access import administrator_settings, names
from motcua.local import broker, database, processes
from motcua.local.ports import Ports, is_free
from motcua.local.stack import running_pid
from motcua.operations.examination import Finding, examine


def doctor() -> None:
    """Print every finding; exits 1 if one is not well."""
    console = Console(highlight=False)
    well = True
    for finding in findings():
        well = well and finding.well
        sign = "[green]✓[/]" if finding.well else "[red]✗[/]"
        console.print(f"{sign} {finding.what}")
        if not finding.well:
            console.print(f"  {finding.advice}")
    raise SystemExit(0 if well else 1)


def findings() -> Iterator[Finding]:
    """Yield what is found about the machine, and about the system where it runs."""
    settings, ports = administrator_settings(), read(Ports)
    own_servers = names(os.environ, "MONGO_URI") and names(os.environ, "AMQP_URI")
    yield from _machine(settings.home)
    holder = running_pid(settings.home)
    if holder is not None:
        yield Finding(f"the system runs in {settings.home} (process {holder})", well=True)
        yield from _running(settings, ports)
    elif not own_servers:
        yield Finding(f"the system does not run in {settings.home}", well=True)
        yield from _programs()
        yield from _ports(ports)
    if holder is not None or names(os.environ, "MONGO_URI"):
        yield from examine(settings)


def _machine(home: Path) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(f"Python {version}", (3, 11) <= sys.version_info < (3, 14), "Use 3.11 to 3.13.")
    folder = next(path for path in (home.absolute(), *home.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free // 1024**2
    yield Finding(f"{free} MB are free for {home}", free > 1024, "Leave at least 1024 MB.")


def _programs() -> Iterator[Finding]:
    """Yield what `make up` and the tests need of this machine, and nothing else does."""
    yield _installed("RabbitMQ", broker.installed)
    yield _installed("the embedded database", database.installed)
    setpriv, chromium = shutil.which("setpriv"), shutil.which("chromium")
    advice = "Run: apt-get install util-linux"
    yield Finding(f"setpriv: {setpriv or 'missing'}", setpriv is not None, advice)
    yield Finding(f"chromium: {chromium or 'missing, and only tests need it'}", well=True)


def _ports(ports: Ports) -> Iterator[Finding]:
    wanted = [
        *processes.http_ports(ports),
        *((name, getattr(ports, name)) for name in ("amqp", "mongo", "epmd", "dist")),
    ]
    for name, port in wanted:
        if not is_free(port):
            advice = (
                "If that is a running Một Cửa, look from its folder; else stop what listens there, "
                f"or set MOTCUA_PORT_{name.upper()}."
            )
            yield Finding(f"port {port} ({name}) is taken", well=False, advice=advice)
    if all(is_free(port) for _, port in wanted):
        yield Finding("all ports are free", well=True)


def _running(settings: Settings, ports: Ports) -> Iterator[Finding]:
    for program in processes.programs(ports, {}):
        well = program.ready()
        advice = f"See {settings.home}/logs/{program.name}.log."
        yield Finding(f"{program.name} is {'' if well else 'not '}ready", well, advice)


def _installed(what: str, find: Callable[[], object]) -> Finding:
    try:
        found = find()
    except DomainError as error:
        return Finding(f"{what} is missing", well=False, advice=error.en)
    return Finding(f"{what}: {found}", well=True)
