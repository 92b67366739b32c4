"""Who resolves a procedure: which agency for a place, and which of its units (D13 to D15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Protocol

from services.catalog.contract import Agency, Competence, Procedure, Unit


class Agencies(Protocol):
    """The agencies that are open on one day, wherever they are kept."""

    def at(self, competence: Competence, places: Sequence[str]) -> Iterable[Agency]:
        """Return those that a competence names, at any of these places themselves."""
        ...

    def inside(self, competence: Competence, province: str | None) -> Iterable[Agency]:
        """Return those that it names anywhere in a province, in the country where it is None."""
        ...


def competent_agency(
    procedure: Procedure, case: str | None, on: date, chain: Sequence[str], agencies: Agencies
) -> Agency | None:
    """Return the agency that resolves a procedure on a day for the first place of `chain`.

    `chain` are the codes of the place and of those it lies in, its province last. Where the
    competence is not territorial, an agency elsewhere takes it too, one of the same province
    first. None: nobody does.
    """
    *_, province = chain
    for competence in competences(procedure, case, on):
        if competence.within not in (None, province):
            continue
        if here := list(agencies.at(competence, chain)):
            order = competence.levels.index
            return min(here, key=lambda agency: (order(agency.level), agency.id))
        if not competence.territorial and (
            able := list(agencies.inside(competence, province))
            or list(agencies.inside(competence, None))
        ):
            return min(able, key=lambda agency: agency.id)
    return None


def takes(
    agency: Agency,
    procedure: Procedure,
    case: str | None,
    on: date,
    lies_in: Callable[[str], bool],
) -> bool:
    """Whether an agency is one of those that resolve a procedure on a day.

    `lies_in` tells whether the agency's place is in a province, or is the province.
    """
    return any(
        resolves(agency, competence) and (competence.within is None or lies_in(competence.within))
        for competence in competences(procedure, case, on)
    )


def competences(procedure: Procedure, case: str | None, on: date) -> tuple[Competence, ...]:
    """Return who resolves it on a day, in order of preference, for one of its cases or none."""
    return tuple(
        competence
        for competence in (procedure.competence, *procedure.also_competent)
        if (competence.valid_to is None or on <= competence.valid_to)
        and (not competence.cases or case in competence.cases)
    )


def resolves(agency: Agency, competence: Competence) -> bool:
    """Whether the agency is one of those that the competence names (its place is not asked)."""
    return (
        agency.kind is competence.kind
        and agency.level in competence.levels
        and (not competence.sector or agency.sector == competence.sector)
    )


def one_stop_unit(agency: Agency) -> Unit:
    """Return the agency's counter (bộ phận một cửa): its first unit where none is named as such."""
    return next((unit for unit in agency.units if unit.one_stop), agency.units[0])


def handling_unit(
    agency: Agency, procedure: Procedure, case: str | None = None, on: date | None = None
) -> Unit:
    """Return the unit that a workflow step means by `handling`.

    It is the one the agency's competence names, else the first unit that is neither the one-stop
    desk nor the leadership nor the records office.
    """
    units = {unit.id: unit for unit in agency.units}
    for competence in competences(procedure, case, on or date.max):
        if resolves(agency, competence) and competence.unit in units:
            return units[competence.unit]
    apart = ("one-stop", "leadership", "office")
    return next((unit for unit in agency.units if unit.id not in apart), agency.units[0])
