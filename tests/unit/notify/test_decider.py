"""The life of a message: given these events, when this, then these events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from typing import Any

import pytest
from notify_events import NOW

from kernel.errors import NotFound
from services.notify.contract import MessageFailed, MessagePlanned, MessageRead, MessageSent
from services.notify.decider import (
    Channel,
    GiveUp,
    MarkAsRead,
    Plan,
    RecordSent,
    decide,
    evolve,
    initial,
    message_name,
)

LATER = NOW + timedelta(minutes=1)
MAIL = MessagePlanned("m-1", "acc-1", "accepted", "mail", NOW, "H56-1")
IN_APP = replace(MAIL, message="m-2", channel="inbox", subject_vi="Đã tiếp nhận")
SENT = MessageSent("m-1", "acc-1", "accepted", "mail", LATER, "H56-1", "<m-1@motcua.example>")
SENT_IN_APP = MessageSent("m-2", "acc-1", "accepted", "inbox", NOW, "H56-1")
FAILED = MessageFailed("m-1", "acc-1", "accepted", "mail", LATER, "no address on file", "H56-1")
READ = MessageRead("m-2", "acc-1", LATER)

RECORD_SENT = RecordSent(LATER, "<m-1@motcua.example>")
GIVE_UP = GiveUp(LATER, "no address on file")
MARK = MarkAsRead("acc-1", LATER)


def when(command: Any, *given: Any) -> Sequence[Any]:
    """Return what is decided, given these events."""
    return decide(reduce(evolve, given, initial), command)


def test_mail_is_planned_now_and_sent_later() -> None:
    assert when(Plan(MAIL)) == [MAIL]
    assert when(RECORD_SENT, MAIL) == [SENT]


def test_the_in_app_inbox_has_a_message_by_its_plan_alone() -> None:
    assert when(Plan(IN_APP)) == [IN_APP, SENT_IN_APP]


def test_a_message_is_planned_once() -> None:
    assert when(Plan(MAIL), MAIL) == []
    assert when(Plan(MAIL), MAIL, SENT) == []


def test_a_message_that_cannot_be_sent_says_why() -> None:
    assert when(GIVE_UP, MAIL) == [FAILED]


@pytest.mark.parametrize("command", [RECORD_SENT, GIVE_UP])
@pytest.mark.parametrize("end", [SENT, FAILED])
def test_a_message_ends_once(command: Any, end: Any) -> None:
    assert when(command, MAIL, end) == []


@pytest.mark.parametrize("command", [RECORD_SENT, GIVE_UP])
def test_what_was_never_planned_has_no_end(command: Any) -> None:
    assert when(command) == []


def test_a_message_is_read_once() -> None:
    assert when(MARK, IN_APP, SENT_IN_APP) == [READ]
    assert when(MARK, IN_APP, SENT_IN_APP, READ) == []


@pytest.mark.parametrize(
    "given",
    [(), (replace(IN_APP, account="acc-2"),), (MAIL, SENT)],
    ids=["unknown", "another's", "a mail"],
)
def test_only_ones_own_in_app_messages_can_be_read(given: tuple[Any, ...]) -> None:
    with pytest.raises(NotFound):
        when(MARK, *given)


def test_the_name_of_a_message_follows_from_its_event_and_channel() -> None:
    assert message_name("e-1", Channel.MAIL) == message_name("e-1", Channel.MAIL)
    assert message_name("e-1", Channel.MAIL) != message_name("e-1", Channel.INBOX)
    assert message_name("e-1", Channel.MAIL) != message_name("e-2", Channel.MAIL)
