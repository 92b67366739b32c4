"""The pages of accounts: register, activate, log in, one's own account."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.identity.contract import Account, AccountKind, Captcha
from services.portal.forms import Form
from services.portal.screens.places import Places


@dataclass(frozen=True)
class KindScreen:
    """The choice of the account's type (B05)."""

    form: Form


@dataclass(frozen=True)
class RegisterScreen:
    """The registration form (B06) with the captcha's picture (B07)."""

    kind: AccountKind
    form: Form
    captcha: Captcha
    places: Places

    @property
    def is_citizen(self) -> bool:
        """Whether a person registers, not an organisation or enterprise."""
        return self.kind is AccountKind.CITIZEN


@dataclass(frozen=True)
class RegisteredScreen:
    """What to do next: open the mail (B08, B14)."""

    email: str
    username: str


@dataclass(frozen=True)
class ActivationScreen:
    """One click more before the account is activated: mail scanners follow links too."""

    token: str


@dataclass(frozen=True)
class ActivatedScreen:
    """The account is active, or the link is of no use any more."""

    account: Account | None
    message: str = ""


@dataclass(frozen=True)
class MailWishScreen:
    """Whose activation mail is to be sent again, or whose `password` was forgotten."""

    form: Form = field(default_factory=Form)
    password: bool = False


@dataclass(frozen=True)
class NewPasswordScreen:
    """Another password, for who holds the link; `dead` says that the link is of no use."""

    token: str
    form: Form = field(default_factory=Form)
    dead: bool = False


@dataclass(frozen=True)
class LogInScreen:
    """The login page; `idle` says that the session ended for want of use."""

    form: Form = field(default_factory=Form)
    next: str = ""
    idle: bool = False


@dataclass(frozen=True)
class AccountScreen:
    """One's own account."""

    account: Account
