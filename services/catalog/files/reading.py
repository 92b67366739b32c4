"""YAML as people mean it: codes and dates stay text, a key given twice is a fault."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from services.catalog.files.faults import Fault, FaultyFiles

# 1.004222 is a code and 2025-07-01 text that its field checks: YAML must not guess
_GUESSES = ("tag:yaml.org,2002:float", "tag:yaml.org,2002:timestamp")


class _Loader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key '{key.value}' is given twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _GUESSES]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML file holds; raises `FaultyFiles`."""
    try:
        # the loader is a safe one: it makes nothing but plain values
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except FileNotFoundError:
        raise _faulty(path, "", "Không có tệp này.", "There is no such file.") from None
    except UnicodeDecodeError:
        raise _faulty(path, "", "Tệp không phải UTF-8.", "The file is not UTF-8.") from None
    except yaml.YAMLError as error:
        line, problem = _place_of(error)
        raise _faulty(
            path, line, f"Không đọc được YAML: {problem}.", f"This is not YAML: {problem}."
        ) from None
    if not isinstance(found, dict):
        raise _faulty(
            path,
            "",
            "Tệp phải gồm các mục «khóa: giá trị».",
            "The file must be 'key: value' pairs.",
        )
    return found


def _place_of(error: yaml.YAMLError) -> tuple[str, str]:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}", str(error.problem)
    return "", str(error)


def _faulty(path: Path, subject: str, vi: str, en: str) -> FaultyFiles:
    return FaultyFiles([Fault(path.name, subject, "", vi, en)])
