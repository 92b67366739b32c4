"""Settings of the portal, beside those that every process has."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.config import setting


@dataclass(frozen=True)
class PortalSettings:
    """What the portal tells people about itself."""

    hotline: str = setting(
        env="PORTAL_HOTLINE", default="1900 0000", doc="the phone number on every page (H04)"
    )
    help_email: str = setting(
        env="PORTAL_HELP_EMAIL",
        default="hotro@motcua.example",
        doc="the help desk's mail address",
    )
    operator: str = setting(
        env="PORTAL_OPERATOR",
        default="Một Cửa",
        doc="who runs this portal, as the footer names it",
    )
    trusted_proxies: int = setting(
        env="TRUSTED_PROXIES",
        default=0,
        doc="how many proxies in front tell the client's address (X-Forwarded-For)",
        minimum=0,
        maximum=10,
    )
