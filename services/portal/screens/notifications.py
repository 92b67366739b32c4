"""The page of in-app messages."""

from __future__ import annotations

from dataclasses import dataclass

from services.notify.contract import Inbox
from services.portal.forms import Form


@dataclass(frozen=True)
class NotificationsScreen:
    """Messages, newest first."""

    inbox: Inbox
    form: Form
    next_address: str = ""
