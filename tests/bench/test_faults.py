"""The fault test is no measurement; the table repeats what its last run found."""

from __future__ import annotations

import json

import pytest
from figures import Report


def test_fault_test(pytestconfig: pytest.Config, report: Report) -> None:
    path = pytestconfig.rootpath / "tests/artefacts/chaos-report.json"
    if not path.exists():
        report.words("faults", "not run (make chaos)")
        return
    found = json.loads(path.read_text())
    plain = {key: value for key, value in found.items() if isinstance(value, int | float | str)}
    told = ", ".join(f"{key} {value}" for key, value in plain.items())
    report.words("faults", told or "see tests/artefacts/chaos-report.json", report=found)
