"""What neighbours may know of identity: who may act, and as whom.

Accounts are pseudonymous (`acc-…`). Personal data is sealed under the account's own key and is
given only to its owner, to officers who handle the owner's dossier (through the dossier), and to
services that need it at the moment of use.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from kernel import requests
from kernel.events import EventTypes, event
from kernel.requests import Done, command, request
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


# Events


@event()
@frozen
class AccountRegistered:
    """An account was opened; who registered alone waits for the link in the mail (B14)."""

    account: str
    subject: str
    kind: AccountKind
    locale: str
    consent_version: str = field(
        doc="version of the consent text that was agreed to; empty where an office opened it"
    )
    profile: Profile | None = field(default=None, personal=True)
    credential: str = field(default="", doc="id of the credential that opens it, never its hash")


@event()
@frozen
class ActivationRequested:
    """The activation mail was asked for again; notify sends it as for `AccountRegistered`."""

    account: str


@event()
@frozen
class PasswordResetRequested:
    """Somebody has forgotten the password; notify sends the link that sets another."""

    account: str


@event()
@frozen
class PasswordChanged:
    """Another credential opens the account; the one before opens nothing any more."""

    account: str
    credential: str = field(doc="id of the credential that opens it, never its hash")


@event()
@frozen
class AccountActivated:
    """The link in the mail was opened; the account is verified and may file (B10)."""

    account: str
    kind: AccountKind


@event()
@frozen
class IdentityNumberClaimed:
    """An identity number belongs to one account; the stream's name is a keyed digest of it."""

    account: str


@event()
@frozen
class OfficerAppointed:
    """An officer got a place: unit, roles, title. The name is public in the office (A07)."""

    account: str
    name: str
    title: str
    agency: str
    unit: str
    roles: tuple[Role, ...]
    subject: str = field(default="", doc="the account, under whose key the contact is sealed")
    contact: Contact | None = field(default=None, personal=True)


@event()
@frozen
class OfficerDismissed:
    """The officer no longer acts for the agency."""

    account: str
    agency: str
    unit: str


@event()
@frozen
class IdentityNumberReleased:
    """The account that had the number was erased; the person may register anew."""

    account: str


@event()
@frozen
class SubjectErased:
    """A person's data is to be forgotten: every service destroys its key of it and its copies.

    It is the account's last event; nobody logs in with it any more.
    """

    subject: str = field(doc="the account")
    even_open: bool = field(
        default=False, doc="the operator said so without asking for open dossiers"
    )


def waits_for_link(registered: AccountRegistered) -> bool:
    """Whether the person registered alone and is owed the activation mail.

    Officers, and accounts that the installation opens, are active from the start.
    """
    return registered.consent_version != ""


EVENTS = EventTypes(
    "identity",
    (
        AccountRegistered,
        ActivationRequested,
        AccountActivated,
        IdentityNumberClaimed,
        OfficerAppointed,
        OfficerDismissed,
        IdentityNumberReleased,
        SubjectErased,
        PasswordResetRequested,
        PasswordChanged,
    ),
)


# Answers


@frozen
class Captcha:
    """A picture of a random string made by the system (B07); it can be used once."""

    captcha: str = field(doc="the challenge's id, sent back with the typed string")
    picture: str = field(doc="PNG, base64")
    expires_at: datetime


@frozen
class Account:
    """An account as its owner sees it."""

    account: str
    username: str
    kind: AccountKind
    active: bool
    verified: bool
    locale: str
    profile: Profile | None
    officer: OfficerAppointed | None = field(default=None)


@frozen
class Session:
    """A login: a short-lived access token, and a session token that renews it."""

    access_token: str
    session_token: str
    expires_in: int = field(doc="seconds until the access token ends")
    account: Account


@frozen
class ActivationNotice:
    """What the activation mail says."""

    contact: Contact
    token: str
    expires_at: datetime


@frozen
class PasswordResetNotice:
    """What the mail says to who has forgotten the password."""

    contact: Contact
    token: str
    expires_at: datetime


@frozen
class Officer:
    """An officer in the directory."""

    account: str
    name: str
    title: str
    agency: str
    unit: str
    roles: tuple[Role, ...]


@frozen
class Officers:
    """A list of officers."""

    items: tuple[Officer, ...]


@frozen
class Subject:
    """An account as the installation's operator sees it: no personal data."""

    subject: str
    kind: AccountKind
    registered_at: datetime
    serves_in: str | None = field(default=None, doc="the agency in which an officer has a place")
    erased_at: datetime | None = field(default=None)


@frozen
class ErasedSubject:
    """Somebody who was erased."""

    subject: str
    erased_at: datetime


@frozen
class ErasedSubjects:
    """Some who were erased, by the time; with `next` there may be more behind that moment."""

    items: tuple[ErasedSubject, ...]
    next: datetime | None = field(default=None)


# Requests


@request("identity", answer=Captcha)
@frozen
class NewCaptcha:
    """A fresh captcha."""


