"""Words of the papers: whole names of agencies, times allowed, ways of return, persons."""

from __future__ import annotations

from collections.abc import Mapping

from services.catalog.contract import Agency, AgencyKind, Place
from services.dossier.clock import HOURS_A_DAY
from services.dossier.contract import (
    AgencyRef,
    OfficerRef,
    Person,
    PersonKind,
    ProcedureKept,
    ReturnBy,
    RouteStep,
)
from services.dossier.papers.facts import Bearer, Office, Signer

ERASED = "(thông tin cá nhân đã xóa theo yêu cầu)"
ONLINE, IN_PERSON, POST = "online", "in-person", "post"

CHANNELS: Mapping[str, str] = {
    ONLINE: "Trực tuyến",
    IN_PERSON: "Trực tiếp",
    POST: "Bưu chính",
}

RETURNS: Mapping[ReturnBy, str] = {
    ReturnBy.ONLINE: "Trực tuyến",
    ReturnBy.IN_PERSON: "Trực tiếp",
    ReturnBy.POST: "Bưu chính",
}

_TIME_UNITS: Mapping[str, str] = {
    "working-day": "ngày làm việc",
    "working-hour": "giờ làm việc",
    "day": "ngày",
    "month": "tháng",
}
_SAME_DAY = (
    "trong ngày làm việc; hồ sơ nhận sau 15 giờ thì trả kết quả trong ngày làm việc tiếp theo"
)

_KINDS: Mapping[PersonKind, str] = {
    PersonKind.CITIZEN: "Ông/Bà",
    PersonKind.ORGANISATION: "Tổ chức",
    PersonKind.ENTERPRISE: "Doanh nghiệp",
}
_SHORT, _WHOLE = "UBND", "Ủy ban nhân dân"


def office(
    kept: AgencyRef,
    desk: str,
    agency: Agency | None = None,
    superior: Agency | None = None,
    seat: Place | None = None,
) -> Office:
    """Return the office as papers name it, from what the dossier and the catalogue know of it.

    People's committees stand under no other agency in the head of a paper; all others do
    (NĐ 30/2020, phụ lục I).
    """
    alone = agency is None or agency.kind is AgencyKind.PEOPLES_COMMITTEE
    return Office(
        agency=whole_name(kept.name),
        desk=desk,
        superior="" if alone or superior is None else whole_name(superior.name),
        seat=bare_name(seat) if seat is not None else "",
        address=agency.address if agency is not None else "",
        hotline=kept.hotline,
    )


def whole_name(agency: str) -> str:
    """Return an agency's name without the usual abbreviation.

    >>> whole_name("UBND phường Tân Dân")
    'Ủy ban nhân dân phường Tân Dân'
    """
    return f"{_WHOLE}{agency.removeprefix(_SHORT)}" if agency.startswith(_SHORT) else agency


def bare_name(place: Place) -> str:
    """Return a place's name without its type: `Tân Dân` of `Phường Tân Dân`."""
    return place.name.removeprefix(place.type).strip()


def bearer(person: Person | None) -> Bearer | None:
    """Return a person as papers name one."""
    if person is None:
        return None
    return Bearer(
        name=person.name,
        kind=_KINDS[person.kind],
        identity_number=person.identity_number,
        address=person.address,
        phone=person.phone,
        email=person.email,
    )


def signer(officer: OfficerRef) -> Signer:
    """Return who signs."""
    return Signer(officer.name, officer.title)


def time_allowed(procedure: ProcedureKept, route: tuple[RouteStep, ...]) -> str:
    """Return the time allowed in words.

    Without a published figure the budgets of the steps are the time allowed, as for the clock.
    """
    if procedure.time_unit == "same-day":
        return _SAME_DAY
    if procedure.time_value is None:
        return working_hours(sum(step.budget_hours for step in route))
    return f"{procedure.time_value} {_TIME_UNITS[procedure.time_unit]}"


def working_hours(hours: int) -> str:
    """Return working hours in words, whole days as such."""
    if hours % HOURS_A_DAY == 0:
        return f"{hours // HOURS_A_DAY} ngày làm việc"
    return f"{hours} giờ làm việc"


def return_place(by: ReturnBy, place: Office) -> str:
    """Return where and how a result is given."""
    match by:
        case ReturnBy.ONLINE:
            return "Cổng dịch vụ công (bản điện tử có ký số)"
        case ReturnBy.POST:
            return "địa chỉ của người nộp, qua dịch vụ bưu chính"
        case ReturnBy.IN_PERSON:
            return f"{place.desk}, {place.agency}"
