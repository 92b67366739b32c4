"""The account: registered, activated, for an officer appointed and dismissed, perhaps erased.

Its stream is `account-<acc-…>`, whose id is a keyed digest of the user name: a name can be taken
once, and stays taken when its account is erased. Everything here is pure: the ids come in with the
command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kernel.decider import Decider
from kernel.errors import Conflict, Invalid, NotFound
from services.identity.contract import (
    AccountActivated,
    AccountKind,
    AccountRegistered,
    ActivationRequested,
    Contact,
    OfficerAppointed,
    OfficerDismissed,
    PasswordChanged,
    PasswordResetRequested,
    Profile,
    Role,
    SubjectErased,
)
from services.identity.decider.registration import fault, refusal

# Commands


@dataclass(frozen=True)
class Open:
    """Register an account; `verified` opens it at once, for the installation's own set-up."""

    account: str
    kind: AccountKind
    locale: str
    consent_version: str
    profile: Profile
    credential: str
    verified: bool = False


@dataclass(frozen=True)
class Activate:
    """The link in the mail was opened, and the identity number is the account's (B14)."""


@dataclass(frozen=True)
class RequestActivation:
    """Send the link again."""


@dataclass(frozen=True)
class RequestPasswordReset:
    """Send the link that sets another password."""


@dataclass(frozen=True)
class ChangePassword:
    """Let another credential open the account, in place of the one that the link was made for."""

    former: str
    credential: str


@dataclass(frozen=True)
class Appoint:
    """Give an officer a place; opens the account where there is none."""

    account: str
    credential: str
    name: str
    title: str
    agency: str
    unit: str
    roles: tuple[Role, ...]
    contact: Contact


@dataclass(frozen=True)
class Dismiss:
    """Take the place back."""


@dataclass(frozen=True)
class Erase:
    """Forget the person for good; `even_open`: without having asked for open dossiers.

    `walk_in` is the subject of somebody who has no account.
    """

    even_open: bool = False
    walk_in: str = ""


# State


@dataclass(frozen=True)
class AccountState:
    """An account as its events tell it. `profile` is None for officers and after an erasure."""

    account: str = ""
    kind: AccountKind | None = None
    locale: str = "vi"
    profile: Profile | None = None
    credential: str = ""
    active: bool = False
    officer: OfficerAppointed | None = None
    erased: bool = False

    @property
    def exists(self) -> bool:
        """Whether the user name is taken."""
        return self.kind is not None

    @property
    def may_log_in(self) -> bool:
        """Whether a right password opens a session: active, not erased, no dismissed officer."""
        return self.active and (self.kind is not AccountKind.OFFICER or self.officer is not None)

    @property
    def contact(self) -> Contact | None:
        """Where to reach the person, unless that was erased."""
        if self.officer is not None:
            return self.officer.contact
        if self.profile is None:
            return None
        return Contact(self.profile.name, self.profile.email, self.profile.phone, self.locale)


# Folds and decisions


def evolve(state: AccountState, event: Any) -> AccountState:
    """Return the state after an event."""
    match event:
        case AccountRegistered():
            return replace(
                state,
                account=event.account,
                kind=event.kind,
                locale=event.locale,
                profile=event.profile,
                credential=event.credential,
            )
        case AccountActivated():
            return replace(state, active=True)
        case PasswordChanged():
            return replace(state, credential=event.credential)
        case OfficerAppointed():
            return replace(state, officer=event)
        case OfficerDismissed():
            return replace(state, officer=None)
        case SubjectErased():
            return replace(state, profile=None, officer=None, active=False, erased=True)
    return state


def decide(state: AccountState, command: Any) -> Sequence[Any]:
    """Return the events of a command; none where it changes nothing."""
    match command:
        case Open():
            return _open(state, command)
        case Activate():
            return _activate(state)
        case RequestActivation():
            waits = state.exists and not state.active and not state.erased
            return (ActivationRequested(state.account),) if waits else ()
        case RequestPasswordReset():
            # nobody to write to: never registered, dismissed or erased
            return () if state.contact is None else (PasswordResetRequested(state.account),)
        case ChangePassword():
            if state.contact is None or state.credential != command.former:
                raise bad_reset_link()
            return (PasswordChanged(state.account, command.credential),)
        case Appoint():
            return _appoint(state, command)
        case Dismiss():
            place = state.officer
            if place is None:
                return ()
            return (OfficerDismissed(state.account, place.agency, place.unit),)
        case Erase():
            return _erase(state, command)
    raise TypeError(f"no decision for {command!r}")


ACCOUNTS: Decider[AccountState] = Decider(AccountState(), decide, evolve)


def _open(state: AccountState, command: Open) -> Sequence[Any]:
    if state.erased and command.verified:
        raise _was_erased()
    if state.exists:
        wanted = (command.kind, command.profile, command.locale, True)
        same = (state.kind, state.profile, state.locale, state.active) == wanted
        if command.verified and same:
            return ()
        raise refusal(fault("username", "username-taken"))
    registered = AccountRegistered(
        account=command.account,
        subject=command.account,
        kind=command.kind,
        locale=command.locale,
        consent_version=command.consent_version,
        profile=command.profile,
        credential=command.credential,
    )
    if command.verified:
        return registered, AccountActivated(command.account, command.kind)
    return (registered,)


def _erase(state: AccountState, command: Erase) -> Sequence[Any]:
    if not state.exists and not command.walk_in:
        raise NotFound("no-such-account", "Không có tài khoản này.", "There is no such account.")
    if state.erased:
        return ()
    erased = SubjectErased(state.account or command.walk_in, command.even_open)
    return (*decide(state, Dismiss()), erased)


def _appoint(state: AccountState, command: Appoint) -> Sequence[Any]:
    if state.erased:
        raise _was_erased()
    appointed = OfficerAppointed(
        account=command.account,
        name=command.name,
        title=command.title,
        agency=command.agency,
        unit=command.unit,
        roles=command.roles,
        subject=command.account,
        contact=command.contact,
    )
    if not state.exists:
        opened = AccountRegistered(
            account=command.account,
            subject=command.account,
            kind=AccountKind.OFFICER,
            locale=command.contact.locale,
            consent_version="",
            credential=command.credential,
        )
        return opened, AccountActivated(command.account, AccountKind.OFFICER), appointed
    if state.kind is not AccountKind.OFFICER:
        raise refusal(fault("username", "username-taken"))
    return () if state.officer == appointed else (appointed,)


def _activate(state: AccountState) -> Sequence[Any]:
    if state.kind is None or state.erased:
        raise Conflict(
            "no-account",
            "Tài khoản này không còn. Hãy đăng ký lại.",
            "This account is no more. Register again.",
        )
    return () if state.active else (AccountActivated(state.account, state.kind),)


def bad_reset_link() -> Invalid:
    """Return the refusal of a link that was used, or is none of ours."""
    return Invalid(
        "reset-invalid",
        "Liên kết đặt lại mật khẩu không hợp lệ hoặc đã được dùng. Hãy yêu cầu liên kết mới.",
        "This link sets no password: it was used before, or is not whole. Ask for a new one.",
    )


def _was_erased() -> Conflict:
    return Conflict(
        "subject-erased",
        "Tài khoản này đã được xóa theo yêu cầu và không mở lại được. Hãy chọn tên khác.",
        "This account was erased on request and is not opened again. Choose another user name.",
    )
