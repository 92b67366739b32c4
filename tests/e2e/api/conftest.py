"""The REST interface of the whole running system, and a look into what it recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from interface import System
from records import Records
from stack import Stack


@pytest.fixture(scope="session")
def system(stack: Stack) -> System:
    """What the running system offers to those outside."""
    return System(stack)


@pytest.fixture(scope="session")
def records(stack: Stack) -> Iterator[Records]:
    """What it recorded."""
    with Records(stack) as opened:
        yield opened
