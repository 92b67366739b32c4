"""A dossier's history for auditors: as it stood, what each event changed, what was verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kernel.errors import FieldError, Invalid
from services.dossier.contract import (
    Change,
    DossierStatus,
    Replay,
    ReplayedEvent,
    Trace,
    Verification,
)
from services.portal.formats import VIETNAM, instant
from services.portal.forms import Form
from services.portal.language import gettext, mark, named
from services.portal.screens.changes import ChangeInWords, in_words
from services.portal.screens.facts import Fact, compared

_KINDS: Mapping[str, str] = {
    "citizen": mark("Citizen"),
    "organisation": mark("Organisation"),
    "enterprise": mark("Enterprise"),
    "officer": mark("Officer"),
    "service": mark("A service of this portal"),
    "anonymous": mark("Without login"),
}

# how precisely a moment may be typed, and how long it lasts
_MOMENTS = (
    ("%d/%m/%Y %H:%M:%S", timedelta(seconds=1)),
    ("%d/%m/%Y %H:%M", timedelta(minutes=1)),
    ("%d/%m/%Y", timedelta(days=1)),
)


@dataclass(frozen=True)
class FindScreen:
    """Find any dossier by its code."""

    form: Form


@dataclass(frozen=True)
class Wanted:
    """The moment that is asked for: after an event, at a time, or now where both are None."""

    version: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class MomentScreen:
    """A dossier as it stood, beside how it stands now."""

    then: Replay
    now: Replay
    at: datetime | None = None

    @property
    def code(self) -> str:
        """The dossier's code."""
        return self.now.code

    @property
    def event(self) -> ReplayedEvent:
        """The last event that had happened."""
        return self.then.events[-1]

    @property
    def is_now(self) -> bool:
        """Whether nothing happened since."""
        return self.then.version == self.now.version

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What held then, and what holds now."""
        return compared(self.then.status, self.now.status)

    @property
    def changed(self) -> int:
        """How many facts are others now."""
        return sum(fact.differs for fact in self.facts)

    @property
    def earlier(self) -> int | None:
        """The event before, if there is one."""
        return max((n for n in self._versions if n < self.then.version), default=None)

    @property
    def later(self) -> int | None:
        """The event after, if there is one."""
        return min((n for n in self._versions if n > self.then.version), default=None)

    @property
    def _versions(self) -> tuple[int, ...]:
        return tuple(event.version for event in self.now.events)


@dataclass(frozen=True)
class EventScreen:
    """An event: who did what, from where, when, and what it changed."""

    event: ReplayedEvent
    who: str
    detail: str
    kind: str
    agency: str
    unit: str
    changes: tuple[ChangeInWords, ...]

    @property
    def fields(self) -> tuple[Change, ...]:
        """Every field of the status view that changed, as it is stored."""
        return self.event.changes


@dataclass(frozen=True)
class Checked:
    """What a verification found at a moment; without one, `reason` says why there is none."""

    at: datetime
    found: Verification | None
    reason: str = ""

    @property
    def is_faulty(self) -> bool:
        """Whether something is wrong."""
        return self.found is not None and bool(self.found.fault)

    @property
    def is_whole(self) -> bool:
        """Whether all of it was verified, and nothing is wrong or not covered yet."""
        return self.found is not None and not self.found.fault and not self.found.uncovered

    @property
    def uncovered(self) -> str:
        """The positions that no checkpoint covers yet, as `7, 12–14`."""
        return spans(self.found.uncovered if self.found else ())


@dataclass(frozen=True)
class UnreadableScreen:
    """A history that cannot be read any more, and what is wrong with it."""

    code: str
    checked: Checked


@dataclass(frozen=True)
class HistoryScreen:
    """The whole page: the moment, all events, and what was verified for this very view."""

    moment: MomentScreen
    trace: Trace
    checked: Checked
    form: Form = field(default_factory=Form)

    @property
    def events(self) -> tuple[EventScreen, ...]:
        """Every event up to now, newest first."""
        return tuple(reversed(tuple(self._events())))

    def _events(self) -> Iterator[EventScreen]:
        now = self.moment.now
        told = {entry.version: entry for entry in self.trace.entries}
        places = places_of(now.status)
        for event in now.events:
            entry = told.get(event.version)
            yield EventScreen(
                event=event,
                who=named(entry, "who") if entry else "",
                detail=named(entry, "detail") if entry else "",
                kind=kind_words(event.actor_kind),
                agency=places.get(event.actor_agency or "", event.actor_agency or ""),
                unit=places.get(event.actor_unit or "", event.actor_unit or ""),
                changes=in_words(event.changes, now.status),
            )


def kind_words(kind: str) -> str:
    """Return what a kind of account is called."""
    return gettext(_KINDS[kind]) if kind in _KINDS else kind


def places_of(dossier: DossierStatus) -> Mapping[str, str]:
    """Return the names of the agency and of the units on a dossier's way, by their ids."""
    units = {step.unit.id: named(step.unit) for step in dossier.steps}
    return {**units, dossier.agency.id: named(dossier.agency)}


def spans(numbers: tuple[int, ...]) -> str:
    """Return ascending numbers with neighbours drawn together: `7, 12–14`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def wanted(form: Form, now: Replay, clock: datetime) -> Wanted:
    """Return the moment that a form asks for; `clock` is what time it is.

    A time lasts as long as it is precise: with `10:30` everything up to the end of that minute is
    meant. Raises `Invalid` for what is neither a number of an event nor a time, for a moment before
    the first event, and for one that has not come yet.
    """
    version, at = form.value("version"), form.value("at")
    if at:
        return Wanted(at=_time(str(at), now, clock))
    return Wanted(version=_version(str(version), now)) if version else Wanted()


def _version(text: str, now: Replay) -> int:
    if text in {str(event.version) for event in now.events}:
        return int(text)
    raise _invalid(
        "version",
        f"Hồ sơ có các sự kiện từ 1 đến {now.version}; hãy chọn một trong số đó.",
        f"The dossier has the events 1 to {now.version}; choose one of them.",
    )


def _time(text: str, now: Replay, clock: datetime) -> datetime:
    read = _read(text)
    if read is None:
        raise _invalid(
            "at",
            "Hãy nhập ngày và giờ như 25/11/2026 10:30.",
            "Enter a date and a time such as 25/11/2026 10:30.",
        )
    begin, end = read
    first = now.events[0].recorded_at
    if end < first:
        began = instant(first)
        raise _invalid(
            "at",
            f"Lúc đó chưa có hồ sơ này: sự kiện đầu tiên được ghi lúc {began}.",
            f"There was no such dossier then: its first event was recorded {began}.",
        )
    if begin > clock:
        raise _invalid("at", "Thời điểm này chưa đến.", "This moment has not come yet.")
    return min(end, clock)


def _read(text: str) -> tuple[datetime, datetime] | None:
    """Return the first and the last instant that a typed moment may mean."""
    for pattern, length in _MOMENTS:
        try:
            begin = datetime.strptime(text.strip(), pattern).replace(tzinfo=VIETNAM)
            return begin, begin + length - timedelta(microseconds=1)
        except (ValueError, OverflowError):
            continue
    return None


def _invalid(name: str, vi: str, en: str) -> Invalid:
    return Invalid("invalid", vi, en, fields=(FieldError(name, "invalid", vi, en),))
