"""The portal's tests render its pages without any service, with the samples beside."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import flask
import pytest
from flask import Flask, g, render_template

from kernel.config import Settings
from kernel.trust import ensure_keys
from services.catalog import contract as catalog
from services.dossier import contract as dossier
from services.portal import site
from services.portal.settings import PortalSettings

sys.path.insert(0, str(Path(__file__).parent))
from page_samples import PAGES
from page_samples.account import ACCOUNT
from page_samples.catalogue import PROCEDURE
from page_samples.dossier import STATUS
from page_samples.shown import Shown
from page_samples.wizard import DRAFT


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `shown` once for every page, and `language` once for both."""
    if "shown" in metafunc.fixturenames:
        metafunc.parametrize("shown", PAGES, ids=[page.name for page in PAGES])
    if "language" in metafunc.fixturenames:
        metafunc.parametrize("language", ["vi", "en"])


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The site; pictures and styles stand under their plain names."""
    keys = tmp_path_factory.mktemp("keys")
    ensure_keys(keys, ["portal"])
    app = site.build(Settings(keys=keys), PortalSettings())
    app.jinja_env.globals["bundle"] = lambda name: f"/assets/{name}"
    return app


class Renderer:
    """Renders a page as somebody sees it in a language."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, shown: Shown, language: str = "vi") -> str:
        """Return the page's HTML."""
        with self._app.test_request_context("/"):
            g.who = shown.who
            g.locale = language
            return render_template(shown.template, screen=shown.screen)


@pytest.fixture
def render(portal: Flask) -> Renderer:
    """Render pages without a service."""
    return Renderer(portal)


@pytest.fixture(scope="session")
def pages() -> Mapping[str, Shown]:
    """All pages by their names."""
    return {page.name: page for page in PAGES}


@pytest.fixture
def in_vietnamese(portal: Flask) -> Iterator[None]:
    """Be within a request in Vietnamese."""
    with portal.test_request_context("/"):
        flask.g.locale = "vi"
        yield


@pytest.fixture
def procedure() -> catalog.Procedure:
    """A procedure with two documents, one of them only under a condition."""
    return PROCEDURE


@pytest.fixture
def begun() -> dict[str, Any]:
    """A draft that is being written, and the account of who writes it."""
    return {"draft": DRAFT, "account": ACCOUNT}


@pytest.fixture
def status() -> dossier.DossierStatus:
    """A dossier with everything in it."""
    return STATUS


@pytest.fixture(scope="session")
def templates() -> Path:
    """The folder of templates."""
    return Path(site.__file__).parent / "templates"
