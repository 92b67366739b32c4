"""What happens to accounts."""

from __future__ import annotations

from kernel.events import EventTypes, event
from kernel.schemas import field, frozen
from services.identity.contract.people import AccountKind, Contact, Profile, Role


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

    subject: str = field(doc="the account, or whom the dossier service knows without one")
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
