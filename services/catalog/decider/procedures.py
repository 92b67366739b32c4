"""A procedure (thủ tục hành chính) is a row of published versions.

Publishing what is published already changes nothing; changed content makes the next version. A
dossier keeps the version in force at its receipt, so no version is ever taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kernel.decider import Decider
from kernel.errors import Invalid
from kernel.schemas import frozen
from services.catalog.contract import Procedure, ProcedurePublished
from services.catalog.decider.soundness import faults

Versions = tuple[Procedure, ...]


@frozen
class Publish:
    """Make this the version in force from its date."""

    procedure: Procedure


def procedure_stream(code: str) -> str:
    """Return the stream of a procedure's versions."""
    return f"procedure-{code}"


def decide(versions: Versions, command: Any) -> Sequence[ProcedurePublished]:
    """Return the next version, or nothing where the last one has the same content.

    Raises `Invalid` with every field at fault.
    """
    match command:
        case Publish(procedure=offered):
            if found := faults(offered):
                raise Invalid(
                    "unsound-procedure",
                    f"Thủ tục {offered.code} có mục chưa hợp lệ. Xem từng mục.",
                    f"Procedure {offered.code} is not sound. See each field.",
                    fields=found,
                )
            if versions and unnumbered(versions[-1]) == unnumbered(offered):
                return ()
            return (ProcedurePublished(replace(offered, version=len(versions) + 1)),)
        case _:
            raise TypeError(f"no decision on {command!r}")


def evolve(versions: Versions, event: Any) -> Versions:
    """Return the versions with the published one."""
    match event:
        case ProcedurePublished(procedure=published):
            return (*versions, published)
        case _:
            return versions


def unnumbered(procedure: Procedure) -> Procedure:
    """Return the content alone: what two versions are compared by."""
    return replace(procedure, version=0)


PROCEDURES: Decider[Versions] = Decider((), decide, evolve)
