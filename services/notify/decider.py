"""A message: planned because of an event, then sent or given up, then perhaps read.

Planning and sending are two things: what is planned is owed and is tried until it ends one way or
the other. The stream is `message-<id>`, and the id follows from the event and the channel, so
that an event that is delivered twice plans one message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from kernel.errors import NotFound
from services.notify.contract import MessageFailed, MessagePlanned, MessageRead, MessageSent

CATEGORY = "message"


class Channel(StrEnum):
    """Where a message goes."""

    MAIL = "mail"
    INBOX = "inbox"


class State(StrEnum):
    """What became of a message."""

    NONE = "none"
    PLANNED = "planned"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class Message:
    """A message as its events tell it."""

    planned: MessagePlanned | None = None
    state: State = State.NONE
    read: bool = False


initial = Message()


# Commands


@dataclass(frozen=True)
class Plan:
    """A message is owed. The in-app inbox has it by that alone; mail is still to be sent."""

    message: MessagePlanned


@dataclass(frozen=True)
class RecordSent:
    """The channel took it."""

    at: datetime
    message_id: str


@dataclass(frozen=True)
class GiveUp:
    """It cannot be sent, or could not for too long."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class MarkAsRead:
    """Its account opened it."""

    account: str
    at: datetime


Command = Plan | RecordSent | GiveUp | MarkAsRead


def decide(message: Message, command: Command) -> Sequence[Any]:
    """Return what happens; nothing where it has happened already. Raises `NotFound`."""
    match command:
        case Plan(planned):
            return _plan(message, planned)
        case RecordSent(at, message_id) if message.state is State.PLANNED:
            return [_sent(_planned(message), at, message_id)]
        case GiveUp(at, reason) if message.state is State.PLANNED:
            return [_failed(_planned(message), at, reason)]
        case MarkAsRead():
            return _mark_as_read(message, command)
        case _:
            return []


def _plan(message: Message, planned: MessagePlanned) -> Sequence[Any]:
    if message.state is not State.NONE:
        return []
    if planned.channel == Channel.INBOX:
        return [planned, _sent(planned, planned.planned_at, "")]
    return [planned]


def _mark_as_read(message: Message, command: MarkAsRead) -> Sequence[Any]:
    planned = message.planned
    if planned is None or (planned.account, planned.channel) != (command.account, Channel.INBOX):
        raise NotFound("message-unknown", "Không có thông báo này.", "There is no such message.")
    if message.read:
        return []
    return [MessageRead(planned.message, planned.account, command.at)]


def _sent(planned: MessagePlanned, at: datetime, message_id: str) -> MessageSent:
    return MessageSent(
        message=planned.message,
        account=planned.account,
        template=planned.template,
        channel=planned.channel,
        sent_at=at,
        dossier=planned.dossier,
        message_id=message_id,
    )


def _failed(planned: MessagePlanned, at: datetime, reason: str) -> MessageFailed:
    return MessageFailed(
        message=planned.message,
        account=planned.account,
        template=planned.template,
        channel=planned.channel,
        failed_at=at,
        reason=reason,
        dossier=planned.dossier,
    )


def _planned(message: Message) -> MessagePlanned:
    if message.planned is None:
        raise ValueError("a message that is in a state was planned")
    return message.planned


def evolve(message: Message, event: Any) -> Message:
    """Return what is known after an event."""
    match event:
        case MessagePlanned():
            return Message(event, State.PLANNED)
        case MessageSent():
            return replace(message, state=State.SENT)
        case MessageFailed():
            return replace(message, state=State.FAILED)
        case MessageRead():
            return replace(message, read=True)
    return message


# Names


def message_name(event_id: str, channel: Channel, account: str = "") -> str:
    """Return the id of the message that an event causes on a channel.

    `account` where it causes one for each of several people.
    """
    cause = "/".join(filter(None, (event_id, channel, account)))
    return hashlib.sha256(cause.encode()).hexdigest()[:32]


def stream_of(message: str) -> str:
    """Return the stream of a message."""
    return f"{CATEGORY}-{message}"