@command("identity", answer=Done)
@frozen
class Register:
    """Open an account. Errors name each field: taken name, weak password, wrong number, captcha.

    A user name has 4 to 64 letters, digits and `._@+-`; a password at least 10 characters.
    """

    kind: AccountKind
    username: str = field(max_length=64, example="nguyen.an")
    password: str = field(max_length=128)
    profile: Profile
    captcha: str
    captcha_text: str = field(max_length=12)
    consent: bool = field(doc="agreed to the processing of personal data; never pre-ticked")
    locale: str = field(default="vi", pattern="^(vi|en)$")


@command("identity", answer=Account)
@frozen
class Activate:
    """Activate by the token in the mail's link."""

    token: str = field(max_length=2000)


@command("identity", answer=Done)
@frozen
class ResendActivation:
    """Send the activation mail again; the answer does not tell whether the account exists."""

    username: str = field(max_length=64)


@command("identity", answer=Done)
@frozen
class RequestPasswordReset:
    """Send a link that sets another password; the answer does not tell whether there is an account.

    The link is good for one hour and once. Each further wish for one account waits longer (429).
    """

    username: str = field(max_length=64, example="nguyen.an")


@command("identity", answer=Done)
@frozen
class ResetPassword:
    """Set another password by the token in the mail's link: all sessions of the account end."""

    token: str = field(max_length=2000)
    password: str = field(max_length=128)


@command("identity", answer=Session)
@frozen
class LogIn:
    """Log in. A growing delay (429 with `retry_after`) follows repeated failures."""

    username: str = field(max_length=64)
    password: str = field(max_length=128)


@command("identity", answer=Session)
@frozen
class RenewSession:
    """A fresh access token for a live session; ends after 30 idle minutes."""

    session_token: str = field(max_length=200)


@command("identity", answer=Done)
@frozen
class LogOut:
    """End the session; its tokens renew no more."""

    session_token: str = field(max_length=200)


@request("identity", answer=Account)
@frozen
class ReadAccount:
    """The caller's own account."""


@request("identity", answer=Contact)
@frozen
class ReadContact:
    """Notify only: where to reach an account."""

    account: str


@request("identity", answer=ActivationNotice)
@frozen
class ReadActivation:
    """Notify only: what the activation mail must say."""

    account: str


@request("identity", answer=PasswordResetNotice)
@frozen
class ReadPasswordReset:
    """Notify only: what the mail about a forgotten password must say."""

    account: str


@command("identity", answer=Officer)
@frozen
class AppointOfficer:
    """Open an officer's account in a unit: administrators of the agency, and the own set-up.

    Only the set-up makes somebody an administrator or auditor. Appointing an existing officer again
    changes title, unit and roles.
    """

    username: str = field(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9._@+-]+$")
    password: str = field(min_length=10, max_length=128)
    name: str = field(min_length=1, max_length=200)
    title: str = field(min_length=1, max_length=100)
    email: str = field(min_length=1, max_length=254)
    agency: str
    unit: str
    roles: tuple[Role, ...]
    phone: str = field(default="", max_length=20)


@command("identity", answer=Done)
@frozen
class DismissOfficer:
    """The officer serves no longer: for administrators of the agency, and the own set-up.

    The sessions end at once and no new one begins; appointing the same user name again restores.
    """

    account: str = field(max_length=64)


@command("identity", answer=Done)
@frozen
class OpenVerifiedAccount:
    """The installation's own set-up only (service token): an account that is already verified.

    Used for demo accounts and for accounts taken over from another system.
    """

    kind: AccountKind
    username: str = field(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9._@+-]+$")
    password: str = field(min_length=10, max_length=128)
    profile: Profile
    locale: str = field(default="vi", pattern="^(vi|en)$")


@request("identity", answer=Officers)
@frozen
class FindOfficers:
    """Officers and services: who serves in an agency, a unit, a role."""

    agency: str
    unit: str | None = field(default=None)
    role: Role | None = field(default=None)


# Erasing a person


@request("identity", answer=Subject)
@frozen
class FindSubject:
    """The set-up only: an account by its id or by its user name; `NotFound` where there is none."""

    subject: str | None = field(default=None, max_length=64)
    username: str | None = field(default=None, max_length=64)


@command("identity", answer=Subject)
@frozen
class EraseSubject:
    """The set-up only: erase a person for good. Once erased, it changes nothing more.

    `Conflict` (`open-dossiers`) names the dossiers that are still being handled, as the law
    requires; `even_open` erases nevertheless. An officer's place is taken back with it.
    """

    subject: str = field(max_length=64)
    even_open: bool = field(default=False)


@request("identity", answer=ErasedSubjects)
@frozen
class ListErased:
    """The set-up only: who was erased behind a moment, as the ledger has it; a page at a time."""

    after: datetime | None = field(default=None)
    limit: int = field(default=500, minimum=1, maximum=1000)
