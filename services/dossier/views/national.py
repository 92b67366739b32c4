"""A dossier in the words of the national portal, folded from its history (domain §9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.events import Recorded
from services.dossier import contract
from services.dossier.clock import VIETNAM
from services.dossier.contract import Person, PersonKind
from services.dossier.contract.national import (
    CapNhatTienDoHoSoMC,
    DongBoHoSoMC,
    Exported,
    GiayToKetQua,
    HoSoBoSung,
    LePhi,
    TaiLieuNop,
)
from services.dossier.decider.state import State, evolve, initial
from services.dossier.views.picture import picture_of
from services.dossier.views.trace import trace

_CHANNELS: Mapping[str, str] = {"in-person": "1", "online": "2", "post": "3"}
_KINDS: Mapping[PersonKind, str] = {
    PersonKind.CITIZEN: "1",
    PersonKind.ORGANISATION: "2",
    PersonKind.ENTERPRISE: "3",
}
_RESULT = "Kết quả giải quyết thủ tục hành chính"

# What officers do that moves a dossier on, or says why it does not.
_PROGRESS = (
    contract.DossierAccepted,
    contract.DossierRefused,
    contract.SupplementRequested,
    contract.OfficerAssigned,
    contract.StepCompleted,
    contract.StepReturned,
    contract.FeeRequested,
    contract.DeadlineExtended,
    contract.DossierTransferred,
    contract.ResultApproved,
    contract.ResultDispatched,
    contract.ResultReceived,
    contract.ProcessingStopped,
    contract.DossierWithdrawn,
)


def exported(history: Sequence[Recorded]) -> Exported:
    """Return both messages of a dossier's history; raises `ValueError` where it is none."""
    return Exported(history[-1].version, _dossier(history), tuple(_progress(history)))


def _dossier(history: Sequence[Recorded]) -> DongBoHoSoMC:
    picture = picture_of(history)
    if picture is None:
        raise ValueError("the history is not that of a dossier")
    view, events = picture.view, [record.event for record in history]
    owner: Person | None = view.owner
    held = view.holder.unit.name if view.holder else ""
    result = view.result
    return DongBoHoSoMC(
        MaHoSo=view.code,
        MaTTHC=view.procedure.code,
        TenTTHC=view.procedure.name,
        MaLinhVuc=view.procedure.field_code,
        ChuHoSo=owner.name if owner else "",
        LoaiDoiTuong=_KINDS[owner.kind] if owner else "",
        MaDoiTuong=owner.identity_number if owner else "",
        NgayTiepNhan=_time(view.arrived_at or view.accepted_at),
        NgayHenTra=_time(view.clock.due),
        TrangThaiHoSo=str(int(view.status)),
        NgayTra=_time(result.received_at if result else None),
        HinhThuc=_CHANNELS[view.channel],
        NgayKetThucXuLy=_time(picture.completed_at),
        DonViXuLy=f"{held}, {view.agency.name}" if held else view.agency.name,
        TaiLieuNop=tuple(
            TaiLieuNop(one.requirement, one.name, one.sha256, one.reused_from or "")
            for one in view.documents
        ),
        DanhSachLePhi=tuple(
            LePhi(
                TenPhiLePhi=line.label,
                SoTien=line.amount,
                DaNop=str(int(fee.paid_at is not None)),
                NgayNop=_time(fee.paid_at),
                MaBienLai=fee.receipt,
            )
            for fee in view.fees
            for line in fee.lines
        ),
        DanhSachHoSoBoSung=tuple(_supplements(events)),
        DanhSachGiayToKetQua=tuple(
            GiayToKetQua(
                _RESULT,
                one.number,
                _time(one.dispatched_at),
                one.result.sha256 if one.result else "",
            )
            for one in events
            if isinstance(one, contract.ResultDispatched)
        ),
    )


def _supplements(events: Sequence[Any]) -> Iterator[HoSoBoSung]:
    answers = [one for one in events if isinstance(one, contract.DossierSupplemented)]
    for one in events:
        if isinstance(one, contract.SupplementRequested):
            answer = next((a for a in answers if a.supplemented_at >= one.requested_at), None)
            yield HoSoBoSung(
                one.officer.name,
                "; ".join((one.reason, *(item.note for item in one.items))),
                _time(one.requested_at),
                _time(answer.supplemented_at if answer else None),
            )


def _progress(history: Sequence[Recorded]) -> Iterator[CapNhatTienDoHoSoMC]:
    state: State = initial
    begun: datetime | None = None
    for record, told in zip(history, trace(history).entries, strict=True):
        before, event = state, record.event
        state = evolve(before, event)
        officer = getattr(event, "assigned_by", None) or getattr(event, "officer", None)
        if isinstance(event, _PROGRESS) and officer is not None and before and state:
            hold = before.hold
            unit = getattr(event, "unit", None) or (hold.unit if hold else None)
            yield CapNhatTienDoHoSoMC(
                MaHoSo=state.code,
                NguoiXuLy=officer.name,
                ChucDanh=officer.title,
                ThoiDiemXuLy=_time(record.occurred_at),
                PhongBanXuLy=unit.name if unit else "",
                NoiDungXuLy=told.title,
                TrangThai=str(int(state.status)),
                NgayBatDau=_time(begun),
                NgayKetThucTheoQuyDinh=_time(hold.due if hold else None),
            )
        if isinstance(event, contract.StepEntered):
            begun = event.entered_at


def _time(moment: datetime | None) -> str:
    return moment.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S") if moment else ""
