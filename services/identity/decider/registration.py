"""What a registration form must say: every field at fault, at once, in both languages.

Required of a citizen: name, identity number (personal number, CMND or passport), date of birth,
e-mail, phone. Required of an organisation or enterprise: name, tax code, representative, e-mail,
phone. Any e-mail address is taken, whoever the provider.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import phonenumbers
from marshmallow import ValidationError, validate

from kernel.errors import FieldError, Invalid
from kernel.schemas import field_error
from services.identity.contract import AccountKind, IdentityDocument, Profile
from services.identity.contract.identity_numbers import (
    FAULT_SENTENCES,
    fault_of_number,
    normal_number,
)
from services.identity.decider.passwords import Weakness, weakness_of

CONSENT_VERSION = "2026-01"  # of the text that the registration page shows
_EARLIEST_BIRTH = date(1900, 1, 1)
_HOME_REGION = "VN"

_PERSONAL_DOCUMENTS = (
    IdentityDocument.PERSONAL_NUMBER,
    IdentityDocument.OLD_IDENTITY_CARD,
    IdentityDocument.PASSPORT,
)
DOCUMENTS: Mapping[AccountKind, tuple[IdentityDocument, ...]] = {
    AccountKind.CITIZEN: _PERSONAL_DOCUMENTS,
    AccountKind.ORGANISATION: (IdentityDocument.TAX_CODE,),
    AccountKind.ENTERPRISE: (IdentityDocument.TAX_CODE,),
}
_ALWAYS = ("name", "identity_number", "email", "phone")
REQUIRED: Mapping[AccountKind, tuple[str, ...]] = {
    AccountKind.CITIZEN: (*_ALWAYS, "date_of_birth"),
    AccountKind.ORGANISATION: (*_ALWAYS, "representative"),
    AccountKind.ENTERPRISE: (*_ALWAYS, "representative"),
}
_USERNAME = re.compile(r"[A-Za-z0-9._@+-]{4,64}")


def normal_profile(profile: Profile) -> Profile:
    """Return the profile as it is stored: trimmed, NFC, numbers without separators."""
    return dataclasses.replace(
        profile,
        name=_one_line(profile.name),
        representative=None
        if profile.representative is None
        else _one_line(profile.representative),
        address=_one_line(profile.address),
        identity_number=normal_number(profile.identity_number),
        email=profile.email.strip(),
        phone=normal_phone(profile.phone),
    )


def normal_phone(phone: str) -> str:
    """Return a Vietnamese number as it is dialled at home, any other as `+…`; else unchanged."""
    try:
        number = phonenumbers.parse(phone, _HOME_REGION)
    except phonenumbers.NumberParseException:
        return phone.strip()
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return re.sub(r"^\+84", "0", e164)


def faults_of_profile(kind: AccountKind, profile: Profile, today: date) -> Iterator[FieldError]:
    """Yield every fault of a normalised profile; paths begin with `profile`."""
    if kind not in DOCUMENTS:
        yield field_error("kind", "choice")
        return
    for name in REQUIRED[kind]:
        if not getattr(profile, name):
            yield field_error(f"profile.{name}", "required")
    if profile.identity_document not in DOCUMENTS[kind]:
        yield field_error("profile.identity_document", "choice")
    elif profile.identity_number:
        number_fault = fault_of_number(
            profile.identity_document, profile.identity_number, profile.date_of_birth, profile.sex
        )
        if number_fault:
            yield fault("profile.identity_number", number_fault)
    for name, check in _CHECKS.items():
        if code := check(profile, today):
            yield fault(f"profile.{name}", code)


def faults_of_login(username: str, password: str, known: Sequence[str]) -> Iterator[FieldError]:
    """Yield the faults of user name and password; `known` is what is known of the person."""
    if not username:
        yield field_error("username", "required")
    elif not _USERNAME.fullmatch(username):
        yield fault("username", "username")
    if not password:
        yield field_error("password", "required")
    elif weakness := weakness_of(password, username, known):
        yield fault("password", weakness)


def known_of(profile: Profile) -> tuple[str, ...]:
    """Return what a password of this person must not be made of."""
    mailbox = profile.email.partition("@")[0]
    return (profile.name, mailbox, profile.identity_number, profile.phone)


def fault_of_email(email: str) -> str | None:
    """Return `email` unless this is the syntax of an address, or nothing."""
    if not email:
        return None
    try:
        validate.Email()(email)
    except ValidationError:
        return "email"
    return None


def fault_of_phone(phone: str) -> str | None:
    """Return `phone` unless this number can exist, or is nothing."""
    if not phone:
        return None
    try:
        number = phonenumbers.parse(phone, _HOME_REGION)
    except phonenumbers.NumberParseException:
        return "phone"
    return None if phonenumbers.is_valid_number(number) else "phone"


def fault(path: str, code: str) -> FieldError:
    """Return a field error of this service, by its code."""
    vi, en = _SENTENCES[code]
    return FieldError(path, str(code), vi, en)


def refusal(*faults: FieldError) -> Invalid:
    """Return the one error that carries all faults of a form."""
    return Invalid(
        "invalid",
        "Một số thông tin chưa đúng hoặc còn thiếu. Xem từng mục bên dưới.",
        "Some fields are wrong or missing. See each field below.",
        fields=faults,
    )


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _fault_of_birth(profile: Profile, today: date) -> str | None:
    born = profile.date_of_birth
    return None if born is None or _EARLIEST_BIRTH <= born <= today else "date-of-birth"


def _fault_of_name(profile: Profile, _: date) -> str | None:
    return "name" if profile.name and not any(c.isalpha() for c in profile.name) else None


def _fault_of_place(profile: Profile, _: date) -> str | None:
    return "place" if profile.place and not re.fullmatch(r"[0-9]{5}", profile.place) else None


_CHECKS: Mapping[str, Callable[[Profile, date], str | None]] = {
    "name": _fault_of_name,
    "date_of_birth": _fault_of_birth,
    "email": lambda profile, _: fault_of_email(profile.email),
    "phone": lambda profile, _: fault_of_phone(profile.phone),
    "place": _fault_of_place,
}

_SENTENCES: Mapping[str, tuple[str, str]] = {
    **FAULT_SENTENCES,
    Weakness.SHORT: (
        "Mật khẩu phải có ít nhất 10 ký tự.",
        "Use at least 10 characters.",
    ),
    Weakness.CONTAINS_USERNAME: (
        "Mật khẩu không được chứa tên đăng nhập.",
        "The password must not contain the user name.",
    ),
    Weakness.GUESSABLE: (
        "Mật khẩu này dễ đoán. Hãy dùng vài từ không liên quan đến nhau.",
        "This password is easy to guess. Use a few words that have nothing to do with each other.",
    ),
    "name": ("Hãy nhập họ tên hoặc tên tổ chức bằng chữ.", "Enter the name in letters."),
    "date-of-birth": ("Ngày sinh không hợp lệ.", "The date of birth is not valid."),
    "email": (
        "Địa chỉ thư điện tử không hợp lệ, ví dụ đúng: ten@example.vn.",
        "This is not an e-mail address, such as name@example.vn.",
    ),
    "phone": (
        "Số điện thoại không hợp lệ, ví dụ đúng: 0912345678.",
        "This is not a phone number, such as 0912345678.",
    ),
    "place": ("Hãy chọn xã, phường trong danh sách.", "Choose a commune from the list."),
    "consent": (
        "Cần đồng ý cho xử lý dữ liệu cá nhân để mở tài khoản.",
        "Agree to the processing of personal data to open an account.",
    ),
    "captcha": (
        "Mã xác nhận không đúng hoặc đã hết hạn. Hãy nhập mã mới.",
        "The confirmation code is wrong or has expired. Type the new one.",
    ),
    "username": (
        "Tên đăng nhập gồm 4 đến 64 chữ cái không dấu, chữ số và các dấu . _ @ + -",
        "A user name has 4 to 64 letters, digits and the signs . _ @ + -",
    ),
    "username-taken": (
        "Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.",
        "This user name is taken. Choose another.",
    ),
    "unit": ("Hãy nhập cơ quan và đơn vị.", "Enter the agency and the unit."),
    "roles": ("Hãy chọn ít nhất một vai trò.", "Choose at least one role."),
}
