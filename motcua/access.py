"""With which rights an operator's command speaks to the system."""

from __future__ import annotations

import os
from dataclasses import replace

from kernel.config import Settings, read
from motcua import broker
from motcua.ports import Ports

_ADMINISTRATOR = "database/administrator.uri"  # in the home of `motcua up`


def administrator_settings() -> Settings:
    """Return the settings of an administrator of broker and database.

    Those of the environment; where it names no database, the one that `motcua up` runs in this
    home, and where it names no broker, that one's.
    """
    settings = read(Settings)
    file = settings.home / _ADMINISTRATOR
    if _given("MONGO_URI") or not file.is_file():
        return settings
    settings = replace(settings, mongo_uri=file.read_text().strip())
    return settings if _given("AMQP_URI") else replace(settings, amqp_uri=broker.uri(read(Ports)))


def _given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))
