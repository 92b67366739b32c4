"""The mail that was taken, as one file a message in a folder of bounded size."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from zoneinfo import ZoneInfo

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Mail:
    """One message as it was delivered. `recipients` are those of the envelope."""

    id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    @property
    def local_time(self) -> str:
        """When it was received, as people in Vietnam write it."""
        return self.received_at.astimezone(_VIETNAM).strftime("%d/%m/%Y %H:%M:%S")

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message.get("Subject", ""))

    @property
    def message_id(self) -> str:
        """The `Message-ID` that its sender gave it."""
        return str(self.message.get("Message-ID", ""))

    @property
    def text(self) -> str | None:
        """The plain text, where there is one."""
        return self._body("plain")

    @property
    def html(self) -> str | None:
        """The HTML, where there is some."""
        return self._body("html")

    @property
    def attachments(self) -> tuple[str, ...]:
        """The names of what is attached."""
        return tuple(part.get_filename() or "" for part in self.message.iter_attachments())

    def _body(self, kind: str) -> str | None:
        part = self.message.get_body((kind,))
        return None if part is None else str(part.get_content())


class Mailbox:
    """A folder of messages; past `limit` the oldest go."""

    def __init__(self, folder: Path, limit: int = 2000) -> None:
        self._folder = folder
        self._limit = limit
        folder.mkdir(parents=True, exist_ok=True)
        self._count = len(self._files())

    def keep(self, sender: str, recipients: Sequence[str], content: bytes) -> str:
        """Write a message and return its id; ids sort by the time of arrival."""
        identifier = f"{time.time_ns():020d}-{secrets.token_hex(3)}"
        # what a delivery agent adds to the top of a message
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {', '.join(recipients)}\r\n"
        partial = self._folder / f".{identifier}"
        partial.write_bytes(envelope.encode() + content)
        partial.rename(self._folder / f"{identifier}.eml")
        self._count += 1
        if self._count > self._limit:
            self._make_room()
        return identifier

    def read(self, identifier: str) -> Mail | None:
        """Return one message, or None where there is no such."""
        # looked up in the listing, so that an id is never used as a path
        found = next((file for file in self._files() if file.stem == identifier), None)
        return None if found is None else _mail(found)

    def latest(self, recipient: str | None = None, limit: int = 100) -> tuple[Mail, ...]:
        """Return the newest messages first, of all or of one recipient."""
        return tuple(self._matching(recipient, limit))

    def clear(self) -> None:
        """Forget everything."""
        for file in self._files():
            file.unlink(missing_ok=True)
        self._count = 0

    def _matching(self, recipient: str | None, limit: int) -> Iterator[Mail]:
        wanted = None if recipient is None else recipient.lower()
        for file in self._files():
            if limit <= 0:
                return
            mail = _mail(file)
            if mail is not None and wanted in (None, *map(str.lower, mail.recipients)):
                limit -= 1
                yield mail

    def _make_room(self) -> None:
        files = self._files()
        for old in files[self._limit :]:
            old.unlink(missing_ok=True)
        self._count = min(len(files), self._limit)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml"), reverse=True)


def _mail(file: Path) -> Mail | None:
    try:
        raw = file.read_bytes()
    except FileNotFoundError:  # the limit took it in the meantime
        return None
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 (what this policy makes)
    return Mail(
        id=file.stem,
        received_at=datetime.fromtimestamp(int(file.stem.split("-")[0]) / 1e9, UTC),
        sender=str(message.get("Return-Path", "")).strip("<>"),
        recipients=tuple(address for _, address in getaddresses([message["Delivered-To"] or ""])),
        message=message,
        raw=raw,
    )
