"""Sending what is planned, one message after another, until each has ended one way or the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from kernel import logs
from kernel.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from kernel.events import Recorded
from kernel.requests import Call, Caller
from kernel.store import Store
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify.channels.channel import (
    Channel,
    ChannelAway,
    Deferred,
    NotSent,
    Session,
    Undeliverable,
)
from services.notify.contract import MessagePlanned
from services.notify.decider import GiveUp, Message, RecordSent, State, stream_of
from services.notify.deliveries import Deliveries, Turn
from services.notify.letters import Pages, Source, write
from services.notify.occasions import BY_TEMPLATE

log = logs.get(__name__)

Ask = Callable[[Any], Any]
ReadEvent = Callable[[str, str, int], Recorded]

NEIGHBOUR_PAUSE = timedelta(seconds=10)

# a neighbour's refusal that no repetition changes; any other one may be over soon
_FINAL = (NotFound, Conflict, Invalid)


class Round(Enum):
    """What came of trying to send the next message."""

    IDLE = "idle"  # nothing waits
    DONE = "done"  # one was dealt with
    AWAY = "away"  # the channel takes nothing now


@dataclass(frozen=True)
class Sender:
    """Everything that sending needs.

    `ask` puts a request to a neighbour, `read_event` fetches an event of a stream and version
    from the service that owns it. `give_up_after` counts from the planning.
    """

    messages: Store[Message]
    deliveries: Deliveries
    channel: Channel
    pages: Pages
    ask: Ask
    read_event: ReadEvent
    give_up_after: timedelta

    def send_next(self, session: Session) -> Round:
        """Send the message whose turn it is."""
        now = datetime.now(UTC)
        turn = self.deliveries.claim(now)
        if turn is None:
            return Round.IDLE
        loaded = self.messages.load(stream_of(turn.message))
        planned = loaded.state.planned
        if planned is None or loaded.state.state is not State.PLANNED:
            self.deliveries.remove(turn.message)
            return Round.DONE
        correlation = loaded.history[0].correlation or loaded.history[0].id
        logs.bind_correlation(correlation)
        message_id = self.channel.message_id(turn.message)
        try:
            source = self._source(planned, correlation)
            session.send(write(source, message_id, self.pages, now))
        except NotSent as fault:
            return self._not_sent(fault, turn, planned, correlation)
        except Exception as fault:
            # a fault of ours in one letter must neither hold up the others nor be tried for ever
            log.exception("letter not written", message=turn.message, template=planned.template)
            ours = Deferred(f"internal: {type(fault).__name__}")
            return self._not_sent(ours, turn, planned, correlation)
        self._record(turn, RecordSent(datetime.now(UTC), message_id), correlation)
        log.info("message sent", message=turn.message, template=planned.template)
        return Round.DONE

    def _not_sent(
        self, fault: NotSent, turn: Turn, planned: MessagePlanned, correlation: str
    ) -> Round:
        now = datetime.now(UTC)
        log.warning(
            "message not sent",
            message=turn.message,
            template=planned.template,
            tries=turn.tries,
            kind=type(fault).__name__,
            reason=str(fault),
        )
        over = now - planned.planned_at >= self.give_up_after
        match fault:
            case _NeighbourAway() if not over:
                self.deliveries.give_back(turn, now + NEIGHBOUR_PAUSE)
            case ChannelAway() if not over:
                self.deliveries.give_back(turn, now)
            case Deferred() if not over:
                self.deliveries.put_off(turn, now)
            case _:
                self._record(turn, GiveUp(now, str(fault)), correlation)
        return Round.AWAY if isinstance(fault, ChannelAway) else Round.DONE

    def _record(self, turn: Turn, end: RecordSent | GiveUp, correlation: str) -> None:
        call = Call(
            caller=Caller("service:notify", "service"),
            correlation=correlation,
            deadline=end.at + timedelta(minutes=1),
            digest="",
        )
        self.messages.execute(stream_of(turn.message), end, call)
        self.deliveries.remove(turn.message)

    def _source(self, planned: MessagePlanned, correlation: str) -> Source:
        """Ask the owners for what the letter needs."""
        try:
            owner = BY_TEMPLATE[planned.template].owner
            cause = self.read_event(owner, planned.cause_stream, planned.cause_version).event
            submission = None
            if isinstance(cause, dossier.StepEntered | dossier.StepReminded):
                submission = self.read_event(owner, planned.cause_stream, 1).event
            return Source(planned, cause, self._told(planned, cause), correlation, submission)
        except Unavailable as fault:
            raise _NeighbourAway(fault.code) from fault
        except _FINAL as fault:
            raise Undeliverable(fault.code) from fault
        except DomainError as fault:
            raise Deferred(fault.code) from fault

    def _told(self, planned: MessagePlanned, cause: Any) -> Any:
        match cause:
            case identity.AccountRegistered() | identity.ActivationRequested():
                return self.ask(identity.ReadActivation(planned.account))
            case identity.PasswordResetRequested():
                return self.ask(identity.ReadPasswordReset(planned.account))
            case dossier.StepReminded() | dossier.DraftExpiring():
                return self.ask(identity.ReadContact(planned.account))
            case dossier.LookUpCodeRequested():
                return self.ask(dossier.ReadLookUpNotice(cause.look_up))
            case _:
                notice = self._notice(planned.dossier)
                if notice.email or not dossier.has_account(notice.account):
                    return notice
                return self._at_registered_address(notice)

    def _notice(self, code: str) -> dossier.Notice:
        try:
            notice: dossier.Notice = self.ask(dossier.ReadNotice(code))
        except NotFound as fault:
            # there was an event, so there is a dossier: its view is behind, or is being rebuilt
            raise Deferred(fault.code) from fault
        return notice

    def _at_registered_address(self, notice: dossier.Notice) -> dossier.Notice:
        """The form names no address: take the one that the account was registered with."""
        contact: identity.Contact = self.ask(identity.ReadContact(notice.account))
        return replace(notice, email=contact.email)


class _NeighbourAway(NotSent):
    """Whoever knows the address does not answer now; neither message nor channel is at fault."""
