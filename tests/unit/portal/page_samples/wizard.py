"""The steps in which a dossier is written and sent, online and at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from page_samples.catalogue import FORM, PLACES, PROCEDURE, TYPES
from page_samples.dossier import STATUS
from page_samples.shown import CITIZEN, NOW, OFFICER, Shown
from services.dossier import contract as dossier
from services.portal.drafting import FileGiven, Step, Writing
from services.portal.forms import Form
from services.portal.screens import wizard

PERSON = {
    "kind": "citizen",
    "name": "Nguyễn Thị An",
    "identity_number": "038190000123",
    "phone": "0912345678",
    "email": "an@example.vn",
    "date_of_birth": "1990-02-03",
    "place": "16594",
    "address": "12 Lê Lợi",
}
WRITING = Writing(
    procedure_name=PROCEDURE.name,
    place="16594",
    case="own",
    return_by="post",
    applicant=PERSON,
    owner=PERSON,
    form={"text": "Nội dung", "choices": ["1", "2"], "date": "2026-01-02", "money": "1250000"},
    documents=(FileGiven("ct01", "f-1", "to-khai.pdf", 230_000),),
    provinces={"applicant.place": "38", "owner.place": "38", "form.place": "38", "place": "38"},
    done=("applicant",),
)
DRAFT = dossier.Draft("d-1", 2, "1.004222", WRITING.content(), NOW, NOW + timedelta(days=30))
FAULTY = Form(
    {"profile.name": "An", "key": "1"},
    {"profile.name": "Hãy nhập mục này.", "applicant.name": "Hãy nhập mục này."},
)
ASSETS = (
    dossier.Asset(
        "H56-1", "f-9", "", "Kết quả", "Result", "Đăng ký tạm trú", "Temporary residence",
        "ket-qua.pdf", "application/pdf", 9_000, NOW, "12/TB",
    ),
    dossier.Asset(
        "H56-1", "f-8", "ct01", "Tờ khai", "Declaration", "Đăng ký tạm trú", "Temporary residence",
        "to-khai.pdf", "application/pdf", 8_000, NOW,
    ),
)  # fmt: skip
STEP = wizard.StepScreen(
    Step.APPLICANT,
    "d-1",
    2,
    PROCEDURE,
    WRITING,
    Form(WRITING.values()),
    PLACES,
    PROCEDURE.documents,
    "application/pdf",
    20 * 1024 * 1024,
)
BY_POST = replace(WRITING, channel="post", arrived_at="2026-11-18T09:30:00+07:00")
CHECK = wizard.CheckScreen(
    "d-1", 2, PROCEDURE, WRITING, None, PROCEDURE.documents, Form(), {}, {"16594": "Phường Tân Dân"}
)
# a procedure that asks for every field
DEMANDING = replace(
    PROCEDURE,
    form=replace(
        FORM,
        sections=tuple(
            replace(part, fields=tuple(replace(item, required=True) for item in part.fields))
            for part in FORM.sections
        ),
    ),
)
MISSING = {f"form.{kind.value}": "Hãy nhập mục này." for kind in TYPES}

PAGES: tuple[Shown, ...] = (
    Shown(
        "begin",
        "wizard/begin.html",
        wizard.BeginScreen(PROCEDURE, Form({"place-province": "38"}), PLACES, (DRAFT,)),
        CITIZEN,
    ),
    Shown(
        "begin-again",
        "wizard/begin.html",
        wizard.BeginScreen(PROCEDURE, Form({"place-province": "38"}), PLACES, version=3),
        CITIZEN,
    ),
    Shown("wizard-applicant", "wizard/person.html", STEP, CITIZEN),
    Shown(
        "wizard-owner",
        "wizard/person.html",
        replace(STEP, step=Step.OWNER, form=replace(FAULTY, errors={"owner.name": "Nhập."})),
        CITIZEN,
    ),
    Shown("wizard-form", "wizard/form.html", replace(STEP, step=Step.FORM), CITIZEN),
    Shown(
        "wizard-form-missing",
        "wizard/form.html",
        replace(STEP, step=Step.FORM, procedure=DEMANDING, form=Form(errors=MISSING)),
        CITIZEN,
    ),
    Shown("wizard-documents", "wizard/documents.html", replace(STEP, step=Step.DOCUMENTS), CITIZEN),
    Shown(
        "wizard-documents-reuse",
        "wizard/documents.html",
        replace(STEP, step=Step.DOCUMENTS, assets=ASSETS),
        CITIZEN,
    ),
    Shown(
        "wizard-documents-missing",
        "wizard/documents.html",
        replace(
            STEP,
            step=Step.DOCUMENTS,
            writing=replace(WRITING, documents=()),
            form=Form(errors={"documents.ct01": "Hãy đính kèm «Tờ khai»."}),
        ),
        CITIZEN,
    ),
    Shown("wizard-check", "wizard/check.html", CHECK, CITIZEN),
    Shown(
        "wizard-check-faulty",
        "wizard/check.html",
        replace(
            CHECK,
            form=Form(
                errors={
                    "form.text": "Hãy nhập mục này.",
                    "applicant.phone": "Sai.",
                    "documents.ct01": "Hãy đính kèm «Tờ khai».",
                }
            ),
            fault_links={
                "form.text": "/drafts/d-1/form?faults=shown",
                "applicant.phone": "/drafts/d-1/applicant?faults=shown",
                "documents.ct01": "/drafts/d-1/documents?faults=shown",
            },
        ),
        CITIZEN,
    ),
    Shown(
        "wizard-check-second",
        "wizard/check.html",
        replace(CHECK, form=Form(message="Hồ sơ H56-1 đang được giải quyết."), second=True),
        CITIZEN,
    ),
    Shown("sent", "dossier/sent.html", wizard.SentScreen(STATUS), CITIZEN),
    Shown(
        "receive",
        "wizard/receive.html",
        wizard.ReceiveScreen(
            PROCEDURE, Form({"channel": "post"}, {"arrived_at": "Hãy ghi lúc thư đến."}), (DRAFT,)
        ),
        OFFICER,
    ),
    Shown(
        "receive-again",
        "wizard/receive.html",
        wizard.ReceiveScreen(
            PROCEDURE, Form({"channel": "post", "arrived_at": "05/11/2026 09:30"}), version=3
        ),
        OFFICER,
    ),
    Shown(
        "receive-person",
        "wizard/person.html",
        replace(STEP, writing=BY_POST),
        OFFICER,
    ),
    Shown("receive-check", "wizard/check.html", replace(CHECK, writing=BY_POST), OFFICER),
    Shown(
        "taken-in",
        "dossier/sent.html",
        wizard.SentScreen(replace(STATUS, channel="post", pin=None)),
        OFFICER,
    ),
)
