"""The whole system on one machine, over HTTP: how many dossiers, how soon answered and heard of."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dossier_processes import more_dossier_processes
from figures import Report
from http_load import Answered, Line, rate_of, submit_at, submit_for
from interface import System, eventually
from nameko.standalone.rpc import ServiceRpcProxy
from records import Records
from rounds import interleaved, percentile
from stack import Stack, whole_stack

from kernel.commits import Commit

LINES = 16
WARM_SECONDS = 3.0
PATIENCE = 300.0
_ECHO = Path(__file__).with_name("echo_service.py")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system for this module alone, so that it does not run beside other measurements."""
    with whole_stack(tmp_path_factory.mktemp("measured")) as running:
        yield running


@pytest.fixture(scope="module")
def records(stack: Stack) -> Iterator[Records]:
    with Records(stack) as opened:
        yield opened


@pytest.fixture(scope="module")
def lines(stack: Stack) -> Iterator[Sequence[Line]]:
    """Connections of a citizen who is logged in, and a system that has warmed up."""
    token = System(stack).person("congdan").token
    opened = [Line(stack.url("portal"), token) for _ in range(LINES)]
    _taken(submit_for(opened, WARM_SECONDS))
    yield opened
    for line in opened:
        line.begin_anew()


def test_status(stack: Stack, lines: Sequence[Line], report: Report) -> None:
    """Both answer with the same content; on the bare side that is all there is to do."""
    rounds = 3 if report.quick else 9
    line = lines[0]
    _, receipt = line.submit()
    path = f"/dossiers/{json.loads(receipt)['code']}"
    status, content = line.get(path)
    assert status == 200
    with _echo(stack.amqp_uri) as echo:
        answer = json.loads(content)
        seconds = interleaved(
            {
                "ours": lambda: _median_of(lambda: line.get(path)),
                "bare": lambda: _median_of(lambda: echo.echo(answer)),
            },
            rounds,
        )
    ours, bare = 1000 * seconds["ours"], 1000 * seconds["bare"]
    report.ratio("status", ours, bare, "ms", bytes=len(content))


def test_submit(stack: Stack, records: Records, lines: Sequence[Line], report: Report) -> None:
    seconds = 8.0 if report.quick else 30.0
    _await_quiet(records)
    answers = submit_for(lines, seconds)
    most = _taken(answers)
    rate, busy = rate_of(most), len(answers) - len(most)
    p95 = 1000 * percentile([one.seconds for one in most], 0.95)
    detail = f"{LINES} clients, p95 {p95:,.0f} ms, {busy} answered «busy»"
    report.value("submit", rate, detail, p95=p95, busy=busy)

    _await_quiet(records)
    before = records.head("dossier")
    answers = submit_at(lines, rate / 2, seconds)
    half, all_of_them = _taken(answers), [1000 * one.seconds for one in answers]
    busy = len(answers) - len(half)
    detail = (
        f"{rate / 2:.1f}/s, median {percentile(all_of_them, 0.5):.0f} ms, {busy} answered «busy»"
    )
    report.value("submit-p95", percentile(all_of_them, 0.95), detail, busy=busy)

    _await_quiet(records)
    delays = [1000 * seconds for seconds in _delays(records, before)]
    assert len(delays) >= len(half)
    detail = f"{len(delays)} events, median {percentile(delays, 0.5):.0f} ms"
    report.value("visible", percentile(delays, 0.95), detail)


def test_replicas(stack: Stack, records: Records, lines: Sequence[Line], report: Report) -> None:
    seconds = 6.0 if report.quick else 15.0
    rates = {}
    for processes in (1, 2, 3):
        with more_dossier_processes(stack, processes - 1):
            _taken(submit_for(lines, WARM_SECONDS))
            _await_quiet(records)
            rates[processes] = rate_of(_taken(submit_for(lines, seconds)))
            _await_quiet(records)
    for processes in (2, 3):
        report.ratio(f"replicas-{processes}", rates[processes], rates[1], "/s")


def _taken(answers: list[Answered]) -> list[Answered]:
    """Return the submissions that were taken; the others were asked to come again."""
    refused = [one for one in answers if one.status not in (201, 503)]
    assert not refused, refused[0].body[:500]
    taken = [one for one in answers if one.status == 201]
    assert taken, "nothing was taken at all"
    return taken


def _median_of(work: Callable[[], Any], times: int = 40) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return percentile(taken, 0.5)


@contextmanager
def _echo(amqp_uri: str) -> Iterator[Any]:
    """Run the bare service; yields a client of it that has had its first answer."""
    with subprocess.Popen([sys.executable, str(_ECHO), amqp_uri]) as process:
        try:
            with ServiceRpcProxy("echo", {"AMQP_URI": amqp_uri}, timeout=30) as echo:
                eventually(lambda: _answers(echo), "the bare service")
                yield echo
        finally:
            process.terminate()


def _answers(echo: Any) -> bool:
    from nameko.exceptions import UnknownService

    try:
        return bool(echo.echo("ready") == "ready")
    except UnknownService:
        return False


def _await_quiet(records: Records) -> None:
    """Wait until nothing is on its way any more, neither event nor mail."""
    before: list[Any] = []

    def quiet() -> bool:
        waiting = records.database("notify")["deliveries"].count_documents({})
        heads = [records.head(service) for service in ("dossier", "notify")]
        calm = waiting == 0 and heads == before
        before[:] = heads
        return calm

    eventually(quiet, "quiet", PATIENCE, pause=1.0)


def _delays(records: Records, after: int) -> Iterator[float]:
    """Yield, of each event that others reacted to, the seconds until the last had recorded it.

    From the moment of the event's commit to that of the commit which it caused at a neighbour.
    """
    caused: dict[str, Commit] = {}
    for service in ("notify", "payment"):
        for commit in records.ledger(service).commits():
            if commit.meta.causation is not None:
                known = caused.get(commit.meta.causation)
                if known is None or commit.recorded_at > known.recorded_at:
                    caused[commit.meta.causation] = commit
    for commit in records.ledger("dossier").commits(after):
        for event in commit.events:
            if event.id in caused:
                yield (caused[event.id].recorded_at - commit.recorded_at).total_seconds()
