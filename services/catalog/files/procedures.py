"""Procedures from files: one YAML file each, with what several share in files beside them.

A folder holds `procedures/*.yaml`, `forms/*.yaml`, `fields.yaml`, `publishers.yaml`,
`workflows.yaml` and `options.yaml`. A procedure's file has the fields of
`services.catalog.contract.Procedure`, and names its form, field, publisher and workflow, as a case
of it names its own workflow; a form names the lists of options that it shares with others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel import schemas
from kernel.errors import FieldError, Invalid
from services.catalog.contract import Form, Procedure
from services.catalog.decider.soundness import faults as soundness_faults
from services.catalog.files.faults import Fault, FaultyFiles, faults_of
from services.catalog.files.reading import read_mapping

DATA = Path(__file__).parent.parent / "data"

Raw = Mapping[str, Any]


def read_procedures(paths: Sequence[Path] = (), shared: Path = DATA) -> tuple[Procedure, ...]:
    """Return the procedures of some files (all of `shared` where none is named), unpublished.

    Raises `FaultyFiles` with everything that is wrong in any of them.
    """
    files = paths or sorted((shared / "procedures").glob("*.yaml"))
    found: dict[str, Procedure] = {}
    faults: list[Fault] = []
    common = _Shared.read(shared)
    for path in files:
        try:
            procedure = _procedure(path, common)
        except FaultyFiles as error:
            faults += error.faults
            continue
        if procedure.code in found:
            faults.append(
                Fault(
                    path.name,
                    procedure.code,
                    "code",
                    "Mã này đã có ở tệp khác.",
                    "Another file has this code.",
                )
            )
        found[procedure.code] = procedure
    faults += _successor_faults(found)
    if faults:
        raise FaultyFiles(faults)
    return tuple(found.values())


@dataclass(frozen=True)
class _Shared:
    """What procedures name instead of repeating it."""

    forms: Mapping[str, Raw]
    fields: Raw
    publishers: Raw
    workflows: Raw

    @staticmethod
    def read(folder: Path) -> _Shared:
        options = read_mapping(folder / "options.yaml")
        faults: list[Fault] = []
        forms: dict[str, Raw] = {}
        for path in sorted((folder / "forms").glob("*.yaml")):
            try:
                forms[path.stem] = _form(path, options)
            except FaultyFiles as error:
                faults += error.faults
        if faults:
            raise FaultyFiles(faults)
        return _Shared(
            forms,
            read_mapping(folder / "fields.yaml"),
            read_mapping(folder / "publishers.yaml"),
            read_mapping(folder / "workflows.yaml"),
        )


def _form(path: Path, options: Raw) -> Raw:
    raw = read_mapping(path)
    code = str(raw.get("code", path.stem))
    for section in raw.get("sections") or ():
        for field in section.get("fields") or () if isinstance(section, dict) else ():
            named = field.get("options") if isinstance(field, dict) else None
            if isinstance(named, str):
                if named not in options:
                    path_of = f"{field.get('key', '')}.options"
                    raise FaultyFiles([_unknown(path, code, path_of, named, options)])
                field["options"] = options[named]
    try:
        schemas.load(Form, raw)
    except Invalid as error:
        raise FaultyFiles(faults_of(path.name, code, error)) from None
    return raw


def _procedure(path: Path, common: _Shared) -> Procedure:
    raw = read_mapping(path)
    code = str(raw.get("code", ""))
    faults: list[Fault] = []
    for key, table in (
        ("form", common.forms),
        ("field_of_work", common.fields),
        ("publisher", common.publishers),
        ("workflow", common.workflows),
    ):
        if raw.get(key) not in table:
            faults.append(_unknown(path, code, key, raw.get(key), table))
    for number, case in enumerate(raw.get("cases") or ()):
        named = case.get("workflow") if isinstance(case, dict) else None
        if named is not None and named not in common.workflows:
            where = f"cases.{number}.workflow"
            faults.append(_unknown(path, code, where, named, common.workflows))
    if faults:
        raise FaultyFiles(faults)
    try:
        procedure = schemas.load(Procedure, _complete(raw, common))
    except Invalid as error:
        raise FaultyFiles(faults_of(path.name, code, error)) from None
    if found := soundness_faults(procedure):
        raise FaultyFiles(_fault(path, code, it) for it in found)
    return procedure


def _complete(raw: Raw, common: _Shared) -> dict[str, Any]:
    """Return the whole procedure: what it names put in its place."""
    field, publisher = common.fields[raw["field_of_work"]], common.publishers[raw["publisher"]]
    return {
        **raw,
        "version": 0,
        "form": common.forms[raw["form"]],
        "workflow": common.workflows[raw["workflow"]],
        "cases": [_complete_case(case, common) for case in raw.get("cases") or ()],
        "field_of_work": {
            "code": raw["field_of_work"],
            "name": field["name"],
            "name_en": field["name_en"],
        },
        "publisher": publisher["name"],
        "publisher_code": raw["publisher"],
    }


def _complete_case(case: Any, common: _Shared) -> Any:
    """Return a case with the steps of the workflow that it names."""
    if not isinstance(case, dict) or case.get("workflow") is None:
        return case
    return {**case, "workflow": common.workflows[case["workflow"]]}


def _successor_faults(found: Mapping[str, Procedure]) -> list[Fault]:
    if len(found) < 2:
        return []
    return [
        Fault(
            f"{it.slug}.yaml",
            it.code,
            "superseded_by",
            f"Không có thủ tục «{it.superseded_by}».",
            f"There is no procedure '{it.superseded_by}'.",
        )
        for it in found.values()
        if it.superseded_by is not None and it.superseded_by not in found
    ]


def _unknown(path: Path, code: str, field: str, named: object, table: Raw) -> Fault:
    known = ", ".join(sorted(table))
    return Fault(
        path.name, code, field, f"Không có «{named}». Có: {known}.", f"There is no '{named}'."
    )


def _fault(path: Path, code: str, error: FieldError) -> Fault:
    return Fault(path.name, code, error.field, error.vi, error.en)
