"""Who may ask the dossier service for anything at all, and what the others are told."""

from __future__ import annotations

from kernel.errors import Forbidden, Internal, NotFound, Unauthenticated
from kernel.requests import ANONYMOUS, Call

IDENTITY = "service:identity"
NOTIFY = "service:notify"


def require_person(call: Call) -> None:
    """Raise `Unauthenticated` for a caller without login, `Forbidden` for a service."""
    if call.caller == ANONYMOUS:
        raise log_in_first()
    if call.caller.is_service:
        raise Forbidden("people-only", "Chỉ dành cho người dùng.", "This is for people only.")


def require_officer(call: Call) -> None:
    """Raise for a caller who is no officer."""
    require_person(call)
    if not call.caller.is_officer:
        raise Forbidden(
            "officers-only",
            "Danh sách công việc chỉ dành cho cán bộ.",
            "The work list is for officers only.",
        )


def require_service(service: str, call: Call) -> None:
    """Raise `Forbidden` for every caller but one service."""
    if call.caller.id != service:
        name = service.removeprefix("service:")
        raise Forbidden(
            f"{name}-only", "Không được phép.", f"Only the {name} service may ask this."
        )


def log_in_first() -> Unauthenticated:
    """Return what a caller without login is told."""
    return Unauthenticated("log-in-first", "Hãy đăng nhập trước.", "Log in first.")


def unknown_dossier() -> NotFound:
    """Return what is said of a dossier that is not there, or not for the caller to see."""
    return NotFound(
        "unknown-dossier",
        "Không tìm thấy hồ sơ này trong số hồ sơ bạn được xem.",
        "There is no such dossier among those you may see.",
    )


def broken_log(code: str) -> Internal:
    """Return what is said where a ledger holds less of a dossier than is known of it."""
    return Internal(
        "ledger-broken",
        f"Nhật ký của hồ sơ {code} không còn đầy đủ; hãy báo cơ quan kiểm tra.",
        f"The log of the dossier {code} is not whole any more; tell the auditors.",
    )
