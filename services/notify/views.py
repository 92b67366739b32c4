"""What notify is asked about: messages by account, for the in-app inbox, and by dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from kernel.events import Recorded
from services.notify.contract import InboxMessage
from services.notify.decider import evolve, initial

# the account's inbox, newest first; the account of a dossier; what waits to be sent
INDEXES = (("account", "channel", "at"), ("dossier",), ("state",))


def project(history: Sequence[Recorded]) -> dict[str, Any] | None:
    """Return the document of a message."""
    message = reduce(evolve, (record.event for record in history), initial)
    planned = message.planned
    if planned is None:
        return None
    return {
        "account": planned.account,
        "dossier": planned.dossier,
        "channel": planned.channel,
        "template": planned.template,
        "state": message.state.value,
        "read": message.read,
        "at": planned.planned_at,
        "subject_vi": planned.subject_vi,
        "subject_en": planned.subject_en,
        "body_vi": planned.body_vi,
        "body_en": planned.body_en,
    }


def inbox_message(document: Mapping[str, Any]) -> InboxMessage:
    """Return a document as it is shown in the in-app inbox."""
    return InboxMessage(
        message=document["_id"],
        template=document["template"],
        title=document["subject_vi"],
        title_en=document["subject_en"],
        body=document["body_vi"],
        body_en=document["body_en"],
        at=document["at"],
        read=document["read"],
        dossier=document["dossier"],
    )
