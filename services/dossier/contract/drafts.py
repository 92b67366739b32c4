"""Drafts, and the tickets with which files are sent and fetched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kernel.requests import Done, command, request
from kernel.schemas import JSON, field, frozen


@frozen
class Draft:
    """A saved, unfinished dossier; its content is the wizard's, checked only at submission."""

    draft: str
    version: int
    procedure: str
    content: Mapping[str, JSON]
    updated_at: datetime
    expires_at: datetime


@frozen
class Drafts:
    """The caller's drafts, newest first."""

    items: tuple[Draft, ...]


@frozen
class StoredFile:
    """A file as its owner sees it."""

    file: str
    name: str
    sha256: str
    media_type: str
    size: int = field(doc="bytes")


@frozen
class FileTicket:
    """Leave to send or fetch a file at the dossier service's HTTP entrypoint.

    Upload: `POST url` with `Authorization: Bearer <ticket>`, the bytes as the body and the
    percent-encoded name in `X-File-Name`; answers `{file, sha256, media_type, size, name}`.
    Download: `GET url` with the same header.
    """

    ticket: str
    url: str
    expires_at: datetime
    max_bytes: int
    media_types: tuple[str, ...]


@command("dossier", answer=Draft)
@frozen
class SaveDraft:
    """Save a new draft, or another content of one; `If-Match` guards against another window."""

    procedure: str = field(max_length=100)
    content: Mapping[str, JSON]
    draft: str | None = field(default=None, max_length=64)


@request("dossier", answer=Draft)
@frozen
class ReadDraft:
    """One of the caller's drafts."""

    draft: str = field(max_length=64)


@request("dossier", answer=Drafts)
@frozen
class ListDrafts:
    """All of the caller's drafts."""


@command("dossier", answer=Done)
@frozen
class DeleteDraft:
    """Forget a draft."""

    draft: str = field(max_length=64)


@request("dossier", answer=FileTicket)
@frozen
class NewUploadTicket:
    """Leave to upload one file as the caller."""


@request("dossier", answer=FileTicket)
@frozen
class NewDownloadTicket:
    """Leave to fetch a file: one's own, or one of a dossier one may see."""

    file: str = field(max_length=64)
    code: str | None = field(default=None, max_length=64, doc="the dossier it belongs to")
