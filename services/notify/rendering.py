"""Words of a message: one template per occasion and language, two layouts (text and HTML).

A template fills four blocks: `subject` and `summary`, which are also shown in the app and hold no
personal data, `details`, and `next`: what to do now. The layouts add who holds the dossier, where
it is, when it is due, and the link to its page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.notify.wording import WORDS

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
LOCALES = ("vi", "en")


@dataclass(frozen=True)
class Rendered:
    """A mail's words."""

    subject: str
    text: str
    html: str


def subject(template: str, locale: str, facts: Mapping[str, Any]) -> str:
    """Return the subject line, which is also the title in the app."""
    return _block("txt", template, locale, "subject", facts)


def summary(template: str, locale: str, facts: Mapping[str, Any]) -> str:
    """Return the one paragraph that is shown in the app."""
    return _block("txt", template, locale, "summary", facts)


def mail(template: str, locale: str, facts: Mapping[str, Any]) -> Rendered:
    """Return a whole mail."""
    return Rendered(
        subject=subject(template, locale, facts),
        text=_tidy(_render("txt", template, locale, facts)),
        html=_render("html", template, locale, facts),
    )


def money(amount: int) -> str:
    """Return VND as people write it: `10.000 ₫`."""
    return f"{amount:,}".replace(",", ".") + " ₫"


def day(moment: datetime) -> str:
    """Return `dd/MM/yyyy` in Vietnam."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y")


def clock(moment: datetime) -> str:
    """Return `HH:MM dd/MM/yyyy` in Vietnam."""
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


@cache
def _environment(form: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("services.notify"),
        autoescape=select_autoescape((), (), default=form == "html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(money=money, day=day, clock=clock)
    environment.globals["layout"] = f"layout.{form}"
    environment.globals["kit"] = environment.get_template(f"kit.{form}").module
    return environment


def _render(form: str, template: str, locale: str, facts: Mapping[str, Any]) -> str:
    return _environment(form).get_template(_name(template, locale)).render(_all(locale, facts))


def _block(form: str, template: str, locale: str, block: str, facts: Mapping[str, Any]) -> str:
    found = _environment(form).get_template(_name(template, locale))
    return " ".join("".join(found.blocks[block](found.new_context(_all(locale, facts)))).split())


def _name(template: str, locale: str) -> str:
    return f"{template}/{locale if locale in LOCALES else LOCALES[0]}.j2"


# What a layout shows only where it is known; a template's own facts must all be there.
_ROWS = ("code", "procedure", "agency", "unit", "officer", "step", "step_due", "due")
_FRAME = ("name", "hotline", "link", "look_up_link")


def _all(locale: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    words = WORDS.get(locale, WORDS["vi"])
    rows = [
        (words[key], clock(value) if isinstance(value, datetime) else value)
        for key in _ROWS
        if (value := facts.get(key))
    ]
    frame = dict.fromkeys(_FRAME, "")
    return {**frame, **facts, "locale": locale, "words": words, "rows": rows}


def _tidy(text: str) -> str:
    paragraphs = [part.strip("\n") for part in text.split("\n\n")]
    return "\n\n".join(part for part in paragraphs if part.strip()) + "\n"
