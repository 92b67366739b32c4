"""Every cell of the table in the auditing guide: what is done to a ledger, and what finds it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import bson
import pytest
from bson.errors import BSONError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ledger_model import NAME, PRIVATE, World

from kernel.commits import Document, Tampered, digest_of_commit, verify_documents
from kernel.transparency.bundles import Bundle, NoBundle, collect
from kernel.transparency.checkpoint_log import document_of
from kernel.transparency.examination import examine
from kernel.transparency.inspection import (
    Comparison,
    Contradicted,
    Promise,
    inspect,
    kept_promises,
    stored_promises,
)
from kernel.transparency.notes import InvalidNote, SignerKey
from kernel.transparency.stored import stored
from motcua.audit.tampering import TAMPERINGS, Detector, Tampering

KEY = SignerKey(NAME, PRIVATE).verifier
STREAM = "counter-a"
COVERED = 9


class Case(World):
    """Fifteen commits of three streams; checkpoints over six and nine, the second one is kept.

    `exported` stands in for the bundle that is made of the ledger as it is.
    """

    def __init__(self) -> None:
        super().__init__()
        for number in range(15):
            self.append(f"{number}", f"counter-{'abc'[number % 3]}")
            if number + 1 in (6, COVERED):
                self.signer().sign()
        self.kept = self.signed[-1].note
        self.exported: bytes | None = None

    def export(self) -> bytes:
        """Return the bundle of a stream."""
        documents = [one for one in self.documents if one.get("stream") == STREAM]
        note = self.signed[-1].note
        self.forget()
        bundle = collect("counting", documents, note, str(KEY), self.nodes(self.signed[-1].size), 6)
        return replace(bundle, report="a report").to_bytes()


# What is done. Each yields as many cases as there are ways to do it.


def each_byte(case: Case, positions: Sequence[int]) -> Iterator[Case]:
    """Flip a bit of every byte of some documents as the database keeps them."""
    for position in positions:
        content = bson.encode(case.documents[position - 1])
        for at in range(4, len(content)):
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            try:
                document = bson.decode(changed)
            except (BSONError, ValueError, OverflowError):
                continue  # the database could not even give it out
            if bson.encode(document) == content:
                continue  # such as the number of a list's member, which means nothing
            harmed = copy(case)
            harmed.documents[position - 1] = document
            yield harmed


def removed(case: Case) -> Iterator[Case]:
    for position in (1, 4, 7):
        harmed = copy(case)
        del harmed.documents[position - 1]
        yield harmed


def swapped(case: Case) -> Iterator[Case]:
    one, other = case.documents[3], case.documents[6]
    case.documents[3] = other | {"position": 4}
    case.documents[6] = one | {"position": 7}
    yield case


def inserted(case: Case) -> Iterator[Case]:
    """Put a sound commit into the stream, and let those behind it go one further."""
    forged = case.documents[3] | {"_id": "forged"}
    forged["hash"] = digest_of_commit(forged)
    behind = [one | {"position": one["position"] + 1} for one in case.documents[3:]]
    case.documents = [*case.documents[:3], forged, *behind]
    yield case


def cut(case: Case) -> Iterator[Case]:
    case.cut(8)
    yield case


def cut_deep(case: Case) -> Iterator[Case]:
    case.cut(8)
    del case.signed[1]
    yield case


def cut_tail(case: Case) -> Iterator[Case]:
    case.cut(COVERED + 1)
    yield case


def rewritten(case: Case) -> Iterator[Case]:
    case.rewrite(4)
    yield case


def rewritten_whole(case: Case) -> Iterator[Case]:
    case.rewrite(1)
    yield case


def signed_anew(key: Ed25519PrivateKey) -> Callable[[Case], Iterator[Case]]:
    def harm(case: Case) -> Iterator[Case]:
        case.rewrite(1)
        whole, case.documents = case.documents, []
        case.signed = []
        for size in (6, COVERED, 15):
            case.forget()
            case.documents = whole[:size]
            case.signer(key=key).sign()
        yield case

    return harm


def checkpoint_removed(case: Case) -> Iterator[Case]:
    del case.signed[0]
    yield case


def checkpoint_changed(case: Case) -> Iterator[Case]:
    for at, letter in enumerate(case.signed[1].note):
        harmed = copy(case)
        note = f"{harmed.kept[:at]}{chr(ord(letter) ^ 1)}{harmed.kept[at + 1 :]}"
        harmed.signed[1] = replace(harmed.signed[1], note=note)
        yield harmed


def bundle_changed(case: Case) -> Iterator[Case]:
    """Flip a bit of every byte of every file, and make a whole zip file of it again."""
    with zipfile.ZipFile(io.BytesIO(case.export())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, content in files.items():
        for at in range(0 if name != "report.html" else len(content), len(content)):
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            harmed = copy(case)
            harmed.exported = zipped({**files, name: changed})
            yield harmed


def bundle_cut(case: Case) -> Iterator[Case]:
    shorter = copy(case)
    shorter.documents = [one for one in case.documents if one["position"] != 13]
    case.exported = shorter.export()
    yield case


def lie(case: Case) -> Iterator[Case]:
    case.append("what never happened", STREAM)
    case.signer().sign()
    yield case


HARMS: dict[str, Callable[[Case], Iterator[Case]]] = {
    "byte": lambda case: each_byte(case, (1, 4, 7)),
    "unsigned byte": lambda case: each_byte(case, (10,)),
    "removed": removed,
    "swapped": swapped,
    "inserted": inserted,
    "cut": cut,
    "cut deep": cut_deep,
    "cut tail": cut_tail,
    "rewritten": rewritten,
    "rewritten whole": rewritten_whole,
    "resigned by another key": signed_anew(Ed25519PrivateKey.generate()),
    "resigned": signed_anew(PRIVATE),
    "checkpoint removed": checkpoint_removed,
    "checkpoint changed": checkpoint_changed,
    "bundle changed": bundle_changed,
    "bundle cut": bundle_cut,
    "lie": lie,
}


# What looks, each for itself


def by_chain(case: Case) -> bool:
    """The ledger's own chain of hashes."""
    try:
        verify_documents(stored(case))
    except Tampered:
        return True
    return False


