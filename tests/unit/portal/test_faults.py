"""What a verification finds wrong is told in the language of the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import flask
import pytest

import kernel
from services.portal import language
from services.portal.screens.faults import FAULTS, fault_words

KERNEL = Path(kernel.__file__).parent
SOURCES = [KERNEL / "commits.py", KERNEL / "ledger_reader.py"] + [
    KERNEL / "transparency" / f"{name}.py"
    for name in (
        *("checkpoint_log", "checkpoints", "examination"),
        *("merkle", "notes", "public_log", "stored"),
    )
]
RAISED = {"Tampered": 1, "InvalidNote": 0, "InvalidProof": 0, "DamagedCheckpoint": 0}
"""Which argument of each error says what is wrong."""


def spoken(node: ast.AST) -> str | None:
    """Return a literal sentence, with a 7 wherever it is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(one.value) if isinstance(one, ast.Constant) else "7" for one in node.values
        )
    return None


def faults_in(source: Path) -> Iterator[str | None]:
    """Yield what a file of the kernel can say is wrong."""
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=error)) if error in RAISED:
                yield spoken(node.args[RAISED[error]])
            case ast.FunctionDef(name="_fault"):
                yield from (
                    spoken(it.value)
                    for it in ast.walk(node)
                    if isinstance(it, ast.Return) and it.value
                )
            case ast.Assign(targets=[ast.Name(id="reason")], value=value):
                yield spoken(value)
            case ast.Tuple(elts=[ast.Compare(), reason]):
                yield spoken(reason)


KNOWN = sorted({fault for source in SOURCES for fault in faults_in(source) if fault})


@pytest.fixture
def page() -> Iterator[flask.Flask]:
    """Be within a request for a page in Vietnamese."""
    app = flask.Flask("portal")
    with app.test_request_context():
        yield app


@pytest.mark.proves("I06")
@pytest.mark.usefixtures("page")
def test_every_fault_that_the_kernel_can_name_is_told_in_vietnamese() -> None:
    assert len(KNOWN) > 40
    told = {fault: fault_words(fault) for fault in KNOWN}
    assert [fault for fault, words in told.items() if not words.known] == []
    assert [fault for fault, words in told.items() if words.text == fault] == []


@pytest.mark.usefixtures("page")
def test_what_a_fault_names_is_kept() -> None:
    assert fault_words("does not follow position 41").text == "không nối tiếp vị trí 41"
    within = fault_words("checkpoint 12: this is no signed note").text
    assert within == "điểm kiểm số 12: đây không phải văn bản đã ký"
    by = fault_words("the bundle is signed by the key a+1+b, and yours is c+2+d").text
    assert "a+1+b" in by
    assert "c+2+d" in by


@pytest.mark.usefixtures("page")
def test_an_unknown_fault_stays_as_it_is_and_says_so() -> None:
    words = fault_words("something that nobody foresaw")
    assert (words.text, words.known) == ("something that nobody foresaw", False)


def test_in_english_a_fault_is_told_in_the_kernels_own_words() -> None:
    with flask.Flask("portal").test_request_context(headers={"Cookie": "language=en"}):
        assert language.locale() == "en"
        for fault in KNOWN:
            assert fault_words(fault).text == fault


def test_no_sentence_is_kept_that_the_kernel_no_longer_says() -> None:
    a_refusal = "The ledger holds nothing of this stream."
    said = {re.sub(r"%\(\w+\)s", "7", sentence) for sentence in FAULTS}
    assert said - {*KNOWN, a_refusal} == set()
