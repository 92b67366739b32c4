"""What can be done to a ledger behind the system's back, and what finds it out.

The table of the auditing guide; each of its cells is a test (`tests/unit/motcua`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Detector(StrEnum):
    """What an auditor can look with, each for itself."""

    CHAIN = "Chain"
    STORED = "Stored checkpoints"
    KEPT = "A kept checkpoint"
    BUNDLE = "A bundle"


ALL = frozenset(Detector)
_SIGNED = frozenset({Detector.STORED, Detector.KEPT, Detector.BUNDLE})


@dataclass(frozen=True)
class Tampering:
    """Something that is done; `name` is that of its test."""

    name: str
    what: str
    found_by: frozenset[Detector] = frozenset()


TAMPERINGS = (
    Tampering("byte", "Any byte of a commit that a checkpoint covers is changed", ALL),
    Tampering(
        "unsigned byte",
        "Any byte of a commit that no checkpoint covers yet, and that has a follower, is changed",
        frozenset({Detector.CHAIN, Detector.BUNDLE}),
    ),
    Tampering("removed", "A commit is removed", ALL),
    Tampering("swapped", "Two commits change places", ALL),
    Tampering("inserted", "A commit is put between", ALL),
    Tampering("cut", "The end of the ledger is cut off, signed commits with it", _SIGNED),
    Tampering(
        "cut deep",
        "The same, and the checkpoints that cover the end are removed too",
        frozenset({Detector.KEPT}),
    ),
    Tampering("cut tail", "The end is cut off that no checkpoint covers yet"),
    Tampering(
        "rewritten",
        "A commit is changed, and all behind it hashed anew, with the database's password",
        _SIGNED,
    ),
    Tampering("rewritten whole", "The whole ledger is written anew, with that password", _SIGNED),
    Tampering(
        "resigned by another key",
        "The same, and the checkpoints are signed anew with another key",
        _SIGNED,
    ),
    Tampering(
        "resigned",
        "The same, and they are signed anew with the ledger's own key, or by its relay after "
        "all were removed",
        frozenset({Detector.KEPT}),
    ),
    Tampering(
        "checkpoint removed",
        "A stored checkpoint is removed from between",
        frozenset({Detector.STORED}),
    ),
    Tampering(
        "checkpoint changed",
        "Any byte of the newest stored checkpoint's note is changed",
        frozenset({Detector.STORED, Detector.BUNDLE}),
    ),
    Tampering(
        "bundle changed",
        "Any byte of a bundle's commits, proofs, checkpoint, key or lists is changed",
        frozenset({Detector.BUNDLE}),
    ),
    Tampering("bundle cut", "The last commits of a dossier are left out of its bundle"),
    Tampering("lie", "Something untrue is recorded in the ordinary way"),
)


def table() -> str:
    """Return the table, in Markdown."""
    lines = [f"| What is done | {' | '.join(Detector)} |", "|---|" + "---|" * len(Detector)]
    for one in TAMPERINGS:
        cells = ("**found**" if by in one.found_by else "–" for by in Detector)
        lines.append(f"| {one.what} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
