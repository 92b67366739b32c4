"""What neighbours may know of notify: what was sent to whom, and how it went."""

from __future__ import annotations

from datetime import datetime

from kernel.events import EventTypes, event
from kernel.requests import Done, command, request
from kernel.schemas import field, frozen

TO_OFFICERS = frozenset({"step-reminder"})
"""The templates of what goes to officers; other messages about a dossier are its applicant's."""

# Events. The stream is `message-<id>`; the id follows from the event that caused the message.


@event()
@frozen
class MessagePlanned:
    """A message is owed to an account because of an event."""

    message: str
    account: str
    template: str
    channel: str = field(doc="`mail` or `inbox`")
    planned_at: datetime
    dossier: str = field(default="")
    subject_vi: str = field(default="", doc="in-app title without personal data")
    subject_en: str = field(default="")
    body_vi: str = field(default="", doc="in-app text without personal data")
    body_en: str = field(default="")
    cause_stream: str = field(default="", doc="stream of the event that it tells of")
    cause_version: int = field(default=0, doc="that event's version in its stream")


@event()
@frozen
class MessageSent:
    """The mail server took it, or it lies in the in-app inbox."""

    message: str
    account: str
    template: str
    channel: str
    sent_at: datetime
    dossier: str = field(default="")
    message_id: str = field(default="", doc="the mail's Message-ID")


@event()
@frozen
class MessageFailed:
    """It could not be sent after all tries, or can never be."""

    message: str
    account: str
    template: str
    channel: str
    failed_at: datetime
    reason: str
    dossier: str = field(default="")


@event()
@frozen
class MessageRead:
    """The account opened it in the in-app inbox."""

    message: str
    account: str
    read_at: datetime


EVENTS = EventTypes("notify", (MessagePlanned, MessageSent, MessageFailed, MessageRead))


# Answers


@frozen
class InboxMessage:
    """A message of the in-app inbox."""

    message: str
    template: str
    title: str
    title_en: str
    body: str
    body_en: str
    at: datetime
    read: bool
    dossier: str = field(default="")


@frozen
class Inbox:
    """In-app messages, newest first."""

    items: tuple[InboxMessage, ...]
    unread: int
    next: str | None = field(default=None)


# Requests


@request("notify", answer=Inbox)
@frozen
class ReadMessages:
    """The caller's in-app inbox."""

    after: str | None = field(default=None, max_length=200)
    limit: int = field(default=20, minimum=1, maximum=100)


@command("notify", answer=Done)
@frozen
class MarkRead:
    """One message was read."""

    message: str = field(max_length=100)
