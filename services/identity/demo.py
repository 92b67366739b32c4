"""The demo accounts, as they stand in `data/demo_accounts.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

from kernel import schemas
from kernel.schemas import field, frozen
from services.identity.contract import (
    AccountKind,
    AppointOfficer,
    IdentityDocument,
    OpenVerifiedAccount,
    Profile,
    Role,
    Sex,
)

FILE = Path(__file__).parent / "data" / "demo_accounts.yaml"


@frozen
class DemoPerson:
    """A citizen, an organisation or an enterprise."""

    username: str
    kind: AccountKind
    name: str
    identity_document: IdentityDocument
    identity_number: str
    phone: str
    place: str
    address: str
    date_of_birth: date | None = field(default=None)
    sex: Sex | None = field(default=None)
    representative: str | None = field(default=None)


@frozen
class DemoOfficer:
    """An officer of an agency."""

    username: str
    name: str
    title: str
    unit: str
    roles: tuple[Role, ...]


@frozen
class DemoAgency:
    """The officers of one agency."""

    agency: str
    officers: tuple[DemoOfficer, ...]


@frozen
class DemoAccounts:
    """All of them; they share one password."""

    password: str
    people: tuple[DemoPerson, ...]
    agencies: tuple[DemoAgency, ...]

    def requests(self) -> Iterator[OpenVerifiedAccount | AppointOfficer]:
        """Yield what opens each account."""
        for person in self.people:
            yield OpenVerifiedAccount(
                person.kind, person.username, self.password, _profile_of(person)
            )
        for place in self.agencies:
            for officer in place.officers:
                yield AppointOfficer(
                    username=officer.username,
                    password=self.password,
                    name=officer.name,
                    title=officer.title,
                    email=_mail_of(officer.username),
                    agency=place.agency,
                    unit=officer.unit,
                    roles=officer.roles,
                )


def read_demo_accounts(file: Path = FILE) -> DemoAccounts:
    """Return the file's accounts; raises `Invalid` that names every wrong field."""
    return schemas.load(DemoAccounts, yaml.safe_load(file.read_text(encoding="utf-8")))


def _profile_of(person: DemoPerson) -> Profile:
    return Profile(
        name=person.name,
        identity_document=person.identity_document,
        identity_number=person.identity_number,
        email=_mail_of(person.username),
        phone=person.phone,
        date_of_birth=person.date_of_birth,
        sex=person.sex,
        place=person.place,
        address=person.address,
        representative=person.representative,
    )


def _mail_of(username: str) -> str:
    return f"{username}@demo.example"
