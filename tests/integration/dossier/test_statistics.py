"""Statistics over a ledger of dossiers: kept while it grows, equal to what it counts to anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import dossier_samples as s
import pytest
from pymongo import MongoClient

from kernel.commits import Meta
from kernel.errors import Forbidden, Invalid
from kernel.events import Actor
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.requests import ANONYMOUS
from kernel.views import StreamView
from services.dossier.contract import (
    EVENTS,
    DossierPage,
    ListBehind,
    ReadStatistics,
    Statistics,
)
from services.dossier.derived import FIGURES, LISTED
from services.dossier.leafing import Leafing
from services.dossier.lists import Looker
from services.dossier.references import References
from services.dossier.statistics import OTHERS, Books, behind, processing_times, statistics
from services.dossier.views import work

NOW = s.at("2026-10-20 09:00")
FIRE = replace(s.PROCEDURE, code="2.000001", field_code="G09", field_name="Phòng cháy")


@dataclass(frozen=True)
class Office:
    """A ledger of dossiers with everything that counts them."""

    ledger: Ledger
    view: StreamView
    books: Books

    def tell(self, number: int, story: s.Story) -> None:
        """Record a story, an event a commit, and count now and then."""
        stream = f"dossier-{s.CODE[:-4]}{number:04}"
        meta = Meta(Actor(s.APPLICANT.id, "citizen"), s.MONDAY, "c")
        for version, event in enumerate(story.events):
            self.ledger.append(stream, [event], expected=version, commit_id=uuid4().hex, meta=meta)
            if random.Random(number + version).random() < 0.05:
                self.books.figures.catch_up(at_most=3)
        self.view.refresh(stream, self.ledger.read_stream(stream))

    def seen(self, who: Any = s.CHAIR, **asked: Any) -> Statistics:
        """The figures as somebody sees them."""
        return statistics(ReadStatistics(**asked), Looker(who, NOW, s.CALENDAR), self.books)

    def behind(self, who: Any = s.CHAIR, **asked: Any) -> DossierPage:
        """The dossiers behind a figure."""
        looker = Looker(who, NOW, s.CALENDAR)
        return behind(ListBehind(**asked), looker, self.books.leafing)


@pytest.fixture
def office(mongo_uri: str, database_prefix: str, database: Any) -> Any:
    """An office in which twenty dossiers came in September and October."""
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        collection = ledger_collection(client, database_prefix, "dossier")
        create_indexes(collection)
        ledger = Ledger(collection, EVENTS, SubjectKeys(database, bytes(32)))
        view = StreamView(database["work"], "dossier", work.project_work, work.INDEXES)
        view.ensure_indexes()
        listed, figures = LISTED.over(database, ledger), FIGURES.over(database, ledger)
        References.ensure_indexes(database)
        database["officers"].insert_one(
            {"_id": s.HANDLING.id, "agency": s.AGENCY.id, "unit": "civil", "serves": True}
            | {"name": s.HANDLING.name, "version": 1}
        )
        books = Books(figures, Leafing(view.collection, listed), References(database))
        office = Office(ledger, view, books)
        stories: list[Callable[[int], s.Story]] = [
            lambda n: s.Story(s.submit(day(n)), s.accept(day(n)), s.assign(day(n))),
            lambda n: s.Story(s.submit(day(n), channel="in-person"), s.refuse(day(n))),
            lambda n: s.Story(s.submit(day(n), procedure=FIRE), s.withdraw(day(n))),
            lambda n: s.UNTIL["returned"](),
        ]
        for number, kind in enumerate([0] * 7 + [1] * 5 + [2] * 2 + [3] * 6):
            office.tell(number, stories[kind](number))
        yield office


def day(number: int) -> Any:
    """Some day in September or October."""
    return s.MONDAY + timedelta(days=7 * (number % 6))


@pytest.mark.proves("G01", "G02", "G03", "G04", "G11", "G12", "G13")
def test_figures_of_a_ledger_as_officers_and_as_everybody_sees_them(office: Office) -> None:
    whole = office.seen()
    for tally in (office.books.figures, office.books.leafing.tally):
        tally.catch_up()
        assert tally.counted() == tally.recounted()

    assert (whole.begin, whole.end, whole.by) == ("2026-01", "2026-10", "field")
    assert (whole.total.received, whole.total.online, whole.total.online_rate) == (20, 15, 7500)
    assert (whole.total.ended, whole.total.completed, whole.total.on_time) == (13, 6, 13)
    assert {one.name: one.received for one in whole.groups} == {"G01-CA05": 18, "G09": 2}
    assert (whole.procedures_online, office.seen(agency=s.AGENCY.id).procedures_online) == (2, None)
    assert whole.lowest is not None
    assert (whole.lowest.name, whole.lowest.online_rate) == ("G01-CA05", 7222)
    assert sum(one.received for one in whole.months) == 20
    assert office.seen(begin="2026-09", end="2026-09").total == whole.months[0].__class__(
        **{**vars(whole.months[0]), "name": ""}
    )
    compared = office.seen(by="agency")
    assert [(one.name, one.received) for one in compared.groups] == [(s.AGENCY.id, 20)]
    nothing = office.seen(agency="ubnd-16654")
    assert (nothing.total.received, nothing.total.online_rate, nothing.groups) == (0, None, ())

    own = office.seen(agency=s.AGENCY.id)
    assert own.late_now == sum(day(n) < s.at("2026-10-08 09:00") for n in range(7))
    (load,) = own.load
    assert (load.account, load.open, load.late, load.waiting) == (
        s.HANDLING.id, 7, own.late_now, 0,
    )  # fmt: skip
    assert office.seen(s.HANDLING, agency=s.AGENCY.id).load == ()

    # two small ones of a field would be told apart by the total: they stand with the others
    public = office.seen(ANONYMOUS, agency=s.AGENCY.id)
    assert [(one.name, one.received) for one in public.groups] == [(OTHERS, 20)]
    assert (public.few, public.load, public.late_now) == (2, (), None)
    assert office.seen(ANONYMOUS, agency="ubnd-16654").total.received == 0

    times = processing_times(s.PROCEDURE.code, NOW, office.books.figures)
    assert (times.median_minutes, times.p90_minutes) == (60, 60)
    assert processing_times(FIRE.code, NOW, office.books.figures).median_minutes is None

    period = {"begin": "2026-09", "end": "2026-10"}
    for chosen, count in (
        ({}, 20),
        ({"channel": "in-person"}, 5),
        ({"field_code": "G09", "state": "closed"}, 2),
        ({"procedure": s.PROCEDURE.code, "state": "open"}, 7),
    ):
        assert len(office.behind(**period, **chosen).items) == count
    assert office.behind(begin="2026-07", end="2026-08").items == ()
    with pytest.raises(Forbidden):
        office.behind(s.AUDITOR, **period)
    with pytest.raises(Invalid, match="period"):
        office.seen(begin="2026-10", end="2026-09")
