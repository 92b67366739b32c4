"""A dossier in full, as its applicant, officers and auditors see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from page_samples.catalogue import FIELD, PLACES, PROCEDURE
from page_samples.shown import AUDITOR, CITIZEN, NOW, OFFICER, Shown
from services.dossier import contract as dossier
from services.portal.forms import Form
from services.portal.screens import dossiers

UNIT = dossier.UnitRef("desk", "Bộ phận một cửa", "One-stop desk")
AGENCY = dossier.AgencyRef(
    "ca-16594", "000.01.38.H56", "Công an phường Tân Dân", "Police of Tân Dân", "0237 3861 113"
)
HANDLER = dossier.OfficerRef("acc-7", "Lê Thị Cúc", "Cán bộ thụ lý")


def _step(number: int, name: str, state: dossier.StepState, **more: Any) -> dossier.StepView:
    return dossier.StepView(
        f"step-{number}", name, f"Step {number}", UNIT, state, budget_hours=4, **more
    )


STUCK = _step(
    2,
    "Thụ lý",
    dossier.StepState.CURRENT,
    officer=HANDLER,
    entered_at=NOW,
    due=NOW,
    late_minutes=620,
)
FEE = dossier.FeeView(
    "ob-1", 10_000, (dossier.FeeLine("Lệ phí", 10_000),), dossier.FeeState.DUE, True
)
STATUS = dossier.DossierStatus(
    code="000.01.38.H56-261120-0001",
    version=9,
    status=dossier.Status.PROCESSING,
    status_name="Đang xử lý",
    status_name_en="In progress",
    procedure=dossier.ProcedureKept(
        "1.004222",
        3,
        PROCEDURE.name,
        PROCEDURE.name_en,
        FIELD.code,
        FIELD.name,
        "partial",
        3,
        "working-day",
        (dossier.FeeLine("Lệ phí", 10_000),),
        7,
        (dossier.DocumentKept("ct01", "Tờ khai", "Declaration", True),),
    ),
    agency=AGENCY,
    channel="online",
    clock=dossier.ClockView(
        dossier.ClockState.RUNNING,
        "Hạn trả 04/12/2026 17:30; đã tạm dừng 3 ngày làm việc vì chờ bổ sung.",
        "Due 04/12/2026 17:30; it stood still for 3 working days.",
        NOW + timedelta(days=9),
    ),
    steps=(
        _step(
            1,
            "Tiếp nhận",
            dossier.StepState.DONE,
            completed_at=NOW,
            timing=dossier.Timing.EARLY,
        ),
        STUCK,
        _step(3, "Lãnh đạo ký", dossier.StepState.WAITING),
    ),
    submitted_at=NOW,
    updated_at=NOW,
    return_by=dossier.ReturnBy.POST,
    actions=("supplement", "withdraw"),
    holder=dossier.Holder(AGENCY, UNIT, HANDLER),
    step=STUCK,
    stuck_at=STUCK,
    receiving_officer=HANDLER,
    receiving_unit=UNIT,
    accepted_at=NOW,
    fees=(FEE, replace(FEE, state=dossier.FeeState.PAID, receipt="BL-1", paid_at=NOW)),
    supplement=dossier.SupplementView(
        (
            dossier.SupplementItem("Ảnh mờ", requirement="ct01"),
            dossier.SupplementItem("Sai ngày", form_field="date"),
        ),
        "Ảnh chụp tờ khai không đọc được.",
        "Điều 21 Luật Cư trú",
        NOW,
    ),
    documents=(
        dossier.DocumentView(
            "ct01", "Tờ khai", "Declaration", "f-1", "to-khai.pdf", "application/pdf", 230_000, "0"
        ),
    ),
    consultations=(
        dossier.ConsultationView(
            UNIT,
            NOW,
            NOW + timedelta(days=2),
            "answered",
            "Có trùng không?",
            HANDLER,
            "Không trùng",
            HANDLER,
            NOW,
            dossier.Timing.EARLY,
        ),
        dossier.ConsultationView(UNIT, NOW, NOW + timedelta(days=2), "open", "Ý kiến?", HANDLER),
    ),
    result=dossier.ResultView(
        dossier.ReturnBy.POST, NOW, "12/TB", "f-2", "VN123", NOW, "Quầy 1", NOW
    ),
    refusal="Không thuộc thẩm quyền.",
    applicant=dossier.Person(
        dossier.PersonKind.CITIZEN, "Nguyễn Thị An", "038190000123", "0912345678", "an@example.vn"
    ),
    owner=dossier.Person(dossier.PersonKind.CITIZEN, "Nguyễn Văn Em", "038215000123", "0912345678"),
    answers={"text": "Nội dung", "choice": "1"},
    pin="4821",
    papers=(
        dossier.PaperLink(
            "01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Receipt with the day of the result"
        ),
        dossier.PaperLink("declaration", "Tờ khai", "Declaration"),
    ),
)
TRACE = dossier.Trace(
    STATUS.code,
    9,
    (
        dossier.TraceEntry(
            1, "ev", "1", "DossierSubmitted", NOW, "Nộp hồ sơ", "Submitted", "trực tuyến", "online",
            "Người nộp hồ sơ", "The applicant",
        ),
        dossier.TraceEntry(
            2, "ev", "2", "CitizenNotified", NOW, "Đã báo người nộp", "The applicant was told",
            "thư điện tử", "mail", "Hệ thống", "The system",
        ),
    ),
)  # fmt: skip
ERASED = replace(
    STATUS,
    applicant=None,
    owner=None,
    answers=None,
    pin=None,
    erased=True,
    documents=tuple(replace(one, file_name="") for one in STATUS.documents),
    result=dossier.ResultView(dossier.ReturnBy.ONLINE, NOW, "12/TB"),
)
EVERY_ACTION = replace(
    STATUS,
    actions=tuple(dossier.ACTIONS),
    stuck_at=None,
    procedure=replace(STATUS.procedure, in_person="Thu nhận vân tay."),
    result=None,
    appointment=dossier.AppointmentView(NOW, NOW + timedelta(minutes=30), UNIT, "Vân tay."),
    withdrawal=dossier.WithdrawalView(NOW, "Không còn nhu cầu"),
    extension=dossier.ExtensionView(NOW, "Chờ xác minh.", 2, NOW + timedelta(days=7)),
)
DOSSIER = dossiers.DossierScreen(STATUS, TRACE, procedure=PROCEDURE)

SUPPLEMENT = dossiers.SupplementScreen(
    STATUS, Form(), PROCEDURE, "application/pdf", 20_000_000, PLACES
)

PAGES: tuple[Shown, ...] = (
    Shown("dossier", "dossier/show.html", DOSSIER, CITIZEN),
    Shown(
        "dossier-officer",
        "dossier/show.html",
        replace(
            DOSSIER,
            dossier=EVERY_ACTION,
            officer=True,
            officers=(("acc-7", "Lê Thị Cúc"),),
            earlier_steps=(("step-1", "Tiếp nhận", "Receiving"),),
            agencies=(("ag-2", "UBND xã Thiên Cầm"),),
            slots=(dossier.Slot(NOW, NOW + timedelta(minutes=30), 1),),
            forms={"refuse": Form(errors={"reason": "Hãy nhập mục này."})},
        ),
        OFFICER,
    ),
    Shown(
        "dossier-wrongly-asked",
        "dossier/show.html",
        replace(
            DOSSIER,
            dossier=EVERY_ACTION,
            officer=True,
            forms={
                "request-supplement": Form(
                    errors={"items": "Hãy nhập mục này.", "item.ct01": "Tối đa 500 ký tự."}
                ),
                "request-fee": Form(
                    {"quantity-0": "x"},
                    {"quantity-0": "Giá trị không hợp lệ.", "other-amount": "Hãy nhập mục này."},
                ),
            },
        ),
        OFFICER,
    ),
    Shown(
        "dossier-closed",
        "dossier/show.html",
        replace(
            DOSSIER,
            dossier=replace(
                STATUS,
                actions=(),
                holder=None,
                step=None,
                stuck_at=None,
                stopped="Chủ hồ sơ đã mất. (Điều 7)",
                fees=(replace(FEE, state=dossier.FeeState.CANCELLED),),
            ),
            officer=True,
        ),
        OFFICER,
    ),
    Shown(
        "dossier-erased",
        "dossier/show.html",
        replace(DOSSIER, dossier=replace(ERASED, actions=()), officer=True),
        OFFICER,
    ),
    Shown("dossier-auditor", "dossier/show.html", replace(DOSSIER, officer=True), AUDITOR),
    Shown("supplement", "dossier/supplement.html", SUPPLEMENT, CITIZEN),
    Shown(
        "supplement-missing",
        "dossier/supplement.html",
        replace(
            SUPPLEMENT,
            form=Form(
                errors={
                    "documents.ct01": "Cần bổ sung: Ảnh mờ",
                    "form.date": "Cần bổ sung: Sai ngày",
                }
            ),
        ),
        CITIZEN,
    ),
    Shown(
        "supplement-at-the-desk",
        "dossier/supplement.html",
        replace(SUPPLEMENT, at_counter=True),
        OFFICER,
    ),
)
