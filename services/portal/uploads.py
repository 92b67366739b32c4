"""Files on their way between the browser and the dossier service's own HTTP entrypoint.

The portal passes them on in pieces with a ticket and keeps nothing; they never see the broker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import flask
import requests
from werkzeug.datastructures import FileStorage, MultiDict

from kernel import schemas
from kernel.errors import (
    DomainError,
    Invalid,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)
from services.dossier.contract import FileTicket, NewDownloadTicket, NewUploadTicket, StoredFile
from services.portal.forms import file_name
from services.portal.language import locale

_CONNECT_AND_READ = (3.05, 60)
_PIECE = 64 * 1024

PASSING = (TooMany, Unavailable, Unauthenticated)
"""Refusals that say nothing about what was sent: the same may pass the next time."""


# Asks a service as the person at hand: by the browser's session, or by an access token.
Asking = Callable[[Any], Any]


def upload_chosen(
    chosen: MultiDict[str, FileStorage], inputs: Iterable[str], *, asking: Asking
) -> tuple[list[tuple[str, StoredFile]], dict[str, str]]:
    """Pass on the files that were chosen at these inputs of a form.

    Return (input, file) of each that was taken, and by input what was wrong with one that was
    not. Raises a refusal of `PASSING`.
    """
    taken: list[tuple[str, StoredFile]] = []
    faults: dict[str, str] = {}
    for name in inputs:
        for given in chosen.getlist(name):
            if not given.filename:
                continue
            try:
                taken.append((name, upload(given, name=file_name(given), asking=asking)))
            except PASSING:
                raise
            except DomainError as error:
                faults[name] = f"{given.filename}: {error.vi if locale() == 'vi' else error.en}"
    return taken, faults


def upload(given: FileStorage, *, name: str, asking: Asking) -> StoredFile:
    """Pass a file of a form on; raises the dossier service's refusal."""
    ticket: FileTicket = asking(NewUploadTicket())
    headers = {"Authorization": f"Bearer {ticket.ticket}", "X-File-Name": quote(name)}
    try:
        answer = requests.post(
            ticket.url, data=given.stream, headers=headers, timeout=_CONNECT_AND_READ
        )
    except requests.RequestException as error:
        raise _away() from error
    if not answer.ok:
        raise _refusal(answer)
    return schemas.load(StoredFile, answer.json(), tolerant=True)


def download(file: str, code: str | None = None, *, asking: Asking) -> flask.Response:
    """Return a file as an attachment; raises the dossier service's refusal."""
    ticket: FileTicket = asking(NewDownloadTicket(file=file, code=code))
    headers = {"Authorization": f"Bearer {ticket.ticket}"}
    try:
        answer = requests.get(ticket.url, headers=headers, timeout=_CONNECT_AND_READ, stream=True)
    except requests.RequestException as error:
        raise _away() from error
    if not answer.ok:
        raise _refusal(answer)
    response = flask.Response(_pieces(answer), mimetype="application/octet-stream")
    for name in ("Content-Type", "Content-Length", "Content-Disposition"):
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    response.headers.setdefault("Content-Disposition", "attachment")
    return response


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    with answer:
        yield from answer.iter_content(_PIECE)


_KINDS: dict[int, type[DomainError]] = {
    413: TooLarge,
    415: UnsupportedType,
    503: Unavailable,
}


def _refusal(answer: requests.Response) -> DomainError:
    """Return the refusal of the other side, which tells it as `DomainError.to_wire` does."""
    try:
        told = answer.json()
        if "class" in told:
            return DomainError.from_wire(told)
        return _KINDS.get(answer.status_code, Invalid)(told["code"], told["vi"], told["en"])
    except (ValueError, KeyError, TypeError):
        return _away()


def _away() -> Unavailable:
    return Unavailable(
        "files-unavailable",
        "Chưa thể nhận hoặc tải tệp lúc này. Hãy thử lại sau ít phút.",
        "Files cannot be sent or fetched now. Please try again in a few minutes.",
    )
