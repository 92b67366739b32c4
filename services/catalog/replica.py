"""This process's copy of the catalogue, kept at the tail of the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from pymongo.errors import PyMongoError

from kernel.errors import Unavailable
from kernel.ledger import Ledger
from kernel.ledger_reader import READ_LIMIT
from services.catalog.views import Catalogue

log = structlog.get_logger(__name__)

MAX_AGE_SECONDS = 0.2


class Replica:
    """Gives the catalogue as of now: at most `max_age` seconds behind other processes' commits.

    A process sees its own commits at once, because it catches up before it answers a command.
    While the database is away, questions are answered from what is known.
    """

    def __init__(
        self,
        ledger: Ledger,
        max_age: float = MAX_AGE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._max_age = max_age
        self._clock = clock
        self._catalogue = Catalogue()
        self._checked: float | None = None
        self._catching_up = threading.Lock()

    def catalogue(self) -> Catalogue:
        """Return the catalogue; raises `Unavailable` if it could never be read."""
        if self._checked is None or self._clock() - self._checked > self._max_age:
            try:
                self.catch_up()
            except PyMongoError as error:
                if self._checked is None:
                    raise _not_read_yet() from error
                log.warning("the ledger cannot be read; answering from what is known")
                self._checked = self._clock()
        return self._catalogue

    def catch_up(self) -> Catalogue:
        """Take in every commit up to the tail."""
        with self._catching_up:
            looked = self._clock()
            while commits := self._ledger.read(self._catalogue.position, READ_LIMIT):
                for commit in commits:
                    for record in self._ledger.records(commit):
                        self._catalogue.apply(record)
            self._checked = looked
        return self._catalogue


def _not_read_yet() -> Unavailable:
    return Unavailable(
        "catalogue-not-read",
        "Danh mục thủ tục chưa sẵn sàng. Hãy thử lại sau ít phút.",
        "The catalogue is not ready yet. Try again in a few minutes.",
        retry_after=5,
    )
