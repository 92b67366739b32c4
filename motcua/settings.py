"""Every setting of every process, as the table that stands in the operating guide."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from deploy.sandboxes.mail.server import MailSandbox
from deploy.sandboxes.vnpay.server import VnpaySandbox
from kernel.config import Settings
from kernel.subscription import Patience
from kernel.transparency.signing import Signing
from motcua.local.ports import Ports
from services.dossier.cabinet import DossierSettings
from services.notify.channels.smtp import SmtpSettings
from services.notify.service import NotifySettings
from services.payment.providers.vnpay import VnpaySettings
from services.payment.service import PaymentSettings
from services.portal.settings import PortalSettings

READERS: tuple[tuple[str, tuple[type[Any], ...]], ...] = (
    ("every process", (Settings,)),
    ("services that listen", (Patience,)),
    ("relays", (Signing,)),
    ("dossier", (DossierSettings,)),
    ("payment", (PaymentSettings, VnpaySettings)),
    ("notify", (NotifySettings, SmtpSettings)),
    ("portal", (PortalSettings,)),
    ("the mail sandbox", (MailSandbox,)),
    ("the payment sandbox", (VnpaySandbox,)),
    ("`make up`", (Ports,)),
)
"""Who reads which settings."""

_HTTP_PORTS = {
    "dossier": ("DOSSIER_HTTP_PORT", "8010", "the port of the file entrypoint"),
    "portal": ("PORTAL_PORT", "8000", "the port of pages and REST interface"),
}


def table() -> str:
    """Return the table, in Markdown."""
    lines = ["| Variable | Default | Read by | What |", "|---|---|---|---|"]
    for reader, classes in READERS:
        rows = [row for cls in classes for row in _rows(cls)]
        if reader in _HTTP_PORTS:
            rows.append(_HTTP_PORTS[reader])
        lines += [
            f"| `{name}` | {_code(default)} | {reader} | {doc} |" for name, default, doc in rows
        ]
    return "\n".join(lines) + "\n"


def _rows(cls: type[Any]) -> Iterator[tuple[str, str, str]]:
    for item in dataclasses.fields(cls):
        details = item.metadata["setting"]
        yield details["env"], _shown(item.default), details["doc"]


def _shown(default: Any) -> str:
    match default:
        case dataclasses.MISSING:
            return "required"
        case None:
            return ""
        case timedelta():
            return f"{default.total_seconds():g}"
        case Enum():
            return str(default.value)
        case Path() if default == Path():
            return ""
        case _:
            return str(default)


def _code(text: str) -> str:
    return text if text in ("", "required") else f"`{text}`"
