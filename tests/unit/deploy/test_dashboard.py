"""The dashboard shows figures that the processes have."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

from prometheus_client import REGISTRY

ROOT = Path(__file__).parents[3]
DASHBOARD = ROOT / "deploy/dashboards/operations.json"


for module in ("kernel.metrics", "kernel.relay"):
    import_module(module)  # which is what brings their figures into being


def test_every_figure_exists() -> None:
    there = {
        f"{metric.name}{suffix}"
        for metric in REGISTRY.collect()
        for suffix in ("", "_total", "_bucket")
    }
    asked = [
        target["expr"]
        for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
        for target in panel["targets"]
    ]
    named = set(re.findall(r"motcua_\w+", " ".join(asked)))
    assert named
    assert named <= there


def test_every_figure_of_progress_is_explained_in_the_operating_guide() -> None:
    guide = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    names = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("motcua_")}
    assert {name for name in names if name not in guide} == set()
