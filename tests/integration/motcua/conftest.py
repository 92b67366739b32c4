"""What several tests of the commands stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from audited import Installation, installed


@pytest.fixture
def installation(mongo_uri: str, database_prefix: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation with one dossier."""
    with installed(mongo_uri, database_prefix, tmp_path) as found:
        yield found
