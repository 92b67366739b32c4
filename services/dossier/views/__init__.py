"""The dossier's views: `project(history)` makes the stored document, the rest are pure answers."""

from services.dossier.views.answers import (
    due_colour,
    masked,
    may_read,
    may_see,
    notice,
    serves_there,
    status,
    stuck_at,
)
from services.dossier.views.document import project, stamp
from services.dossier.views.replay import files_in, replay, since, until
from services.dossier.views.trace import trace

__all__ = [
    "due_colour",
    "files_in",
    "masked",
    "may_read",
    "may_see",
    "notice",
    "project",
    "replay",
    "serves_there",
    "since",
    "stamp",
    "status",
    "stuck_at",
    "trace",
    "until",
]
