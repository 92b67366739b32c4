"""The two messages of the national portal's synchronisation (domain §9)."""

from __future__ import annotations

from dataclasses import replace

import dossier_samples as s
import pytest

from services.dossier.views.national import exported


def of(story: s.Story):
    return exported(story.history())


def test_a_dossier_is_told_in_the_fields_of_the_message():
    life = s.UNTIL["returned"]()
    told = of(life)
    message = told.dossier
    assert told.version == len(life.events)
    assert (message.MaHoSo, message.MaTTHC, message.MaLinhVuc) == (
        *(s.CODE, "1.004222", "G01-CA05"),
    )
    assert (message.ChuHoSo, message.LoaiDoiTuong, message.MaDoiTuong) == (
        *("Nguyễn Thị An", "1", "038190000123"),
    )
    assert (message.NgayTiepNhan, message.HinhThuc, message.TrangThaiHoSo) == (
        *("20260907090000", "2", "10"),
    )
    assert message.NgayHenTra == f"{life.state.clock.due.astimezone(s.MONDAY.tzinfo):%Y%m%d%H%M%S}"
    assert len(message.NgayTra) == len(message.NgayKetThucXuLy) == 14
    assert [one.MaThanhPhanHoSo for one in message.TaiLieuNop] == ["declaration"]
    assert len(message.DanhSachGiayToKetQua) == 1


@pytest.mark.parametrize("stage", s.UNTIL)
def test_every_stage_has_its_messages_and_its_official_status(stage):
    story = s.UNTIL[stage]()
    told = of(story)
    assert told.dossier.TrangThaiHoSo == str(int(story.state.status))
    assert all(one.MaHoSo == s.CODE and one.NguoiXuLy for one in told.progress)
    assert [one.ThoiDiemXuLy for one in told.progress] == sorted(
        one.ThoiDiemXuLy for one in told.progress
    )


def test_what_officers_did_is_the_progress_with_the_step_that_it_was_done_at():
    story = s.UNTIL["review"]()
    accepted, *_, completed = of(story).progress
    assert (accepted.NguoiXuLy, accepted.ChucDanh, accepted.TrangThai) == (
        *(s.RECEIVING.name, "Chuyên viên", "2"),
    )
    assert accepted.PhongBanXuLy == s.DESK.name
    assert completed.NoiDungXuLy.startswith("Hoàn thành bước «Thụ lý»")
    assert completed.NgayBatDau == "20260907090000"
    assert len(completed.NgayKetThucTheoQuyDinh) == 14


def test_a_supplement_a_fee_and_a_reused_paper_stand_in_their_lists():
    paper = replace(s.attachment("declaration"), reused_from="H56-260101-0001")
    story = s.Story(s.submit(documents=(paper,)), s.accept(), s.assign())
    story.tell(s.request_supplement(by=s.HANDLING))
    (open_one,) = of(story).dossier.DanhSachHoSoBoSung
    assert (open_one.NguoiYeuCauBoSung, open_one.NgayTiepNhanBoSung) == (s.HANDLING.name, "")
    story.tell(s.supplement())
    story.tell(s.request_fee(by=s.HANDLING))
    story.tell(s.fee_paid())
    message = of(story).dossier
    (answered,) = message.DanhSachHoSoBoSung
    assert len(answered.NgayTiepNhanBoSung) == 14
    assert message.TaiLieuNop[0].DuocSuDungLai == "H56-260101-0001"
    (fee,) = message.DanhSachLePhi
    assert (fee.TenPhiLePhi, fee.SoTien, fee.DaNop) == (s.TARIFF.label, 20_000, "1")


def test_a_letter_is_received_when_it_arrived_and_comes_by_post():
    friday, monday = s.at("2026-09-04 09:00"), s.at("2026-09-07 09:00")
    message = of(s.Story(s.enter(monday, channel="post", arrived_at=friday))).dossier
    assert (message.HinhThuc, message.NgayTiepNhan) == ("3", "20260904090000")


def test_of_who_was_erased_nothing_is_told():
    message = exported(s.without_key(s.UNTIL["handling"]().history())).dossier
    assert (message.ChuHoSo, message.LoaiDoiTuong, message.MaDoiTuong) == ("", "", "")


def test_what_is_no_dossiers_history_is_refused():
    with pytest.raises(ValueError, match="not that of a dossier"):
        exported(s.UNTIL["handling"]().history()[1:])
