"""Figures of a period, from sums over the cells of the tally `figures` (domain §8, G01 to G13).

A question reads the cells of its period: groups times months, whatever the number of dossiers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kernel.errors import Forbidden, Invalid
from kernel.schemas import field_error
from kernel.tallies import Tally
from services.dossier.clock import VIETNAM
from services.dossier.contract import (
    DossierPage,
    Figures,
    ListBehind,
    OfficerLoad,
    ProcessingTimes,
    ReadStatistics,
    Statistics,
)
from services.dossier.leafing import Leafing, LongList
from services.dossier.lists import Looker, page_of
from services.dossier.references import References
from services.dossier.views.answers import serves_there
from services.dossier.views.document import stamp
from services.dossier.views.figures import (
    EVERYWHERE,
    FIELD,
    PROCEDURE,
    WHOLE,
    month_of,
    percentile,
)
from services.dossier.views.work import (
    OPEN,
    TOTAL,
    WAITING,
    agency_list,
    bucket_of,
    officer_list,
    received_list,
)
from services.identity.contract import Role

FEWEST = 5
"""Fewer dossiers than this could let somebody be recognised; the public does not see them apart."""
OTHERS = "others"
_MOST_MONTHS = 36
_CAUGHT_UP_AT_MOST = 200

Measures = Mapping[str, int]


@dataclass(frozen=True)
class Books:
    """What statistics are read from: figures of all time, the lists as they are now, officers."""

    figures: Tally
    leafing: Leafing
    references: References


def statistics(request: ReadStatistics, looker: Looker, books: Books) -> Statistics:
    """Return the figures of a period; the public part for who is no officer."""
    begin, end = _period(request.begin, request.end, looker.now)
    books.figures.catch_up(_CAUGHT_UP_AT_MOST)
    scope, by = request.agency or EVERYWHERE, request.by
    if request.agency is not None and by == "agency":
        by = FIELD  # an agency has no agencies below it
    public = not looker.who.is_officer
    months = _sums(books.figures, scope, WHOLE, begin, end, "month")
    groups = _sums(books.figures, scope, by, begin, end, "name")
    whole = _together(months.values())
    if public and whole["received"] < FEWEST:
        months, groups, whole = {}, {}, Counter()
    shown, few = _apart(groups) if public else (groups, 0)
    shown_as = _public_figures if public else figures_of
    figures = tuple(
        sorted(
            (shown_as(name, measures) for name, measures in shown.items()),
            key=lambda one: (one.name == OTHERS, -one.received, one.name),
        )
    )
    rated = [one for one in figures if one.online_rate is not None and one.name != OTHERS]
    return Statistics(
        begin=begin,
        end=end,
        by=by,
        total=shown_as("", whole),
        groups=figures,
        months=tuple(
            shown_as(month, measures)
            for month, measures in sorted(months.items())
            if not public or measures["received"] >= FEWEST
        ),
        lowest=min(rated, key=lambda one: (one.online_rate or 0, one.name), default=None),
        agency=request.agency,
        late_now=None if public else _late_now(request.agency, looker, books),
        load=_load(request.agency, looker, books),
        few=few,
        procedures_online=_used_online(books.figures, begin, end) if scope == EVERYWHERE else None,
    )


def processing_times(procedure: str, now: datetime, figures: Tally) -> ProcessingTimes:
    """Return how long a procedure took in the last twelve months."""
    end = month_of(now)
    query = {
        "scope": EVERYWHERE,
        "by": PROCEDURE,
        "name": procedure,
        "month": {"$gte": _months_before(end, 11), "$lte": end},
    }
    measures = _together(figures.collection.find(query))
    if measures["timed"] < FEWEST:
        return ProcessingTimes(procedure)
    return ProcessingTimes(procedure, percentile(measures, 0.5), percentile(measures, 0.9))


def behind(request: ListBehind, looker: Looker, leafing: Leafing) -> DossierPage:
    """Return the dossiers behind a figure of the caller's own agency."""
    agency = looker.who.agency or ""
    if not serves_there(agency, looker.who):
        raise Forbidden(
            "officers-only",
            "Danh sách này chỉ dành cho cán bộ xử lý hồ sơ của cơ quan.",
            "This list is for officers who work on dossiers at the agency.",
        )
    begin, end = _period(request.begin, request.end, looker.now)
    leafing.tally.catch_up(_CAUGHT_UP_AT_MOST)
    asked = LongList(
        names=(received_list(agency),),
        query={"agency": agency},
        key="submitted_at",
        newest_first=True,
        begin=_first_instant(begin),
        end=_first_instant(_months_before(end, -1)),
    )
    wanted = {
        "field": request.field_code,
        "procedure": request.procedure,
        "channel": request.channel,
        "state": request.state,
    }
    chosen = {name: value for name, value in wanted.items() if value is not None}
    leaf = leafing.in_order(
        asked,
        lambda one: all(one.get(name) == value for name, value in chosen.items()),
        request.after,
        request.limit,
    )
    return page_of(leaf, looker, {})


