"""The portal's site: all pages, in one Flask application."""

from __future__ import annotations

import flask
from flask import request

from kernel.config import Settings
from services.catalog.contract import AgencyLevel, Channel
from services.dossier.contract import PersonKind, ReturnBy, Status
from services.identity.contract import AccountKind, IdentityDocument, Sex
from services.portal import (
    bundles,
    formats,
    labels,
    language,
    menu,
    protection,
    refusals,
    sessions,
    wording,
)
from services.portal.pages import (
    accounts,
    assets,
    audit,
    beginning,
    counter,
    declarations,
    delegations,
    dossiers,
    home,
    inbox,
    lookup,
    notifications,
    operations,
    payments,
    register,
    search,
    statistics,
    transparency,
    wizard,
)
from services.portal.screens import changes, faults
from services.portal.screens import search as search_screens
from services.portal.settings import PortalSettings

_PAGES = (
    home,
    search,
    accounts,
    wizard,
    beginning,
    counter,
    declarations,
    dossiers,
    assets,
    inbox,
    delegations,
    register,
    lookup,
    payments,
    notifications,
    operations,
    audit,
    transparency,
    statistics,
)
_MAX_BODY = 120 * 1024 * 1024  # a dossier's documents in one form; each is bounded by its ticket
_YEAR = 365 * 86400


def build(settings: Settings, portal: PortalSettings) -> flask.Flask:
    """Return the application with all pages; `kernel.http` gives it its way to the services."""
    app = flask.Flask(__name__, static_folder=bundles.BUILD, static_url_path=bundles.PATH)
    app.config.update(
        PUBLIC_URL=settings.public_url,
        MAX_CONTENT_LENGTH=_MAX_BODY,
        SEND_FILE_MAX_AGE_DEFAULT=_YEAR,  # file names carry the hash of their content
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    language.install(app)
    formats.install(app)
    protection.install(app, settings)
    refusals.install(app)
    _furnish(app, portal)
    for pages in _PAGES:
        app.register_blueprint(pages.pages)
    return app


def _furnish(app: flask.Flask, portal: PortalSettings) -> None:
    """Give the templates what they call."""
    app.jinja_env.filters["plain"] = changes.plain
    app.jinja_env.filters["fault_words"] = faults.fault_words
    app.jinja_env.globals.update(
        bundle=bundles.address,
        portal=portal,
        who=sessions.who,
        is_auditor=sessions.is_auditor,
        menu=menu.items,
        here=_here,
        idle_seconds=sessions.IDLE_SECONDS,
        word=wording.word,
        payment_reason=wording.payment_reason,
        options=_options,
        statuses=_statuses,
        time_words=search_screens.time_words,
        fee_words=search_screens.fee_words,
        copies_words=search_screens.copies_words,
        return_words=_return_words,
        channel_words=_channel_words,
        field_label=labels.field_label,
    )


def _here() -> str:
    """Return the address of this page, to come back to; a sent form cannot be come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else ""


def _options(kind: str, with_districts: bool = True) -> tuple[tuple[str, str], ...]:
    match kind:
        case "AgencyLevel":
            without = () if with_districts else (AgencyLevel.DISTRICT,)
            return wording.options(AgencyLevel, without=without)
        case "AccountKind":
            return wording.options(AccountKind, without=(AccountKind.OFFICER,))
        case "IdentityDocument":
            return wording.options(IdentityDocument, without=(IdentityDocument.TAX_CODE,))
        case "PersonKind":
            return wording.options(PersonKind)
        case "Sex":
            return wording.options(Sex)
        case _:
            raise ValueError(kind)


def _statuses() -> tuple[tuple[str, str], ...]:
    return tuple((str(int(status)), wording.status_name(status)) for status in Status)


def _channel_words(value: str) -> str:
    return wording.word(Channel(value)) if value in set(Channel) else value


def _return_words(value: str) -> str:
    return wording.word(ReturnBy(value)) if value in set(ReturnBy) else ""
