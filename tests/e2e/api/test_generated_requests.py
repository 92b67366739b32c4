"""Requests made up from the interface's own document: whatever comes, it never breaks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from interface import System, expect
from records import Records

SECONDS = 25  # for each kind of caller
# a log-out would end the session of whoever asks
LEFT_OUT = "/sessions/current"


@pytest.fixture(autouse=True)
def tries_are_forgotten(records: Records) -> Iterator[None]:
    """The many wrong log-ins that were made up do not keep the other tests waiting."""
    yield
    records.forget_tries()


@pytest.mark.parametrize(
    ("username", "phase"), [("", "coverage"), ("congdan2", "fuzzing"), ("ca.thuly2", "fuzzing")]
)
def test_no_made_up_request_breaks_the_interface(
    system: System, tmp_path: Path, username: str, phase: str
) -> None:
    who = system.person(username) if username else system.anybody
    report = tmp_path / "report.ndjson"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{who.base}/openapi.json"),
            *("--checks", "not_a_server_error", "--phases", phase),
            *("--max-examples", "5", "--max-time", str(SECONDS)),
            *("--continue-on-failure", "--seed", "20260907", "--no-shrink", "--no-color"),
            *("--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "60"),
            *("--report", "ndjson", "--report-ndjson-path", str(report)),
            *("--exclude-path-regex", LEFT_OUT),
            *(("--header", f"Authorization: Bearer {who.token}") if username else ()),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=SECONDS + 120,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert '"status_code"' in report.read_text("utf-8")
    expect(system.anybody.get("/fields"), 200)
