"""What becomes of a message when a neighbour or the channel does not do its part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, cast

import pytest
from notify_events import ACCEPTED, ACTIVATION, CODE, NOTICE, REGISTERED, SUBMITTED, recorded

from kernel.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable
from kernel.events import Recorded
from kernel.store import Loaded, Store
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify.channels.channel import ChannelAway, Deferred, Letter, Undeliverable
from services.notify.contract import MessageFailed, MessageSent
from services.notify.decider import Message, decide, evolve, initial, stream_of
from services.notify.deliveries import DELAYS, Deliveries, Turn, delay_after
from services.notify.letters import Pages
from services.notify.planning import plan
from services.notify.sending import NEIGHBOUR_PAUSE, Round, Sender

LIMIT = timedelta(hours=48)


@dataclass
class Desk:
    """One message that waits, and what its surroundings do; a stand-in for store and turns."""

    event: Any = ACCEPTED
    planned_before: timedelta = timedelta(0)
    answers: dict[type[Any], Any] = field(default_factory=lambda: {dossier.ReadNotice: NOTICE})
    fault: Exception | None = None
    history: list[Recorded] = field(default_factory=list)
    sent: list[Letter] = field(default_factory=list)
    next_at: timedelta | None = None
    counted: bool = True
    waiting: bool = True

    def __post_init__(self) -> None:
        """Plan the message."""
        at = datetime.now(UTC) - self.planned_before
        planned = next(plan(recorded(self.event), lambda: "acc-1", at))
        self.message = planned.message
        self._happened([planned])

    # What a store does

    def load(self, stream: str) -> Loaded[Message]:
        """Fold the message."""
        assert stream == stream_of(self.message)
        state = reduce(evolve, (record.event for record in self.history), initial)
        return Loaded(stream, len(self.history), state, tuple(self.history))

    def execute(self, stream: str, command: Any, call: Any) -> None:
        """Carry out a command."""
        self._happened(decide(self.load(stream).state, command))

    def _happened(self, events: Sequence[Any]) -> None:
        self.history.extend(replace(recorded(SUBMITTED), event=event) for event in events)

    # What turns do

    def claim(self, now: datetime) -> Turn | None:
        """Give the turn."""
        self._now = now
        return Turn(self.message, 1) if self.waiting else None

    def give_back(self, turn: Turn, next_at: datetime) -> None:
        """Take the turn back, as if nothing had been tried."""
        self.next_at, self.counted = next_at - self._now, False

    def put_off(self, turn: Turn, now: datetime) -> None:
        """Take the turn back for later."""
        self.next_at = delay_after(turn.tries)

    def remove(self, message: str) -> None:
        """Nothing waits any more."""
        self.waiting = False

    # What a channel does

    def message_id(self, message: str) -> str:
        """Name a letter."""
        return f"<{message}@x>"

    def send(self, letter: Letter) -> None:
        """Send a letter, or fail as told."""
        if self.fault is not None:
            raise self.fault
        self.sent.append(letter)

    # What neighbours do

    def ask(self, request: Any) -> Any:
        """Answer as told."""
        answer = self.answers[type(request)]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def read_event(self, source: str, stream: str, version: int) -> Recorded:
        """Return the event."""
        return recorded(self.event)

    def try_once(self) -> Round:
        """Let the sender try."""
        sender = Sender(
            messages=cast("Store[Message]", self),
            deliveries=cast("Deliveries", self),
            channel=cast("Any", self),
            pages=Pages("https://motcua.example"),
            ask=self.ask,
            read_event=self.read_event,
            give_up_after=LIMIT,
        )
        return sender.send_next(self)

    @property
    def end(self) -> Any:
        """How the message ended; None while it waits."""
        last = self.history[-1].event
        return last if isinstance(last, MessageSent | MessageFailed) else None


def error(kind: type[DomainError]) -> DomainError:
    return kind("some-code", "vi", "en")


def test_what_was_sent_is_recorded_and_waits_no_more() -> None:
    desk = Desk()
    assert desk.try_once() is Round.DONE
    assert desk.sent[0].message_id == desk.end.message_id == f"<{desk.message}@x>"
    assert desk.sent[0].correlation == "conversation-1"
    assert desk.try_once() is Round.IDLE


def test_a_message_that_has_ended_is_not_sent_again() -> None:
    desk = Desk()
    desk.try_once()
    desk.waiting = True
    assert desk.try_once() is Round.DONE
    assert len(desk.sent) == 1
    assert not desk.waiting


def test_a_channel_that_is_away_costs_the_message_nothing() -> None:
    desk = Desk(fault=ChannelAway("no mail server"))
    assert desk.try_once() is Round.AWAY
    assert (desk.end, desk.counted) == (None, False)
    assert desk.next_at is not None
    assert desk.next_at < timedelta(seconds=1)


def test_a_neighbour_that_is_away_costs_the_message_nothing_and_holds_up_no_other() -> None:
    desk = Desk(answers={dossier.ReadNotice: error(Unavailable)})
    assert desk.try_once() is Round.DONE
    assert desk.end is None
    assert desk.counted is False
    assert desk.next_at is not None
    assert desk.next_at >= NEIGHBOUR_PAUSE


@pytest.mark.parametrize(
    "change",
    [
        {"fault": Deferred("greylisted")},
        {"answers": {dossier.ReadNotice: error(NotFound)}},
        {"answers": {dossier.ReadNotice: error(Forbidden)}},
        {"fault": KeyError("a fault of ours")},
    ],
    ids=["put off by the server", "a view that is behind", "a wrong set-up", "a fault of ours"],
)
def test_what_may_be_over_later_is_tried_again_with_growing_delay(change: dict[str, Any]) -> None:
    desk = Desk(**change)
    assert desk.try_once() is Round.DONE
    assert (desk.end, desk.next_at) == (None, DELAYS[0])


@pytest.mark.parametrize(
    "change",
    [
        {"fault": Undeliverable("no such user (550)")},
        {"answers": {dossier.ReadNotice: replace(NOTICE, email=""), identity.ReadContact: None}},
        {"event": REGISTERED, "answers": {identity.ReadActivation: error(Conflict)}},
        {"event": REGISTERED, "answers": {identity.ReadActivation: error(NotFound)}},
    ],
    ids=["refused for good", "no address", "active already", "no such account"],
)
def test_what_can_never_be_sent_fails_at_once(change: dict[str, Any]) -> None:
    if identity.ReadContact in change.get("answers", {}):
        change["answers"][identity.ReadContact] = replace(ACTIVATION.contact, email="")
    desk = Desk(**change)
    assert desk.try_once() is Round.DONE
    assert isinstance(desk.end, MessageFailed)
    assert not desk.waiting


@pytest.mark.parametrize(
    "change",
    [
        {"fault": ChannelAway("no mail server")},
        {"fault": Deferred("greylisted")},
        {"answers": {dossier.ReadNotice: error(Unavailable)}},
    ],
)
def test_what_could_not_be_sent_for_too_long_is_given_up(change: dict[str, Any]) -> None:
    desk = Desk(planned_before=LIMIT, **change)
    desk.try_once()
    assert isinstance(desk.end, MessageFailed)
    assert desk.end.reason
    assert desk.end.dossier == CODE


def test_without_an_address_in_the_form_the_registered_one_is_used() -> None:
    registered = replace(ACTIVATION.contact, email="registered@example.vn")
    desk = Desk(
        answers={
            dossier.ReadNotice: replace(NOTICE, email=""),
            identity.ReadContact: registered,
        }
    )
    desk.try_once()
    assert desk.sent[0].recipient == "registered@example.vn"


def test_delays_grow_to_hours() -> None:
    delays = [delay_after(tries) for tries in range(1, 12)]
    assert delays == sorted(delays)
    assert delays[0] <= timedelta(seconds=10)
    assert delays[-1] == timedelta(hours=2)
