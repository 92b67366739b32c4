"""The system's own processes: every service, its relay, and the sandboxes of outside systems."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from secrets import token_hex

from motcua.local.ports import Ports
from motcua.local.programs import Program, Stage, answers_http
from motcua.owners import LedgerOwner
from motcua.roles import keep_secret

LEDGER_OWNERS = tuple(owner.value for owner in LedgerOwner)
SERVICES = (*LEDGER_OWNERS, "portal")
SIGNERS = (*SERVICES, "setup")
"""Who has keys; `setup` is the command line that loads the first content."""
OPS_PORTS = len(SERVICES) + len(LEDGER_OWNERS)


def programs(ports: Ports, uris: Mapping[str, Mapping[str, str]]) -> Iterator[Program]:
    """Yield every process; `uris` gives each ledger's owner the setting of its database."""
    yield _sandbox("mail", ports.mail, {"MAIL_PORT": ports.mail, "SMTP_PORT": ports.smtp})
    yield _sandbox("vnpay", ports.vnpay, {"VNPAY_SANDBOX_PORT": ports.vnpay})
    ops = iter(range(ports.ops, ports.ops + OPS_PORTS))
    for service in SERVICES:
        stage = Stage.PORTAL if service == "portal" else Stage.SERVICES
        settings = {**uris.get(service, {}), **_settings_of(service, ports)}
        yield _process(stage, service, ("run", service), next(ops), settings)
    for service in LEDGER_OWNERS:
        name = f"relay-{service}"
        yield _process(Stage.RELAYS, name, ("relay", service), next(ops), uris.get(service, {}))


def http_ports(ports: Ports) -> Iterator[tuple[str, int]]:
    """Yield (field of `Ports`, port) for everything that these processes listen on."""
    yield from (
        (name, getattr(ports, name)) for name in ("portal", "files", "mail", "smtp", "vnpay")
    )
    yield from (("ops", port) for port in range(ports.ops, ports.ops + OPS_PORTS))


def shared_settings(ports: Ports, secrets: Path) -> dict[str, str]:
    """Return what all processes are told about each other's addresses and secrets."""
    return {
        "PUBLIC_URL": url(ports.portal),
        "DOSSIER_HTTP_URL": url(ports.files),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(ports.smtp),
        "VNPAY_URL": f"{url(ports.vnpay)}/paymentv2/vpcpay.html",
        "VNPAY_API_URL": f"{url(ports.vnpay)}/merchant_webapi/api/transaction",
        "VNPAY_HASH_SECRET_FILE": str(secrets / "vnpay"),
    }


def make_secrets(secrets: Path) -> None:
    """Make the secrets that these processes share, unless they are there."""
    secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("vnpay",):
        if not (secrets / name).exists():
            keep_secret(secrets / name, token_hex(32))


def url(port: int) -> str:
    """Return the address of a local server."""
    return f"http://127.0.0.1:{port}"


def command(*arguments: str) -> tuple[str, ...]:
    """Return a call of the `motcua` command line with this very interpreter."""
    return (sys.executable, "-m", "motcua", *arguments)


def user_file(users: Path, service: str) -> dict[str, str]:
    """Return the setting that names the file with a service's database address."""
    return {"MONGO_URI_FILE": str(users / f"{service}.uri")}


def _settings_of(service: str, ports: Ports) -> dict[str, str]:
    match service:
        case "portal":
            return {"PORTAL_PORT": str(ports.portal)}
        case "dossier":
            return {"DOSSIER_HTTP_PORT": str(ports.files)}
        case _:
            return {}


def _process(
    stage: Stage, name: str, arguments: tuple[str, ...], ops: int, settings: Mapping[str, str]
) -> Program:
    environment = {"OPS_PORT": str(ops), **settings}
    return Program(name, stage, command(*arguments), answers_http(ops), environment)


def _sandbox(name: str, port: int, settings: Mapping[str, int]) -> Program:
    environment = {key: str(value) for key, value in settings.items()}
    return Program(name, Stage.SANDBOXES, command("sandbox", name), answers_http(port), environment)
