"""Who may do what in the database: a user for every service, who can only add to its ledger.

A service (and its relay) may `find` and `insert` in its ledger's database and nothing more there,
so that not even a fault in our own code can change or remove what was appended; in its database
of views it may read and write. No service sees another's data. Works on MongoDB and on the
embedded database alike, and may be repeated at any time.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit, urlunsplit

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from kernel.config import without_password
from kernel.errors import Unavailable
from kernel.ledger_reader import create_indexes, ledger_collection

Document = dict[str, Any]

_ALREADY_EXISTS = (51002, 51003)  # MongoDB's codes for a role and a user
_ALREADY_INITIALISED = 23
_STARTING_MS = 60_000  # the server may have been started this very moment
_LEDGER_ACTIONS = ("find", "insert", "listCollections", "listIndexes", "collStats")


def provision(
    admin_uri: str, namespace: str, services: Iterable[str], users: Path
) -> Mapping[str, str]:
    """Make roles, users and the ledgers' indexes; return the address for each service to use.

    The addresses, with their passwords, are kept in `users` as one file `<service>.uri` each,
    readable by their owner only, and are used again when this is repeated. `admin_uri` is that of
    a user who may do this. Raises `Unavailable` where the database does not answer or refuses.
    """
    users.mkdir(parents=True, exist_ok=True, mode=0o700)
    addresses = {
        service: _kept(users / f"{service}.uri", admin_uri, f"{namespace}-{service}")
        for service in services
    }
    try:
        with MongoClient[Document](admin_uri, serverSelectionTimeoutMS=10_000) as client:
            for service, address in addresses.items():
                create_indexes(ledger_collection(client, namespace, service))
                _provision_one(client.admin, namespace, service, password_of(address))
    except PyMongoError as error:
        raise Unavailable(
            "database-not-provisioned",
            f"Không tạo được người dùng trên {without_password(admin_uri)}: {error}",
            f"The users cannot be made on {without_password(admin_uri)}: {error}",
        ) from error
    return addresses


def make_administrator(open_uri: str, name: str, password: str) -> None:
    """Make a user who may do everything, on a server that lets anyone in."""
    with MongoClient[Document](open_uri, serverSelectionTimeoutMS=10_000) as client:
        _user(client.admin, name, password, [{"role": "root", "db": "admin"}])


def with_user(uri: str, name: str, password: str) -> str:
    """Return a server's address with a user of its `admin` database put in."""
    parts = urlsplit(uri)
    hosts = parts.netloc.rpartition("@")[2]
    options = [part for part in parts.query.split("&") if part and "authSource" not in part]
    return urlunsplit(
        parts._replace(
            netloc=f"{quote_plus(name)}:{quote_plus(password)}@{hosts}",
            path="/",
            query="&".join([*options, "authSource=admin"]),
        )
    )


def initiate_replica_set(uri: str, name: str, member: str) -> None:
    """Make a server that was started for it a replica set of one, unless it is one already.

    Raises `Unavailable` where it does not come up in a minute, or refuses.
    """
    with MongoClient[Document](
        uri, directConnection=True, serverSelectionTimeoutMS=_STARTING_MS
    ) as one:
        try:
            one.admin.command(
                "replSetInitiate", {"_id": name, "members": [{"_id": 0, "host": member}]}
            )
        except PyMongoError as error:
            if isinstance(error, OperationFailure) and error.code == _ALREADY_INITIALISED:
                return
            raise Unavailable(
                "replica-set-not-made",
                f"Không lập được replica set trên {without_password(uri)}: {error}",
                f"The replica set cannot be made on {without_password(uri)}: {error}",
            ) from error


def password_of(address: str) -> str:
    """Return the password in a server's address; those made here need no quoting."""
    return urlsplit(address).password or ""


def keep_secret(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    partial = file.with_name(f".{file.name}.new")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    partial.rename(file)


def excess(client: MongoClient[Document], namespace: str, service: str) -> list[str] | None:
    """Return what a service's user may do to its ledger beyond reading and adding.

    None where the service has no user of its own.
    """
    name = f"{namespace}-{service}"
    users = client.admin.command({"usersInfo": {"user": name, "db": "admin"}})["users"]
    if not users:
        return None
    found: set[str] = set()
    for role in users[0]["roles"]:
        if role != {"role": name, "db": "admin"}:
            found.add(f"the role {role['role']} on {role['db']}")
    asked = {"rolesInfo": {"role": name, "db": "admin"}, "showPrivileges": True}
    for role in client.admin.command(asked)["roles"]:
        for inherited in role.get("roles", ()):
            if inherited != {"role": "readWrite", "db": f"{namespace}_{service}"}:
                found.add(f"the role {inherited['role']} on {inherited['db']}")
        for privilege in role.get("privileges", ()):
            if _touches(privilege["resource"], f"{namespace}_{service}_ledger"):
                found |= set(privilege["actions"]) - set(_LEDGER_ACTIONS)
    return sorted(found)


def _touches(resource: Mapping[str, Any], ledger: str) -> bool:
    return bool(resource.get("anyResource")) or resource.get("db") in ("", ledger)


def _provision_one(admin: Database[Document], namespace: str, service: str, password: str) -> None:
    role = f"{namespace}-{service}"
    granted = {
        "privileges": [
            {
                "resource": {"db": f"{namespace}_{service}_ledger", "collection": ""},
                "actions": list(_LEDGER_ACTIONS),
            }
        ],
        "roles": [{"role": "readWrite", "db": f"{namespace}_{service}"}],
    }
    _create_or_update(admin, "Role", role, granted)
    _user(admin, role, password, [{"role": role, "db": "admin"}])


def _user(admin: Database[Document], name: str, password: str, roles: list[dict[str, str]]) -> None:
    _create_or_update(admin, "User", name, {"pwd": password, "roles": roles})


def _create_or_update(
    admin: Database[Document], kind: str, name: str, definition: Document
) -> None:
    try:
        admin.command({f"create{kind}": name, **definition})
    except OperationFailure as error:
        if error.code not in _ALREADY_EXISTS:
            raise
        admin.command({f"update{kind}": name, **definition})


def _kept(file: Path, admin_uri: str, user: str) -> str:
    password = password_of(file.read_text()) if file.exists() else secrets.token_urlsafe(24)
    # written again each time: the server may have moved
    keep_secret(file, with_user(admin_uri, user, password))
    return file.read_text()
