"""The contract of a channel. A new one (SMS, Zalo) is a file in this folder that fulfils it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Letter:
    """What is sent, to whom. `message_id` is the same at every try, `correlation` its request's."""

    message_id: str
    recipient: str
    name: str
    locale: str
    subject: str
    text: str
    html: str
    correlation: str


class NotSent(Exception):
    """It was not sent; the text says why, without personal data."""


class ChannelAway(NotSent):
    """Nothing can be sent now, whatever it is: the message is not at fault."""


class Deferred(NotSent):
    """This message was not taken now; it may be later."""


class Undeliverable(NotSent):
    """This message can never be sent."""


class Session(Protocol):
    """A connection over which letters go one after another."""

    def send(self, letter: Letter) -> None:
        """Send a letter; returns when the other side is responsible for it, else `NotSent`."""
        ...


class Channel(Protocol):
    """A way out."""

    def session(self) -> AbstractContextManager[Session]:
        """Return a connection that opens at the first letter and closes at the end."""
        ...

    def message_id(self, message: str) -> str:
        """Return the id under which a message goes out, the same at every try."""
        ...
