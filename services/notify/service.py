"""The notify service's shell: events in, messages planned; a timer sends; the inbox answers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from nameko.extensions import DependencyProvider
from pymongo.database import Database

from kernel import logs
from kernel.client import Client
from kernel.config import read, setting, settings_of
from kernel.container import CatchUp, DatabaseProvider, StoreProvider, ViewProvider
from kernel.decider import Decider
from kernel.errors import Malformed, NotFound, Unauthenticated, Unavailable
from kernel.events import EventTypes, Recorded
from kernel.feed import Feed, FeedPage, feed_of
from kernel.operations import Operations
from kernel.requests import ANONYMOUS, Call, Done
from kernel.rpc import Neighbours, serves
from kernel.schemas import rfc3339
from kernel.store import Store
from kernel.subscription import subscribes
from kernel.timers import every
from kernel.transparency.answering import Transparency
from kernel.views import StreamView
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify import contract, views
from services.notify.channels import channel
from services.notify.channels.smtp import Smtp, SmtpSettings
from services.notify.decider import (
    CATEGORY,
    Channel,
    MarkAsRead,
    Message,
    Plan,
    State,
    decide,
    evolve,
    initial,
    stream_of,
)
from services.notify.deliveries import Deliveries
from services.notify.letters import Pages
from services.notify.occasions import DOSSIER_EVENTS, IDENTITY_EVENTS, SOURCES
from services.notify.planning import plan
from services.notify.sending import Round, Sender

log = logs.get(__name__)

DECIDER = Decider[Message](initial, decide, evolve)
MESSAGES = ViewProvider(CATEGORY, views.project, indexes=views.INDEXES)

_TICK_SECONDS = 1
_BATCH = 100
_LONGEST_PAUSE = timedelta(seconds=60)
_SOURCES: Mapping[str, EventTypes] = {types.source: types for types in SOURCES}


@dataclass(frozen=True)
class NotifySettings:
    """Settings of notify itself; each channel has its own."""

    give_up_after: timedelta = setting(
        env="NOTIFY_GIVE_UP_AFTER",
        default=timedelta(hours=48),
        doc="seconds after which a message that could not be sent is given up",
    )


@dataclass
class Counter:
    """What this process knows of the post office: its channel, and until when it is closed."""

    settings: NotifySettings
    channel: channel.Channel
    pages: Pages
    closed_until: datetime = datetime.min.replace(tzinfo=UTC)
    pause: timedelta = field(default=timedelta(0))
    restored: bool = False

    def close(self, now: datetime) -> None:
        """The channel is away: try again after a pause that grows."""
        self.pause = min(self.pause * 2 or timedelta(seconds=1), _LONGEST_PAUSE)
        self.closed_until = now + self.pause

    def open(self) -> None:
        """The channel takes letters."""
        self.pause = timedelta(0)


class CounterProvider(DependencyProvider):  # type: ignore[misc]
    """Reads the settings of notify and its channel once, at start."""

    def setup(self) -> None:
        """Read them, or end the start with a sentence for each fault."""
        pages = Pages(settings_of(self.container).public_url)
        self.counter = Counter(read(NotifySettings), Smtp(read(SmtpSettings)), pages)

    def get_dependency(self, worker_ctx: Any) -> Counter:
        """Return the counter of this process."""
        return self.counter


class NotifyService:
    """Messages to people: planned once for an event, sent until they have arrived."""

    name = "notify"

    database: Database[dict[str, Any]] = DatabaseProvider()
    view: StreamView = MESSAGES
    messages: Store[Message] = StoreProvider(contract.EVENTS, DECIDER, views=[MESSAGES])
    neighbours: Client = Neighbours()
    counter: Counter = CounterProvider()
    catch_up = CatchUp(contract.EVENTS)
    feed: ClassVar[Any] = Feed()
    operations: ClassVar[Any] = Operations()
    transparency: ClassVar[Any] = Transparency()

    # Planning

    @subscribes(dossier.EVENTS, *DOSSIER_EVENTS)
    def on_dossier(self, record: Recorded) -> None:
        """Something happened to a dossier that its applicant, or officers, should know."""
        event = record.event
        self._plan(record, lambda: getattr(event, "subject", None) or self._account_of(event.code))

    @subscribes(identity.EVENTS, *IDENTITY_EVENTS)
    def on_identity(self, record: Recorded) -> None:
        """Somebody registered."""
        self._plan(record, lambda: str(record.event.account))

    def _plan(self, record: Recorded, about: Callable[[], str]) -> None:
        now = datetime.now(UTC)
        for planned in plan(record, about, now):
            self.messages.react(stream_of(planned.message), Plan(planned), record)
            if planned.channel == Channel.MAIL:
                # not one write with the plan: after a crash between the two the event comes again
                self._deliveries.add(planned.message, now)

    def _account_of(self, code: str) -> str:
        # the message about the submission, planned before any other of this dossier, names it
        found = self.view.collection.find_one(
            {"dossier": code, "template": {"$nin": list(contract.TO_OFFICERS)}}, {"account": 1}
        )
        if found is None:
            # the view is being rebuilt, or the event of the submission waits to be tried again
            raise Unavailable(
                "account-not-known-yet",
                "Chưa biết tài khoản của hồ sơ này.",
                f"The account of dossier {code} is not known yet.",
            )
        return str(found["account"])

    # Sending

    @every(_TICK_SECONDS)
    def send(self) -> None:
        """Send what waits, unless the channel was away a moment ago."""
        self._restore()
        if datetime.now(UTC) < self.counter.closed_until:
            return
        sender = self._sender()
        with self.counter.channel.session() as session:
            for _ in range(_BATCH):
                match sender.send_next(session):
                    case Round.DONE:
                        self.counter.open()
                    case Round.AWAY:
                        self.counter.close(datetime.now(UTC))
                        return
                    case Round.IDLE:
                        return

    def _restore(self) -> None:
        """Put back, once after the start, what waits by the ledger and is not known to wait."""
        if not self.counter.restored:
            self._deliveries.ensure_indexes()
            waiting = {"state": State.PLANNED.value, "channel": Channel.MAIL.value}
            for document in self.view.collection.find(waiting, {"_id": 1}):
                self._deliveries.add(document["_id"], datetime.now(UTC))
            self.counter.restored = True

    def _sender(self) -> Sender:
        return Sender(
            messages=self.messages,
            deliveries=self._deliveries,
            channel=self.counter.channel,
            pages=self.counter.pages,
            ask=self.neighbours.call,
            read_event=self._read_event,
            give_up_after=self.counter.settings.give_up_after,
        )

    def _read_event(self, source: str, stream: str, version: int) -> Recorded:
        question = feed_of(source)(stream=stream, after=version - 1, limit=1)
        page: FeedPage = self.neighbours.call(question)
        if not page.events:
            raise NotFound("event-unknown", "Không có sự kiện này.", "There is no such event.")
        return page.events[0].record(_SOURCES[source])

    @property
    def _deliveries(self) -> Deliveries:
        return Deliveries(self.database["deliveries"])

    # The in-app inbox

    @serves(contract.ReadMessages)
    def read_messages(self, request: contract.ReadMessages, call: Call) -> contract.Inbox:
        """Return the caller's in-app messages, newest first."""
        own = {"account": _account(call), "channel": Channel.INBOX.value}
        query: dict[str, Any] = dict(own)
        if request.after is not None:
            at, last = read_cursor(request.after)
            query["$or"] = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": last}}]
        newest = [("at", -1), ("_id", -1)]
        found = list(self.view.collection.find(query).sort(newest).limit(request.limit + 1))
        shown, more = found[: request.limit], found[request.limit :]
        return contract.Inbox(
            items=tuple(views.inbox_message(document) for document in shown),
            unread=self.view.collection.count_documents({**own, "read": False}),
            next=_cursor(shown[-1]) if more else None,
        )

    @serves(contract.MarkRead)
    def mark_read(self, request: contract.MarkRead, call: Call) -> Done:
        """The caller opened a message."""
        command = MarkAsRead(_account(call), datetime.now(UTC))
        done = self.messages.execute(stream_of(request.message), command, call)
        return Done(done.stream, done.version)


def _account(call: Call) -> str:
    if call.caller == ANONYMOUS:
        raise Unauthenticated("login-needed", "Hãy đăng nhập.", "Please log in.")
    return call.caller.id


def _cursor(document: Mapping[str, Any]) -> str:
    text = f"{rfc3339(document['at'])} {document['_id']}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Return the moment and the id of the message that a page ended with; raises `Malformed`."""
    try:
        at, _, last = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        return datetime.fromisoformat(at).astimezone(UTC), last
    except (ValueError, OverflowError, binascii.Error) as error:
        raise Malformed(
            "cursor", "Trang tiếp theo không hợp lệ.", "The cursor is not one of ours."
        ) from error


SERVICE = NotifyService
