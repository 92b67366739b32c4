"""Events of neighbours as notify gets them, with everything that is shown in a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.events import Actor, Recorded
from kernel.examples import example_of
from services.dossier import contract as dossier
from services.identity import contract as identity

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CODE = "000.00.14.H56-261123-0001"

DESK = dossier.UnitRef("desk", "Bộ phận một cửa", "One-stop desk")
OFFICE = dossier.UnitRef("office", "Phòng Tư pháp", "Justice office")
AN = dossier.OfficerRef("acc-an", "Trần Văn An", "cán bộ tiếp nhận")
BINH = dossier.OfficerRef("acc-binh", "Lê Thị Bình", "chuyên viên")
AGENCY = dossier.AgencyRef(
    "ag", "000.00.14.H56", "UBND xã Cẩm Lạc", "Cẩm Lạc commune", "0239 000 111"
)
SECRET_TEXT = "CCCD của bà Hoa đã hết hạn"

STEP = dossier.RouteStep(
    "handle", "Thẩm định", "Assessment", "handling", OFFICE, 16, action="complete"
)
SUBMITTED = replace(
    example_of(dossier.DossierSubmitted),
    code=CODE,
    subject="acc-1",
    agency=AGENCY,
    procedure=replace(
        example_of(dossier.ProcedureKept),
        name="Đăng ký khai sinh",
        name_en="Birth registration",
    ),
    route=(replace(STEP, id="receive", name="Tiếp nhận", unit=DESK), STEP),
    check_due=NOW + timedelta(hours=8),
    applicant=None,
    owner=None,
    answers=None,
    pin=None,
)
ACCEPTED = dossier.DossierAccepted(CODE, AN, DESK, NOW, NOW + timedelta(days=5))
REFUSED = dossier.DossierRefused(CODE, AN, DESK, SECRET_TEXT, "Điều 5 NĐ 61/2018/NĐ-CP", NOW)
SUPPLEMENT = dossier.SupplementRequested(
    code=CODE,
    officer=AN,
    unit=DESK,
    items=(dossier.SupplementItem("Bản sao giấy khai sinh"), dossier.SupplementItem(SECRET_TEXT)),
    reason="Thành phần hồ sơ chưa đủ",
    legal_basis="",
    requested_at=NOW,
)
FEE_DUE = dossier.FeeRequested(
    code=CODE,
    subject="acc-1",
    agency="ag",
    obligation="ob7",
    lines=(dossier.FeeLine("Lệ phí", 5_000, 2),),
    amount=10_000,
    payable_online=True,
    officer=AN,
    requested_at=NOW,
)
FEE_PAID = dossier.FeePaid(CODE, "ob7", "ob7-1", 10_000, "online", "ob7-1", NOW)
ENTERED = dossier.StepEntered(
    code=CODE,
    step="handle",
    unit=OFFICE,
    entered_at=NOW,
    due=NOW + timedelta(days=2),
    officer=BINH,
    from_unit=DESK,
    from_officer=AN,
)
COMPLETED = dossier.DossierCompleted(CODE, NOW, NOW + timedelta(days=1), dossier.Timing.EARLY)
IN_PERSON = dossier.ResultDispatched(
    code=CODE,
    by=dossier.ReturnBy.IN_PERSON,
    officer=AN,
    dispatched_at=NOW,
    number="12/GCN",
    appointment_at=NOW + timedelta(days=1),
    appointment_place="Bộ phận một cửa, UBND xã Cẩm Lạc",
)
BY_POST = replace(
    IN_PERSON,
    by=dossier.ReturnBy.POST,
    tracking="VN123",
    appointment_at=None,
    appointment_place="",
)
ONLINE = replace(BY_POST, by=dossier.ReturnBy.ONLINE, tracking="")
RECEIVED = dossier.ResultReceived(CODE, "acc-1", NOW, dossier.ReturnBy.IN_PERSON, AN)
BOOKED = dossier.AppointmentBooked(
    code=CODE,
    agency=AGENCY,
    unit=DESK,
    purpose="Thu nhận vân tay, ảnh khuôn mặt",
    starts_at=NOW + timedelta(days=1),
    ends_at=NOW + timedelta(days=1, minutes=30),
    booked_at=NOW,
)
TRANSFERRED = dossier.DossierTransferred(
    code=CODE,
    from_agency=AGENCY,
    to_agency=replace(AGENCY, id="ag-2", name="UBND xã Thiên Cầm", name_en="Thiên Cầm commune"),
    route=(STEP,),
    reason=SECRET_TEXT,
    transferred_at=NOW,
    officer=AN,
)
EXTENDED = dossier.DeadlineExtended(
    code=CODE,
    officer=AN,
    reason=SECRET_TEXT,
    days=2,
    extended_at=NOW,
    former_due=NOW + timedelta(days=5),
    due=NOW + timedelta(days=7),
    step_due=NOW + timedelta(days=3),
)
WITHDRAWAL_REFUSED = dossier.WithdrawalRefused(CODE, AN, DESK, SECRET_TEXT, NOW)
STOPPED = dossier.ProcessingStopped(CODE, AN, DESK, SECRET_TEXT, "Điều 21 Luật Cư trú", NOW)
WITHDRAWN = dossier.DossierWithdrawn(CODE, "acc-1", NOW)
LOOK_UP = dossier.LookUpCodeRequested("lu-1", CODE)
REGISTERED = identity.AccountRegistered(
    account="acc-1",
    subject="acc-1",
    kind=identity.AccountKind.CITIZEN,
    locale="vi",
    consent_version="1",
)
RESENT = identity.ActivationRequested("acc-1")
FORGOTTEN = identity.PasswordResetRequested("acc-1")

TOLD_OF_ALL = (
    SUBMITTED,
    ACCEPTED,
    REFUSED,
    SUPPLEMENT,
    FEE_DUE,
    FEE_PAID,
    ENTERED,
    COMPLETED,
    IN_PERSON,
    BY_POST,
    ONLINE,
    BOOKED,
    RECEIVED,
    TRANSFERRED,
    EXTENDED,
    WITHDRAWAL_REFUSED,
    STOPPED,
    WITHDRAWN,
)

REMINDED = dossier.StepReminded(
    CODE, "handle", OFFICE, dossier.Urgency.MOST, NOW + timedelta(hours=3), (AN, BINH), NOW
)

EXPIRING = dossier.DraftExpiring(
    "draft-1", "acc-1", "Đăng ký khai sinh", "Birth registration", NOW + timedelta(days=3)
)

NOTICE = dossier.Notice(
    code=CODE,
    account="acc-1",
    name="Nguyễn Thị Hoa",
    email="hoa@example.vn",
    phone="0912345678",
    locale="vi",
    pin="4711",
    procedure="Đăng ký khai sinh",
    procedure_en="Birth registration",
    agency=AGENCY.name,
    agency_en=AGENCY.name_en,
    hotline=AGENCY.hotline,
    unit=OFFICE.name,
    unit_en=OFFICE.name_en,
    officer="Lê Thị Bình",
    step="Thẩm định",
    step_en="Assessment",
    due=NOW + timedelta(days=5),
)
LOOK_UP_NOTICE = dossier.LookUpNotice("hoa@example.vn", "vi", "903114", NOW + timedelta(minutes=10))
ACTIVATION = identity.ActivationNotice(
    identity.Contact("Nguyễn Thị Hoa", "hoa@example.vn", "0912345678", "vi"),
    "token.of.activation",
    NOW + timedelta(days=1),
)
PASSWORD_RESET = identity.PasswordResetNotice(
    ACTIVATION.contact, "token.of.password", NOW + timedelta(hours=1)
)


def recorded(event: Any, event_id: str = "e-1", version: int = 3) -> Recorded:
    """Return an event as the subscription hands it over."""
    source = "identity" if type(event) in identity.EVENTS.types.values() else "dossier"
    return Recorded(
        event=event,
        id=event_id,
        type=type(event).__name__,
        source=source,
        stream=f"dossier-{CODE}",
        version=version,
        position=9,
        occurred_at=NOW,
        recorded_at=NOW,
        actor=Actor("acc-an", "officer"),
        correlation="conversation-1",
    )
