"""Settings from the environment: a frozen dataclass per service, read once, checked as a whole.

>>> @dataclass(frozen=True)
... class Mail:
...     host: str = setting(env="SMTP_HOST", doc="the mail server")
...     port: int = setting(env="SMTP_PORT", default=25, minimum=1, maximum=65535)
...     password: str | None = setting(env="SMTP_PASSWORD", default=None, secret=True)
>>> read(Mail, {"SMTP_HOST": "mail.example"})
Mail(host='mail.example', port=25)

An empty variable counts as not set. `SMTP_PASSWORD_FILE` may name a file that holds the value, as
container platforms hand out secrets. Every fault is reported at once, in a sentence of its own.
"""

from __future__ import annotations

import dataclasses
import os
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from environs import Env, EnvError, EnvNotSetError, EnvValidationError, validate

T = TypeVar("T")
_MISSING = dataclasses.MISSING
_KEY = "setting"


class ConfigError(Exception):
    """The process cannot start as it is set up; `faults` are sentences for the operator."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def setting(
    *,
    env: str,
    default: Any = _MISSING,
    doc: str = "",
    secret: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    pattern: str | None = None,
) -> Any:
    """Declare a field that is read from the variable `env`; without a default it is required.

    A `secret` appears neither in the settings' `repr` nor in a fault. Types: `str`, `int`,
    `float`, `bool`, `Path`, enums (by value), `timedelta` (a number of seconds),
    `tuple[str, ...]` (separated by commas), and any of these `| None`.
    """
    details = {
        "env": env,
        "doc": doc,
        "secret": secret,
        "minimum": minimum,
        "maximum": maximum,
        "pattern": pattern,
    }
    options: dict[str, Any] = {"metadata": {_KEY: details}, "repr": not secret, "kw_only": True}
    if default is not _MISSING:
        options["default"] = default
    return dataclasses.field(**options)


def read(cls: type[T], env: Mapping[str, str] | None = None) -> T:
    """Build `cls` from the environment (or from `env`), or raise `ConfigError` with every fault."""
    source = _Environment(os.environ if env is None else env)
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    faults: list[str] = []
    for item in dataclasses.fields(cls):  # type: ignore[arg-type]
        details = item.metadata[_KEY]
        try:
            values[item.name] = _read_one(source, hints[item.name], item, details)
        except EnvError as error:
            faults.append(_sentence(details, source, error))
    if faults:
        raise ConfigError(*faults)
    return cls(**values)


@dataclass(frozen=True)
class Settings:
    """What every process of the system needs to know.

    `namespace` keeps several installations apart on one broker and database server.
    """

    amqp_uri: str = setting(
        env="AMQP_URI",
        default="amqp://guest:guest@127.0.0.1:5675//",
        doc="the RabbitMQ broker",
        pattern=r"^amqps?://.+",
        secret=True,
    )
    mongo_uri: str = setting(
        env="MONGO_URI",
        default="mongodb://127.0.0.1:27117",
        doc="the MongoDB server",
        pattern=r"^mongodb(\+srv)?://.+",
        secret=True,
    )
    namespace: str = setting(
        env="MOTCUA_NAMESPACE",
        default="motcua",
        doc="prefix of databases, exchanges and queues",
        pattern=r"^[a-z][a-z0-9-]{0,29}$",
    )
    home: Path = setting(
        env="MOTCUA_HOME", default=Path(".motcua"), doc="the folder of a machine's own state"
    )
    keys: Path = setting(
        env="MOTCUA_KEYS", default=Path(), doc="the folder of keys; `keys` in the home by default"
    )
    http_host: str = setting(
        env="HTTP_HOST", default="127.0.0.1", doc="the address that HTTP servers listen on"
    )
    ops_port: int | None = setting(
        env="OPS_PORT",
        default=None,
        doc="the port of health and metrics; none without it",
        minimum=1,
        maximum=65535,
    )
    log_level: str = setting(
        env="LOG_LEVEL",
        default="INFO",
        doc="DEBUG, INFO, WARNING or ERROR",
        pattern=r"^(DEBUG|INFO|WARNING|ERROR)$",
    )
    public_url: str = setting(
        env="PUBLIC_URL",
        default="http://127.0.0.1:8000",
        doc="the portal's address as people see it",
        pattern=r"^https?://[^/]+$",
    )
    max_workers: int = setting(
        env="MAX_WORKERS",
        default=32,
        doc="requests and events that one process handles at a time",
        minimum=1,
        maximum=1000,
    )
    heartbeat: int = setting(
        env="AMQP_HEARTBEAT",
        default=30,
        doc="seconds between the broker connection's signs of life",
        minimum=2,
        maximum=600,
    )
    startup_wait: timedelta = setting(
        env="STARTUP_WAIT",
        default=timedelta(seconds=60),
        doc="seconds to wait for the broker and the database at start",
    )
    stop_grace: timedelta = setting(
        env="STOP_GRACE",
        default=timedelta(seconds=20),
        doc="seconds for work under way when the process is told to stop",
    )

    def __post_init__(self) -> None:
        if self.keys == Path():
            object.__setattr__(self, "keys", self.home / "keys")

    def database(self, service: str) -> str:
        """Return the name of a service's database of views and drafts."""
        return f"{self.namespace}_{service}"

    def ledger_database(self, service: str) -> str:
        """Return the name of a service's ledger database."""
        return f"{self.namespace}_{service}_ledger"

    def amqp_name(self, name: str) -> str:
        """Return an exchange's or queue's name, prefixed unless the namespace is the usual one."""
        return name if self.namespace == "motcua" else f"{self.namespace}.{name}"


