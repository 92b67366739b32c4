"""A real SMTP server that takes mail, refuses it as told, goes down and comes back."""

from __future__ import annotations

import email
import email.policy
import socket
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Mail:
    """A mail as it arrived."""

    recipient: str
    content: EmailMessage

    @property
    def text(self) -> str:
        """The text form."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML form."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.content.get_body((kind,))
        assert part is not None
        return str(part.get_content())


@dataclass
class MailServer:
    """Listens on one port of this machine; `refusals` are answers by recipient, used up in turn."""

    port: int = 0
    taken: list[Mail] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    tries: list[str] = field(default_factory=list)
    _controller: Controller | None = None

    def up(self) -> None:
        """Come up, on the same port as before."""
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as sock:
                self.port = sock.getsockname()[1]
        if self._controller is None:
            self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
            self._controller.start()

    def down(self) -> None:
        """Go down: connections are refused."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def to(self, recipient: str) -> list[Mail]:
        """Return the mails that an address got."""
        return [mail for mail in self.taken if mail.recipient == recipient]

    # What aiosmtpd asks

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        self.tries.append(address)
        if self.refusals.get(address):
            return self.refusals[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        content = email.message_from_bytes(
            envelope.original_content or b"", policy=email.policy.default
        )
        assert isinstance(content, EmailMessage)
        self.taken.extend(Mail(recipient, content) for recipient in envelope.rcpt_tos)
        return "250 OK"
