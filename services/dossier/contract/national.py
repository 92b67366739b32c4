"""What the national portal's synchronisation gets of a dossier (domain §9), in its own words.

Field names are those of the two messages. Times are `yyyyMMddHHmmss` in Vietnam, empty where there
is none. What a person gave is empty once it was erased.
"""

from __future__ import annotations

from kernel.requests import request
from kernel.schemas import field, frozen

TIME = "^([0-9]{14})?$"


@frozen
class TaiLieuNop:
    """A document that came with the dossier."""

    MaThanhPhanHoSo: str = field(doc="id of the document requirement")
    TenThanhPhanHoSo: str
    MaBam: str = field(doc="SHA-256 of the file")
    DuocSuDungLai: str = field(doc="code of the dossier that it was taken from; empty: sent anew")


@frozen
class LePhi:
    """A line of a fee."""

    TenPhiLePhi: str
    SoTien: int = field(doc="VND")
    DaNop: str = field(pattern="^[01]$")
    NgayNop: str = field(pattern=TIME)
    MaBienLai: str


@frozen
class HoSoBoSung:
    """A request for a supplement, and when it was answered."""

    NguoiYeuCauBoSung: str
    NoiDungBoSung: str
    NgayYeuCauBoSung: str = field(pattern=TIME)
    NgayTiepNhanBoSung: str = field(pattern=TIME)


@frozen
class GiayToKetQua:
    """The result."""

    TenGiayTo: str
    SoKyHieu: str
    NgayTra: str = field(pattern=TIME)
    MaBam: str = field(doc="SHA-256 of the electronic result; empty on paper")


@frozen
class DongBoHoSoMC:
    """A dossier as it stands."""

    MaHoSo: str
    MaTTHC: str
    TenTTHC: str
    MaLinhVuc: str
    ChuHoSo: str
    LoaiDoiTuong: str = field(doc="1 citizen, 2 organisation, 3 enterprise; empty once erased")
    MaDoiTuong: str = field(doc="identity number or tax code")
    NgayTiepNhan: str = field(pattern=TIME)
    NgayHenTra: str = field(pattern=TIME)
    TrangThaiHoSo: str = field(doc="official status, 1 to 10")
    NgayTra: str = field(pattern=TIME)
    HinhThuc: str = field(doc="1 in person, 2 online, 3 by post")
    NgayKetThucXuLy: str = field(pattern=TIME)
    DonViXuLy: str
    TaiLieuNop: tuple[TaiLieuNop, ...]
    DanhSachLePhi: tuple[LePhi, ...]
    DanhSachHoSoBoSung: tuple[HoSoBoSung, ...]
    DanhSachGiayToKetQua: tuple[GiayToKetQua, ...]


@frozen
class CapNhatTienDoHoSoMC:
    """Something that an officer did with it."""

    MaHoSo: str
    NguoiXuLy: str
    ChucDanh: str
    ThoiDiemXuLy: str = field(pattern=TIME)
    PhongBanXuLy: str
    NoiDungXuLy: str
    TrangThai: str = field(doc="official status after that")
    NgayBatDau: str = field(pattern=TIME, doc="when the step began")
    NgayKetThucTheoQuyDinh: str = field(pattern=TIME, doc="when the step was due")


@frozen
class Exported:
    """Both messages of a dossier, as it stood at a version."""

    version: int
    dossier: DongBoHoSoMC
    progress: tuple[CapNhatTienDoHoSoMC, ...] = field(doc="oldest first")


@frozen
class ExportPage:
    """Dossiers that something happened to, each as it stands now.

    `next` is where to go on; the same as was given where nothing has happened since.
    """

    items: tuple[Exported, ...]
    next: int
    more: bool = field(doc="whether to go on at once")


@request("dossier", answer=ExportPage)
@frozen
class PullExports:
    """What has changed since a cursor, for who exchanges dossiers with the national portal.

    A dossier comes again whenever something has happened to it, so that the newest counts.
    """

    after: int = field(default=0, minimum=0, maximum=2**53 - 1, doc="`next` of the page before")
    limit: int = field(default=50, minimum=1, maximum=200, doc="commits of the ledger to look at")
