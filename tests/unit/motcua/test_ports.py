"""Where everything listens, and how that is moved."""

from __future__ import annotations

import dataclasses

import pytest

from kernel.config import ConfigError, read
from motcua.local.ports import Ports
from motcua.local.processes import OPS_PORTS, http_ports


def test_a_setting_moves_a_port() -> None:
    assert read(Ports, {"MOTCUA_PORT_PORTAL": "9000"}).portal == 9000


def test_a_port_out_of_range_is_refused_in_a_sentence() -> None:
    with pytest.raises(ConfigError, match=r"MOTCUA_PORT_MAIL .* from 1 to 65535"):
        read(Ports, {"MOTCUA_PORT_MAIL": "70000"})


def test_no_two_parts_share_a_port_by_default() -> None:
    ports = Ports()
    single = [getattr(ports, item.name) for item in dataclasses.fields(ports)]
    row = [port for name, port in http_ports(ports) if name == "ops"]
    everything = [*(port for port in single if port != ports.ops), *row]
    assert len(row) == OPS_PORTS
    assert len(set(everything)) == len(everything)
