"""For all tests: what `tests/` itself offers can be imported; proved requirements are listed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin that lists the proved requirements."""
    from proofs import Proofs

    config.pluginmanager.register(Proofs())
