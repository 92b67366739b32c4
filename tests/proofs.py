"""Which requirements the tests prove: collects `@pytest.mark.proves(...)` of what passed.

An id is proved when a test that names it has passed and none that names it has failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import pytest

_ROWS = {"A": 33, "B": 19, "C": 25, "D": 25, "E": 20, "F": 15, "G": 21, "H": 14, "I": 16}
_CITED = "proves"
_PROMISES = tuple(f"L{number}" for number in range(1, 7))

IDS = (
    *(f"{letter}{number:02}" for letter, last in _ROWS.items() for number in range(1, last + 1)),
    *_PROMISES,
)


class Proofs:
    """The pytest plugin; what a test cites goes along with its report, from worker to worker."""

    def __init__(self) -> None:
        self._passed: set[str] = set()
        self._failed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Learn what each test cites; refuse an id that is on no list."""
        for item in items:
            cited = [name for mark in item.iter_markers("proves") for name in mark.args]
            unknown = sorted(set(cited) - set(IDS))
            if unknown:
                raise pytest.UsageError(f"{item.nodeid} proves unknown ids: {', '.join(unknown)}")
            item.user_properties += [(_CITED, name) for name in cited]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a test ended."""
        cited = [str(value) for name, value in report.user_properties if name == _CITED]
        if report.failed:
            self._failed.update(cited)
        elif report.passed and report.when == "call":
            self._passed.update(cited)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print both lists."""
        proved = self._passed - self._failed
        if not proved:
            return
        terminalreporter.section("requirements")
        terminalreporter.write_line(f"proved ({len(proved)}): {in_ranges(proved)}")
        missing = set(IDS) - proved
        if missing:
            terminalreporter.write_line(f"not yet proved ({len(missing)}): {in_ranges(missing)}")


def in_ranges(ids: Iterable[str]) -> str:
    """Return ids in the order of the list, runs of neighbours shortened.

    >>> in_ranges(["A03", "A01", "A02", "B05"])
    'A01–A03 B05'
    """
    wanted = set(ids)
    runs = []
    for chosen, run in groupby(_with_seams(), key=lambda name: name in wanted):
        members = [name for name in run if name]
        if chosen and members:
            first, last = members[0], members[-1]
            runs.append(first if first == last else f"{first}–{last}")
    return " ".join(runs)


def _with_seams() -> Iterable[str]:
    # an empty id between two letters ends a run there
    for _, row in groupby(IDS, key=lambda name: name[0]):
        yield from row
        yield ""
