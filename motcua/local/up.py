"""`motcua up`: the whole system in the foreground, told in the terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.table import Table

from kernel.config import Settings, read
from kernel.errors import Unavailable
from motcua.loading_accounts import demo_table
from motcua.local import processes
from motcua.local.ports import Ports
from motcua.local.stack import Stack, running_pid
from motcua.local.supervision import wait_until
from services.identity.demo import read_demo_accounts

AFTER_START: tuple[tuple[str, ...], ...] = (
    ("catalog", "load"),
    ("accounts", "demo"),
    ("settle",),
)
"""Commands of `motcua` that make the system worth looking at; each may be repeated."""

_GLANCE_SECONDS = 2.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Told(BaseException):
    """A signal says to stop."""


def up() -> None:
    """Start everything, load the demonstration data, print the addresses, stay until told."""
    console = Console(highlight=False)
    stack = Stack(read(Settings).home, read(Ports), progress=_News(console).tell)
    with _told_by_signals():
        try:
            with console.status("starting …"):
                stack.start()
            load_demonstration(stack)
            console.print(demo_table(read_demo_accounts()))
            console.print()
            console.print(_addresses(stack))
            console.print("\nCtrl-C stops everything.")
            _watch(console, stack)
        except _Told:
            console.print()
        finally:
            _ignore_signals()
            with console.status("stopping …"):
                stack.stop()
    console.print("Everything has stopped.")


def load_demonstration(stack: Stack) -> None:
    """Load catalogue and accounts; what is there already stays. Raises `Unavailable`."""
    for arguments in AFTER_START:
        done = subprocess.run(  # noqa: S603 (all words are ours)
            processes.command(*arguments), env=stack.environment(), check=False
        )
        if done.returncode:
            command = f"motcua {' '.join(arguments)}"
            raise Unavailable(
                "step-failed",
                f"`{command}` không thành công; lý do ở các dòng trên.",
                f"`{command}` failed; the lines above say why.",
            )


def down(deadline: float = 90.0) -> None:
    """End the process that holds this home, as Ctrl-C there would; nothing to do is fine."""
    home = read(Settings).home
    holder = running_pid(home)
    if holder is None:
        return
    os.kill(holder, signal.SIGTERM)
    if not wait_until(lambda: running_pid(home) is None, deadline):
        raise Unavailable(
            "does-not-stop",
            f"Tiến trình {holder} chưa dừng sau {deadline:.0f} giây.",
            f"Process {holder} has not stopped within {deadline:.0f} seconds.",
        )


class _News:
    """Prints each program as it becomes ready, with the time that took."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._since: dict[str, float] = {}

    def tell(self, program: str, news: str) -> None:
        match news:
            case "starting":
                self._since[program] = time.monotonic()
            case "ready":
                seconds = time.monotonic() - self._since[program]
                self._console.print(f"[green]✓[/] {program:<16} [dim]{seconds:4.1f} s[/]")


def _addresses(stack: Stack) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, address in (
        ("Portal", stack.url("portal")),
        ("REST interface", f"{stack.url('portal')}/api/v1"),
        ("Mail that was sent", stack.url("mail")),
        ("Payment sandbox", stack.url("vnpay")),
        ("Logs", f"{stack.home}/logs"),
    ):
        table.add_row(name, f"[bold]{address}[/]")
    return table


def _watch(console: Console, stack: Stack) -> None:
    """Report what has ended for good, once each, until a signal comes."""
    reported: set[str] = set()
    while True:
        time.sleep(_GLANCE_SECONDS)
        for sentence in stack.failed():
            if sentence not in reported:
                reported.add(sentence)
                console.print(f"[red]✗[/] {sentence}")


@contextmanager
def _told_by_signals() -> Iterator[None]:
    def tell(number: int, frame: FrameType | None) -> None:
        raise _Told

    before = {number: signal.signal(number, tell) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    # stopping is under way; the terminal's signal reaches make and this process several times
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
