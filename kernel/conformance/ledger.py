"""The promises of the ledger on a server, as a suite of tests that anybody can run against theirs.

>>> class TestMyServer(LedgerConformance):
...     @pytest.fixture
...     def open_collection(self) -> Iterator[OpenCollection]: ...

pytest finds the tests in the subclass. All that the suite needs is its fixture `open_collection`:
a function that returns, over a client of its own each time, the collection of one and the same
ledger, which is empty when a test begins and has its indexes
(`kernel.ledger_reader.create_indexes`). The user of the collection needs to find and insert,
nothing else.
"""

from __future__ import annotations

from kernel.conformance.broken_wire import BrokenWire
from kernel.conformance.promises import Promises
from kernel.conformance.server import Server
from kernel.conformance.writing import OpenCollection

__all__ = ["LedgerConformance", "OpenCollection"]


class LedgerConformance(Promises, BrokenWire, Server):
    """The suite; see the module."""
