"""A dossier to tell stories about: an agency, its people, a procedure, and every command.

Invented names; Monday 7 September 2026 begins a week without holidays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from kernel.events import Actor, Recorded
from kernel.requests import Caller
from kernel.schemas import personal_fields
from services.dossier.clock import VIETNAM, vietnam
from services.dossier.contract import (
    AgencyRef,
    Attachment,
    DocumentKept,
    FeeLine,
    OfficerRef,
    Person,
    PersonKind,
    ProcedureKept,
    ReturnBy,
    RouteStep,
    SupplementItem,
    UnitRef,
)
from services.dossier.decider import State, decide, evolve, initial
from services.dossier.decider import commands as do

CALENDAR = vietnam()
CODE = "000.01.38.H56-260907-0001"


def at(text: str) -> datetime:
    """Return a moment of Vietnam: `at("2026-09-07 09:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


MONDAY = at("2026-09-07 09:00")

# The agency and its people

AGENCY = AgencyRef("ubnd-16594", "000.01.38.H56", "UBND phường Tân Dân", "Tân Dân Ward", "1900")
DESK = UnitRef("one-stop", "Bộ phận một cửa", "One-stop desk")
TEAM = UnitRef("civil", "Bộ phận Hộ tịch", "Civil status section")
HEADS = UnitRef("leadership", "Lãnh đạo UBND", "Leadership")
OFFICE = UnitRef("office", "Văn thư", "Records office")

ROUTE = (
    RouteStep("receive", "Tiếp nhận", "Reception", "receiving", DESK, 4, "receive"),
    RouteStep("assign", "Phân công", "Assignment", "leader", TEAM, 4, "assign"),
    RouteStep("handle", "Thụ lý", "Handling", "handling", TEAM, 24, "complete"),
    RouteStep("review", "Lãnh đạo phòng duyệt", "Review", "leader", TEAM, 8, "complete"),
    RouteStep("sign", "Lãnh đạo ký", "Signature", "leader", HEADS, 8, "approve"),
    RouteStep("records", "Văn thư", "Records", "records", OFFICE, 4, "dispatch"),
    RouteStep("return", "Trả kết quả", "Return", "receiving", DESK, 4, "hand-over"),
)


# The neighbouring ward: the same workflow, with its own units

OTHER_AGENCY = AgencyRef("ubnd-16654", "000.02.38.H56", "UBND phường Nghi Sơn", "Nghi Sơn Ward")
OTHER_ROUTE = tuple(
    replace(step, unit=replace(step.unit, id=f"other-{step.unit.id}")) for step in ROUTE
)


def _officer(account: str, name: str, role: str, unit: UnitRef, agency: str = AGENCY.id) -> Caller:
    return Caller(f"acc-{account}", "officer", name, (role,), agency, unit.id)


APPLICANT = Caller("acc-an", "citizen", "Nguyễn Thị An", verified=True)
OTHER_CITIZEN = Caller("acc-binh", "citizen", "Trần Văn Bình", verified=True)
RECEIVING = _officer("lan", "Lê Thị Lan", "receiving", DESK)
TEAM_LEADER = _officer("hung", "Phạm Văn Hùng", "leader", TEAM)
HANDLING = _officer("mai", "Vũ Thị Mai", "handling", TEAM)
COLLEAGUE = _officer("nam", "Đỗ Văn Nam", "handling", TEAM)
CHAIR = _officer("son", "Hoàng Văn Sơn", "leader", HEADS)
RECORDS = _officer("thu", "Bùi Thị Thu", "records", OFFICE)
AUDITOR = _officer("kiem", "Ngô Văn Kiểm", "auditor", HEADS)
ADMINISTRATOR = _officer("tri", "Mai Văn Trị", "administrator", HEADS)
ELSEWHERE = _officer("xa", "Lý Văn Xa", "leader", HEADS, "ubnd-16654")

DESK_ELSEWHERE = _officer("hoa", "Trịnh Thị Hoa", "receiving", OTHER_ROUTE[0].unit, "ubnd-16654")

PEOPLE = {
    "applicant": APPLICANT,
    "other citizen": OTHER_CITIZEN,
    "receiving officer": RECEIVING,
    "team leader": TEAM_LEADER,
    "handling officer": HANDLING,
    "colleague": COLLEAGUE,
    "chair": CHAIR,
    "records officer": RECORDS,
    "auditor": AUDITOR,
    "administrator": ADMINISTRATOR,
    "leader elsewhere": ELSEWHERE,
    "receiving officer elsewhere": DESK_ELSEWHERE,
}


def ref(who: Caller) -> OfficerRef:
    """Return an officer as citizens see one."""
    return OfficerRef(who.id, who.name, "Chuyên viên")


# The procedure and what is filed

DECLARATION = DocumentKept("declaration", "Tờ khai", "Declaration", required=True)
LEASE = DocumentKept("lease", "Hợp đồng thuê nhà", "Lease", required=False)
TARIFF = FeeLine("Lệ phí đăng ký", 20_000, 1, "registration")
PROCEDURE = ProcedureKept(
    code="1.004222",
    version=1,
    name="Đăng ký thường trú",
    name_en="Permanent residence registration",
    field_code="G01-CA05",
    field_name="Cư trú",
    service_level="full",
    legacy_level=4,
    time_unit="working-day",
    time_value=7,
    fees=(TARIFF,),
    documents=(DECLARATION, LEASE),
)
PERSON = Person(
    kind=PersonKind.CITIZEN,
    name="Nguyễn Thị An",
    identity_number="038190000123",
    phone="0912345678",
    email="an@example.vn",
    date_of_birth=date(1990, 2, 3),
    sex="female",
)


def attachment(requirement: str, file: str = "") -> Attachment:
    """Return a file given for a document requirement."""
    return Attachment(requirement, file or f"file-{requirement}", "0" * 64, "application/pdf", 9)


RESULT = attachment("", "file-result")


# Commands. Each takes the moment; whoever may do it by default does it.


def submit(when: datetime = MONDAY, by: Caller = APPLICANT, **changes: Any) -> do.Submit:
    """Submit with everything in order; `changes` replaces fields."""
    command = do.Submit(
        by=by,
        code=CODE,
        channel="online",
        procedure=PROCEDURE,
        agency=AGENCY,
        route=ROUTE,
        documents=(attachment("declaration"),),
        return_by=ReturnBy.IN_PERSON,
        locale="vi",
        applicant=PERSON,
        owner=PERSON,
        answers={"reason": "Về ở với cha mẹ"},
        pin="4711",
        at=when,
        calendar=CALENDAR,
        subject=by.id,
    )
    return replace(command, **changes)


def enter(when: datetime = MONDAY, by: Caller = RECEIVING, **changes: Any) -> do.Submit:
    """Enter it at the counter, for somebody without an account."""
    there = {"channel": "in-person", "subject": "person-1", "officer": ref(by)}
    return submit(when, by, **{**there, **changes})


def accept(when: datetime = MONDAY, by: Caller = RECEIVING) -> do.Accept:
    """Take it."""
    return do.Accept(by, ref(by), when, CALENDAR)


def refuse(when: datetime = MONDAY, by: Caller = RECEIVING) -> do.Refuse:
    """Do not take it."""
    return do.Refuse(by, ref(by), when, "Không thuộc thẩm quyền.", "Điều 22 Luật Cư trú")


def request_supplement(
    when: datetime = MONDAY, by: Caller = RECEIVING, item: SupplementItem | None = None
) -> do.RequestSupplement:
    """Ask for the lease."""
    asked = item or SupplementItem("Thiếu trang ký tên", "lease")
    return do.RequestSupplement(by, ref(by), when, (asked,), "Hồ sơ chưa đủ.", "")


def supplement(when: datetime = MONDAY, by: Caller = APPLICANT, **changes: Any) -> do.Supplement:
    """Send the lease, or enter the one that was brought to the counter."""
    officer = ref(by) if by.is_officer else None
    command = do.Supplement(by, when, CALENDAR, (attachment("lease"),), officer=officer)
    return replace(command, **changes)


def withdraw(when: datetime = MONDAY, by: Caller = APPLICANT) -> do.Withdraw:
    """Take it back."""
    return do.Withdraw(by, when, "Không còn nhu cầu")


def request_withdrawal(when: datetime = MONDAY, by: Caller = APPLICANT) -> do.RequestWithdrawal:
    """Ask to take it back, oneself or at the counter."""
    officer = ref(by) if by.is_officer else None
    return do.RequestWithdrawal(by, when, "Không còn nhu cầu", officer)


def grant_withdrawal(when: datetime = MONDAY, by: Caller = HANDLING) -> do.GrantWithdrawal:
    """Let it be taken back."""
    return do.GrantWithdrawal(by, ref(by), when)


def refuse_withdrawal(when: datetime = MONDAY, by: Caller = HANDLING) -> do.RefuseWithdrawal:
    """Keep it."""
    return do.RefuseWithdrawal(by, ref(by), when, "Kết quả đã được ký.")


def extend(when: datetime = MONDAY, by: Caller = CHAIR, days: int = 2) -> do.Extend:
    """Ask for two working days more."""
    return do.Extend(by, ref(by), when, CALENDAR, days, "Chờ xác minh nơi cư trú cũ.")


def transfer(
    when: datetime = MONDAY, by: Caller = CHAIR, to: AgencyRef = OTHER_AGENCY
) -> do.Transfer:
    """Send it to the neighbouring ward."""
    reason = "Người nộp đã chuyển nơi cư trú."
    return do.Transfer(by, ref(by), when, CALENDAR, to, OTHER_ROUTE, reason, "Điều 22")


def succeed(
    when: datetime = MONDAY,
    agency: AgencyRef = OTHER_AGENCY,
    route: tuple[RouteStep, ...] | None = None,
) -> do.Succeed:
    """The neighbouring ward takes over what this one held."""
    return do.Succeed(agency, route or OTHER_ROUTE, when, CALENDAR)


def stop(when: datetime = MONDAY, by: Caller = HANDLING) -> do.Stop:
    """Do not go on with it."""
    return do.Stop(by, ref(by), when, "Chủ hồ sơ đã mất.", "Điều 7 Luật Cư trú")


def assign(when: datetime = MONDAY, by: Caller = TEAM_LEADER, to: Caller = HANDLING) -> do.Assign:
    """Put it into the handling officer's hands."""
    assignee = do.Assignee(ref(to), to.agency or "", to.unit or "", to.roles)
    return do.Assign(by, ref(by), when, CALENDAR, assignee)


def complete_step(when: datetime = MONDAY, by: Caller = HANDLING) -> do.CompleteStep:
    """The work of the step is done."""
    return do.CompleteStep(by, ref(by), when, CALENDAR)


def consult(
    when: datetime = MONDAY, by: Caller = HANDLING, unit: UnitRef = OFFICE, hours: int = 16
) -> do.Consult:
    """Ask a unit for its opinion."""
    return do.Consult(by, ref(by), when, CALENDAR, unit, "Hồ sơ gốc có trùng không?", hours)


def answer_consultation(when: datetime = MONDAY, by: Caller = RECORDS) -> do.AnswerConsultation:
    """Give the opinion of one's unit."""
    return do.AnswerConsultation(by, ref(by), when, "Không trùng")


def call_off_consultation(
    when: datetime = MONDAY, by: Caller = HANDLING, unit: UnitRef = OFFICE
) -> do.CallOffConsultation:
    """Do without a unit's opinion."""
    return do.CallOffConsultation(by, ref(by), when, unit.id)


def return_step(when: datetime = MONDAY, by: Caller = CHAIR, to: str = "handle") -> do.ReturnStep:
    """Send it back."""
    return do.ReturnStep(by, ref(by), when, CALENDAR, to, "Chưa rõ diện tích")


def request_fee(
    when: datetime = MONDAY, by: Caller = RECEIVING, lines: Sequence[FeeLine] = ()
) -> do.RequestFee:
    """Ask for the fee of the tariff."""
    return do.RequestFee(by, ref(by), when, "obligation-1", tuple(lines))


def fee_paid(when: datetime = MONDAY, obligation: str = "obligation-1") -> do.RecordFeePaid:
    """The payment service has the money."""
    return do.RecordFeePaid(obligation, "payment-1", 20_000, "online", "BL-0001", when, CALENDAR)


def approve(when: datetime = MONDAY, by: Caller = CHAIR) -> do.Approve:
    """Approve the result."""
    return do.Approve(by, ref(by), when, CALENDAR)


def dispatch(when: datetime = MONDAY, by: Caller = RECORDS, **changes: Any) -> do.Dispatch:
    """Send the result, with the particulars of every way of return."""
    command = do.Dispatch(
        by=by,
        officer=ref(by),
        at=when,
        calendar=CALENDAR,
        number="12/GXN",
        result=RESULT,
        tracking="EV123456789VN",
        appointment_at=at("2026-09-30 09:00"),
        appointment_place="Bộ phận một cửa",
    )
    return replace(command, **changes)


def hand_over(when: datetime = MONDAY, by: Caller = RECEIVING, signed_by: str = "") -> do.HandOver:
    """The applicant, or who is named, signed for it."""
    return do.HandOver(by, ref(by), when, signed_by)


FINGERPRINTS = "Thu nhận vân tay, ảnh khuôn mặt."


def book(
    when: datetime = MONDAY, by: Caller = APPLICANT, starts_at: datetime | None = None
) -> do.Book:
    """Come on Tuesday at eight."""
    officer = ref(by) if by.is_officer else None
    return do.Book(by, when, CALENDAR, starts_at or at("2026-09-08 08:00"), officer)


def confirm_receipt(when: datetime = MONDAY, by: Caller = APPLICANT) -> do.ConfirmReceipt:
    """The post brought it."""
    return do.ConfirmReceipt(by, when)


def rate(when: datetime = MONDAY, by: Caller = APPLICANT, comment: str = "Nhanh") -> do.Rate:
    """Four of five."""
    return do.Rate(by, when, 4, comment)


def notified(delivered: bool = True, message: str = "message-1") -> do.RecordNotification:
    """Notify tells how a message went."""
    return do.RecordNotification(message, "dossier-accepted", "mail", delivered, MONDAY)


def remind(when: datetime = MONDAY) -> do.Remind:
    """It may be time to remind the handling officer, or the team's leader."""
    return do.Remind(when, CALENDAR, workers=(ref(HANDLING),), heads=(ref(TEAM_LEADER),))


class Story:
    """A dossier that is told what to do; it keeps what happened."""

    def __init__(self, *commands: Any) -> None:
        self.state: State = initial
        self.events: list[Any] = []
        for command in commands:
            self.tell(command)

    def tell(self, command: Any) -> list[Any]:
        """Carry out a command; returns the events that it led to."""
        events = list(decide(self.state, command))
        for event in events:
            self.state = evolve(self.state, event)
        self.events += events
        return events

    def history(self) -> list[Recorded]:
        """Return the events as they stand in a ledger."""
        actor = Actor(APPLICANT.id, "citizen")
        return [
            Recorded(
                event=event,
                id=f"event-{version}",
                type=type(event).__name__,
                source="dossier",
                stream=f"dossier-{CODE}",
                version=version,
                position=version,
                occurred_at=MONDAY,
                recorded_at=MONDAY,
                actor=actor,
            )
            for version, event in enumerate(self.events, 1)
        ]


def without_key(history: Sequence[Recorded]) -> list[Recorded]:
    """Return a history as it reads once the applicant's key was destroyed."""
    return [
        replace(
            record,
            event=replace(record.event, **dict.fromkeys(personal_fields(type(record.event)))),
        )
        for record in history
    ]


def types(events: Sequence[Any]) -> list[str]:
    """Return the names of events."""
    return [type(event).__name__ for event in events]


# Stories up to a point

UNTIL: dict[str, Callable[[], Story]] = {
    "submitted": lambda: Story(submit()),
    "accepted": lambda: Story(submit(), accept()),
    "handling": lambda: Story(submit(), accept(), assign()),
    "review": lambda: Story(submit(), accept(), assign(), complete_step()),
    "signature": lambda: _signature(),
    "records": lambda: _records(),
    "completed": lambda: _completed(),
    "completed, fee due": lambda: _completed(request_fee()),
    "to come in person": lambda: Story(
        submit(procedure=replace(PROCEDURE, in_person=FINGERPRINTS)), accept(), assign()
    ),
    "sent by post": lambda: _sent_by_post(),
    "returned": lambda: _completed(hand_over()),
    "rated": lambda: _completed(hand_over(), rate()),
    "supplement asked at the desk": lambda: Story(submit(), request_supplement()),
    "supplement asked in handling": lambda: Story(
        submit(), accept(), assign(), request_supplement(by=HANDLING)
    ),
    "fee due at the desk": lambda: Story(submit(), request_fee()),
    "fee due in handling": lambda: Story(submit(), accept(), assign(), request_fee()),
    "refused": lambda: Story(submit(), refuse()),
    "withdrawn": lambda: Story(submit(), withdraw()),
    "extended": lambda: Story(submit(), accept(), assign(), extend()),
    "transferred when new": lambda: Story(submit(), transfer()),
    "transferred in handling": lambda: Story(submit(), accept(), assign(), transfer()),
    "stopped": lambda: Story(submit(), accept(), assign(), stop()),
    "consulting": lambda: Story(submit(), accept(), assign(), consult()),
    "withdrawal asked": lambda: Story(submit(), accept(), assign(), request_withdrawal()),
    "withdrawal asked at records": lambda: _records(request_withdrawal()),
    "counter, accepted": lambda: Story(enter()),
    "counter, supplement asked": lambda: Story(enter(), assign(), request_supplement(by=HANDLING)),
}


def _signature(*more: Any) -> Story:
    review = complete_step(by=TEAM_LEADER)
    return Story(submit(), accept(), assign(), complete_step(), review, *more)


def _records(*more: Any) -> Story:
    return _signature(approve(), *more)


def _sent_by_post() -> Story:
    review = complete_step(by=TEAM_LEADER)
    begun = (submit(return_by=ReturnBy.POST), accept(), assign(), complete_step(), review)
    return Story(*begun, approve(), dispatch(appointment_at=None))


def _completed(*more: Any) -> Story:
    return _records(dispatch(), *more)
