"""Settings: read as a whole, every fault in a sentence of its own, secrets never shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest

from kernel.config import ConfigError, Settings, container_config, read, setting, without_password


class Mode(StrEnum):
    LIVE = "live"
    SANDBOX = "sandbox"


@dataclass(frozen=True)
class Mail:
    host: str = setting(env="SMTP_HOST", doc="the mail server")
    port: int = setting(env="SMTP_PORT", default=25, minimum=1, maximum=65535)
    password: str | None = setting(env="SMTP_PASSWORD", default=None, secret=True, pattern=".{4,}")
    mode: Mode = setting(env="SMTP_MODE", default=Mode.SANDBOX)
    patience: timedelta = setting(env="SMTP_PATIENCE", default=timedelta(seconds=10))
    copies: tuple[str, ...] = setting(env="SMTP_COPIES", default=())
    secure: bool = setting(env="SMTP_SECURE", default=False)
    spool: Path = setting(env="SMTP_SPOOL", default=Path("spool"))


def test_every_type_is_read_from_text() -> None:
    assert read(
        Mail,
        {
            "SMTP_HOST": "mail.example",
            "SMTP_PORT": "2525",
            "SMTP_PASSWORD": "open sesame",
            "SMTP_MODE": "live",
            "SMTP_PATIENCE": "3",
            "SMTP_COPIES": "a@example, b@example,",
            "SMTP_SECURE": "true",
            "SMTP_SPOOL": "/var/spool/mail",
        },
    ) == Mail(
        host="mail.example",
        port=2525,
        password="open sesame",
        mode=Mode.LIVE,
        patience=timedelta(seconds=3),
        copies=("a@example", "b@example"),
        secure=True,
        spool=Path("/var/spool/mail"),
    )


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read(Mail, {"SMTP_HOST": "mail.example", "SMTP_PORT": ""}).port == 25


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read(Mail, {"SMTP_PORT": "70000", "SMTP_MODE": "dead", "SMTP_SECURE": "perhaps"})

    faults = caught.value.faults
    assert faults[0] == "SMTP_HOST is not set (the mail server)."
    assert faults[1] == "SMTP_PORT is '70000': It must be from 1 to 65535."
    assert faults[2].startswith("SMTP_MODE is 'dead': ")
    assert faults[3].startswith("SMTP_SECURE is 'perhaps': ")


def test_a_number_that_is_none_is_a_fault() -> None:
    with pytest.raises(ConfigError, match="SMTP_PORT is 'mail': Not a valid integer"):
        read(Mail, {"SMTP_HOST": "mail.example", "SMTP_PORT": "mail"})


def test_a_secret_is_never_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        read(Mail, {"SMTP_HOST": "mail.example", "SMTP_PASSWORD": "abc"})

    assert "abc" not in str(caught.value)
    assert "sesame" not in repr(Mail(host="mail.example", password="sesame"))


def test_a_value_can_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("open sesame\n")

    settings = read(Mail, {"SMTP_HOST": "h", "SMTP_PASSWORD_FILE": str(secret)})

    assert settings.password == "open sesame"


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"SMTP_PASSWORD_FILE names .*, which cannot be read"):
        read(Mail, {"SMTP_HOST": "h", "SMTP_PASSWORD_FILE": str(tmp_path / "none")})


def test_the_common_settings_have_defaults_for_one_machine() -> None:
    settings = read(Settings, {})

    assert settings == Settings()
    assert settings.keys == Path(".motcua/keys")
    assert settings.ops_port is None


def test_the_keys_are_in_the_home_unless_told_otherwise() -> None:
    assert read(Settings, {"MOTCUA_HOME": "/srv/motcua"}).keys == Path("/srv/motcua/keys")
    assert read(Settings, {"MOTCUA_KEYS": "/run/keys"}).keys == Path("/run/keys")


def test_the_namespace_keeps_installations_apart() -> None:
    usual, other = Settings(), Settings(namespace="blue")

    assert (usual.database("dossier"), other.database("dossier")) == (
        "motcua_dossier",
        "blue_dossier",
    )
    assert other.ledger_database("dossier") == "blue_dossier_ledger"
    assert usual.amqp_name("dossier.events") == "dossier.events"
    assert other.amqp_name("dossier.events") == "blue.dossier.events"
    assert container_config(other)["rpc_exchange"] == "blue.nameko-rpc"


def test_a_namespace_that_no_server_would_take_is_refused() -> None:
    with pytest.raises(ConfigError, match="MOTCUA_NAMESPACE"):
        read(Settings, {"MOTCUA_NAMESPACE": "Một Cửa"})


def test_a_servers_password_is_not_shown() -> None:
    uri = "amqp://motcua:sesame@broker.example:5672//"

    assert without_password(uri) == "amqp://broker.example:5672//"
    assert "sesame" not in repr(Settings(amqp_uri=uri))
