"""The configuration that keeps the programs alive."""

from __future__ import annotations

from configparser import RawConfigParser
from pathlib import Path

import pytest

from kernel.errors import DomainError
from motcua.local.programs import Program, Stage
from motcua.local.supervision import render

HOME = Path("/srv/motcua")


def _program(name: str, stage: Stage, **environment: str) -> Program:
    return Program(name, stage, ("serve it", "--now"), lambda: True, environment)


def _parsed(*programs: Program) -> RawConfigParser:
    parser = RawConfigParser()
    parser.read_string(render(programs, HOME, HOME / "s.sock"))
    return parser


def test_the_portal_stops_first_and_the_servers_last() -> None:
    parsed = _parsed(
        _program("broker", Stage.SERVERS),
        _program("database", Stage.SERVERS),
        _program("dossier", Stage.SERVICES),
        _program("portal", Stage.PORTAL),
    )
    groups = sorted(
        (section for name, section in parsed.items() if name.startswith("group:")),
        key=lambda section: int(section["priority"]),
        reverse=True,
    )
    assert [group["programs"] for group in groups] == ["portal", "dossier", "broker,database"]


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
