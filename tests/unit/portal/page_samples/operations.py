"""What administrators see of the services, and refusals."""

from __future__ import annotations

from datetime import timedelta

from kernel.deadletters import DeadLetter
from kernel.feed import Outline
from kernel.operations import DeadLetters
from kernel.progress import (
    InboxProgress,
    ProjectorProgress,
    RelayProgress,
    ServiceProgress,
    SourceProgress,
    ViewProgress,
)
from page_samples.shown import ADMINISTRATOR, AUDITOR, NOW, Shown
from services.portal.refusals import RefusalScreen
from services.portal.screens import operations

WAITING = Outline(117, "dossier-000.01.38.H56-261120-0007", 4, NOW - timedelta(minutes=3))
HURT = ServiceProgress(
    service="notify",
    at=NOW,
    head=48,
    relay=RelayProgress(False, "notify-relay:17:ab", 45, WAITING),
    listens=True,
    inbox=InboxProgress(ready=12, consumers=0, retrying=1, dead=2),
    sources=(
        SourceProgress("dossier", 116, WAITING, known=True),
        SourceProgress("identity", 7, None, known=False),
    ),
    projector=ProjectorProgress(44, WAITING),
    views=(ViewProgress("message", 1, "folding", running=False, done=20, total=48),),
)
WELL = ServiceProgress(
    service="catalog",
    at=NOW,
    head=9,
    relay=RelayProgress(True, "catalog-relay:18:cd", 9, None),
    listens=False,
    inbox=None,
    sources=(),
    projector=None,
    views=(),
)
LETTER = DeadLetter(
    id="key-0a.1",
    service="notify",
    type="FeePaid",
    source="/services/payment",
    stream="obligation-1",
    version=3,
    correlation="c-1",
    attempts=4,
    error="builtins.ValueError",
    message="the number <13> is unlucky",
    traceback="Traceback …",
    died_at="2026-11-20T02:00:00.000000Z",
    body='{"amount":10000}',
)
UNREADABLE = DeadLetter(
    "sha256-1", "notify", None, None, None, None, None, 1, "error", "?", "", "yesterday", ""
)

PAGES: tuple[Shown, ...] = (
    Shown(
        "operations",
        "operations/show.html",
        operations.OperationsScreen(
            (
                operations.ServiceCard("notify", HURT, {"dossier": 120, "identity": 7}),
                operations.ServiceCard("catalog", WELL),
                operations.ServiceCard("payment", None),
            ),
            may_act=True,
        ),
        ADMINISTRATOR,
    ),
    Shown(
        "dead-letters",
        "operations/letters.html",
        operations.DeadLettersScreen("notify", DeadLetters((LETTER, UNREADABLE), 3), may_act=True),
        ADMINISTRATOR,
    ),
    Shown(
        "dead-letters-none",
        "operations/letters.html",
        operations.DeadLettersScreen("notify", DeadLetters((), 0), may_act=True),
        ADMINISTRATOR,
    ),
    Shown(
        "dead-letters-auditor",
        "operations/letters.html",
        operations.DeadLettersScreen("notify", DeadLetters((LETTER,), 1), may_act=False),
        AUDITOR,
    ),
    Shown(
        "dead-letter",
        "operations/letter.html",
        operations.DeadLetterScreen("notify", LETTER, may_act=True),
        ADMINISTRATOR,
    ),
    Shown(
        "dead-letter-unreadable",
        "operations/letter.html",
        operations.DeadLetterScreen("notify", UNREADABLE, may_act=False),
        AUDITOR,
    ),
    Shown(
        "discard",
        "operations/discard.html",
        operations.DiscardScreen("notify", (LETTER.id, UNREADABLE.id)),
        ADMINISTRATOR,
    ),
    Shown(
        "refusal",
        "refusal.html",
        RefusalScreen(503, "Tạm ngừng", "Thử lại.", "Chi tiết", 30, "c-1", True, "/dossiers/1"),
    ),
)
