"""The portal: pages and REST interface in one process; it owns no business data."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel.config import read
from kernel.http import HttpServer, Tools
from services.portal import api, site
from services.portal.settings import PortalSettings


def build_app(tools: Tools) -> Flask:
    """Return the application with the pages and the REST interface."""
    settings = read(PortalSettings)
    app = site.build(tools.settings, settings)
    api.install(app)
    if (proxies := settings.trusted_proxies) > 0:
        # without them everybody would share one address, and its bounds on tries
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies, proxies)  # type: ignore[method-assign]
    return app


class PortalService:
    """The public face of all services."""

    name = "portal"
    http = HttpServer(build_app, port_variable="PORTAL_PORT", default_port=8000)


SERVICE = PortalService
