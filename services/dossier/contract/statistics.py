"""Figures of a period, and the dossiers behind them."""

from __future__ import annotations

from kernel.requests import request
from kernel.schemas import field, frozen
from services.dossier.contract.lists import DossierPage

MONTH = "^[0-9]{4}-(0[1-9]|1[0-2])$"


@frozen
class Figures:
    """Counts of a group of dossiers in a period, and what follows from them.

    Rates are in hundredths of a percent: 9458 is 94,58 %; None where there is nothing to divide
    by. Times are working minutes without pauses,
    those of a share as the bound within which it was completed.
    """

    name: str = field(doc="code of the field, agency or procedure, or the month; none for all")
    received: int
    online: int
    ended: int
    on_time: int
    completed: int
    refused: int
    withdrawn: int
    stopped: int
    reused: int = field(doc="with a document that was taken from an earlier dossier")
    results: int
    results_electronic: int
    fees: int
    fees_online: int
    ratings: int
    satisfied: int = field(doc="ratings of 4 or 5 points")
    online_rate: int | None = field(default=None)
    online_whole_rate: int | None = field(default=None, doc="3.3: with an electronic result")
    on_time_rate: int | None = field(default=None, doc="2.1, of those that ended")
    electronic_rate: int | None = field(default=None, doc="4.1: results sent as a file")
    reused_rate: int | None = field(default=None, doc="4.5, of those that were received")
    fees_online_rate: int | None = field(default=None, doc="3.6: fees paid online")
    satisfied_rate: int | None = field(default=None, doc="group 6, of the ratings")
    mean_minutes: int | None = field(default=None, doc="2.2")
    median_minutes: int | None = field(default=None)
    p90_minutes: int | None = field(default=None)


@frozen
class OfficerLoad:
    """What an officer has in hand now."""

    account: str
    name: str
    unit: str
    open: int
    late: int
    waiting: int


@frozen
class Statistics:
    """Figures of a period: all together, by group, by month; everywhere or of one agency.

    `few` says of how many groups the figures stand together under the name `others`, because each
    had so few dossiers that somebody could be recognised; only where the public asks.
    """

    begin: str = field(doc="first month: `2026-01`")
    end: str = field(doc="last month")
    by: str
    total: Figures
    groups: tuple[Figures, ...]
    months: tuple[Figures, ...]
    lowest: Figures | None = field(default=None, doc="the group with the lowest online rate")
    agency: str | None = field(default=None)
    late_now: int | None = field(default=None, doc="open and late now, at the agency")
    load: tuple[OfficerLoad, ...] = field(default=(), doc="for leaders of the agency")
    few: int = field(default=0)
    procedures_online: int | None = field(
        default=None, doc="3.2: procedures of which dossiers came online; only of everywhere"
    )


@frozen
class ProcessingTimes:
    """How long a procedure took where it was completed in the last twelve months.

    Working minutes, as bounds; None where too few were completed.
    """

    procedure: str
    median_minutes: int | None = field(default=None)
    p90_minutes: int | None = field(default=None)


@request("dossier", answer=Statistics)
@frozen
class ReadStatistics:
    """Figures of a period (G01 to G13): for officers all of them, for everybody the public part.

    The public part has no officers, and no group of less than five dossiers.
    """

    begin: str | None = field(
        default=None, pattern=MONTH, doc="first month; January of this year where absent"
    )
    end: str | None = field(default=None, pattern=MONTH, doc="last month; this one where absent")
    agency: str | None = field(default=None, max_length=100, doc="everywhere where absent")
    by: str = field(default="field", pattern="^(field|agency|procedure)$")


@request("dossier", answer=DossierPage)
@frozen
class ListBehind:
    """The dossiers behind a figure of the caller's own agency: received in a period, newest first.

    For officers who work on dossiers there.
    """

    begin: str = field(pattern=MONTH)
    end: str = field(pattern=MONTH)
    field_code: str | None = field(default=None, max_length=100)
    procedure: str | None = field(default=None, max_length=100)
    channel: str | None = field(default=None, max_length=20)
    state: str | None = field(default=None, pattern="^(open|waiting|closed)$")
    after: str | None = field(default=None, max_length=200)
    limit: int = field(default=50, minimum=1, maximum=200)


@request("dossier", answer=ProcessingTimes)
@frozen
class ReadProcessingTimes:
    """How long a procedure takes, for everybody."""

    procedure: str = field(max_length=100)
