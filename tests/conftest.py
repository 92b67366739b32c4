"""For all tests: what `tests/` itself offers can be imported; proved requirements are listed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stack import Stack

sys.path.insert(0, str(Path(__file__).parent))


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin that lists the proved requirements."""
    from hypothesis import settings
    from proofs import Proofs

    # how fast a machine is decides no test
    settings.register_profile("motcua", deadline=None)
    settings.register_profile(
        "thorough", deadline=None, max_examples=5_000, stateful_step_count=100
    )
    settings.load_profile("motcua")
    config.pluginmanager.register(Proofs())


@pytest.fixture(autouse=True)
def _no_conversation() -> Iterator[None]:
    """Leave no correlation id of one test to the next."""
    from kernel.logs import bind_correlation

    yield
    bind_correlation(None)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole running system with its demonstration data; `stack.url("portal")` and so on.

    One for the session: the fault tests hurt the same system that the others use, and must leave
    it well.
    """
    from stack import whole_stack

    with whole_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running
