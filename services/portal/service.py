"""The portal: pages and REST interface in one process; it owns no business data."""

from __future__ import annotations

from flask import Flask

from kernel.config import read
from kernel.http import HttpServer, Tools
from services.portal import api, site
from services.portal.settings import PortalSettings


def build_app(tools: Tools) -> Flask:
    """Return the application with the pages and the REST interface."""
    app = site.build(tools.settings, read(PortalSettings))
    api.install(app)
    return app


class PortalService:
    """The public face of all services."""

    name = "portal"
    http = HttpServer(build_app, port_variable="PORTAL_PORT", default_port=8000)


SERVICE = PortalService
