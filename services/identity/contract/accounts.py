"""Registering, activating, logging in, and what messages to an account must say."""

from __future__ import annotations

from datetime import datetime

from kernel.requests import Done, command, request
from kernel.schemas import field, frozen
from services.identity.contract.events import OfficerAppointed
from services.identity.contract.people import AccountKind, Contact, Profile


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
