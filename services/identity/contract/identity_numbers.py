"""Identity numbers: what their digits say, and whether that agrees with the person.

None of these checks proves that a number was issued, or to whom; they catch a slip of the finger.

- Personal number (số định danh cá nhân, on the CCCD): 12 digits, `0` and the two-digit code of the
  province of birth registration, a digit for century and sex, two of the birth year, six more. No
  check digit. (Nghị định 137/2015/NĐ-CP, Điều 13; codes: Thông tư 07/2016/TT-BCA, Phụ lục 1.)
- Old identity card (CMND): 9 digits.
- Passport: up to 9 letters and digits (ICAO Doc 9303, document number).
- Tax code (mã số thuế): 10 digits, the last a check digit, three more for a dependent unit; or,
  for a person and a household business, the personal number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum

from services.identity.contract import IdentityDocument, Sex

# The 63 provinces and cities in use before 2025-07-01; numbers given since then use a part of them.
PROVINCE_CODES = frozenset(
    f"{code:02d}"
    for code in (
        *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35),
        *(36, 37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70),
        *(72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96),
    )
)

_CENTURY_AND_SEX: Mapping[str, tuple[int, Sex]] = {
    "0": (1900, Sex.MALE),
    "1": (1900, Sex.FEMALE),
    "2": (2000, Sex.MALE),
    "3": (2000, Sex.FEMALE),
}
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


class NumberFault(StrEnum):
    """Why a number cannot be right; the codes of the field errors."""

    PERSONAL_FORM = "personal-number-form"
    PROVINCE = "personal-number-province"
    CENTURY = "personal-number-century"
    BIRTH_YEAR = "personal-number-birth-year"
    SEX = "personal-number-sex"
    OLD_CARD_FORM = "old-identity-card-form"
    PASSPORT_FORM = "passport-form"
    TAX_FORM = "tax-code-form"
    TAX_CHECK_DIGIT = "tax-code-check-digit"


FAULT_SENTENCES: Mapping[str, tuple[str, str]] = {
    NumberFault.PERSONAL_FORM: (
        "Số định danh cá nhân/CCCD gồm đúng 12 chữ số.",
        "A personal number has exactly 12 digits.",
    ),
    NumberFault.PROVINCE: (
        "Ba chữ số đầu không phải là mã tỉnh, thành phố. Hãy xem lại số trên thẻ.",
        "The first three digits are not the code of a province. Check the number on the card.",
    ),
    NumberFault.CENTURY: (
        "Chữ số thứ tư không hợp lệ. Hãy xem lại số trên thẻ.",
        "The fourth digit is not valid. Check the number on the card.",
    ),
    NumberFault.BIRTH_YEAR: (
        "Số định danh không khớp với năm sinh. Hãy xem lại số hoặc ngày sinh.",
        "The number does not agree with the year of birth. Check the number or the date of birth.",
    ),
    NumberFault.SEX: (
        "Số định danh không khớp với giới tính. Hãy xem lại số hoặc giới tính.",
        "The number does not agree with the sex. Check the number or the sex.",
    ),
    NumberFault.OLD_CARD_FORM: (
        "Số CMND gồm đúng 9 chữ số.",
        "The number of an old identity card has exactly 9 digits.",
    ),
    NumberFault.PASSPORT_FORM: (
        "Số hộ chiếu gồm 6 đến 9 chữ cái và chữ số, ví dụ C1234567.",
        "A passport number has 6 to 9 letters and digits, for example C1234567.",
    ),
    NumberFault.TAX_FORM: (
        "Mã số thuế gồm 10 hoặc 13 chữ số, hoặc là số định danh cá nhân.",
        "A tax code has 10 or 13 digits, or is a personal number.",
    ),
    NumberFault.TAX_CHECK_DIGIT: (
        "Mã số thuế sai chữ số kiểm tra. Hãy xem lại từng chữ số.",
        "The check digit of the tax code is wrong. Check each digit.",
    ),
}
"""What each fault is called in Vietnamese and in English, for whoever is to mend it."""


def normal_number(number: str) -> str:
    """Return the number as it is stored and compared: no spaces, dots or dashes, capitals."""
    return re.sub(r"[\s.\-]", "", number).upper()


def fault_of_number(
    document: IdentityDocument, number: str, born: date | None, sex: Sex | None
) -> NumberFault | None:
    """Return what is wrong with a normalised number, or None.

    `born` and `sex` are cross-checked where the number speaks of them and they are given.
    """
    return _CHECKS[document](number, born, sex)


def personal_number_fault(
    number: str, born: date | None = None, sex: Sex | None = None
) -> NumberFault | None:
    """Return what is wrong with a personal number."""
    if not re.fullmatch(r"[0-9]{12}", number):
        return NumberFault.PERSONAL_FORM
    if number[0] != "0" or number[1:3] not in PROVINCE_CODES:
        return NumberFault.PROVINCE
    if number[3] not in _CENTURY_AND_SEX:
        return NumberFault.CENTURY
    century, number_sex = _CENTURY_AND_SEX[number[3]]
    if born is not None and born.year != century + int(number[4:6]):
        return NumberFault.BIRTH_YEAR
    if sex is not None and sex is not number_sex:
        return NumberFault.SEX
    return None


def tax_code_fault(number: str) -> NumberFault | None:
    """Return what is wrong with a tax code."""
    if len(number) == 12:
        return NumberFault.TAX_FORM if personal_number_fault(number) else None
    if not re.fullmatch(r"[0-9]{10}([0-9]{3})?", number) or number[10:] == "000":
        return NumberFault.TAX_FORM
    weighted = sum(w * int(digit) for w, digit in zip(_TAX_WEIGHTS, number[:9], strict=True))
    return None if int(number[9]) == 10 - weighted % 11 else NumberFault.TAX_CHECK_DIGIT


def _old_identity_card_fault(number: str) -> NumberFault | None:
    in_form = re.fullmatch(r"[0-9]{9}", number) and len(set(number)) > 1
    return None if in_form else NumberFault.OLD_CARD_FORM


def _passport_fault(number: str) -> NumberFault | None:
    in_form = re.fullmatch(r"(?=.*[0-9]{5})[A-Z0-9]{6,9}", number)
    return None if in_form else NumberFault.PASSPORT_FORM


_CHECKS: Mapping[IdentityDocument, Callable[[str, date | None, Sex | None], NumberFault | None]] = {
    IdentityDocument.PERSONAL_NUMBER: personal_number_fault,
    IdentityDocument.OLD_IDENTITY_CARD: lambda number, *_: _old_identity_card_fault(number),
    IdentityDocument.PASSPORT: lambda number, *_: _passport_fault(number),
    IdentityDocument.TAX_CODE: lambda number, *_: tax_code_fault(number),
}