def figures_of(name: str, measures: Measures) -> Figures:
    """Return figures with what follows from the counts.

    >>> figures_of("residence", Counter(received=10_000, online=9_458)).online_rate
    9458
    """
    counts: Counter[str] = Counter(measures)
    return Figures(
        name=name,
        received=counts["received"],
        online=counts["online"],
        ended=counts["ended"],
        on_time=counts["on_time"],
        completed=counts["completed"],
        refused=counts["refused"],
        withdrawn=counts["withdrawn"],
        stopped=counts["stopped"],
        reused=counts["reused"],
        results=counts["results"],
        results_electronic=counts["results_electronic"],
        fees=counts["fees"],
        fees_online=counts["fees_online"],
        ratings=counts["ratings"],
        satisfied=counts["satisfied"],
        online_rate=_rate(counts["online"], counts["received"]),
        online_whole_rate=_rate(counts["online_whole"], counts["received"]),
        on_time_rate=_rate(counts["on_time"], counts["ended"]),
        reused_rate=_rate(counts["reused"], counts["received"]),
        electronic_rate=_rate(counts["results_electronic"], counts["results"]),
        fees_online_rate=_rate(counts["fees_online"], counts["fees"]),
        satisfied_rate=_rate(counts["satisfied"], counts["ratings"]),
        mean_minutes=counts["minutes"] // counts["timed"] if counts["timed"] else None,
        median_minutes=percentile(counts, 0.5),
        p90_minutes=percentile(counts, 0.9),
    )


def _used_online(figures: Tally, begin: str, end: str) -> int:
    """Return of how many procedures dossiers came online."""
    procedures = _sums(figures, EVERYWHERE, PROCEDURE, begin, end, "name")
    return sum(measures["online"] > 0 for measures in procedures.values())


def _rate(part: int, whole: int) -> int | None:
    """Return a share in hundredths of a percent, rounded as people round."""
    return (20_000 * part + whole) // (2 * whole) if whole else None


def _public_figures(name: str, measures: Measures) -> Figures:
    """Return figures without times and ratings of so few that somebody could be recognised."""
    figures = figures_of(name, measures)
    if figures.completed < FEWEST:
        figures = replace(figures, mean_minutes=None, median_minutes=None, p90_minutes=None)
    if figures.ratings < FEWEST:
        figures = replace(figures, ratings=0, satisfied=0, satisfied_rate=None)
    return figures


def _apart(groups: Mapping[str, Counter[str]]) -> tuple[dict[str, Counter[str]], int]:
    """Return the groups that are large enough, the others as one, and how many those are.

    A single small one would follow from the total: the smallest of the large ones joins it.
    """
    small = {name for name, one in groups.items() if one["received"] < FEWEST}
    large = sorted(groups.keys() - small, key=lambda name: (groups[name]["received"], name))
    if len(small) == 1 and large:
        small.add(large.pop(0))
    shown = {name: groups[name] for name in large}
    together = _together(groups[name] for name in small)
    if together["received"] >= FEWEST:
        shown[OTHERS] = together
    return shown, len(small)


def _sums(
    tally: Tally, scope: str, by: str, begin: str, end: str, key: str
) -> dict[str, Counter[str]]:
    query = {"scope": scope, "by": by, "month": {"$gte": begin, "$lte": end}}
    sums: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for cell in tally.collection.find(query):
        sums[cell[key]].append(cell)
    found = {name: _together(cells) for name, cells in sums.items()}
    return {name: counts for name, counts in found.items() if any(counts.values())}


def _together(cells: Iterable[Mapping[str, Any]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for cell in cells:
        total.update(
            {
                name: n
                for name, n in cell.items()
                if isinstance(n, int) and name not in ("_id", "position")
            }
        )
    return total


def _late_now(agency: str | None, looker: Looker, books: Books) -> int | None:
    if agency is None:
        return None
    return _late([agency_list(agency, OPEN)], looker, books)[agency_list(agency, OPEN)]


def _late(lists: Sequence[str], looker: Looker, books: Books) -> Counter[str]:
    """Return how many rows of each list pressed before today."""
    query = {"list": {"$in": list(lists)}, "n": {"$gt": 0}}
    today = bucket_of(stamp(looker.now))
    late: Counter[str] = Counter()
    for cell in books.leafing.tally.collection.find(query):
        if TOTAL < cell["bucket"] < today:
            late[cell["list"]] += int(cell["n"])
    return late


def _load(agency: str | None, looker: Looker, books: Books) -> tuple[OfficerLoad, ...]:
    """Return what each officer of the caller's agency has in hand, for its leaders."""
    who = looker.who
    if agency is None or agency != who.agency or Role.LEADER not in who.roles:
        return ()
    books.leafing.tally.catch_up(_CAUGHT_UP_AT_MOST)
    officers = books.references.officers_of(agency)
    open_lists = {one["_id"]: officer_list(one["_id"], OPEN) for one in officers}
    late = _late(list(open_lists.values()), looker, books)
    counts = books.leafing.counts(
        {
            f"{one['_id']}/{state}": LongList((officer_list(one["_id"], state),), {})
            for one in officers
            for state in (OPEN, WAITING)
        }
    )
    load = [
        OfficerLoad(
            account=one["_id"],
            name=one["name"],
            unit=one["unit"],
            open=counts[f"{one['_id']}/{OPEN}"],
            late=late[open_lists[one["_id"]]],
            waiting=counts[f"{one['_id']}/{WAITING}"],
        )
        for one in officers
    ]
    return tuple(sorted(load, key=lambda one: (-one.open, one.name, one.account)))


def _period(begin: str | None, end: str | None, now: datetime) -> tuple[str, str]:
    last = end or month_of(now)
    first = begin or f"{last[:4]}-01"
    if first > last or first < _months_before(last, _MOST_MONTHS - 1):
        raise Invalid(
            "period",
            f"Kỳ báo cáo phải bắt đầu trước khi kết thúc và dài nhất {_MOST_MONTHS} tháng.",
            f"A period begins before it ends and is at most {_MOST_MONTHS} months long.",
            fields=(field_error("begin", "invalid"),),
        )
    return first, last


def _months_before(month: str, count: int) -> str:
    months = int(month[:4]) * 12 + int(month[5:]) - 1 - count
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _first_instant(month: str) -> str:
    """Return the first instant of Vietnam's month."""
    begin = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=VIETNAM)
    return stamp(begin)
