"""Load on the REST interface: people who submit dossiers, as fast as they can or at a given rate.

Plain `http.client`, because on a small machine a comfortable client would take from the system
what is to be measured.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from filing import stay
from interface import new_key


@dataclass(frozen=True)
class Answered:
    """One request: when it was due and answered (`time.perf_counter`), and what came."""

    due: float
    at: float
    status: int
    body: bytes

    @property
    def seconds(self) -> float:
        """From when it was due to its answer: who waits for a free client waits too."""
        return self.at - self.due


class Line:
    """One connection to the portal, kept open, for somebody with a token."""

    def __init__(self, portal: str, token: str) -> None:
        address = urlsplit(portal)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def begin_anew(self) -> None:
        """Forget the connection, which the portal may have closed while nothing was asked."""
        self._connection.close()

    def get(self, path: str) -> tuple[int, bytes]:
        """Read."""
        self._connection.request("GET", f"/api/v1{path}", headers=self._headers)
        return self._answer()

    def submit(self) -> tuple[int, bytes]:
        """Send a notification of stay under a key of its own."""
        headers = {**self._headers, "Idempotency-Key": new_key()}
        self._connection.request("POST", "/api/v1/dossiers", json.dumps(stay()), headers)
        return self._answer()

    def _answer(self) -> tuple[int, bytes]:
        response = self._connection.getresponse()
        return response.status, response.read()


def submit_for(lines: Sequence[Line], seconds: float) -> list[Answered]:
    """Let every line submit one dossier after another for so long."""
    until = time.perf_counter() + seconds

    def due() -> float | None:
        now = time.perf_counter()
        return now if now < until else None

    return _submit(lines, due)


def submit_at(lines: Sequence[Line], rate: float, seconds: float) -> list[Answered]:
    """Submit so many dossiers a second, evenly, whether the former are answered or not."""
    began = time.perf_counter()
    moments = iter([began + number / rate for number in range(int(rate * seconds))])
    return _submit(lines, lambda: next(moments, None))


def _submit(lines: Sequence[Line], next_due: Callable[[], float | None]) -> list[Answered]:
    answers: list[Answered] = []
    turn = threading.Lock()

    def work(line: Line) -> None:
        line.begin_anew()
        while True:
            with turn:
                due = next_due()
            if due is None:
                return
            time.sleep(max(0.0, due - time.perf_counter()))
            status, body = line.submit()
            answers.append(Answered(due, time.perf_counter(), status, body))

    threads = [threading.Thread(target=work, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def rate_of(answers: Sequence[Answered]) -> float:
    """Return how many were answered a second, from the first request to the last answer."""
    began, ended = min(one.due for one in answers), max(one.at for one in answers)
    return len(answers) / (ended - began)
