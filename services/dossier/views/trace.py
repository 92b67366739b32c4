"""The trace: every event of a dossier told in both languages (E05, E09; the control slip)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.events import Recorded
from kernel.schemas import personal_fields
from services.dossier import contract
from services.dossier.contract import OfficerRef, RouteStep, Trace, TraceEntry
from services.dossier.decider.state import Dossier, State, evolve, initial
from services.dossier.names import CHANNEL_NAMES, RETURN_NAMES, TIMING_NAMES, URGENCY_NAMES, Name
from services.dossier.views.explanation import PAUSE_REASONS
from services.dossier.wording import moment, money, working_time

APPLICANT: Name = ("Người nộp hồ sơ", "The applicant")
SYSTEM: Name = ("Hệ thống", "The system")
ERASED: Name = (
    "Thông tin cá nhân đã xóa theo yêu cầu.",
    "Personal information was erased on request.",
)


@dataclass(frozen=True)
class Told:
    """An event in words."""

    title: Name
    detail: Name = ("", "")


def trace(history: Sequence[Recorded], *, erased: bool = False) -> Trace:
    """Tell a dossier's whole history, oldest first; what is personal and sealed is left out.

    With `erased` each event that can hold personal parts says that they were erased.
    """
    entries: list[TraceEntry] = []
    before: State = initial
    for record in history:
        after = evolve(before, record.event)
        if after is None:
            raise ValueError(f"{record.stream} begins with {record.type}")
        entries.append(_entry(record, before or after, after, erased))
        before = after
    code = before.code if before else ""
    return Trace(code, history[-1].version if history else 0, tuple(entries))


def _entry(record: Recorded, before: Dossier, after: Dossier, erased: bool) -> TraceEntry:
    told = TELLERS[type(record.event)](record.event, before)
    if erased and personal_fields(type(record.event)):
        told = _redacted(told)
    who, who_en = _who(record.event)
    hold = after.hold
    return TraceEntry(
        version=record.version,
        event=record.type,
        event_id=record.id,
        type=record.type,
        at=record.occurred_at,
        title=told.title[0],
        title_en=told.title[1],
        detail=told.detail[0],
        detail_en=told.detail[1],
        who=who,
        who_en=who_en,
        step=hold.step.name if hold else "",
        step_en=hold.step.name_en if hold else "",
        unit=hold.unit.name if hold else "",
        officer=_named(hold.officer) if hold and hold.officer else "",
        due=after.clock.due,
        step_due=hold.due if hold else None,
    )


_BY_APPLICANT = (
    contract.DossierSubmitted,
    contract.DossierSupplemented,
    contract.WithdrawalRequested,
    contract.FeePaid,
    contract.DossierRated,
)


def _redacted(told: Told) -> Told:
    vi, en = (f"{text} {said}".strip() for text, said in zip(told.detail, ERASED, strict=True))
    return Told(told.title, (vi, en))


def _who(event: Any) -> Name:
    if isinstance(event, _BY_APPLICANT) and getattr(event, "officer", None) is None:
        return APPLICANT
    match event:
        case contract.DossierWithdrawn(officer=None) | contract.AppointmentBooked(officer=None):
            return APPLICANT
        case contract.ResultReceived(officer=None, by=contract.ReturnBy.POST):
            return APPLICANT
    if isinstance(event, contract.StepEntered):
        officer = event.from_officer
    else:
        officer = getattr(event, "assigned_by", None) or getattr(event, "officer", None)
    return (_named(officer), _named(officer)) if officer is not None else SYSTEM


def _named(officer: OfficerRef) -> str:
    return f"{officer.title} {officer.name}".strip()


def _step(dossier: Dossier, step_id: str) -> RouteStep:
    return dossier.step(step_id)


# One teller per event


def _submitted(event: contract.DossierSubmitted, _: Dossier) -> Told:
    check = moment(event.check_due)
    if event.officer is not None:
        return _entered_at_counter(event)
    return Told(
        ("Nộp hồ sơ", "Submitted"),
        (
            f"«{event.procedure.name}», gửi tới {event.agency.name}; kiểm tra trước {check}.",
            f"“{event.procedure.name_en}”, sent to {event.agency.name_en}; checked before {check}.",
        ),
    )


def _entered_at_counter(event: contract.DossierSubmitted) -> Told:
    vi, en = CHANNEL_NAMES[event.channel]
    arrived = (
        (f", đến lúc {moment(event.arrived_at)}", f", arrived {moment(event.arrived_at)}")
        if event.arrived_at
        else ("", "")
    )
    return Told(
        (f"Nhận hồ sơ {vi}", f"Taken in {en}"),
        (
            f"«{event.procedure.name}»{arrived[0]}, tại {event.agency.name}.",
            f"“{event.procedure.name_en}”{arrived[1]}, at {event.agency.name_en}.",
        ),
    )


def _accepted(event: contract.DossierAccepted, _: Dossier) -> Told:
    due = moment(event.due)
    return Told(
        ("Tiếp nhận hồ sơ", "Accepted"),
        _noted(f"{event.unit.name}. Hạn trả {due}.", f"{event.unit.name_en}. Due {due}.", event),
    )


def _refused(event: contract.DossierRefused, _: Dossier) -> Told:
    basis = (f" Căn cứ: {event.legal_basis}.", f" Basis: {event.legal_basis}.")
    vi, en = basis if event.legal_basis else ("", "")
    return Told(("Từ chối tiếp nhận", "Refused"), (event.reason + vi, event.reason + en))


def _supplement_requested(event: contract.SupplementRequested, dossier: Dossier) -> Told:
    listed = {document.id: document for document in dossier.procedure.documents}

    def missing(item: contract.SupplementItem) -> Name:
        document = listed.get(item.requirement or "")
        if document is None:
            return item.note, item.note
        return f"{document.name}: {item.note}", f"{document.name_en or document.name}: {item.note}"

    items = [missing(item) for item in event.items]
    return Told(
        ("Yêu cầu bổ sung", "Supplement requested"),
        (
            f"{event.reason} Cần bổ sung: " + "; ".join(vi for vi, _ in items) + ".",
            f"{event.reason} Needed: " + "; ".join(en for _, en in items) + ".",
        ),
    )


def _supplemented(event: contract.DossierSupplemented, _: Dossier) -> Told:
    count = len(event.documents)
    return Told(
        ("Bổ sung hồ sơ", "Supplemented"),
        _noted(f"Đã gửi {count} tệp.", f"{count} file(s) sent.", event),
    )


def _step_entered(event: contract.StepEntered, dossier: Dossier) -> Told:
    step, due = _step(dossier, event.step), moment(event.due)
    to = f", {_named(event.officer)}" if event.officer else ""
    vi = f"Đến {event.unit.name}{to}; hạn của bước {due}."
    en = f"To {event.unit.name_en}{to}; the step is due {due}."
    if event.from_unit is not None:
        officer = f", {_named(event.from_officer)}" if event.from_officer else ""
        vi = f"Từ {event.from_unit.name}{officer}. {vi}"
        en = f"From {event.from_unit.name_en}{officer}. {en}"
    return Told((f"Chuyển đến bước «{step.name}»", f"Moved to step “{step.name_en}”"), (vi, en))


def _assigned(event: contract.OfficerAssigned, dossier: Dossier) -> Told:
    step, officer = _step(dossier, event.step), _named(event.officer)
    if event.deputy_until is not None:
        until, away = f"{event.deputy_until:%d/%m/%Y}", _named(event.assigned_by)
        return Told(
            (f"{officer} xử lý thay", f"{officer} stands in"),
            (
                f"{away} vắng mặt đến hết {until}. Bước «{step.name}».",
                f"{away} is away until {until}. Step “{step.name_en}”.",
            ),
        )
    return Told(
        (f"Phân công {officer}", f"Assigned to {officer}"),
        (
            f"Bước «{step.name}», {event.unit.name}.",
            f"Step “{step.name_en}”, {event.unit.name_en}.",
        ),
    )


def _step_completed(event: contract.StepCompleted, dossier: Dossier) -> Told:
    step = _step(dossier, event.step)
    vi, en = TIMING_NAMES[event.timing]
    return Told(
        (f"Hoàn thành bước «{step.name}», {vi}", f"Step “{step.name_en}” completed, {en}"),
        _noted(f"{event.unit.name}.", f"{event.unit.name_en}.", event),
    )


def _consulted(event: contract.ConsultationRequested, _: Dossier) -> Told:
    due = moment(event.due)
    return Told(
        (f"Lấy ý kiến {event.unit.name}", f"{event.unit.name_en} is asked for its opinion"),
        (f"Trả lời trước {due}.", f"To be answered by {due}."),
    )


def _opinion_given(event: contract.ConsultationAnswered, _: Dossier) -> Told:
    vi, en = TIMING_NAMES[event.timing]
    return Told(
        (f"{event.unit.name} đã cho ý kiến", f"{event.unit.name_en} gave its opinion"),
        (f"Trả lời {vi}.", f"Answered {en}."),
    )


def _called_off(event: contract.ConsultationCalledOff, _: Dossier) -> Told:
    return Told(
        (
            f"Thôi lấy ý kiến {event.unit.name}",
            f"The opinion of {event.unit.name_en} is not needed any more",
        )
    )


def _step_returned(event: contract.StepReturned, dossier: Dossier) -> Told:
    to = _step(dossier, event.to)
    return Told(
        (f"Trả lại bước «{to.name}»", f"Returned to step “{to.name_en}”"),
        (event.reason, event.reason),
    )


def _paused(event: contract.ClockPaused, _: Dossier) -> Told:
    vi, en = PAUSE_REASONS[event.reason]
    return Told(
        ("Tạm dừng tính thời hạn", "The clock is paused"),
        (f"Vì {vi}; hạn trả đang là {moment(event.due)}.", f"{en}; due {moment(event.due)}."),
    )


def _resumed(event: contract.ClockResumed, _: Dossier) -> Told:
    vi, en = working_time(event.paused_minutes)
    former, due = moment(event.former_due), moment(event.due)
    return Told(
        ("Tiếp tục tính thời hạn", "The clock runs again"),
        (
            f"Đã tạm dừng {vi}; hạn trả từ {former} lùi đến {due}.",
            f"Paused for {en}; the due time moved from {former} to {due}.",
        ),
    )


def _extended(event: contract.DeadlineExtended, _: Dossier) -> Told:
    former, due = moment(event.former_due), moment(event.due)
    return Told(
        ("Gia hạn, xin lỗi người nộp", "Extended, with an apology"),
        (
            f"Hạn trả từ {former} lùi đến {due}. Lý do: {event.reason}",
            f"The due time moved from {former} to {due}. Reason: {event.reason}",
        ),
    )


def _transferred(event: contract.DossierTransferred, _: Dossier) -> Told:
    basis = (f" Căn cứ: {event.legal_basis}.", f" Basis: {event.legal_basis}.")
    vi, en = basis if event.legal_basis else ("", "")
    if not event.to_another:
        return Told(
            ("Thay đổi đơn vị giải quyết", "Other units are to act"),
            (event.reason + vi, event.reason + en),
        )
    source, target = event.from_agency, event.to_agency
    return Told(
        (f"Chuyển đến {target.name}", f"Transferred to {target.name_en}"),
        (
            f"Từ {source.name}. {event.reason}{vi}",
            f"From {source.name_en}. {event.reason}{en}",
        ),
    )


def _booked(event: contract.AppointmentBooked, _: Dossier) -> Told:
    when = moment(event.starts_at)
    return Told(
        (f"Hẹn đến làm việc trực tiếp {when}", f"Appointment in person {when}"),
        (
            f"{event.unit.name}, {event.agency.name}. {event.purpose}",
            f"{event.unit.name_en}, {event.agency.name_en}. {event.purpose}",
        ),
    )


def _fee_requested(event: contract.FeeRequested, _: Dossier) -> Told:
    lines = "; ".join(f"{line.label}: {money(line.amount)}" for line in event.lines)
    vi, en = ("nộp tại quầy", "at the counter")
    if event.payable_online:
        vi, en = ("nộp trực tuyến hoặc tại quầy", "online or at the counter")
    amount = money(event.amount)
    return Told(
        (f"Yêu cầu nộp {amount}", f"Fee of {amount} requested"),
        (f"{lines} ({vi}).", f"{lines} (to be paid {en})."),
    )


def _fee_paid(event: contract.FeePaid, _: Dossier) -> Told:
    how = {"online": ("Trực tuyến", "Online"), "cash": ("Tiền mặt tại quầy", "Cash at the counter")}
    vi, en = how.get(event.method, (event.method, event.method))
    amount = money(event.amount)
    return Told(
        (f"Đã nộp {amount}", f"{amount} paid"),
        (f"{vi}, biên lai {event.receipt}.", f"{en}, receipt {event.receipt}."),
    )


def _approved(event: contract.ResultApproved, _: Dossier) -> Told:
    return Told(
        ("Phê duyệt kết quả", "Result approved"),
        _noted(f"{event.unit.name}.", f"{event.unit.name_en}.", event),
    )


def _completed(event: contract.DossierCompleted, _: Dossier) -> Told:
    vi, en = TIMING_NAMES[event.timing]
    due = moment(event.due)
    return Told(
        (f"Xử lý xong, {vi}", f"Processing completed, {en}"),
        (f"Hạn trả {due}.", f"It was due {due}."),
    )


def _dispatched(event: contract.ResultDispatched, _: Dossier) -> Told:
    vi, en = RETURN_NAMES[event.by]
    facts: list[Name] = []
    if event.number:
        facts.append((f"Số {event.number}.", f"Number {event.number}."))
    if event.tracking:
        facts.append((f"Mã vận đơn {event.tracking}.", f"Tracking number {event.tracking}."))
    if event.appointment_at is not None:
        when, where = moment(event.appointment_at), event.appointment_place
        at = f", {where}" if where else ""
        facts.append((f"Lịch hẹn {when}{at}.", f"Appointment {when}{at}."))
    return Told(
        (f"Phát hành kết quả {vi}", f"Result dispatched {en}"),
        (" ".join(one for one, _ in facts), " ".join(one for _, one in facts)),
    )


def _received(event: contract.ResultReceived, _: Dossier) -> Told:
    vi, en = RETURN_NAMES[event.by]
    title = (f"Đã trả kết quả {vi}", f"Result received {en}")
    if event.signed_by is not None:
        return Told(title, (f"Người ký nhận: {event.signed_by}.", f"Signed by {event.signed_by}."))
    if event.officer is not None and event.by is contract.ReturnBy.IN_PERSON:
        return Told(title, ("Có chữ ký nhận.", "Signed for."))
    if event.officer is None and event.by is contract.ReturnBy.POST:
        return Told(title, ("Người nộp xác nhận đã nhận.", "The applicant confirmed it."))
    return Told(title)


def _rated(event: contract.DossierRated, _: Dossier) -> Told:
    comment = event.comment or ""
    return Told(
        (f"Đánh giá {event.score}/5", f"Rated {event.score} of 5"),
        (comment, comment),
    )


def _withdrawal_requested(event: contract.WithdrawalRequested, _: Dossier) -> Told:
    reason = event.reason or ""
    return Told(("Đề nghị rút hồ sơ", "Withdrawal asked for"), (reason, reason))


def _withdrawal_refused(event: contract.WithdrawalRefused, _: Dossier) -> Told:
    return Told(("Không đồng ý cho rút hồ sơ", "Withdrawal refused"), (event.reason, event.reason))


def _withdrawn(event: contract.DossierWithdrawn, _: Dossier) -> Told:
    if event.officer is not None:
        return Told(
            ("Đồng ý cho rút hồ sơ", "Withdrawn with the agency's consent"),
            ("Hồ sơ kết thúc theo đề nghị của người nộp.", "It ended as the applicant asked."),
        )
    reason = event.reason or ""
    return Told(("Rút hồ sơ", "Withdrawn"), (reason, reason))


def _stopped(event: contract.ProcessingStopped, _: Dossier) -> Told:
    return Told(
        ("Dừng giải quyết", "Processing stopped"),
        (
            f"{event.reason} Căn cứ: {event.legal_basis}.",
            f"{event.reason} Basis: {event.legal_basis}.",
        ),
    )


def _notified(event: contract.CitizenNotified, _: Dossier) -> Told:
    channels = {"mail": ("qua thư điện tử", "by mail"), "inbox": ("trên cổng", "on the portal")}
    vi, en = channels.get(event.channel, (event.channel, event.channel))
    if event.delivered:
        return Told((f"Đã thông báo cho người nộp {vi}", f"The applicant was notified {en}"))
    return Told(
        (f"Không gửi được thông báo {vi}", f"The applicant could not be notified {en}"),
        (event.reason, event.reason),
    )


def _reminded(event: contract.StepReminded, dossier: Dossier) -> Told:
    vi, en = URGENCY_NAMES[event.urgency]
    step, due = _step(dossier, event.step), moment(event.due)
    names = ", ".join(map(_named, event.recipients)) or event.unit.name
    return Told(
        (f"Nhắc việc: {vi}", f"Reminder: {en}"),
        (
            f"Bước «{step.name}», hạn {due}. Nhắc {names}.",
            f"Step “{step.name_en}”, due {due}. To {names}.",
        ),
    )


def _noted(vi: str, en: str, event: Any) -> Name:
    note = f" {event.note}" if event.note else ""
    return vi + note, en + note


TELLERS: Mapping[type[Any], Callable[[Any, Dossier], Told]] = {
    contract.DossierSubmitted: _submitted,
    contract.DossierAccepted: _accepted,
    contract.DossierRefused: _refused,
    contract.SupplementRequested: _supplement_requested,
    contract.DossierSupplemented: _supplemented,
    contract.StepEntered: _step_entered,
    contract.OfficerAssigned: _assigned,
    contract.StepCompleted: _step_completed,
    contract.ConsultationRequested: _consulted,
    contract.ConsultationAnswered: _opinion_given,
    contract.ConsultationCalledOff: _called_off,
    contract.StepReturned: _step_returned,
    contract.ClockPaused: _paused,
    contract.ClockResumed: _resumed,
    contract.DeadlineExtended: _extended,
    contract.DossierTransferred: _transferred,
    contract.AppointmentBooked: _booked,
    contract.FeeRequested: _fee_requested,
    contract.FeePaid: _fee_paid,
    contract.ResultApproved: _approved,
    contract.DossierCompleted: _completed,
    contract.ResultDispatched: _dispatched,
    contract.ResultReceived: _received,
    contract.DossierRated: _rated,
    contract.WithdrawalRequested: _withdrawal_requested,
    contract.WithdrawalRefused: _withdrawal_refused,
    contract.DossierWithdrawn: _withdrawn,
    contract.ProcessingStopped: _stopped,
    contract.CitizenNotified: _notified,
    contract.StepReminded: _reminded,
}
