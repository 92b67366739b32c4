"""Statistics as pages: figures with their names, charts, and the way to what is behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.catalog.contract import Offer
from services.dossier.contract import DossierPage, Figures, Statistics
from services.portal.formats import month, number, percent, working_time
from services.portal.forms import Form
from services.portal.language import gettext, mark
from services.portal.tables import Table

BY: Mapping[str, str] = {
    "field": mark("Field"),
    "agency": mark("Agency"),
    "procedure": mark("Procedure"),
}
_COLUMNS = (
    mark("Received"),
    mark("Online"),
    mark("Online rate (%)"),
    mark("Ended"),
    mark("On time (%)"),
    mark("Electronic results (%)"),
    mark("With a reused document (%)"),
    mark("Fees paid online (%)"),
    mark("Ratings of 4 or 5 points (%)"),
    mark("Mean time (minutes)"),
    mark("Half done within (minutes)"),
    mark("Nine of ten done within (minutes)"),
)
_OTHERS = "others"


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: `part` of `whole` of its width, 0 to 100, and what it says."""

    name: str
    words: str
    part: float
    whole: float = 100.0


@dataclass(frozen=True)
class Indicator:
    """A line of the indicators: its number in QĐ 766, what it says, its value in words."""

    number: str
    words: str
    value: str


@dataclass(frozen=True)
class Period:
    """A period to choose, as a link; `shown`: it is the one that the page shows."""

    words: str
    address: str
    shown: bool


@dataclass(frozen=True)
class StatisticsScreen:
    """Figures of a period; `behind` leads to the dossiers of a group, for whom they are."""

    found: Statistics
    form: Form
    names: Mapping[str, str]
    periods: tuple[Period, ...] = ()
    agencies: tuple[tuple[str, str], ...] = ()
    exports: tuple[tuple[str, str], ...] = ()
    behind: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    offer: Offer | None = None

    @property
    def by(self) -> str:
        """What a group is."""
        return gettext(BY[self.found.by])

    def name_of(self, figures: Figures) -> str:
        """Return what a group is called."""
        if figures.name == _OTHERS:
            return gettext("%(n)s others with few dossiers", n=self.found.few)
        return self.names.get(figures.name, figures.name)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators of QĐ 766 that the figures allow, without those that have no value."""
        total = self.found.total
        values = (
            ("2.1", gettext("Ended on time"), percent(total.on_time_rate)),
            ("2.2", gettext("Mean time to completion"), _time(total.mean_minutes)),
            *self._offered(),
            (
                "3.3",
                gettext("Online, with an electronic result where there is one"),
                percent(total.online_whole_rate),
            ),
            ("3.6", gettext("Fees paid online"), percent(total.fees_online_rate)),
            ("4.1", gettext("Electronic results"), percent(total.electronic_rate)),
            (
                "4.5",
                gettext("Dossiers with a document that was taken from an earlier one"),
                percent(total.reused_rate),
            ),
            ("6", gettext("Ratings of 4 or 5 points"), percent(total.satisfied_rate)),
        )
        return tuple(Indicator(*one) for one in values if one[2])

    def _offered(self) -> Sequence[tuple[str, str, str]]:
        """The indicators of what is offered online today; of everything, not of an agency."""
        offer, used = self.offer, self.found.procedures_online
        if offer is None or used is None:
            return ()
        return (
            ("3.1", gettext("Procedures offered online"), _share(offer.online, offer.procedures)),
            (
                "3.2",
                gettext("Procedures offered online of which dossiers came online"),
                _share(used, offer.online),
            ),
            (
                "3.5",
                gettext("Procedures with a fee that can be paid online"),
                _share(offer.fee_online, offer.with_fee),
            ),
        )

    @property
    def rates(self) -> tuple[Bar, ...]:
        """The online rate of each group, for a chart; the largest groups."""
        return tuple(
            Bar(self.name_of(one), percent(one.online_rate), one.online_rate / 100)
            for one in self.found.groups[:12]
            if one.online_rate is not None
        )

    @property
    def course(self) -> tuple[Bar, ...]:
        """What came in each month and how much of it online, for a chart."""
        most = max((one.received for one in self.found.months), default=0) or 1
        return tuple(
            Bar(
                month(one.name),
                gettext(
                    "%(received)s, %(online)s online",
                    received=number(one.received),
                    online=number(one.online),
                ),
                100 * one.online / most,
                100 * one.received / most,
            )
            for one in self.found.months
        )


@dataclass(frozen=True)
class BehindScreen:
    """The dossiers behind a figure."""

    dossiers: DossierPage
    begin: str
    end: str
    about: str
    back: str
    next_address: str = ""


def table(found: Statistics, names: Mapping[str, str]) -> Table:
    """Return the figures as a table to take away; the total comes last."""
    screen = StatisticsScreen(found, Form(), names)
    rows = [(screen.name_of(one), *_cells(one)) for one in found.groups]
    rows.append((gettext("All"), *_cells(found.total)))
    columns = (screen.by, *(gettext(name) for name in _COLUMNS))
    about = gettext("From %(begin)s to %(end)s", begin=month(found.begin), end=month(found.end))
    return Table(gettext("Statistics"), about, columns, rows)


def _cells(one: Figures) -> Sequence[int | float | None]:
    return (
        one.received,
        one.online,
        _percents(one.online_rate),
        one.ended,
        _percents(one.on_time_rate),
        _percents(one.electronic_rate),
        _percents(one.reused_rate),
        _percents(one.fees_online_rate),
        _percents(one.satisfied_rate),
        one.mean_minutes,
        one.median_minutes,
        one.p90_minutes,
    )


def _percents(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


def _share(part: int, whole: int) -> str:
    """Return `78,57 % (22/28)`; nothing of nothing."""
    return (
        f"{percent(round(10_000 * part / whole))} ({number(part)}/{number(whole)})" if whole else ""
    )


def _time(minutes: int | None) -> str:
    return "" if minutes is None else working_time(minutes)
