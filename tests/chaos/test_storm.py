"""kill -9 of every process, again and again, while dossiers live: all end well, nothing twice.

`STORM_SEED`, `STORM_DOSSIERS` and `STORM_MINUTES` make it another storm, or a longer one: it rages
until so many dossiers have lived or so many minutes have passed, and everybody was killed once.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import consistency
import pytest
import requests
from interface import System, eventually, expect
from records import Records
from rich.console import Console
from stack import Stack
from storm import report, verdict
from storm.blows import Storm, blows_of
from storm.journal import Journal
from storm.lives import End, life_of
from storm.load import Load
from storm.verdict import PROMISES, Aftermath, Before, Judged

from motcua.person import Places
from services.identity.demo import read_demo_accounts

SEED = int(os.environ.get("STORM_SEED") or random.SystemRandom().randrange(1_000_000))
DOSSIERS = int(os.environ.get("STORM_DOSSIERS") or 40)
MINUTES = float(os.environ.get("STORM_MINUTES") or 2.5)
PLAYERS = 4 if DOSSIERS <= 100 else 8
PAUSES = (2.0, 6.0) if DOSSIERS <= 100 else (2.0, 12.0)
# a part may be away for long on a slow machine, and one that is killed again and again for longer
PATIENCE = 300.0
# a mail whose sender was killed waits for the end of its turn, two minutes
CALM = 420.0 + DOSSIERS
PROVED = {
    "no acknowledged command is lost": ("L5",),
    "everything is done once": ("L3",),
    "no position or version is skipped, every chain holds": ("L1", "L2"),
}
ARTEFACTS = Path(__file__).parents[1] / "artefacts"

pytestmark = pytest.mark.timeout(MINUTES * 60 + 2 * PATIENCE + CALM + DOSSIERS)


@pytest.fixture(scope="module")
def records(stack: Stack) -> Iterator[Records]:
    with Records(stack) as opened:
        yield opened


@pytest.fixture(scope="module")
def aftermath(stack: Stack, records: Records) -> Iterator[Aftermath]:
    """Let the storm rage over a load; wait until it is quiet again."""
    console = Console(width=100)
    console.print(f"\nthe storm's seed is {SEED}")
    eventually(lambda: consistency.is_quiet(records), "the system as its users left it", 120, 1.0)
    before = Before.of(records)
    places = Places(stack.url("portal"), stack.url("mail"), stack.url("vnpay"))
    programs = [program.name for program in stack.programs]
    with Journal(ARTEFACTS / "chaos-journal.jsonl", PATIENCE) as journal:
        load = Load(SEED, places, read_demo_accounts(), journal)
        storm = Storm(stack, blows_of(SEED, programs, PAUSES))
        began = time.monotonic()
        load.begin(PLAYERS)
        storm.begin()
        try:
            _rage(load, storm, began + MINUTES * 60)
        finally:
            storm.end()
            load.end()
        seconds = time.monotonic() - began
        stack.await_ready(deadline=PATIENCE)
        left = Aftermath(stack, records, before, storm, load)
        _await_quiet(left)
        told = report.report(left, seconds)
        report.keep(told, ARTEFACTS / "chaos-report.json")
        report.show(told, console)
        yield left


def _rage(load: Load, storm: Storm, end: float) -> None:
    """Wait until the lives are played or the time is over, and everybody was killed once."""
    while load.alive:
        enough = load.finished >= DOSSIERS or time.monotonic() > end
        if enough and storm.everybody.is_set():
            return
        time.sleep(0.1)


def _await_quiet(left: Aftermath) -> None:
    """Wait until nothing is under way, or until it does not come; the verdict tells which."""
    until = time.monotonic() + CALM
    while time.monotonic() < until:
        if consistency.is_quiet(left.records) and not any(verdict.open_attempts(left)):
            return
        time.sleep(2)


def test_what_is_proved_is_promised() -> None:
    assert PROVED.keys() <= PROMISES.keys()


def test_every_process_was_killed(stack: Stack, aftermath: Aftermath) -> None:
    assert {program.name for program in stack.programs} <= aftermath.storm.killed.keys()


@pytest.mark.parametrize(
    "promise",
    [pytest.param(one, marks=pytest.mark.proves(*PROVED.get(one, ()))) for one in PROMISES],
)
def test_promise_is_kept(aftermath: Aftermath, promise: str) -> None:
    assert aftermath.judged[promise] == Judged(promise, ())


def test_life_goes_on(stack: Stack, aftermath: Aftermath) -> None:
    system = System(stack)
    ends = {End.RETURNED: 10, End.REFUSED: 3}
    for number, code in aftermath.load.codes.items():
        life = life_of(SEED, number)
        status = expect(system.person(life.applicant).get(f"/dossiers/{code}"), 200)
        assert status["status"] == ends.get(life.end, 7), code
    assert requests.get(stack.url("portal"), timeout=60).status_code == 200
