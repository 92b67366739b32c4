"""The folder of messages."""

from __future__ import annotations

from pathlib import Path

from deploy.sandboxes.mail.mailbox import Mailbox


def test_past_the_limit_the_oldest_messages_go(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path, limit=2)
    for number in (1, 2, 3):
        mailbox.keep("a@x.vn", ["b@x.vn"], f"Subject: {number}\r\n\r\nbody".encode())
    assert [mail.subject for mail in mailbox.latest()] == ["3", "2"]


def test_the_envelope_says_who_gets_it_not_the_header(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    identifier = mailbox.keep("a@x.vn", ["bcc@x.vn"], b"To: visible@x.vn\r\n\r\nbody")
    mail = mailbox.read(identifier)
    assert mail is not None
    assert (mail.sender, mail.recipients) == ("a@x.vn", ("bcc@x.vn",))


def test_a_name_that_is_a_path_is_no_message(tmp_path: Path) -> None:
    (tmp_path / "secret.eml").write_bytes(b"Subject: secret\r\n\r\n")
    assert Mailbox(tmp_path / "mail").read("../secret") is None
