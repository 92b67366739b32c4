"""The report in a bundle: a dossier's history for people, Vietnamese first, and how to check it.

Written from the commits alone, without any key, so it holds nothing personal and whoever has the
bundle can write it again and compare.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kernel.commits import from_document, records
from kernel.events import Recorded, UndecodableEvent, UnknownEvent
from kernel.transparency.bundles import Bundle, attachments
from kernel.transparency.checkpoints import claimed_checkpoint, to_base64
from kernel.transparency.notes import VerifierKey
from services.dossier.contract import EVENTS
from services.dossier.views.trace import trace
from services.dossier.wording import moment

GENERATOR = "motcua report 2"
"""The form of the report: another number whenever the same commits would read differently."""

_WRITTEN_BY = re.compile(r'<meta name="generator" content="(motcua report [0-9]{1,6})">')

_TEMPLATE = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
).get_template("report.html")

# What folding events can run into that no dossier ever recorded in this order.
UNFOLDABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    StopIteration,
    TypeError,
    ValueError,
)


class UntellableHistory(Exception):
    """The events are known, and are not the history of a dossier; the text says why."""


def reported(bundle: Bundle) -> Bundle:
    """Return a bundle with its report in it."""
    return replace(bundle, report=report(bundle))


def agrees(bundle: Bundle) -> bool | None:
    """Whether a bundle's report is what its commits say; None: another version of this wrote it.

    Raises `UntellableHistory` where its commits say nothing that a report could tell.
    """
    written_by = _WRITTEN_BY.search(bundle.report)
    if written_by and written_by[1] != GENERATOR:
        return None
    try:
        return report(bundle) == bundle.report
    except (UnknownEvent, UndecodableEvent):
        return None


def report(bundle: Bundle) -> str:
    """Return the report on a bundle, a page that needs nothing but itself.

    Raises `UnknownEvent` or `UndecodableEvent` for events that this version does not know, and
    `UntellableHistory` for events that are no dossier's history.
    """
    history = public_history(bundle)
    try:
        return _told(bundle, history)
    except UNFOLDABLE as error:
        reason = str(error) if isinstance(error, ValueError) else f"{type(error).__name__} {error}"
        raise UntellableHistory(f"the events are not the history of a dossier: {reason}") from error


def public_history(bundle: Bundle) -> Sequence[Recorded]:
    """Return the events in a bundle as they read without any key."""
    return [
        record
        for document in bundle.documents
        for record in records(from_document(document), EVENTS, None)
    ]


def _told(bundle: Bundle, history: Sequence[Recorded]) -> str:
    checkpoint = claimed_checkpoint(bundle.note)
    rows = [
        (entry, record, moment(record.recorded_at))
        for entry, record in zip(trace(history).entries, history, strict=True)
    ]
    return _TEMPLATE.render(
        generator=GENERATOR,
        code=bundle.stream.partition("-")[2],
        rows=rows,
        commits=bundle.documents,
        attachments=attachments(bundle.documents),
        checkpoint=checkpoint,
        root=to_base64(checkpoint.root),
        key=VerifierKey.parse(bundle.vkey),
        uncovered=[d["position"] for d in bundle.documents if d["position"] > checkpoint.size],
    )
