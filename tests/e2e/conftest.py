"""The whole system, started once a session on ports and folders of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stack import Stack, whole_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The running system with its demonstration data; `stack.url("portal")` and so on."""
    with whole_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running