def container_config(settings: Settings) -> dict[str, Any]:
    """Return the settings in the form in which the service container carries them."""
    return {
        "settings": settings,
        "AMQP_URI": settings.amqp_uri,
        "HEARTBEAT": settings.heartbeat,
        "max_workers": settings.max_workers,
        "rpc_exchange": settings.amqp_name("nameko-rpc"),
        "serializer": "json",
    }


def settings_of(container: Any) -> Settings:
    """Return the settings that a service container was started with."""
    settings: Settings = container.config["settings"]
    return settings


def without_password(uri: str) -> str:
    """Return a server's address as it may be shown and logged."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


# Reading one variable


class _Environment(Env):
    """environs over any mapping; `NAME_FILE` names a file that holds the value of `NAME`."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__(eager=True)
        self._variables = variables

    def _get_value(self, env_key: str, default: Any) -> Any:
        if value := self._variables.get(env_key):
            return value
        if path := self._variables.get(f"{env_key}_FILE"):
            try:
                return Path(path).read_text().strip()
            except OSError as error:
                raise EnvError(
                    f"{env_key}_FILE names {path}, which cannot be read: {error.strerror}."
                ) from error
        return default

    def shown(self, env_key: str) -> str:
        """Return the value as it was given."""
        return str(self._get_value(env_key, ""))


_READERS: dict[Any, Callable[..., Any]] = {
    str: Env.str,
    int: Env.int,
    float: Env.float,
    bool: Env.bool,
    Path: Env.path,
    timedelta: Env.timedelta,
}


def _read_one(
    source: _Environment, annotation: Any, item: dataclasses.Field[Any], details: Mapping[str, Any]
) -> Any:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        (annotation,) = (kind for kind in typing.get_args(annotation) if kind is not type(None))
    name = details["env"]
    if not source._get_value(name, ""):
        if item.default is _MISSING:
            raise EnvNotSetError
        return item.default
    if typing.get_origin(annotation) is tuple:
        parts: list[str] = source.list(name) or []
        return tuple(part.strip() for part in parts if part.strip())
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return source.enum(name, enum=annotation, by_value=True)
    return _READERS[annotation](source, name, validate=_checks(details))


def _checks(details: Mapping[str, Any]) -> list[Callable[[Any], Any]]:
    checks: list[Callable[[Any], Any]] = []
    if details["minimum"] is not None or details["maximum"] is not None:
        low, high = details["minimum"], details["maximum"]
        checks.append(validate.Range(min=low, max=high, error=f"It must be from {low} to {high}."))
    if details["pattern"] is not None:
        checks.append(validate.Regexp(details["pattern"], error="It is not of the right form."))
    return checks


def _sentence(details: Mapping[str, Any], source: _Environment, error: EnvError) -> str:
    name, doc = details["env"], details["doc"]
    meaning = f" ({doc})" if doc else ""
    match error:
        case EnvNotSetError():
            return f"{name} is not set{meaning}."
        case EnvValidationError():
            value = "…" if details["secret"] else source.shown(name)
            return f"{name}{meaning} is {value!r}: {' '.join(map(str, error.error_messages))}"
        case _:
            return str(error)
