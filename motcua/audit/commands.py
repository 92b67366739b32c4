"""`motcua audit`: what a ledger says, whether it says what was signed, and how others can check.

Everything but `check` reads the databases: MONGO_URI names someone who may, by default the
administrator of `make up`. `check` needs nothing but the file.

They end with 0 where all is well, with 1 where something is wrong, with 2 where nothing could be
checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motcua.owners import LedgerOwner

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

audit = typer.Typer(help="The ledgers as evidence.", no_args_is_help=True)

_LARGEST_FILE = 200_000_000

ServiceArgument = Annotated[
    LedgerOwner | None, typer.Argument(help="whose ledger; all of them if none")
]
KeptOption = Annotated[
    list[Path] | None,
    typer.Option("--checkpoint", help="a checkpoint that was kept elsewhere; may be repeated"),
]


@audit.command("verify")
def verify_command(
    service: ServiceArgument = None,
    checkpoint: KeptOption = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="a ledger's public key (vkey), in place of that in the folder of keys"),
    ] = None,
) -> None:
    """Check whole ledgers: chain, tree, every stored checkpoint, and those kept elsewhere.

    Ends with 1 where something is wrong, and names the first fault.
    """
    from kernel.errors import Unavailable
    from motcua.access import administrator, administrator_settings
    from motcua.audit.verification import kept_by_log, keys_by_log, verify_one
    from motcua.telling import Mark, say

    console = _console()
    services = _chosen(service)
    kept = kept_by_log([(path, _text(path)) for path in checkpoint or ()], services)
    settings = administrator_settings()
    keys = keys_by_log(key or (), services, settings.keys)
    sound = True
    try:
        with administrator(settings) as client:
            for one in services:
                told = verify_one(console, settings, client, one, kept.get(one, ()), keys[one])
                sound = sound and told
    except Unavailable as away:
        if sound:
            raise
        say(console, Mark.OPEN, away.en)  # and yet something is known to be wrong
    if not sound:
        raise typer.Exit(1)


@audit.command("checkpoint")
def checkpoint_command(service: ServiceArgument = None) -> None:
    """Sign what is new in a ledger now, and print its newest checkpoint: a text to be kept.

    That of one service is printed as it is, byte by byte, so that the output is the file to keep.
    """
    from kernel.transparency.signing import Refused, signer_of
    from motcua.access import administrator, administrator_settings

    settings = administrator_settings()
    refused, empty = False, list[str]()
    with administrator(settings) as client:
        for one in _chosen(service):
            try:
                signed = signer_of(one, settings, client).sign()
            except Refused as refusal:
                refused = True
                typer.echo(f"{one}: nothing was signed: {refusal}.", err=True)
                continue
            if signed is None:
                empty.append(one)
                typer.echo(f"{one}: nothing was signed: the ledger is empty.", err=True)
                continue
            # a line more would be no signed note
            typer.echo(signed.note, nl=service is None)
    if refused:
        raise typer.Exit(1)
    if service and empty:
        raise typer.Exit(2)


@audit.command("replay")
def replay_command(
    dossier: Annotated[str, typer.Argument(help="the dossier's code")],
    at: Annotated[
        str | None, typer.Option(help="a moment with its zone, as 2026-09-07T09:00+07:00")
    ] = None,
    version: Annotated[int | None, typer.Option(help="the number of an event", min=1)] = None,
) -> None:
    """Tell a dossier as it stood, event by event, and what has changed since.

    Without its personal parts, as an auditor sees it. A moment or an event says until when.
    """
    from motcua.access import administrator, administrator_settings
    from motcua.audit.replaying import past_of, tell
    from motcua.audit.unusable import Unusable

    if at is not None and version is not None:
        raise Unusable("Give --at or --version, not both: each says by itself until when.")
    moment = _moment(at)
    settings = administrator_settings()
    with administrator(settings) as client:
        then, now = past_of(settings, client, dossier, moment, version)
    tell(_console(), then, now)


@audit.command("diff")
def diff_command(
    service: ServiceArgument = None,
    values: Annotated[
        bool, typer.Option("--values", help="show what stands there, personal data included")
    ] = False,
) -> None:
    """Compare stored views and figures with fresh replays, field by field; 1 if they differ."""
    from motcua.access import administrator, administrator_settings
    from motcua.audit.comparison import differences
    from motcua.reading import tallies_of, views_of
    from motcua.telling import Mark, say

    console = _console()
    settings = administrator_settings()
    count = 0
    with administrator(settings) as client:
        for one in _chosen(service):
            if not (views_of(settings, client, one) or tallies_of(settings, client, one)):
                say(console, Mark.OPEN, f"{one} stores nothing that is folded from its ledger")
            for found in differences(settings, client, one):
                count += 1
                shown = f": {found.stored!r} where a replay gives {found.replayed!r}"
                say(console, Mark.BAD, f"{found}{shown if values else ''}")
    if count:
        say(console, Mark.BAD, f"{count} fields are not what the ledgers say")
        raise typer.Exit(1)
    say(console, Mark.GOOD, "every view and figure is what its ledger says")


@audit.command("export")
def export_command(
    dossier: Annotated[str, typer.Argument(help="the dossier's code")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="the file; <code>.bundle.zip by default")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="a kept checkpoint; the bundle then proves that it leads to the newest"),
    ] = None,
) -> None:
    """Take a dossier out of the ledger as a file that can be checked anywhere."""
    from motcua.access import administrator, administrator_settings
    from motcua.audit.exporting import bundle_of, write
    from motcua.audit.verification import claimed
    from services.dossier.auditing import bundle_name

    kept = _text(checkpoint) if checkpoint else None
    if checkpoint and kept:
        claimed(checkpoint, kept)
    target = output or Path(bundle_name(dossier))
    settings = administrator_settings()
    with administrator(settings) as client:
        bundle = bundle_of(settings, client, dossier, kept)
    write(_console(), bundle, target)


@audit.command("check")
def check_command(
    bundle: Annotated[Path, typer.Argument(help="the bundle")],
    key: Annotated[
        str | None, typer.Option(help="the log's public key (vkey), as you know it")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="a checkpoint of this log that you kept")
    ] = None,
) -> None:
    """Check a bundle, offline: no database, no broker, no network, no configuration.

    Says what was verified and what cannot be. Ends with 1 where something is wrong, with 2 where
    nothing is and nothing is proved: without --key, or with commits that no checkpoint covers.
    """
    from motcua.audit.checking import check

    kept = _text(checkpoint) if checkpoint else None
    if code := check(_console(), _content(bundle), key, kept):
        raise typer.Exit(code)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _chosen(service: LedgerOwner | None) -> Sequence[str]:
    return [one.value for one in ([service] if service else LedgerOwner)]


def _text(path: Path) -> str:
    """Return the text in a small file."""
    from kernel.transparency.notes import LARGEST
    from motcua.audit.unusable import Unusable

    content = _content(path, LARGEST)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Unusable(f"{path} is no text.") from error


def _content(path: Path, largest: int = _LARGEST_FILE) -> bytes:
    from motcua.audit.unusable import Unusable

    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > largest:
        raise Unusable(f"{path} is larger than anything of this kind ({largest} bytes).")
    return content


def _moment(text: str | None) -> datetime | None:
    from datetime import UTC, datetime

    from motcua.audit.unusable import Unusable

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unusable(f"{text!r} is no time; write it as 2026-09-07T09:00+07:00.") from error
    if moment.tzinfo is None:
        raise Unusable(f"{text!r} says no time zone; write it as 2026-09-07T09:00+07:00.")
    if moment > datetime.now(UTC):
        raise Unusable(f"{text!r} has not come yet.")
    return moment
