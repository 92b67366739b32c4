"""Erasing people: `motcua privacy`, through identity's own front door."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motcua.loading import SETUP
from motcua.telling import plain

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from kernel.client import Client
    from kernel.erasure import Erasure
    from kernel.errors import NotFound
    from services.identity.contract import ErasedSubject, ErasedSubjects, Subject

_SECONDS = 30.0
_SUBJECT = re.compile(r"acc-[0-9a-f]{20}|person-[0-9a-f]{40}")

privacy = typer.Typer(help="Personal data: erasing people on request.", no_args_is_help=True)

Yes = Annotated[bool, typer.Option("--yes", help="do not ask whether it is meant")]
Wait = Annotated[
    float, typer.Option(min=0, help="seconds to wait until every service has forgotten")
]


@privacy.command("erase")
def privacy_erase(
    subject: Annotated[str, typer.Argument(help="who, as acc-… or person-…")] = "",
    username: Annotated[str, typer.Option(help="the account's user name, in its place")] = "",
    dossier: Annotated[
        str, typer.Option(help="the code of a dossier of that person, in its place")
    ] = "",
    even_open: Annotated[
        bool, typer.Option("--even-open", help="also while dossiers are still being handled")
    ] = False,
    yes: Yes = False,
    wait: Wait = 180.0,
) -> None:
    """Erase a person for good: keys, credentials, drafts, files; proofs of the ledgers still hold.

    Of somebody who was erased before, what has come since is forgotten.
    """
    if [bool(subject), bool(username), bool(dossier)].count(True) != 1:
        raise typer.BadParameter("give one of these: the person, --username, --dossier")
    if subject:
        _require_subjects([subject])
    with _office() as office:
        found = office.find(subject or None, username or None, dossier or None)
        if found.erased_at is None and not yes:
            typer.confirm(_question(found), abort=True)
        office.erase(found, even_open=even_open)
        office.wait([found.subject], wait)


@privacy.command("erased")
def privacy_erased() -> None:
    """List who was erased, as the ledger has it: a line each, to be kept apart from the backups."""
    from kernel.schemas import rfc3339

    with _office() as office:
        found = list(office.erased())  # all or none: half a list would be trusted
    for one in found:
        typer.echo(f"{one.subject} {rfc3339(one.erased_at)}")


@privacy.command("apply")
def privacy_apply(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="lines that begin with an account, as `erased` prints them",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    yes: Yes = False,
    wait: Wait = 180.0,
) -> None:
    """Erase again after a backup was restored: those of a file, or all whom the ledger names.

    Who is not there at all, having registered after the backup was made, is passed over.
    """
    from kernel.errors import NotFound

    with _office() as office:
        if file is None:
            subjects = [one.subject for one in office.erased()]
        else:
            subjects = _subjects_in(file.read_bytes().decode("utf-8", errors="replace"))
        if not subjects:
            raise _nobody(file)
        found: list[Subject] = []
        for subject in subjects:
            try:
                found.append(office.find(subject))
            except NotFound as absent:
                office.console.print(f"  {absent.en}")
        if not yes:
            typer.confirm(f"Erase {len(found)} accounts for good?", abort=True)
        for one in found:
            office.erase(one, even_open=True)
        office.wait([one.subject for one in found], wait)


@dataclass(frozen=True)
class Office:
    """Asks the services to erase, and looks how far they are."""

    client: Client
    console: Console
    holders: Sequence[str]

    def erased(self) -> Iterator[ErasedSubject]:
        """Yield all who were erased, by the time; a page at a time is asked for."""
        from services.identity.contract import ListErased

        after: datetime | None = None
        while True:
            page: ErasedSubjects = self.client.call(ListErased(after), timeout=_SECONDS)
            yield from page.items
            if page.next is None:
                return
            after = page.next

    def find(
        self, subject: str | None, username: str | None = None, dossier: str | None = None
    ) -> Subject:
        """Return who is meant; raises `NotFound` that names it."""
        from kernel.errors import NotFound
        from services.identity.contract import FindSubject

        try:
            message = FindSubject(subject, username, dossier)
            found: Subject = self.client.call(message, timeout=_SECONDS)
        except NotFound as error:
            vi, en = ("hồ sơ", "dossier") if dossier else ("tài khoản", "account")
            name = subject or username or dossier
            raise NotFound(
                error.code, f"Không có {vi} {name}.", f"There is no {en} {name}."
            ) from error
        return found

    def erase(self, found: Subject, *, even_open: bool) -> None:
        """Erase an account, or have every service forget again where it is erased."""
        from kernel.erasure import forget_subject_of
        from services.identity.contract import EraseSubject

        if found.erased_at is None:
            self.client.call(EraseSubject(found.subject, even_open), timeout=_SECONDS)
            self.console.print(f"[green]✓[/] {found.subject}: it stands in the ledger")
            return
        self.console.print(f"  {found.subject} was erased on {found.erased_at:%Y-%m-%d %H:%M} UTC")
        for service in self.holders:
            self.client.call(forget_subject_of(service)(found.subject), timeout=_SECONDS)

    def wait(self, subjects: Iterable[str], seconds: float) -> None:
        """Return when every service has forgotten them all; raises `Unavailable` that says who not.

        Each forgets at once, and once more when no process can remember a key any more.
        """
        from kernel.errors import Unavailable
        from motcua.local.supervision import wait_until

        asked = list(subjects)
        missing = {(subject, service) for subject in asked for service in self.holders}
        held = set[str]()

        def all_done() -> bool:
            for subject, service in sorted(missing):
                found = self._read(subject, service)
                if found is not None and found.finished_at is not None:
                    missing.discard((subject, service))
                    if any(found.forgotten.values()):
                        held.add(subject)
                    told = _told(found.forgotten)
                    self.console.print(f"[green]✓[/] {subject}: {service:<10} {told}")
            return not missing

        with self.console.status("waiting until every service has forgotten …"):
            done = wait_until(all_done, seconds, every=0.5)
        if done:
            for subject in set(asked) - held:
                self.console.print(f"[yellow]?[/] nothing was there of {subject}: is it the one?")
            return
        late = "; ".join(
            f"{subject}: {service} ({_how_far(self._read(subject, service))})"
            for subject, service in sorted(missing)
        )
        raise Unavailable(
            "not-forgotten-everywhere",
            f"Sau {seconds:.0f} giây vẫn chưa xóa xong: {late}. Dịch vụ sẽ tự xóa khi chạy lại; "
            "chạy lại lệnh này để xem.",
            f"After {seconds:.0f} seconds not everything is forgotten: {late}. It will be as soon "
            "as these services and identity's relay run; repeat the command to see.",
        )

    def _read(self, subject: str, service: str) -> Erasure | None:
        """Return how far a service is; None where it does not answer."""
        from kernel.erasure import read_erasure_of
        from kernel.errors import Unavailable

        try:
            found: Erasure = self.client.call(read_erasure_of(service)(subject))
        except Unavailable:
            return None
        return found


@contextmanager
def _office() -> Iterator[Office]:
    from rich.console import Console

    from kernel.client import standalone_client
    from kernel.config import Settings, read

    # everything is imported before the client begins threads: those import too, and two that
    # import the same modules at once can find one half made
    asked = holders()
    with standalone_client(read(Settings), SETUP) as client:
        yield Office(client, Console(highlight=False), asked)


def holders() -> Sequence[str]:
    """Return the services that hold keys or copies, as their classes say."""
    from kernel.erasure import Erasing
    from motcua.local.processes import LEDGER_OWNERS
    from motcua.wiring import service_class

    def forgets(service: str) -> bool:
        return any(isinstance(one, Erasing) for one in vars(service_class(service)).values())

    return tuple(filter(forgets, LEDGER_OWNERS))


def _subjects_in(text: str) -> list[str]:
    """Return the first word of each line that has one; raises `Invalid` for what is no account."""
    subjects = list(dict.fromkeys(line.split()[0] for line in text.splitlines() if line.strip()))
    _require_subjects(subjects)
    return subjects


def _require_subjects(subjects: Iterable[str]) -> None:
    from kernel.errors import Invalid

    if wrong := [subject for subject in subjects if not _SUBJECT.fullmatch(subject)]:
        listed = plain(", ".join(wrong[:5])[:200])
        raise Invalid(
            "not-an-account",
            f"Không phải mã tài khoản: {listed}. Chưa xóa gì.",
            f"These are no accounts: {listed}. Nothing was erased.",
        )


def _nobody(file: Path | None) -> NotFound:
    from kernel.errors import NotFound

    where_vi, where_en = (str(file), str(file)) if file else ("Sổ sự kiện", "The ledger")
    return NotFound(
        "nobody-erased",
        f"{where_vi} không ghi ai đã bị xóa.",
        f"{where_en} names nobody who was erased.",
    )


def _question(found: Subject) -> str:
    if found.kind is None or found.registered_at is None:
        who = "somebody who filed at a counter and has no account"
    else:
        who = f"{found.kind.value}, registered {found.registered_at:%Y-%m-%d}"
    office = (
        f", an officer of {found.serves_in}, whose place is taken back" if found.serves_in else ""
    )
    return f"{found.subject}: {who}{office}.\nWhat is personal will be gone for good. Erase?"


def _told(forgotten: Mapping[str, int]) -> str:
    return (
        ", ".join(f"{number} {kind}" for kind, number in forgotten.items()) + ", in all"
        if forgotten
        else "nothing was there"
    )


def _how_far(found: Erasure | None) -> str:
    if found is None:
        return "does not answer"
    return "has not heard" if found.heard_at is None else "is about to forget once more"
