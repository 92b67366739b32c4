"""Both languages are complete: every sentence of code and templates has its Vietnamese."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from services import portal
from services.portal.language import CATALOGUES, translations

_KEYWORDS = {"gettext": None, "mark": None, "_": None, "ngettext": (1, 2)}
_METHODS = [
    ("api/**", "ignore"),
    ("assets/**", "ignore"),
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
]
_OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}}


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    """Every sentence in code and templates; a plural by its singular."""
    root = str(Path(portal.__file__).parent)
    found = extract_from_dir(root, _METHODS, _OPTIONS, keywords=_KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


@pytest.fixture(scope="module")
def vietnamese() -> dict[str, str]:
    """The Vietnamese catalogue."""
    with (CATALOGUES / "vi.po").open("rb") as file:
        catalogue = read_po(file, locale="vi")
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            message.string if isinstance(message.string, str) else message.string[0]
        )
        for message in catalogue
        if message.id
    }


def test_nothing_is_left_untranslated(sentences: set[str], vietnamese: dict[str, str]) -> None:
    assert sorted(sentences - vietnamese.keys()) == []
    assert sorted(one for one, text in vietnamese.items() if not text) == []


def test_no_translation_is_left_over(sentences: set[str], vietnamese: dict[str, str]) -> None:
    assert sorted(vietnamese.keys() - sentences) == []


def test_a_translation_fills_in_the_same_values(vietnamese: dict[str, str]) -> None:
    from re import findall

    def places(text: str) -> list[str]:
        return sorted(findall(r"%\(\w+\)s", text))

    assert [one for one, text in vietnamese.items() if places(one) != places(text)] == []


def test_english_is_the_language_of_the_code() -> None:
    assert translations("en").ugettext("Log in") == "Log in"
    assert translations("vi").ugettext("Log in") == "Đăng nhập"