def by_stored(case: Case) -> bool:
    """The checkpoints beside it."""
    return contradicts(case, lambda: stored_promises([document_of(o) for o in case.signed], PUBLIC))


def by_kept(case: Case) -> bool:
    """The checkpoint that was kept elsewhere."""
    return contradicts(case, lambda: kept_promises([("kept", case.kept)], PUBLIC))


def by_bundle(case: Case) -> bool:
    """A bundle that is made of the ledger as it is, checked by the key and the kept checkpoint."""
    try:
        bundle = Bundle.from_bytes(case.exported or case.export())
        kept = case.kept if bundle.continuation is None else case.signed[0].note
        found = examine(bundle, KEY, kept)
        return found.fault is not None or found.not_compared is not None
    except (NoBundle, Tampered, InvalidNote):
        return True  # no bundle can be made, or it is none


PUBLIC = KEY.public
DETECTORS: dict[Detector, Callable[[Case], bool]] = {
    Detector.CHAIN: by_chain,
    Detector.STORED: by_stored,
    Detector.KEPT: by_kept,
    Detector.BUNDLE: by_bundle,
}


def contradicts(case: Case, promises: Callable[[], tuple[Promise, ...]]) -> bool:
    """Whether checkpoints speak against what the commits say, whatever follows what."""
    try:
        promised = promises()
        comparison = Comparison(promised)
        covered = max(promise.size for promise in promised)
        for document in case.documents[:covered]:
            if digest_of_commit(document) != document["hash"]:
                return True
            comparison.grow(document["hash"])
        comparison.finish()
    except (Contradicted, ValueError, TypeError, KeyError):
        return True
    return False


def done(case: Case, tampering: Tampering, bundles: bool) -> Iterator[Case]:
    """Every way to do it; one alone for who looks at the ledger when only bundles differ."""
    ways = HARMS[tampering.name](case)
    return islice(ways, 1) if tampering.name == "bundle changed" and not bundles else ways


def copy(case: Case) -> Case:
    """The same case, to be harmed by itself."""
    other = object.__new__(Case)
    other.__dict__ = {name: list(v) if isinstance(v, list) else v for name, v in vars(case).items()}
    return other


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


@pytest.fixture
def case() -> Case:
    """A ledger to which nothing was done."""
    return Case()


@pytest.mark.parametrize("detector", Detector)
def test_nothing_is_found_where_nothing_was_done(case: Case, detector: Detector) -> None:
    assert not DETECTORS[detector](case)


@pytest.mark.proves("L6")
@pytest.mark.parametrize("detector", Detector)
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.name)
def test_what_is_done_is_found_as_the_table_says(
    case: Case, tampering: Tampering, detector: Detector
) -> None:
    ways = 0
    for harmed in done(case, tampering, detector is Detector.BUNDLE):
        ways += 1
        assert DETECTORS[detector](harmed) is (detector in tampering.found_by), ways
    assert ways


def test_the_table_has_every_harm_once() -> None:
    assert [one.name for one in TAMPERINGS] == list(HARMS)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.name)
def test_the_check_of_a_whole_ledger_finds_all_that_its_three_witnesses_find(
    case: Case, tampering: Tampering
) -> None:
    """`inspect` is what `motcua audit verify` does."""
    expected = bool(tampering.found_by - {Detector.BUNDLE})
    for harmed in done(case, tampering, False):
        checkpoints: list[Document] = [document_of(one) for one in harmed.signed]
        found = inspect(stored(harmed), checkpoints, [("kept", harmed.kept)], PUBLIC)
        assert (found.fault is not None) is expected
