"""What is derived from the dossiers' ledger, and can be made anew: views and tallies.

`REFERENCES` is derived from what neighbours report.
"""

from __future__ import annotations

from kernel.container import TallyProvider, ViewProvider
from kernel.rebuild import Kept
from services.catalog import contract as catalog
from services.dossier import delegating, references
from services.dossier.contract import EVENTS
from services.dossier.decider import delegation
from services.dossier.decider.codes import CATEGORY
from services.dossier.forgetting import RESULT_FILE
from services.dossier.references import References
from services.dossier.views import figures, project, work
from services.identity import contract as identity

STATUS = ViewProvider(
    CATEGORY,
    project,
    indexes=[
        ("subject", "open"),
        ("agency", "open"),
        ("agency", "submitted_at"),
        ("picture.view.applicant.identity_number",),
        ("picture.view.owner.identity_number",),
        (RESULT_FILE,),
    ],
)
WORK = ViewProvider(CATEGORY, work.project_work, name="work", indexes=work.INDEXES)
LISTED = TallyProvider(
    EVENTS,
    CATEGORY,
    work.count_work,
    name="listed",
    fields=work.FIELDS,
    indexes=work.TALLY_INDEXES,
)
DELEGATIONS = ViewProvider(
    delegation.CATEGORY, delegating.project, name=delegating.NAME, indexes=delegating.INDEXES
)
FIGURES = TallyProvider(
    EVENTS,
    CATEGORY,
    figures.count_figures,
    name="figures",
    fields=figures.FIELDS,
    indexes=figures.INDEXES,
)
REFERENCES = Kept(
    references.NAME,
    references.COLLECTIONS,
    (catalog.EVENTS, identity.EVENTS),
    References.prepare,
    References.taker,
)
