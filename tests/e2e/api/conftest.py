"""The REST interface of the whole running system, and a look into what it recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from interface import System
from records import Records
from stack import Stack

from motcua.operations.settling import settle


@pytest.fixture(scope="session")
def records(stack: Stack) -> Iterator[Records]:
    """What the running system recorded."""
    with Records(stack) as opened:
        yield opened


@pytest.fixture(scope="session")
def system(stack: Stack, records: Records) -> System:
    """What it offers to those outside, as soon as every service has heard of the catalogue."""
    settle(records.settings, 120)
    return System(stack)
