"""The officer's work list, who stands in for whom, and the register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from page_samples.catalogue import PROCEDURE
from page_samples.dossier import AGENCY, HANDLER, STATUS, UNIT
from page_samples.shown import NOW, OFFICER, Shown
from page_samples.wizard import DRAFT
from services.dossier import contract as dossier
from services.portal.forms import Form
from services.portal.screens import dossiers, work_lists

ROW = dossier.DossierRow(
    STATUS.code, 9, STATUS.status, STATUS.status_name, STATUS.status_name_en, PROCEDURE.name,
    "1.004222", PROCEDURE.name_en, AGENCY.name, NOW, "Nguyễn Thị An", UNIT.name, HANDLER.name,
    HANDLER.account, "Thụ lý", "Handling", NOW, NOW, "late",
)  # fmt: skip
ROWS = dossier.DossierPage(
    (ROW, replace(ROW, due_colour="soon"), replace(ROW, due=None, due_colour="none")),
    "next",
    {"unit": 12, "mine": 3},
)
INBOX = work_lists.InboxScreen(
    dossiers=ROWS,
    form=Form(),
    tab="unit",
    next_address="/next",
    tabs=(("unit", "Đơn vị", 12), ("mine", "Tôi giữ", None)),
    columns=(work_lists.Column("due", "Hạn trả", "/inbox?sort=-due", "ascending"),),
    exports=(("XLSX", "/inbox/export.xlsx"),),
    again={"tab": "unit", "q": "an"},
)

PAGES: tuple[Shown, ...] = (
    Shown(
        "register",
        "register_of_dossiers.html",
        dossiers.RegisterScreen(Form({"since": "2026-11-01"}, {"until": "Hãy nhập mục này."})),
        OFFICER,
    ),
    Shown("inbox", "inbox.html", INBOX, OFFICER),
    Shown(
        "delegations",
        "delegations.html",
        work_lists.DelegationsScreen(
            dossier.Delegations(
                (
                    dossier.Delegation(
                        dossier.OfficerRef("acc-9", "Trần Văn Bình", "Chuyên viên"),
                        dossier.OfficerRef("acc-7", "Lê Thị Cúc", "Chuyên viên"),
                        "desk",
                        date(2026, 11, 20),
                        date(2026, 11, 30),
                        now=True,
                    ),
                )
            ),
            Form({}, {"until": "Ngày cuối phải từ hôm nay trở đi."}),
            officers=(("acc-9", "Trần Văn Bình"),),
            deputies=(("acc-7", "Lê Thị Cúc"),),
            leads=True,
        ),
        OFFICER,
    ),
    Shown("inbox-desk", "inbox.html", replace(INBOX, receives=True, drafts=(DRAFT,)), OFFICER),
    Shown(
        "inbox-leader",
        "inbox.html",
        replace(
            INBOX,
            units=(("desk", "Bộ phận một cửa"),),
            officers=(("acc-7", "Lê Thị Cúc"),),
            saved=(work_lists.Saved(dossier.SavedFilter("Trễ hạn", colour="late"), "/inbox"),),
        ),
        OFFICER,
    ),
    Shown(
        "inbox-erased",
        "inbox.html",
        replace(INBOX, dossiers=replace(ROWS, items=(replace(ROW, applicant="", erased=True),))),
        OFFICER,
    ),
    Shown("inbox-empty", "inbox.html", replace(INBOX, dossiers=replace(ROWS, items=())), OFFICER),
    Shown(
        "inbox-cut",
        "inbox.html",
        replace(INBOX, dossiers=replace(ROWS, items=(), cut=True)),
        OFFICER,
    ),
)
