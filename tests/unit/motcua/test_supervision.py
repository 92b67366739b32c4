"""The configuration that keeps the programs alive."""

from __future__ import annotations

from configparser import RawConfigParser
from pathlib import Path

import pytest

from kernel.errors import DomainError
from motcua.programs import Program, Stage
from motcua.supervision import render

HOME = Path("/srv/motcua")


def _program(name: str, stage: Stage, **environment: str) -> Program:
    return Program(name, stage, ("serve it", "--now"), lambda: True, environment)


def _parsed(*programs: Program) -> RawConfigParser:
    parser = RawConfigParser()
    parser.read_string(render(programs, HOME, HOME / "s.sock"))
    return parser


def test_programs_of_a_stage_are_a_group_and_later_stages_stop_first() -> None:
    parsed = _parsed(
        _program("broker", Stage.SERVERS),
        _program("database", Stage.SERVERS),
        _program("dossier", Stage.SERVICES),
    )
    assert parsed["group:servers"]["programs"] == "broker,database"
    assert int(parsed["group:servers"]["priority"]) < int(parsed["group:services"]["priority"])


def test_a_program_is_started_again_but_only_started_when_asked() -> None:
    section = _parsed(_program("broker", Stage.SERVERS))["program:broker"]
    assert (section["autostart"], section["autorestart"]) == ("false", "true")


def test_every_program_ends_with_its_supervisor() -> None:
    section = _parsed(_program("broker", Stage.SERVERS))["program:broker"]
    assert section["command"] == "setpriv --pdeathsig TERM -- 'serve it' --now"


def test_a_percent_sign_is_taken_literally() -> None:
    section = _parsed(_program("broker", Stage.SERVERS, PASSWORD="a%b"))["program:broker"]
    assert section["environment"] == 'PASSWORD="a%%b"'


@pytest.mark.parametrize("value", ['say "hi"', "two\nlines", "a ;comment", "a #comment"])
def test_a_value_that_would_be_cut_is_refused(value: str) -> None:
    with pytest.raises(DomainError):
        _parsed(_program("broker", Stage.SERVERS, PLACE=value))
