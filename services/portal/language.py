"""The two languages of the pages: Vietnamese first, English by a switch.

Templates and code carry English sentences; `translations/vi.po` has each of them in Vietnamese
and is read directly at start, so there is nothing to compile.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import flask
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from werkzeug.wrappers import Response

LOCALES = ("vi", "en")
DEFAULT = "vi"
CATALOGUES = Path(__file__).parent / "translations"

_COOKIE = "language"


@cache
def translations(locale: str) -> NullTranslations:
    """Return the sentences of a language; English ones are those of the code itself."""
    if locale == "en":
        return NullTranslations()
    with (CATALOGUES / f"{locale}.po").open("rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def locale() -> str:
    """Return the language of the page that is being made."""
    if not flask.has_request_context():
        return DEFAULT
    if "locale" not in flask.g:
        wish = flask.request.cookies.get(_COOKIE, DEFAULT)
        flask.g.locale = wish if wish in LOCALES else DEFAULT
    return str(flask.g.locale)


def remember(response: Response, wish: str) -> None:
    """Let the browser remember a language for a year."""
    response.set_cookie(_COOKIE, wish, max_age=365 * 86400, samesite="Lax", httponly=True)


def gettext(message: str, /, **values: object) -> str:
    """Return a sentence in the page's language with `%(name)s` filled in."""
    text = str(translations(locale()).ugettext(message))
    return text % values if values else text


def mark(message: str) -> str:
    """Mark a sentence of a table for translation; `gettext` gives it at the time of use."""
    return message


def named(thing: Any, attribute: str = "name") -> str:
    """Return what a thing is called: `name`, or in English `name_en` where there is one."""
    own = str(getattr(thing, attribute))
    if locale() == "vi":
        return own
    return str(getattr(thing, f"{attribute}_en", "") or own)


def install(app: flask.Flask) -> None:
    """Give the templates `_`, `{% trans %}` and `|named`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: translations(locale()).ugettext(message),
        lambda one, many, n: translations(locale()).ungettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.filters["named"] = named
    app.jinja_env.globals["locale"] = locale
