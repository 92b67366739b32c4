"""Files: what they may say, and how faults in them are told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from services.catalog.contract import Place, PlaceLevel
from services.catalog.files import FaultyFiles, read_agencies, read_places, read_procedures
from services.catalog.files.agencies import short_identifier
from services.catalog.files.places import COLUMNS
from services.catalog.files.procedures import DATA

Edit = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue's files to spoil."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def _faults(folder: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(FaultyFiles) as refused:
        read_procedures(shared=folder)
    return [(it.file, it.subject, it.field) for it in refused.value.faults]


RESIDENCE = "procedures/dang-ky-thuong-tru.yaml"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("amount: 10000", "amount: mười nghìn", "tariffs.0.amount"),
        ("amount: 10000", "amount: -1", "tariffs.0.amount"),
        ("unit: working-day", "unit: fortnight", "times.0.unit"),
        ("legacy_level: 3", "legacy_level: 5", "legacy_level"),
        ("legacy_level: 3", "legacy_level: 4", "legacy_level"),
        ("slug: dang-ky-thuong-tru", "slug: dang-ky-thuong-tru\ncolour: blue", "colour"),
        ("form: ct01", "form: ct99", "form"),
        ("publisher: G01", "publisher: G99", "publisher"),
        ("field_of_work: G01-CA05", "field_of_work: nowhere", "field_of_work"),
        ("workflow: long", "workflow: endless", "workflow"),
        ("- id: nguoi-than", "- id: nguoi-than\n    workflow: endless", "cases.1.workflow"),
        ("case: so-huu", "case: so-huu-2", "documents.1.case"),
        ("valid_to: 2025-06-30", "valid_to: 30/6/2025", "also_competent.0.valid_to"),
    ],
)
def test_a_fault_names_file_procedure_and_field(
    folder: Path, old: str, new: str, field: str
) -> None:
    _edit(folder / RESIDENCE, old, new)
    assert _faults(folder) == [("dang-ky-thuong-tru.yaml", "1.004222", field)]


def test_all_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    _edit(folder / RESIDENCE, "amount: 10000", "amount: x")
    _edit(folder / "procedures/tach-ho.yaml", "legacy_level: 3", "legacy_level: x")
    assert [file for file, _, _ in _faults(folder)] == ["dang-ky-thuong-tru.yaml", "tach-ho.yaml"]


def test_a_fault_in_a_form_is_told_of_the_form(folder: Path) -> None:
    _edit(folder / "forms/ct01.yaml", "type: date", "type: day")
    assert _faults(folder) == [("ct01.yaml", "CT01", "sections.0.fields.1.type")]


def test_a_form_must_name_a_list_of_options_that_there_is(folder: Path) -> None:
    _edit(folder / "forms/khai-sinh.yaml", "options: ethnic-groups", "options: peoples")
    assert _faults(folder) == [("khai-sinh.yaml", "TK-KS", "con_dan_toc.options")]


def test_what_is_no_yaml_is_told_with_line_and_column(folder: Path) -> None:
    _edit(folder / RESIDENCE, "cases:\n", "cases: [\n")
    ((file, line, _),) = _faults(folder)
    assert file == "dang-ky-thuong-tru.yaml"
    assert line.startswith("line ")


def test_a_key_given_twice_is_a_fault(folder: Path) -> None:
    _edit(folder / RESIDENCE, "legacy_level: 3", "legacy_level: 3\nlegacy_level: 4")
    with pytest.raises(FaultyFiles, match="faulty-files") as refused:
        read_procedures(shared=folder)
    assert "legacy_level" in refused.value.faults[0].en


def test_two_procedures_cannot_have_one_code(folder: Path) -> None:
    _edit(folder / "procedures/tach-ho.yaml", "code: 1.010038", "code: 1.004222")
    assert _faults(folder) == [("tach-ho.yaml", "1.004222", "code")]


def test_a_successor_must_be_there(folder: Path) -> None:
    _edit(
        folder / "procedures/cap-doi-the-can-cuoc.yaml",
        "superseded_by: T-CC-01",
        "superseded_by: T-CC-02",
    )
    assert _faults(folder) == [("cap-doi-the-can-cuoc.yaml", "1.014063", "superseded_by")]


def test_codes_and_dates_need_no_quotes(folder: Path) -> None:
    text = (folder / RESIDENCE).read_text()
    assert "code: 1.004222\n" in text
    procedure = {it.code: it for it in read_procedures(shared=folder)}["1.004222"]
    assert procedure.also_competent[0].valid_to == date(2025, 6, 30)


def _csv(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((",".join(COLUMNS), *rows)) + "\n")
    return path


PROVINCE = "38,new,Tỉnh Thanh Hóa,Tỉnh,province,,2025-07-01,,"


def test_places_are_read_with_dates_and_successors(tmp_path: Path) -> None:
    path = _csv(
        tmp_path / "places.csv",
        PROVINCE,
        "16594,new,Phường Tân Dân,Phường,commune,38,2025-07-01,,",
        "407,old,Thị xã Nghi Sơn,Thị xã,district,,,2025-06-30,",
        "16585,old,Phường Hải An,Phường,commune,407,,2025-06-30,16594",
    )
    assert read_places(path)[-1] == Place(
        code="16585",
        name="Phường Hải An",
        type="Phường",
        level=PlaceLevel.COMMUNE,
        vintage="old",
        parent="407",
        valid_to=date(2025, 6, 30),
        successors=("16594",),
    )


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("x6594,new,Phường Tân Dân,Phường,commune,38,,,", "code"),
        ("16594,new,,Phường,commune,38,,,", "name"),
        ("16594,soon,Phường Tân Dân,Phường,commune,38,,,", "vintage"),
        ("16594,new,Phường Tân Dân,Phường,hamlet,38,,,", "level"),
        ("16594,new,Phường Tân Dân,Phường,commune,38,1/7/2025,,", "valid_from"),
        ("38,new,Tỉnh Thanh Hóa,Tỉnh,province,,,,", "code"),
    ],
)
def test_a_fault_in_a_row_names_row_and_field(tmp_path: Path, row: str, field: str) -> None:
    with pytest.raises(FaultyFiles) as refused:
        read_places(_csv(tmp_path / "units.csv", PROVINCE, row))
    (fault,) = refused.value.faults
    assert (fault.file, fault.subject, fault.field) == ("units.csv", "row 3", field)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("16594,new,Phường Tân Dân,Phường,commune,39,,,", "parent_code"),
        ("16585,old,Phường Hải An,Phường,commune,,,,16594", "successors"),
    ],
)
def test_what_a_row_points_at_must_be_there(tmp_path: Path, row: str, field: str) -> None:
    with pytest.raises(FaultyFiles) as refused:
        read_places(_csv(tmp_path / "units.csv", PROVINCE, row))
    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("code,name\n38,Thanh Hóa\n")
    with pytest.raises(FaultyFiles) as refused:
        read_places(path)
    assert "vintage" in refused.value.faults[0].field


def test_a_fault_in_the_agencies_names_the_agency(folder: Path, places: tuple[Place, ...]) -> None:
    _edit(folder / "agencies.yaml", "identifier: 000.00.03.H56", "identifier: 000.00.02.H56")
    _edit(folder / "agencies.yaml", "successors: [so-khoa-hoc-cong-nghe-38]", "successors: [so]")
    with pytest.raises(FaultyFiles) as refused:
        read_agencies(places, folder / "agencies.yaml")
    assert [(it.subject, it.field) for it in refused.value.faults] == [
        ("so-thong-tin-truyen-thong-38", "successors"),
        ("so-tu-phap-38", "identifier"),
    ]


@pytest.mark.parametrize(
    ("identifier", "short"),
    [
        ("000.00.14.H56", "H56.14"),
        ("000.65.94.H56", "H56.94.65"),
        ("594.16.38.G01", "G01.38.16.594"),
        ("000.00.00.H56", "H56"),
    ],
)
def test_short_identifiers(identifier: str, short: str) -> None:
    assert short_identifier(identifier) == short
