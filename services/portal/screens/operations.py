"""The operators' pages: how far every service is, and what it could not handle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kernel.deadletters import DeadLetter
from kernel.feed import Outline
from kernel.operations import DeadLetters
from kernel.progress import (
    Concern,
    InboxProgress,
    ServiceProgress,
    SourceProgress,
    ViewProgress,
    age,
    concerns,
)
from services.portal.forms import Form
from services.portal.language import gettext, mark

SERVICES: Mapping[str, str] = {
    "dossier": mark("Dossiers"),
    "payment": mark("Payments"),
    "notify": mark("Messages to people"),
    "catalog": mark("Catalogue"),
    "identity": mark("Accounts"),
}
"""The services with a ledger, as operators read them: what matters most first."""

_CONCERNS: Mapping[Concern, tuple[str, str]] = {
    Concern.NO_RELAY: (
        mark("No relay is active"),
        mark("Nothing of this service is published. Start its relay, or look into its log."),
    ),
    Concern.RELAY_BEHIND: (
        mark("The relay is behind"),
        mark("If it does not catch up: is the broker well, is a queue full? See the relay's log."),
    ),
    Concern.BROKER_AWAY: (
        mark("The broker does not answer"),
        mark("Nothing is lost, and all goes on by itself once it is back."),
    ),
    Concern.NO_CONSUMER: (
        mark("Nobody receives from the inbox"),
        mark("Start the service, or look into its log."),
    ),
    Concern.DEAD_LETTERS: (
        mark("There are dead letters"),
        mark("Look at their errors, mend the cause, then replay them."),
    ),
    Concern.UNHANDLED: (
        mark("An event has been waiting for more than two minutes"),
        mark("Somebody may be away, or the service overloaded: its log says which."),
    ),
    Concern.VIEWS_BEHIND: (
        mark("The views are behind"),
        mark("Own writes are seen all the same. See the service's log."),
    ),
    Concern.REBUILD_INTERRUPTED: (
        mark("The rebuild of a view was interrupted"),
        mark("Begin it again or give it up: motcua views rebuild, motcua views cancel."),
    ),
    Concern.LEFT_OVER: (
        mark("There are collections of a view that nobody reads or writes"),
        mark("Drop them: motcua views cancel."),
    ),
}


class Mood(StrEnum):
    """How a service is, in a word: the colour of its tag."""

    WELL = "green"
    CONCERN = "red"
    SILENT = "grey"


@dataclass(frozen=True)
class Line:
    """One fact: what, its figure, what there is to say of it, and what waits the longest."""

    what: str
    figure: str
    note: str = ""
    oldest: Outline | None = None
    waiting: str = ""
    bad: bool = False


@dataclass(frozen=True)
class ServiceCard:
    """One service; without `progress` it does not answer. `heads` are the ends of all ledgers."""

    service: str
    progress: ServiceProgress | None
    heads: Mapping[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is about."""
        return gettext(SERVICES[self.service])

    @property
    def mood(self) -> Mood:
        """How it is."""
        if self.progress is None:
            return Mood.SILENT
        return Mood.CONCERN if concerns(self.progress) else Mood.WELL

    @property
    def concerns(self) -> tuple[tuple[str, str], ...]:
        """What is wrong and what to do about it."""
        found = () if self.progress is None else concerns(self.progress)
        return tuple((gettext(what), gettext(do)) for what, do in map(_CONCERNS.__getitem__, found))

    @property
    def dead(self) -> int:
        """How many dead letters there are."""
        inbox = None if self.progress is None else self.progress.inbox
        return 0 if inbox is None else inbox.dead

    @property
    def lines(self) -> tuple[Line, ...]:
        """All facts, in the order in which an event passes."""
        if self.progress is None:
            return ()
        one = self.progress
        found = [_ledger(one), _relay(one)]
        if one.projector is not None:
            found.append(_views(one, one.projector.position, one.projector.oldest))
        found += [_rebuild(view) for view in one.views if view.stage is not None]
        if one.inbox is not None:
            found += _inbox(one.inbox)
        found += [self._source(source, one.at) for source in one.sources]
        return tuple(found)

    def _source(self, source: SourceProgress, at: datetime) -> Line:
        head = self.heads.get(source.source)
        behind = 0 if head is None else max(0, head - source.position)
        return Line(
            what=gettext("Heard from: %(name)s", name=gettext(SERVICES[source.source])),
            figure=f"{source.position}",
            note=_waiting(behind) if source.known else gettext("not known at the moment"),
            oldest=source.oldest,
            waiting=_age(source.oldest, at),
        )


