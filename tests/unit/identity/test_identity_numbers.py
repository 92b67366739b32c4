"""Identity numbers: what their digits say (domain §10)."""

from __future__ import annotations

from datetime import date

import pytest

from services.identity.contract import IdentityDocument, Sex
from services.identity.contract.identity_numbers import (
    PROVINCE_CODES,
    NumberFault,
    fault_of_number,
    normal_number,
    personal_number_fault,
    tax_code_fault,
)

BORN = date(1990, 2, 3)


@pytest.mark.proves("B12")
@pytest.mark.parametrize(
    ("number", "born", "sex"),
    [
        ("038090000123", date(1990, 2, 3), Sex.MALE),
        ("038190000123", date(1990, 2, 3), Sex.FEMALE),
        ("001205000001", date(2005, 12, 31), Sex.MALE),
        ("096300000001", date(2000, 1, 1), Sex.FEMALE),
        ("079190123456", None, None),
    ],
)
def test_a_personal_number_that_agrees_with_the_person_is_taken(
    number: str, born: date | None, sex: Sex | None
) -> None:
    assert personal_number_fault(number, born, sex) is None


@pytest.mark.proves("B12")
@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("03819000012", NumberFault.PERSONAL_FORM),  # eleven digits
        ("0381900001234", NumberFault.PERSONAL_FORM),
        ("03819000012A", NumberFault.PERSONAL_FORM),
        ("٠٣٨١٩٠٠٠٠١٢٣", NumberFault.PERSONAL_FORM),  # digits, but not these
        ("138190000123", NumberFault.PROVINCE),
        ("003190000123", NumberFault.PROVINCE),  # 03 was never a province
        ("038490000123", NumberFault.CENTURY),
        ("038191000123", NumberFault.BIRTH_YEAR),
        ("038390000123", NumberFault.BIRTH_YEAR),  # 2090
        ("038090000123", NumberFault.SEX),
    ],
)
def test_a_personal_number_with_a_slip_is_refused(number: str, fault: NumberFault) -> None:
    assert personal_number_fault(number, BORN, Sex.FEMALE) is fault


def test_there_are_63_provinces_before_july_2025() -> None:
    assert len(PROVINCE_CODES) == 63


@pytest.mark.parametrize(
    "number",
    ["0100109106", "0101248141", "0300588569", "0100109106001", "038190000123"],
)
def test_a_tax_code_with_a_right_check_digit_or_a_personal_number_is_taken(number: str) -> None:
    assert tax_code_fault(number) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("0100109107", NumberFault.TAX_CHECK_DIGIT),
        ("0100109160", NumberFault.TAX_CHECK_DIGIT),  # two digits changed places
        ("0100109106000", NumberFault.TAX_FORM),  # dependent units count from 001
        ("010010910", NumberFault.TAX_FORM),
        ("138190000123", NumberFault.TAX_FORM),  # twelve digits, but no personal number
        ("01001O9106", NumberFault.TAX_FORM),
    ],
)
def test_a_wrong_tax_code_is_refused(number: str, fault: NumberFault) -> None:
    assert tax_code_fault(number) is fault


@pytest.mark.parametrize("number", [f"010010910{digit}" for digit in range(10)])
def test_of_ten_check_digits_one_is_right(number: str) -> None:
    assert (tax_code_fault(number) is None) == (number == "0100109106")


@pytest.mark.proves("B12")
@pytest.mark.parametrize(
    ("document", "number", "fault"),
    [
        (IdentityDocument.OLD_IDENTITY_CARD, "171234567", None),
        (IdentityDocument.OLD_IDENTITY_CARD, "17123456", NumberFault.OLD_CARD_FORM),
        (IdentityDocument.OLD_IDENTITY_CARD, "000000000", NumberFault.OLD_CARD_FORM),
        (IdentityDocument.PASSPORT, "C1234567", None),
        (IdentityDocument.PASSPORT, "P01234567", None),
        (IdentityDocument.PASSPORT, "ABCDEFGH", NumberFault.PASSPORT_FORM),
        (IdentityDocument.PASSPORT, "C123456789", NumberFault.PASSPORT_FORM),
        (IdentityDocument.TAX_CODE, "0100109106", None),
        (IdentityDocument.PERSONAL_NUMBER, "038190000123", None),
    ],
)
def test_each_document_has_a_form_of_its_own(
    document: IdentityDocument, number: str, fault: NumberFault | None
) -> None:
    assert fault_of_number(document, number, BORN, Sex.FEMALE) is fault


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("038 190 000 123", "038190000123"),
        ("0100109106-001", "0100109106001"),
        ("c1234567 ", "C1234567"),
    ],
)
def test_separators_and_small_letters_make_no_difference(typed: str, stored: str) -> None:
    assert normal_number(typed) == stored
