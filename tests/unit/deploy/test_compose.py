"""The container description: that it runs the same system as the local stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from motcua.local.processes import LEDGER_OWNERS, SERVICES

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PARTS: dict[str, dict[str, Any]] = COMPOSE["services"]
OF_OUR_IMAGE = {name: part for name, part in PARTS.items() if "build" in part}
PROCESSES = [*SERVICES, *(f"relay-{owner}" for owner in LEDGER_OWNERS)]


def test_it_holds_the_servers_every_process_and_the_sandboxes() -> None:
    assert set(PARTS) == {"broker", "database", "setup", "mail", "vnpay", *PROCESSES}
    assert PARTS["broker"]["image"] == "rabbitmq:4"
    assert PARTS["database"]["image"] == "mongo:8"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_its_own_process(service: str) -> None:
    assert PARTS[service]["command"] == ["run", service]


@pytest.mark.parametrize("owner", LEDGER_OWNERS)
def test_a_relay_has_a_standby_and_its_service_s_user(owner: str) -> None:
    relay = PARTS[f"relay-{owner}"]
    assert relay["command"] == ["relay", owner]
    assert relay["deploy"]["replicas"] == 2
    user = relay["environment"]["MONGO_URI_FILE"]
    assert user == PARTS[owner]["environment"]["MONGO_URI_FILE"]
    assert user.endswith(f"/users/{owner}.uri")


def test_there_is_one_image_with_its_base_as_an_argument() -> None:
    assert {part["image"] for part in OF_OUR_IMAGE.values()} == {"motcua:${MOTCUA_VERSION:-local}"}
    assert all("BASE_IMAGE" in part["build"]["args"] for part in OF_OUR_IMAGE.values())
    recipe = (ROOT / "deploy/Dockerfile").read_text()
    assert recipe.count("FROM ${BASE_IMAGE}") == 2
    assert "\nUSER motcua\n" in recipe
    assert "\nHEALTHCHECK " in recipe


def test_a_service_can_be_scaled() -> None:
    assert not [name for name, part in PARTS.items() if "container_name" in part]
    published = {name for name, part in PARTS.items() if "ports" in part}
    assert published == {"portal", "mail", "vnpay"}


def test_what_is_published_is_for_this_machine_alone() -> None:
    ports = [port for part in PARTS.values() for port in part.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_everything_waits_for_what_it_needs_to_be_set_up() -> None:
    for name in PROCESSES:
        waits = PARTS[name]["depends_on"]
        assert waits["setup"] == {"condition": "service_completed_successfully"}
        assert waits["broker"] == {"condition": "service_healthy"}
    assert PARTS["setup"]["depends_on"]["database"] == {"condition": "service_healthy"}


def test_only_the_setup_may_write_what_all_trust() -> None:
    writers = [
        name
        for name, part in PARTS.items()
        if any(volume.startswith("trust:") for volume in part.get("volumes", []))
        and not any(volume.endswith("/trust:ro") for volume in part["volumes"])
    ]
    assert writers == ["setup"]


def test_every_volume_is_named_and_used() -> None:
    used = {volume.split(":")[0] for part in PARTS.values() for volume in part.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_what_is_built_is_not_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert {"**/node_modules", "services/portal/static/build"} <= set(ignored)
