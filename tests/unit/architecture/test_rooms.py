"""Every thing in its room: what only some modules may import (the rest: `lint-imports`)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SERVICES = ("identity", "catalog", "dossier", "payment", "notify")


def imported(path: Path) -> Iterator[str]:
    """Yield the top-level packages that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def sources(*folders: str) -> list[Path]:
    """Return all Python files of some folders."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found
    return found


def test_only_the_kernel_and_each_service_shell_know_the_container() -> None:
    allowed = {ROOT / "services" / name / "service.py" for name in (*SERVICES, "portal")}
    strangers = [
        path.relative_to(ROOT)
        for path in sources("services")
        if path not in allowed and {"nameko", "kombu", "pika"} & set(imported(path))
    ]
    assert strangers == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_rooms(service: str) -> None:
    folder = ROOT / "services" / service
    for room in ("contract", "views", "service"):
        assert (folder / f"{room}.py").is_file() or (folder / room).is_dir(), room
    assert (folder / "decider.py").is_file() or (folder / "decider").is_dir()
    assert "# " in (folder / "README.md").read_text()


def test_nothing_the_licence_forbids_is_imported() -> None:
    forbidden = {"stdnum", "secantus", "secantusdb"}
    offenders = [p for p in sources("kernel", "services", "motcua") if forbidden & {*imported(p)}]
    assert offenders == []
