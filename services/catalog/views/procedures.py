"""Finding procedures: the filters of the search panel (TÌM KIẾM DỊCH VỤ) and reading one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from kernel.errors import NotFound
from services.catalog.contract import (
    AgencyLevel,
    FieldsOfWork,
    FindProcedures,
    ListFields,
    Offer,
    Procedure,
    ProcedurePage,
    ProcedureSummary,
    ReadOffer,
    ReadProcedure,
    can_file_online,
    can_pay_online,
)
from services.catalog.contract.competence import competences
from services.catalog.views.catalogue import Catalogue, in_force, version_on
from services.catalog.views.paging import NAME_LENGTH, SortKey, page
from services.catalog.views.territory import serves, takes
from services.catalog.views.words import plain, rank

# an account's kind stands for the audiences that it belongs to
AUDIENCES: Mapping[str, tuple[str, ...]] = {
    "citizen": ("Công dân Việt Nam", "Người Việt Nam định cư ở nước ngoài"),
    "organisation": ("Tổ chức", "Cơ quan nhà nước"),
    "enterprise": ("Doanh nghiệp", "Hợp tác xã"),
}
_LEVELS = tuple(AgencyLevel)


def find_procedures(catalogue: Catalogue, asked: FindProcedures, today: date) -> ProcedurePage:
    """Return the procedures in force that match the words and every filter, best first."""
    on = asked.on or today
    passes = _filter(catalogue, asked, on)
    found = [it for it in _by_words(catalogue, asked.q, on) if passes(it)]

    def key(it: Procedure) -> SortKey:
        return (_distance(asked.q, it), plain(it.name)[:NAME_LENGTH], it.code)

    items, following = page(found, key, asked.after, asked.limit)
    return ProcedurePage(tuple(_summary(it, on) for it in items), len(found), following)


def list_fields(catalogue: Catalogue, asked: ListFields, today: date) -> FieldsOfWork:
    """Return the fields (lĩnh vực) of the procedures in force, with their number."""
    fields = {}
    numbers: Counter[str] = Counter()
    for it in catalogue.on(asked.on or today):
        fields[it.field_of_work.code] = it.field_of_work
        numbers[it.field_of_work.code] += 1
    ordered = sorted(fields.values(), key=lambda field: plain(field.name))
    return FieldsOfWork(tuple(replace(it, procedures=numbers[it.code]) for it in ordered))


def read_offer(catalogue: Catalogue, asked: ReadOffer, today: date) -> Offer:
    """Return how many of the procedures in force are offered online."""
    on = asked.on or today
    procedures = tuple(catalogue.on(on))
    with_fee = [it for it in procedures if _has_fee(it, on)]
    return Offer(
        procedures=len(procedures),
        online=sum(map(can_file_online, procedures)),
        with_fee=len(with_fee),
        fee_online=sum(can_pay_online(it.legacy_level) for it in with_fee),
    )


def _has_fee(procedure: Procedure, on: date) -> bool:
    """Whether anybody pays for it on a day, be it an amount that is not set yet."""
    return any(
        tariff.amount != 0 and in_force(tariff.valid_from, tariff.valid_to, on)
        for tariff in procedure.tariffs
    )


def read_procedure(catalogue: Catalogue, asked: ReadProcedure, today: date) -> Procedure:
    """Return a version: the one asked for, that of a day, today's, or at last the latest.

    Raises `NotFound`.
    """
    versions = catalogue.versions(asked.code)
    found: Procedure | None = None
    if asked.version is not None:
        found = next((it for it in versions if it.version == asked.version), None)
    elif asked.on is not None:
        found = version_on(versions, asked.on)
    elif versions:
        found = version_on(versions, today) or versions[-1]
    if found is None:
        raise NotFound(
            "no-such-procedure",
            "Không có thủ tục này, hoặc thủ tục không có hiệu lực vào ngày đã chọn.",
            "There is no such procedure, or it is not in force on that day.",
        )
    return found


def _by_words(catalogue: Catalogue, words: str, on: date) -> list[Procedure]:
    found = catalogue.procedure_words.find(words)
    if found is None:
        return list(catalogue.on(on))
    current = ((code, version_on(catalogue.procedures[code], on)) for code in {c for c, _ in found})
    return [it for code, it in current if it is not None and (code, it.version) in found]


def _distance(words: str, it: Procedure) -> int:
    """Return how far a procedure is from the words that found it: its rank, then its length."""
    if not plain(words) or words.strip() in (it.code, *it.other_codes):
        return 0
    # many names begin with «Thủ tục», which nobody types
    names = (it.name, it.name_en, re.sub("^thu tuc ", "", plain(it.name)))
    return min(100 * rank(words, name) + min(len(plain(name).split()), 99) for name in names)


def _filter(catalogue: Catalogue, asked: FindProcedures, on: date) -> Callable[[Procedure], bool]:
    rules: list[Callable[[Procedure], bool]] = []
    if (field := asked.field_of_work) is not None:
        rules.append(lambda it: it.field_of_work.code == field)
    if (service_level := asked.service_level) is not None:
        rules.append(lambda it: it.service_level is service_level)
    if (legacy_level := asked.legacy_level) is not None:
        rules.append(lambda it: it.legacy_level == legacy_level)
    if (audience := asked.audience) is not None:
        named = AUDIENCES.get(audience, (audience,))
        rules.append(lambda it: any(one in named for one in it.audiences))
    if (level := asked.level) is not None:
        rules.append(lambda it: level in _levels(it, on))
    if (agency := asked.agency) is not None:
        rules.append(lambda it: takes(catalogue, agency, it, on))
    if (place := asked.place) is not None:
        rules.append(lambda it: serves(catalogue, it, place, on))
    return lambda it: all(rule(it) for rule in rules)


def _levels(it: Procedure, on: date) -> tuple[AgencyLevel, ...]:
    all_cases = (None, *(case.id for case in it.cases))
    found = {
        level
        for case in all_cases
        for competence in competences(it, case, on)
        for level in competence.levels
    }
    return tuple(level for level in _LEVELS if level in found)


def _summary(it: Procedure, on: date) -> ProcedureSummary:
    return ProcedureSummary(
        code=it.code,
        slug=it.slug,
        version=it.version,
        name=it.name,
        name_en=it.name_en,
        field_of_work=it.field_of_work,
        competence=it.competence.description,
        levels=_levels(it, on),
        service_level=it.service_level,
        legacy_level=it.legacy_level,
        channels=it.channels,
        can_file_online=can_file_online(it),
        valid_from=it.valid_from,
        valid_to=it.valid_to,
    )
