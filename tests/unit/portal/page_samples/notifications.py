"""Messages in the portal."""

from __future__ import annotations

from page_samples.dossier import STATUS
from page_samples.shown import CITIZEN, NOW, Shown
from services.notify import contract as notify
from services.portal.forms import Form
from services.portal.screens import notifications

MESSAGE = notify.InboxMessage(
    "m-1", "accepted", "Hồ sơ được tiếp nhận", "Accepted", "Hạn trả 04/12/2026.", "Due 04/12/2026.",
    NOW, False, STATUS.code,
)  # fmt: skip

PAGES: tuple[Shown, ...] = (
    Shown(
        "notifications",
        "notifications.html",
        notifications.NotificationsScreen(notify.Inbox((MESSAGE,), 1), Form(), "/next"),
        CITIZEN,
    ),
)
