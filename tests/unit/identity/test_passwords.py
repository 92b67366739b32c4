"""Passwords: length, not the user name, not what is guessed first."""

from __future__ import annotations

import pytest

from services.identity.decider.passwords import Weakness, weakness_of


@pytest.mark.parametrize(
    "password",
    ["ba con mèo đen", "xe đạp màu tím 7", "demo-cong-dan-2026", "Zq8!mrLw2x", "x" + "y7Kp" * 31],
)
def test_a_long_password_of_unrelated_words_or_letters_is_taken(password: str) -> None:
    assert weakness_of(password, "nguyen.an") is None


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("", Weakness.SHORT),
        ("Zq8!mrLw2", Weakness.SHORT),  # nine
        ("toi-Nguyen.An-7x", Weakness.CONTAINS_USERNAME),
        ("password123", Weakness.GUESSABLE),
        ("Password123!", Weakness.GUESSABLE),
        ("1234567890", Weakness.GUESSABLE),
        ("qwertyuiop", Weakness.GUESSABLE),
        ("aaaaaaaaaaaaaaaa", Weakness.GUESSABLE),
        ("matkhau2026", Weakness.GUESSABLE),
        ("anhyeuem123", Weakness.GUESSABLE),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, weakness: Weakness) -> None:
    assert weakness_of(password, "nguyen.an") is weakness


def test_what_is_known_of_the_person_must_not_carry_the_password() -> None:
    assert weakness_of("038190000123", "nguyen.an", ["038190000123"]) is Weakness.GUESSABLE
