"""The list of what the tests prove."""

from __future__ import annotations

from proofs import IDS, in_ranges


def test_all_requirements_and_promises_are_known() -> None:
    assert len(IDS) == 188 + 6
    assert {"A33", "I16", "L1", "L6"} <= set(IDS)


def test_neighbours_are_shortened_within_a_letter_only() -> None:
    assert in_ranges(["A32", "A33", "B01", "B03", "B02", "L6"]) == "A32–A33 B01–B03 L6"
