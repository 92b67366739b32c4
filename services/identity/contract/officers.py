"""Who serves in an agency, and how that begins and ends."""

from __future__ import annotations

from kernel.requests import Done, command, request
from kernel.schemas import field, frozen
from services.identity.contract.people import Role


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


@request("identity", answer=Officers)
@frozen
class FindOfficers:
    """Officers and services: who serves in an agency, a unit, a role."""

    agency: str
    unit: str | None = field(default=None)
    role: Role | None = field(default=None)
