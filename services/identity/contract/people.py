"""Who people are: kinds, roles, what is known of a person, where to reach one."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from kernel import requests
from kernel.schemas import field, frozen


class AccountKind(StrEnum):
    """Who registers (B05): công dân, tổ chức, doanh nghiệp; officers are appointed."""

    CITIZEN = "citizen"
    ORGANISATION = "organisation"
    ENTERPRISE = "enterprise"
    OFFICER = "officer"


class Role(StrEnum):
    """What an officer may do in the unit."""

    RECEIVING = "receiving"  # cán bộ tiếp nhận (bộ phận một cửa)
    HANDLING = "handling"  # cán bộ thụ lý
    LEADER = "leader"  # lãnh đạo: approves and signs
    RECORDS = "records"  # văn thư: numbers, stamps and dispatches
    ADMINISTRATOR = requests.ADMINISTRATOR  # quản trị: catalogue, accounts
    AUDITOR = requests.AUDITOR  # kiểm toán: reads histories, changes nothing
    EXCHANGE = "exchange"  # liên thông: gives the national portal what has changed


WORKING = frozenset({Role.RECEIVING, Role.HANDLING, Role.LEADER, Role.RECORDS})
"""The roles that work on dossiers."""


class Sex(StrEnum):
    """As on the identity card."""

    MALE = "male"
    FEMALE = "female"


class IdentityDocument(StrEnum):
    """What the identity number is a number of (domain §10)."""

    PERSONAL_NUMBER = "personal-number"  # số định danh cá nhân / CCCD, 12 digits
    OLD_IDENTITY_CARD = "old-identity-card"  # CMND, 9 digits, historical
    PASSPORT = "passport"  # hộ chiếu
    TAX_CODE = "tax-code"  # mã số thuế of an organisation or enterprise


@frozen
class Profile:
    """Personal data of an account. `name` is the organisation's for the two other kinds.

    What is required of which kind is checked by identity, so that one answer names every fault.
    """

    name: str = field(max_length=200, example="Nguyễn Thị An")
    identity_document: IdentityDocument = field(example="personal-number")
    identity_number: str = field(max_length=20, example="038190000123")
    email: str = field(max_length=254, example="an@example.vn")
    phone: str = field(max_length=20, example="0912345678")
    date_of_birth: date | None = field(default=None, example="1990-02-03")
    sex: Sex | None = field(default=None)
    place: str | None = field(default=None, max_length=10, doc="commune code", example="16594")
    address: str = field(default="", max_length=300, doc="house, street, hamlet")
    representative: str | None = field(
        default=None, max_length=200, doc="who acts for the organisation or enterprise"
    )


@frozen
class Contact:
    """Where to reach somebody, given to services at the moment of use and not to be kept."""

    name: str
    email: str
    phone: str
    locale: str
