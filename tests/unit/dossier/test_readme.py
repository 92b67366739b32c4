"""The service's README shows the table as it is in the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from services import dossier
from services.dossier.decider.drawing import diagram, table

README = Path(dossier.__file__).parent / "README.md"


@pytest.mark.parametrize("drawn", [table(), diagram()], ids=["table", "diagram"])
def test_the_readme_shows_what_the_code_says(drawn):
    assert drawn in README.read_text(encoding="utf-8"), f"services/dossier/README.md:\n{drawn}"
