"""What a person has from earlier dossiers and may hand in again (F12): results and documents."""

from __future__ import annotations

from datetime import datetime

from kernel.requests import request
from kernel.schemas import field, frozen
from services.dossier.contract.drafts import StoredFile


@frozen
class Asset:
    """A digitised paper: a result, or a document of a dossier that came to its result.

    The agency looked at it there; whether it still holds is for the officer to judge who gets it
    again.
    """

    code: str = field(doc="the dossier that it is from")
    file: str
    requirement: str = field(doc="id of the document requirement; empty for the result")
    name: str
    name_en: str
    procedure: str
    procedure_en: str
    file_name: str
    media_type: str
    size: int = field(doc="bytes")
    completed_at: datetime = field(doc="when the dossier it is from was completed")
    number: str = field(default="", doc="of a result")


@frozen
class Assets:
    """The caller's, newest first; the same bytes once."""

    items: tuple[Asset, ...]


@request("dossier", answer=Assets)
@frozen
class ListAssets:
    """What the caller may hand in again."""


@request("dossier", answer=StoredFile)
@frozen
class ReuseAsset:
    """Take one of them as a file of one's own, to be attached to a dossier like an upload.

    However often it is asked for, it is one file.
    """

    code: str = field(max_length=64)
    file: str = field(max_length=64)
