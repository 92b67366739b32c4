"""A dossier as evidence: checked against the signed log, or taken out of it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from kernel.commits import Tampered
from kernel.errors import Conflict, NotFound, TooLarge
from kernel.runner import offload
from kernel.transparency.bundles import Bundle
from kernel.transparency.checkpoints import to_base64
from kernel.transparency.examination import Findings, examine
from kernel.transparency.public_log import PublicLog
from services.dossier.contract import BundleFile, Verification
from services.dossier.report import UntellableHistory, reported

LARGEST = 10_000_000
"""Bytes of a bundle that an answer carries: as base64 it is a third longer, and RabbitMQ 4 takes
messages of 16 MiB at most unless told otherwise. The command line knows no such bound."""


def verified(code: str, stream: str, log: PublicLog) -> Verification:
    """Check a stream as it stands in the ledger now; a fault is an answer, not an error."""
    try:
        newest = log.newest()
    except Tampered as fault:
        return _told(code, _fault(fault))
    key = log.key(newest)
    try:
        findings = offload(examine, log.bundle(stream, newest), key)
    except Tampered as fault:
        findings = _fault(fault)
    except NotFound as nothing:
        findings = Findings(fault=nothing.en)
    return replace(
        _told(code, findings),
        checkpoint=newest.number,
        size=newest.size,
        root=to_base64(newest.root),
        signed_at=newest.signed_at,
        origin=key.name,
        key=str(key),
        key_id=key.id,
    )


def exported(code: str, stream: str, log: PublicLog, kept_size: int | None) -> BundleFile:
    """Return a stream's bundle as a file; `Conflict` where the stream does not hold together."""
    try:
        content = offload(_packed, log.bundle(stream, log.newest(), kept_size))
    except Tampered as fault:
        raise Conflict(
            "stream-tampered",
            f"Nhật ký của hồ sơ không còn nguyên vẹn ở vị trí {fault.position}; không thể xuất.",
            f"The dossier's log does not hold together at position {fault.position} "
            f"({fault.reason}); it cannot be taken out.",
        ) from fault
    except UntellableHistory as fault:
        raise Conflict(
            "stream-tampered",
            "Nhật ký của hồ sơ không phải là lịch sử của một hồ sơ; không thể xuất.",
            f"The dossier's log cannot be told ({fault}); it cannot be taken out.",
        ) from fault
    if len(content) > LARGEST:
        raise TooLarge(
            "bundle-too-large",
            "Gói quá lớn để gửi qua mạng; hãy dùng `motcua audit export`.",
            "The bundle is too large to be sent; use `motcua audit export`.",
        )
    return BundleFile(
        name=bundle_name(code),
        content=base64.b64encode(content).decode(),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def bundle_name(code: str) -> str:
    """Return the usual name of a dossier's bundle."""
    return f"{code}.bundle.zip"


def _packed(bundle: Bundle) -> bytes:
    return reported(bundle).to_bytes()


def _fault(fault: Tampered) -> Findings:
    return Findings(fault=fault.reason, fault_position=fault.position)


def _told(code: str, findings: Findings) -> Verification:
    return Verification(
        code=code,
        commits=findings.commits,
        events=findings.events,
        included=findings.included,
        uncovered=findings.uncovered,
        fault=findings.fault or "",
        fault_position=findings.fault_position,
    )
