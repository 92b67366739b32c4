"""How dates, times, money, numbers and sizes are written (domain §11)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import flask
from babel.numbers import format_decimal

from services.portal.language import gettext, locale

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def day(value: date | datetime | None) -> str:
    """Return `dd/MM/yyyy`; moments are those of Vietnam."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(VIETNAM)
    return value.strftime("%d/%m/%Y")


def moment(value: datetime | None) -> str:
    """Return `dd/MM/yyyy HH:mm`, Vietnam time."""
    return "" if value is None else value.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def instant(value: datetime | None) -> str:
    """Return `dd/MM/yyyy HH:mm:ss`, Vietnam time: where events are told apart by it."""
    return "" if value is None else value.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


def money(amount: int | None) -> str:
    """Return `10.000 ₫` in both languages: it is how the amount stands on the receipt."""
    if amount is None:
        return ""
    return f"{format_decimal(amount, locale='vi')}\u00a0₫"


def number(value: float | Decimal) -> str:
    """Return a number with the decimal sign of the page's language."""
    return format_decimal(value, locale=locale())


def percent(hundredths: int | None) -> str:
    """Return hundredths of a percent as they are written here: `94,58 %`; nothing for None."""
    return "" if hundredths is None else f"{number(Decimal(hundredths) / 100)}\u00a0%"


def month(text: str) -> str:
    """Return `MM/yyyy` of a month as `yyyy-MM`."""
    return f"{text[5:]}/{text[:4]}"


def size(octets: int) -> str:
    """Return a file's size in KB or MB."""
    if octets < 1024 * 1024:
        return f"{max(1, round(octets / 1024))}\u00a0KB"
    return f"{number(round(octets / 1024 / 1024, 1))}\u00a0MB"


def working_time(minutes: int) -> str:
    """Return a working time in words: days of eight hours, hours, minutes."""
    days, rest = divmod(minutes, 480)
    hours, left = divmod(rest, 60)
    parts = []
    if days:
        parts.append(gettext("%(n)s working days", n=days))
    if hours:
        parts.append(gettext("%(n)s hours", n=hours))
    if left or not parts:
        parts.append(gettext("%(n)s minutes", n=left))
    return " ".join(parts)


def iso(value: date | datetime | None) -> str:
    """Return the machine's form, for `<time datetime>`."""
    return "" if value is None else value.isoformat()


def read_day(text: str) -> str:
    """Return the ISO form of a day typed as `d/M/yyyy`, or the text as it is."""
    try:
        return datetime.strptime(text.strip(), "%d/%m/%Y").date().isoformat()  # noqa: DTZ007
    except ValueError:
        return text.strip()


def read_moment(text: str) -> str:
    """Return the RFC 3339 form of a moment typed as `d/M/yyyy HH:mm`, or the text as it is."""
    try:
        typed = datetime.strptime(text.strip(), "%d/%m/%Y %H:%M")  # noqa: DTZ007
    except ValueError:
        return text.strip()
    return typed.replace(tzinfo=VIETNAM).isoformat()


def typed_moment(text: str) -> str:
    """Return a moment in RFC 3339 form as it is typed, or the text as it is."""
    try:
        return datetime.fromisoformat(text).astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
    except (ValueError, OverflowError):
        return text


def show_day(text: str) -> str:
    """Return `dd/MM/yyyy` of an ISO day as text, or the text as it is."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def moment_text(text: str | None) -> str:
    """Return what `moment` makes of RFC 3339 text; a dash without any, other text as it is."""
    try:
        return moment(datetime.fromisoformat(text)) if text else "–"
    except (ValueError, OverflowError):
        return str(text)


def install(app: flask.Flask) -> None:
    """Give the templates these functions as filters."""
    dates = (day, moment, moment_text, instant, show_day, iso)
    for function in (*dates, month, money, number, percent, size, working_time):
        app.jinja_env.filters[function.__name__] = function


def today() -> date:
    """Return the day that it is in Vietnam."""
    return datetime.now(VIETNAM).date()
