"""What auditors see of a dossier and of the log."""

from __future__ import annotations

from dataclasses import replace

import replays

from page_samples.dossier import STATUS
from page_samples.shown import AUDITOR, NOW, Shown
from services.portal.forms import Form
from services.portal.screens import history, transparency

NOW_OF_LIFE = replays.replayed()
HISTORY = history.HistoryScreen(
    history.MomentScreen(replays.replayed(9), NOW_OF_LIFE),
    replays.traced(),
    history.Checked(NOW, replays.VERIFICATION),
)

PAGES: tuple[Shown, ...] = (
    Shown("audit", "audit/find.html", history.FindScreen(Form()), AUDITOR),
    Shown(
        "audit-not-found",
        "audit/find.html",
        history.FindScreen(Form({"code": "x"}, {"code": "Không tìm thấy hồ sơ này."})),
        AUDITOR,
    ),
    Shown("history", "audit/history.html", HISTORY, AUDITOR),
    Shown(
        "history-now",
        "audit/history.html",
        replace(
            HISTORY,
            moment=history.MomentScreen(NOW_OF_LIFE, NOW_OF_LIFE, NOW),
            checked=history.Checked(NOW, replace(replays.VERIFICATION, uncovered=())),
            form=Form({"at": "x"}, {"at": "Hãy nhập ngày và giờ."}),
        ),
        AUDITOR,
    ),
    Shown(
        "history-tampered",
        "audit/history.html",
        replace(
            HISTORY,
            checked=history.Checked(
                NOW,
                replace(
                    replays.VERIFICATION,
                    commits=0,
                    included=0,
                    uncovered=(),
                    fault="the hash is another one",
                    fault_position=7,
                ),
            ),
        ),
        AUDITOR,
    ),
    Shown(
        "history-unverified",
        "audit/history.html",
        replace(HISTORY, checked=history.Checked(NOW, None, "Chưa có điểm kiểm này.")),
        AUDITOR,
    ),
    Shown(
        "history-unreadable",
        "audit/unreadable.html",
        history.UnreadableScreen(
            STATUS.code,
            history.Checked(NOW, replace(replays.VERIFICATION, fault="no JSON", fault_position=7)),
        ),
        AUDITOR,
    ),
    Shown(
        "transparency",
        "audit/transparency.html",
        transparency.TransparencyScreen(
            (
                transparency.LedgerScreen("dossier", replays.SIGNED, replays.KEY),
                transparency.LedgerScreen("notify", reason="Dịch vụ đang tạm ngừng."),
            )
        ),
    ),
    Shown("transparency-guide", "audit/guide.html"),
)
