"""Which passwords are refused: short ones, those with the user name, those that are guessed first.

The estimate is zxcvbn's: how many tries somebody needs who knows the usual lists and habits.
Composition rules ("one capital, one digit") are not used: they make passwords worse to remember
and no harder to guess (NIST SP 800-63B, 5.1.1.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from zxcvbn import zxcvbn

MIN_LENGTH = 10

# Words that come to mind on this site, in addition to the estimator's own lists.
_LOCAL_WORDS = ("matkhau", "motcua", "dichvucong", "congdan", "hoso", "vietnam", "anhyeuem")
_LEAST_SCORE = 2  # of 0…4: more than a million guesses, which the delay after failures forbids
_ESTIMATED_LENGTH = 72  # the estimator's own bound; more characters make nothing weaker


class Weakness(StrEnum):
    """Why a password is refused; the codes of the field errors."""

    SHORT = "password-short"
    CONTAINS_USERNAME = "password-contains-username"
    GUESSABLE = "password-guessable"


def weakness_of(password: str, username: str, known: Sequence[str] = ()) -> Weakness | None:
    """Return why the password is too weak, or None.

    `known` is what is known of the person (name, e-mail, number): it must not carry the password.
    """
    if len(password) < MIN_LENGTH:
        return Weakness.SHORT
    if username and username.casefold() in password.casefold():
        return Weakness.CONTAINS_USERNAME
    words = [*_LOCAL_WORDS, username, *(word for text in known for word in (text, *text.split()))]
    estimate = zxcvbn(password[:_ESTIMATED_LENGTH], user_inputs=words)
    return Weakness.GUESSABLE if estimate["score"] < _LEAST_SCORE else None
