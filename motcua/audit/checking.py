"""The check of a bundle, told on the terminal. Needs neither a database nor a network."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from rich.console import Console

from kernel.transparency.bundles import Bundle, DamagedBundle, NoBundle
from kernel.transparency.checkpoints import claimed_checkpoint, to_base64
from kernel.transparency.examination import Findings, examine
from kernel.transparency.notes import InvalidNote, VerifierKey
from motcua.audit.unusable import Unusable
from motcua.telling import Mark, say
from services.dossier.report import UntellableHistory, agrees


class Verdict(IntEnum):
    """What a check comes to, as the command's exit code."""

    PROVED = 0
    WRONG = 1
    NOT_PROVED = 2


def check(console: Console, content: bytes, vkey: str | None, kept: str | None) -> Verdict:
    """Check a bundle and tell what was found, and what it comes to.

    Proved is a bundle whose every commit stands in a log that the given key signed. Without a key,
    or with commits that no checkpoint covers, somebody may have made it up, be it ever so sound.

    Raises `Unusable` for what is no bundle, no key or no checkpoint, or a checkpoint of another
    log than the bundle's.
    """
    try:
        bundle = Bundle.from_bytes(content)
    except DamagedBundle as error:
        say(console, Mark.BAD, str(error))
        return Verdict.WRONG
    except NoBundle as error:
        raise Unusable(str(error)) from error
    findings = examine(bundle, _key(vkey), _kept(kept, bundle))
    reported, untellable = None, ""
    if not findings.fault:
        try:
            reported = agrees(bundle)
        except UntellableHistory as error:
            untellable = str(error)
    for sentence in _verified(bundle, findings):
        say(console, Mark.GOOD, sentence)
    if findings.fault:
        place = f"position {findings.fault_position}: " if findings.fault_position else ""
        say(console, Mark.BAD, f"{place}{findings.fault}")
        return Verdict.WRONG
    if untellable:
        say(console, Mark.BAD, untellable)
        return Verdict.WRONG
    if reported is False:
        say(console, Mark.BAD, "report.html does not say what the commits say: do not read it")
        return Verdict.WRONG
    if reported:
        say(console, Mark.GOOD, "report.html says what the commits say")
    for sentence in _open(findings, reported):
        say(console, Mark.OPEN, sentence)
    if findings.proved and reported is not None:
        return Verdict.PROVED
    say(console, Mark.OPEN, "so this is no proof yet")
    return Verdict.NOT_PROVED


def _verified(bundle: Bundle, findings: Findings) -> Iterator[str]:
    if not findings.commits:
        return
    yield (
        f"{bundle.stream}: {findings.commits} commits with {findings.events} events follow one "
        "another from the first, and each is what its hash says"
    )
    if findings.checkpoint is not None and findings.key is not None:
        yield (
            f"a checkpoint of {findings.checkpoint.origin} over {findings.checkpoint.size} commits "
            f"with root {to_base64(findings.checkpoint.root)} is signed by the key {findings.key}"
        )
    if findings.included:
        yield f"{findings.included} of the commits stand in that log, unchanged, where they say"
    if findings.kept is not None:
        yield f"the log that you kept at {findings.kept} commits is the beginning of that log"


def _open(findings: Findings, reported: bool | None) -> Iterator[str]:
    if not findings.trusted:
        yield (
            "whose key this is: it was taken from the bundle itself. Give the key that you know "
            "with --key, or anybody could have written all of this"
        )
    if findings.uncovered:
        places = ", ".join(map(str, findings.uncovered))
        yield (
            f"positions {places}: no checkpoint covers them, so anybody could have made them up: "
            "have it exported again, once a newer one is signed"
        )
    if findings.not_compared is not None:
        yield (
            f"whether it continues the log that you kept at {findings.not_compared} commits: this "
            "bundle holds no proof of that; have it exported with that checkpoint"
        )
    elif findings.kept is None:
        yield (
            "whether others were shown the same log: compare with a checkpoint that somebody kept "
            "(--checkpoint)"
        )
    if findings.attachments:
        yield (
            f"{findings.attachments} attachments: only their hashes are here; compare the files "
            "with `sha256sum -c attachments.sha256`"
        )
    if reported is None:
        yield "report.html is of another version than this program writes; do not rely on it"
    yield "whether more happened later: events behind the last one may have been left out"
    yield "whether what was recorded was true"


def _key(vkey: str | None) -> VerifierKey | None:
    try:
        return None if vkey is None else VerifierKey.parse(vkey)
    except InvalidNote as error:
        raise Unusable(f"--key: {error}.") from error


def _kept(note: str | None, bundle: Bundle) -> str | None:
    if note is None:
        return None
    try:
        kept = claimed_checkpoint(note).origin
    except InvalidNote as error:
        raise Unusable(f"--checkpoint: {error}.") from error
    try:
        told = claimed_checkpoint(bundle.note).origin
    except InvalidNote:
        return note  # the bundle's own fault, which the check names
    if kept != told:
        raise Unusable(f"--checkpoint: it is of {kept}, and the bundle is of {told}.")
    return note