@dataclass(frozen=True)
class OperationsScreen:
    """All services; `may_act` says whether the looker may replay and discard."""

    cards: tuple[ServiceCard, ...]
    may_act: bool


@dataclass(frozen=True)
class DeadLettersScreen:
    """The dead letters of one service."""

    service: str
    letters: DeadLetters
    may_act: bool
    form: Form = field(default_factory=Form)

    @property
    def title(self) -> str:
        """What the service is about."""
        return gettext(SERVICES[self.service])


@dataclass(frozen=True)
class DeadLetterScreen:
    """One dead letter whole, or what is asked before some are forgotten."""

    service: str
    letter: DeadLetter
    may_act: bool
    form: Form = field(default_factory=Form)

    @property
    def title(self) -> str:
        """What the service is about."""
        return gettext(SERVICES[self.service])


@dataclass(frozen=True)
class DiscardScreen:
    """The question before dead letters are forgotten."""

    service: str
    ids: Sequence[str]
    form: Form = field(default_factory=Form)

    @property
    def title(self) -> str:
        """What the service is about."""
        return gettext(SERVICES[self.service])


def _ledger(one: ServiceProgress) -> Line:
    return Line(gettext("Ledger"), str(one.head), gettext("last position"))


def _relay(one: ServiceProgress) -> Line:
    behind = max(0, one.head - one.relay.position)
    return Line(
        what=gettext("Published"),
        figure=str(one.relay.position),
        note=_waiting(behind) if one.relay.active else gettext("no relay is active"),
        oldest=one.relay.oldest,
        waiting=_age(one.relay.oldest, one.at),
        bad=not one.relay.active,
    )


def _views(one: ServiceProgress, position: int, oldest: Outline | None) -> Line:
    return Line(
        what=gettext("Views"),
        figure=str(position),
        note=_waiting(max(0, one.head - position)),
        oldest=oldest,
        waiting=_age(oldest, one.at),
    )


def _rebuild(view: ViewProgress) -> Line:
    return Line(
        what=gettext("Rebuild of %(name)s", name=view.name),
        figure=f"{view.done} / {view.total}",
        note=gettext("running") if view.running else gettext("interrupted"),
        bad=view.interrupted,
    )


def _inbox(inbox: InboxProgress) -> list[Line]:
    receiving = gettext("%(n)s receive", n=inbox.consumers)
    nobody = gettext("nobody receives")
    return [
        Line(
            gettext("Inbox"),
            str(inbox.ready),
            receiving if inbox.consumers else nobody,
            bad=not inbox.consumers,
        ),
        Line(gettext("To be tried again"), str(inbox.retrying)),
        Line(gettext("Dead letters"), str(inbox.dead), bad=inbox.dead > 0),
    ]


def _waiting(number: int) -> str:
    return gettext("%(n)s waiting", n=number) if number else gettext("up to date")


def _age(oldest: Outline | None, at: datetime) -> str:
    if oldest is None:
        return ""
    seconds = int(age(oldest, at))
    size, words = next(unit for unit in _UNITS if seconds >= unit[0])
    return gettext(words, n=seconds // max(size, 1))


_UNITS = (
    (86400, mark("%(n)s days")),
    (3600, mark("%(n)s hours")),
    (60, mark("%(n)s minutes")),
    (0, mark("%(n)s seconds")),
)
