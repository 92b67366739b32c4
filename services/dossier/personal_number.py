"""The personal number (số định danh cá nhân) in a form: what its digits say.

Twelve digits: `0` and the code of the province of birth registration (one of the 63 in use before
2025-07), a digit for century and sex, two of the birth year, six more; no check digit. (Nghị định
137/2015/NĐ-CP, art. 13; codes of Thông tư 07/2016/TT-BCA.) The check catches a slip of the finger,
it proves nothing about who holds the number.
"""

from __future__ import annotations

import re
from datetime import date

PROVINCES = frozenset(
    f"{code:03d}"
    for code in (
        *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35),
        *(36, 37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70),
        *(72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96),
    )
)

# The fourth digit: (century, sex).
CENTURY_AND_SEX = {
    "0": (1900, "male"),
    "1": (1900, "female"),
    "2": (2000, "male"),
    "3": (2000, "female"),
}


def personal_number_fault(
    number: str, born: date | None = None, sex: str | None = None
) -> str | None:
    """Return the code of what is wrong with a number, or None.

    `born` and `sex` (`male` or `female`) are cross-checked where they are given.
    """
    if not re.fullmatch(r"[0-9]{12}", number):
        return "personal-number"
    if number[:3] not in PROVINCES or number[3] not in CENTURY_AND_SEX:
        return "personal-number"
    century, number_sex = CENTURY_AND_SEX[number[3]]
    if born is not None and born.year != century + int(number[4:6]):
        return "personal-number-birth-year"
    if sex is not None and sex != number_sex:
        return "personal-number-sex"
    return None
