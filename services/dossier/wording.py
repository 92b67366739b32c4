"""Moments, money, durations and search words, as people in Vietnam write and read them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from services.dossier.clock import HOURS_A_DAY, VIETNAM
from services.dossier.names import Name


def moment(instant: datetime) -> str:
    """Return an instant in Vietnam's time: `04/12/2026 17:30`."""
    return f"{instant.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def money(amount: int) -> str:
    """Return an amount of VND: `10.000 ₫`."""
    return f"{amount:,} ₫".replace(",", ".")


def working_time(minutes: int) -> Name:
    """Return working minutes in words; a working day has eight hours.

    >>> working_time(3 * 480 + 90)
    ('3 ngày làm việc 1 giờ 30 phút', '3 working days 1 hour 30 minutes')
    """
    days, rest = divmod(minutes, HOURS_A_DAY * 60)
    hours, left = divmod(rest, 60)
    parts = [
        (days, "ngày làm việc", "working day"),
        (hours, "giờ" if days else "giờ làm việc", "hour" if days else "working hour"),
        (left, "phút", "minute"),
    ]
    told = [part for part in parts if part[0]] or [(0, "phút", "minute")]
    vi = " ".join(f"{count} {unit}" for count, unit, _ in told)
    en = " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, _, unit in told)
    return vi, en


def masked_name(name: str) -> str:
    """Return a name that its bearer recognises and others do not.

    >>> masked_name("Nguyễn Thị An")
    'Nguyễn T* A*'
    """
    first, *others = name.split() or [""]
    return " ".join([first, *(f"{word[0]}*" for word in others)])


def plain(text: str) -> str:
    """Return text in small letters without accents: `Đăng ký` becomes `dang ky`."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def search_words(*texts: str) -> list[str]:
    """Return the words by which something is found, without accents, each once, sorted."""
    return sorted({word for text in texts for word in re.findall(r"[a-z0-9]+", plain(text))})
