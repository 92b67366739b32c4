"""Every page with made-up content, so that it can be rendered without any service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import flask
import pytest
import replays
from flask import Flask, g, render_template

from kernel.config import Settings
from kernel.deadletters import DeadLetter
from kernel.feed import Outline
from kernel.operations import DeadLetters
from kernel.progress import (
    InboxProgress,
    ProjectorProgress,
    RelayProgress,
    ServiceProgress,
    SourceProgress,
    ViewProgress,
)
from kernel.requests import ANONYMOUS, Caller
from kernel.trust import ensure_keys
from services.catalog import contract as catalog
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify import contract as notify
from services.payment import contract as payment
from services.portal import site
from services.portal.drafting import FileGiven, Step, Writing
from services.portal.forms import Form
from services.portal.refusals import RefusalScreen
from services.portal.screens import (
    accounts,
    dossiers,
    history,
    notifications,
    operations,
    payments,
    search,
    statistics,
    transparency,
    wizard,
    work_lists,
)
from services.portal.screens.places import Places
from services.portal.settings import PortalSettings

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
CITIZEN = Caller("acc-1", "citizen", "Nguyễn Thị An", verified=True, session="s")
OFFICER = Caller(
    "acc-9", "officer", "Trần Văn Bình", roles=("receiving",), agency="a", unit="desk", session="s"
)
ADMINISTRATOR = replace(OFFICER, roles=("administrator",))
AUDITOR = Caller(
    "acc-8", "officer", "Phan Thảo Nguyên", ("auditor",), agency="b", unit="office", session="s"
)

WAITING = Outline(117, "dossier-000.01.38.H56-261120-0007", 4, NOW - timedelta(minutes=3))
HURT = ServiceProgress(
    service="notify",
    at=NOW,
    head=48,
    relay=RelayProgress(False, "notify-relay:17:ab", 45, WAITING),
    listens=True,
    inbox=InboxProgress(ready=12, consumers=0, retrying=1, dead=2),
    sources=(
        SourceProgress("dossier", 116, WAITING, known=True),
        SourceProgress("identity", 7, None, known=False),
    ),
    projector=ProjectorProgress(44, WAITING),
    views=(ViewProgress("message", 1, "folding", running=False, done=20, total=48),),
)
WELL = ServiceProgress(
    service="catalog",
    at=NOW,
    head=9,
    relay=RelayProgress(True, "catalog-relay:18:cd", 9, None),
    listens=False,
    inbox=None,
    sources=(),
    projector=None,
    views=(),
)
LETTER = DeadLetter(
    id="key-0a.1",
    service="notify",
    type="FeePaid",
    source="/services/payment",
    stream="obligation-1",
    version=3,
    correlation="c-1",
    attempts=4,
    error="builtins.ValueError",
    message="the number <13> is unlucky",
    traceback="Traceback …",
    died_at="2026-11-20T02:00:00.000000Z",
    body='{"amount":10000}',
)
UNREADABLE = DeadLetter(
    "sha256-1", "notify", None, None, None, None, None, 1, "error", "?", "", "yesterday", ""
)

FIELD = catalog.FieldOfWork("G01-CA05", "Đăng ký, quản lý cư trú", "Residence", 9)
UNIT = dossier.UnitRef("desk", "Bộ phận một cửa", "One-stop desk")
AGENCY = dossier.AgencyRef(
    "ca-16594", "000.01.38.H56", "Công an phường Tân Dân", "Police of Tân Dân", "0237 3861 113"
)
HANDLER = dossier.OfficerRef("acc-7", "Lê Thị Cúc", "Cán bộ thụ lý")
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

TYPES = catalog.FieldType
FORM = catalog.Form(
    code="CT01",
    name="Tờ khai thay đổi thông tin cư trú",
    name_en="Declaration of change of residence",
    issued_by="TT 53/2025/TT-BCA",
    sections=(
        catalog.FormSection(
            "Người kê khai",
            "Person who declares",
            tuple(
                catalog.FormField(
                    kind.value,
                    f"Mục {kind.value}",
                    kind,
                    f"Field {kind.value}",
                    required=index % 2 == 0,
                    options=tuple(
                        catalog.Option(str(n), f"Lựa chọn {n}", f"Option {n}") for n in range(1, 4)
                    ),
                    help="Như trên giấy tờ.",
                    help_en="As on the paper.",
                )
                for index, kind in enumerate(TYPES)
            ),
        ),
    ),
)
PROCEDURE = catalog.Procedure(
    code="1.004222",
    slug="dang-ky-thuong-tru",
    version=3,
    name="Đăng ký thường trú",
    name_en="Registration of permanent residence",
    field_of_work=FIELD,
    publisher="Bộ Công an",
    publisher_code="G01",
    competence=catalog.Competence(
        catalog.AgencyKind.POLICE,
        (catalog.AgencyLevel.COMMUNE,),
        description="Công an cấp xã",
    ),
    service_level=catalog.ServiceLevel.PARTIAL,
    legacy_level=3,
    audiences=("Công dân Việt Nam",),
    channels=(catalog.Channel.ONLINE, catalog.Channel.IN_PERSON),
    times=(
        catalog.ProcessingTime(catalog.Channel.ONLINE, catalog.TimeUnit.WORKING_DAY, 7),
        catalog.ProcessingTime(catalog.Channel.IN_PERSON, catalog.TimeUnit.SAME_DAY),
    ),
    tariffs=(
        catalog.Tariff("t1", catalog.Channel.ONLINE, "lần đăng ký", 10_000, exemptions="trẻ em"),
        catalog.Tariff("t2", catalog.Channel.IN_PERSON),
    ),
    documents=(
        catalog.DocumentRequirement("ct01", "Tờ khai", "Declaration", template="CT01"),
        catalog.DocumentRequirement(
            "cho-o",
            "Giấy tờ chứng minh chỗ ở hợp pháp",
            "Proof of lawful lodging",
            copies=1,
            condition="chỗ ở thuộc quyền sở hữu của mình",
            reuse_from="CSDL đất đai",
        ),
    ),
    form=FORM,
    workflow=(
        catalog.Step(
            "receiving",
            "Tiếp nhận",
            "Receiving",
            "receiving",
            "one-stop",
            4,
            catalog.StepAction.RECEIVE,
        ),
    ),
    cases=(catalog.Case("own", "Nhà của mình", "Own house"),),
    results=("Thông báo kết quả",),
    requirements="Có chỗ ở hợp pháp.",
    legal_bases=("Luật Cư trú 68/2020/QH14",),
    guidance=(catalog.GuideStep("Chuẩn bị giấy tờ", "Chụp rõ cả bốn góc."),),
    in_person="Xuất trình bản chính khi nhận kết quả.",
)
SUMMARY = catalog.ProcedureSummary(
    "1.004222", "dang-ky-thuong-tru", 3, PROCEDURE.name, PROCEDURE.name_en, FIELD,
    "Công an cấp xã", (catalog.AgencyLevel.COMMUNE,), PROCEDURE.service_level, 3,
    PROCEDURE.channels, True,
)  # fmt: skip
FOUND = catalog.ProcedurePage((SUMMARY,), 12, "next")
PLACES = Places(
    (("38", "Tỉnh Thanh Hóa"), ("42", "Tỉnh Hà Tĩnh")), {"38": (("16594", "Phường Tân Dân"),)}
)


def _step(number: int, name: str, state: dossier.StepState, **more: Any) -> dossier.StepView:
    return dossier.StepView(
        f"step-{number}", name, f"Step {number}", UNIT, state, budget_hours=4, **more
    )


STUCK = _step(
    2,
    "Thụ lý",
    dossier.StepState.CURRENT,
    officer=HANDLER,
    entered_at=NOW,
    due=NOW,
    late_minutes=620,
)
FEE = dossier.FeeView(
    "ob-1", 10_000, (dossier.FeeLine("Lệ phí", 10_000),), dossier.FeeState.DUE, True
)
STATUS = dossier.DossierStatus(
    code="000.01.38.H56-261120-0001",
    version=9,
    status=dossier.Status.PROCESSING,
    status_name="Đang xử lý",
    status_name_en="In progress",
    procedure=dossier.ProcedureKept(
        "1.004222",
        3,
        PROCEDURE.name,
        PROCEDURE.name_en,
        FIELD.code,
        FIELD.name,
        "partial",
        3,
        "working-day",
        (dossier.FeeLine("Lệ phí", 10_000),),
        7,
        (dossier.DocumentKept("ct01", "Tờ khai", "Declaration", True),),
    ),
    agency=AGENCY,
    channel="online",
    clock=dossier.ClockView(
        dossier.ClockState.RUNNING,
        "Hạn trả 04/12/2026 17:30; đã tạm dừng 3 ngày làm việc vì chờ bổ sung.",
        "Due 04/12/2026 17:30; it stood still for 3 working days.",
        NOW + timedelta(days=9),
    ),
    steps=(
        _step(
            1,
            "Tiếp nhận",
            dossier.StepState.DONE,
            completed_at=NOW,
            timing=dossier.Timing.EARLY,
        ),
        STUCK,
        _step(3, "Lãnh đạo ký", dossier.StepState.WAITING),
    ),
    submitted_at=NOW,
    updated_at=NOW,
    return_by=dossier.ReturnBy.POST,
    actions=("supplement", "withdraw"),
    holder=dossier.Holder(AGENCY, UNIT, HANDLER),
    step=STUCK,
    stuck_at=STUCK,
    receiving_officer=HANDLER,
    receiving_unit=UNIT,
    accepted_at=NOW,
    fees=(FEE, replace(FEE, state=dossier.FeeState.PAID, receipt="BL-1", paid_at=NOW)),
    supplement=dossier.SupplementView(
        (
            dossier.SupplementItem("Ảnh mờ", requirement="ct01"),
            dossier.SupplementItem("Sai ngày", form_field="date"),
        ),
        "Ảnh chụp tờ khai không đọc được.",
        "Điều 21 Luật Cư trú",
        NOW,
    ),
    documents=(
        dossier.DocumentView(
            "ct01", "Tờ khai", "Declaration", "f-1", "to-khai.pdf", "application/pdf", 230_000, "0"
        ),
    ),
    result=dossier.ResultView(
        dossier.ReturnBy.POST, NOW, "12/TB", "f-2", "VN123", NOW, "Quầy 1", NOW
    ),
    refusal="Không thuộc thẩm quyền.",
    applicant=dossier.Person(
        dossier.PersonKind.CITIZEN, "Nguyễn Thị An", "038190000123", "0912345678", "an@example.vn"
    ),
    owner=dossier.Person(dossier.PersonKind.CITIZEN, "Nguyễn Văn Em", "038215000123", "0912345678"),
    answers={"text": "Nội dung", "choice": "1"},
    pin="4821",
    papers=(
        dossier.PaperLink(
            "01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Receipt with the day of the result"
        ),
        dossier.PaperLink("declaration", "Tờ khai", "Declaration"),
    ),
)
TRACE = dossier.Trace(
    STATUS.code,
    9,
    (
        dossier.TraceEntry(
            1, "ev", "1", "DossierSubmitted", NOW, "Nộp hồ sơ", "Submitted", "trực tuyến", "online",
            "Người nộp hồ sơ", "The applicant",
        ),
        dossier.TraceEntry(
            2, "ev", "2", "CitizenNotified", NOW, "Đã báo người nộp", "The applicant was told",
            "thư điện tử", "mail", "Hệ thống", "The system",
        ),
    ),
)  # fmt: skip
ROW = dossier.DossierRow(
    STATUS.code, 9, STATUS.status, STATUS.status_name, STATUS.status_name_en, PROCEDURE.name,
    "1.004222", PROCEDURE.name_en, AGENCY.name, NOW, "Nguyễn Thị An", UNIT.name, HANDLER.name,
    HANDLER.account, "Thụ lý", "Handling", NOW, NOW, "late",
)  # fmt: skip
ROWS = dossier.DossierPage(
    (ROW, replace(ROW, due_colour="soon"), replace(ROW, due=None, due_colour="none")),
    "next",
    {"unit": 12, "mine": 3},
)
ERASED = replace(
    STATUS,
    applicant=None,
    owner=None,
    answers=None,
    pin=None,
    erased=True,
    documents=tuple(replace(one, file_name="") for one in STATUS.documents),
    result=dossier.ResultView(dossier.ReturnBy.ONLINE, NOW, "12/TB"),
)
EVERY_ACTION = replace(
    STATUS,
    actions=tuple(dossier.ACTIONS),
    stuck_at=None,
    procedure=replace(STATUS.procedure, in_person="Thu nhận vân tay."),
    result=None,
    appointment=dossier.AppointmentView(NOW, NOW + timedelta(minutes=30), UNIT, "Vân tay."),
    withdrawal=dossier.WithdrawalView(NOW, "Không còn nhu cầu"),
    extension=dossier.ExtensionView(NOW, "Chờ xác minh.", 2, NOW + timedelta(days=7)),
)
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
FAULTY_REGISTRATION = Form(
    {"profile.name": "An"},
    {"profile.name": "Hãy nhập mục này.", "captcha_text": "Mã xác nhận không đúng."},
)
PROFILE = identity.Profile(
    "Nguyễn Thị An", identity.IdentityDocument.PERSONAL_NUMBER, "038190000123", "an@example.vn",
    "0912345678", date(1990, 2, 3), identity.Sex.FEMALE, "16594", "12 Lê Lợi",
)  # fmt: skip
ACCOUNT = identity.Account(
    "acc-1", "nguyenthian", identity.AccountKind.CITIZEN, True, True, "vi", PROFILE
)
# one white dot
CAPTCHA = identity.Captcha(
    "c-1",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJg"
    "gg==",
    NOW,
)
MASKED = dossier.MaskedStatus(
    STATUS.code, STATUS.status, STATUS.status_name, STATUS.status_name_en, PROCEDURE.name,
    PROCEDURE.name_en, AGENCY.name, UNIT.name, HANDLER.name, "Thụ lý", "Handling",
    "Nguyễn T* A*", NOW, STATUS.clock, 9,
)  # fmt: skip
OBLIGATION = payment.Obligation(
    "ob-1", STATUS.code, (payment.ObligationLine("Lệ phí", 10_000, 2),), 20_000,
    payment.ObligationState.DUE, True, NOW, 1,
)  # fmt: skip
PAYMENT = payment.Payment(
    "p-1", "ob-1", STATUS.code, 20_000, payment.PaymentState.PENDING, "vnpay", "cancelled-by-payer"
)
MESSAGE = notify.InboxMessage(
    "m-1", "accepted", "Hồ sơ được tiếp nhận", "Accepted", "Hạn trả 04/12/2026.", "Due 04/12/2026.",
    NOW, False, STATUS.code,
)  # fmt: skip
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
INBOX = work_lists.InboxScreen(
    dossiers=ROWS,
    form=Form(),
    tab="unit",
    next_address="/next",
    tabs=(("unit", "Đơn vị", 12), ("mine", "Tôi giữ", None)),
    columns=(work_lists.Column("due", "Hạn trả", "/inbox?sort=-due", "ascending"),),
    exports=(("XLSX", "/inbox/export.xlsx"),),
    again={"tab": "unit", "q": "an"},
)
RESIDENCE = dossier.Figures(
    name="G01", received=10_000, online=9_458, ended=900, on_time=890, completed=880, refused=15,
    withdrawn=5, stopped=0, reused=120, results=880, results_electronic=800, fees=50,
    fees_online=40, ratings=20, satisfied=19, satisfied_rate=9500, reused_rate=120,
    online_rate=9458, online_whole_rate=9000, on_time_rate=9889, electronic_rate=9091,
    fees_online_rate=8000, mean_minutes=700, median_minutes=480, p90_minutes=1440,
)  # fmt: skip
FEW = dossier.Figures("others", *(0,) * 15)
STATISTICS = statistics.StatisticsScreen(
    found=dossier.Statistics(
        begin="2026-01",
        end="2026-06",
        by="field",
        total=replace(RESIDENCE, name=""),
        groups=(RESIDENCE, replace(FEW, received=7)),
        months=tuple(replace(RESIDENCE, name=f"2026-0{month}") for month in range(1, 7)),
        lowest=RESIDENCE,
        few=2,
        procedures_online=20,
    ),
    form=Form(),
    names={"G01": "Cư trú"},
    periods=(statistics.Period("Năm 2026", "/statistics", shown=True),),
    agencies=(("ca-1", "Công an phường"),),
    exports=(("XLSX", "/statistics/export.xlsx"),),
    offer=catalog.Offer(28, 22, 9, 0),
)
DOSSIER = dossiers.DossierScreen(STATUS, TRACE, procedure=PROCEDURE)
NOW_OF_LIFE = replays.replayed()
HISTORY = history.HistoryScreen(
    history.MomentScreen(replays.replayed(9), NOW_OF_LIFE),
    replays.traced(),
    history.Checked(NOW, replays.VERIFICATION),
)


@dataclass(frozen=True)
class Shown:
    """A page as it is shown to somebody."""

    name: str
    template: str
    screen: Any = None
    who: Caller = ANONYMOUS


def _payment(state: payment.PaymentState) -> payments.BackScreen:
    return payments.BackScreen(replace(PAYMENT, state=state))


PAGES: tuple[Shown, ...] = (
    Shown("home", "home.html", search.HomeScreen(catalog.FieldsOfWork((FIELD,)), FOUND)),
    Shown("help", "help.html"),
    Shown("privacy", "privacy.html"),
    Shown(
        "search",
        "search.html",
        search.SearchScreen(
            Form({"q": "thường trú", "level": "commune"}),
            FOUND,
            (("G", "Cư trú"),),
            (("a", "CA"),),
            PLACES.provinces,
            (("380", "Huyện"),),
            PLACES.communes("38"),
            True,
            "/next",
        ),
    ),
    Shown(
        "search-empty",
        "search.html",
        search.SearchScreen(
            Form(), catalog.ProcedurePage((), 0), (), (), PLACES.provinces, (), (), False
        ),
    ),
    Shown("procedure", "procedure.html", search.ProcedureScreen(PROCEDURE)),
    Shown(
        "procedure-level-2",
        "procedure.html",
        search.ProcedureScreen(
            replace(
                PROCEDURE,
                legacy_level=2,
                service_level=catalog.ServiceLevel.IN_PERSON,
                documents=(),
                tariffs=(),
                provisional_code=True,
            )
        ),
    ),
    Shown(
        "procedure-level-1",
        "procedure.html",
        search.ProcedureScreen(
            replace(PROCEDURE, legacy_level=1, service_level=catalog.ServiceLevel.INFORMATION)
        ),
    ),
    Shown(
        "procedure-at-the-desk",
        "procedure.html",
        search.ProcedureScreen(PROCEDURE, receives=True),
        OFFICER,
    ),
    Shown("register-kind", "register_kind.html", accounts.KindScreen(Form())),
    *(
        Shown(
            f"register-{kind.value}",
            "register.html",
            accounts.RegisterScreen(kind, FAULTY_REGISTRATION, CAPTCHA, PLACES),
        )
        for kind in (identity.AccountKind.CITIZEN, identity.AccountKind.ENTERPRISE)
    ),
    Shown("registered", "registered.html", accounts.RegisteredScreen("an@example.vn", "an")),
    Shown("activate", "activate.html", accounts.ActivationScreen("token")),
    Shown("activated", "activated.html", accounts.ActivatedScreen(ACCOUNT)),
    Shown("activation-failed", "activated.html", accounts.ActivatedScreen(None, "Đã hết hạn.")),
    Shown("login", "login.html", accounts.LogInScreen()),
    Shown("activation-again", "mail_wish.html", accounts.MailWishScreen()),
    Shown("password-forgotten", "mail_wish.html", accounts.MailWishScreen(password=True)),
    Shown("password-new", "new_password.html", accounts.NewPasswordScreen("t")),
    Shown(
        "password-dead",
        "new_password.html",
        accounts.NewPasswordScreen("t", Form(message="Liên kết đã hết hạn."), dead=True),
    ),
    Shown(
        "login-idle",
        "login.html",
        accounts.LogInScreen(Form(message="Sai mật khẩu."), "/dossiers", True),
    ),
    Shown("account", "account.html", accounts.AccountScreen(ACCOUNT), CITIZEN),
    Shown(
        "begin",
        "wizard/begin.html",
        wizard.BeginScreen(PROCEDURE, Form({"place-province": "38"}), PLACES, (DRAFT,)),
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
    Shown("wizard-documents", "wizard/documents.html", replace(STEP, step=Step.DOCUMENTS), CITIZEN),
    Shown(
        "wizard-documents-reuse",
        "wizard/documents.html",
        replace(STEP, step=Step.DOCUMENTS, assets=ASSETS),
        CITIZEN,
    ),
    Shown("assets", "assets.html", dossiers.AssetsScreen(ASSETS), CITIZEN),
    Shown("assets-none", "assets.html", dossiers.AssetsScreen(()), CITIZEN),
    Shown("wizard-check", "wizard/check.html", CHECK, CITIZEN),
    Shown(
        "wizard-check-faulty",
        "wizard/check.html",
        replace(
            CHECK,
            form=Form(errors={"form.text": "Hãy nhập mục này.", "applicant.phone": "Sai."}),
            fault_links={"form.text": "/drafts/d/form", "applicant.phone": "/drafts/d/applicant"},
        ),
        CITIZEN,
    ),
    Shown(
        "wizard-check-second",
        "wizard/check.html",
        replace(CHECK, form=Form(message="Hồ sơ H56-1 đang được giải quyết."), second=True),
        CITIZEN,
    ),
    Shown(
        "register",
        "register_of_dossiers.html",
        dossiers.RegisterScreen(Form({"since": "2026-11-01"}, {"until": "Hãy nhập mục này."})),
        OFFICER,
    ),
    Shown("sent", "dossier/sent.html", wizard.SentScreen(STATUS), CITIZEN),
    Shown(
        "begin-again",
        "wizard/begin.html",
        wizard.BeginScreen(PROCEDURE, Form({"place-province": "38"}), PLACES, version=3),
        CITIZEN,
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
        "receive",
        "wizard/receive.html",
        wizard.ReceiveScreen(
            PROCEDURE, Form({"channel": "post"}, {"arrived_at": "Hãy ghi lúc thư đến."}), (DRAFT,)
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
    Shown(
        "mine",
        "dossier/mine.html",
        dossiers.MineScreen(ROWS, (DRAFT,), Form(), "/next", (("", "Tất cả", 3),)),
        CITIZEN,
    ),
    Shown(
        "mine-empty", "dossier/mine.html", dossiers.MineScreen(replace(ROWS, items=()), ()), CITIZEN
    ),
    Shown("dossier", "dossier/show.html", DOSSIER, CITIZEN),
    Shown(
        "dossier-officer",
        "dossier/show.html",
        replace(
            DOSSIER,
            dossier=EVERY_ACTION,
            officer=True,
            officers=(("acc-7", "Lê Thị Cúc"),),
            earlier_steps=(("step-1", "Tiếp nhận", "Receiving"),),
            agencies=(("ag-2", "UBND xã Thiên Cầm"),),
            slots=(dossier.Slot(NOW, NOW + timedelta(minutes=30), 1),),
            forms={"refuse": Form(errors={"reason": "Hãy nhập mục này."})},
        ),
        OFFICER,
    ),
    Shown(
        "dossier-closed",
        "dossier/show.html",
        replace(
            DOSSIER,
            dossier=replace(
                STATUS,
                actions=(),
                holder=None,
                step=None,
                stuck_at=None,
                stopped="Chủ hồ sơ đã mất. (Điều 7)",
                fees=(replace(FEE, state=dossier.FeeState.CANCELLED),),
            ),
            officer=True,
        ),
        OFFICER,
    ),
    Shown(
        "dossier-erased",
        "dossier/show.html",
        replace(DOSSIER, dossier=replace(ERASED, actions=()), officer=True),
        OFFICER,
    ),
    Shown(
        "supplement",
        "dossier/supplement.html",
        dossiers.SupplementScreen(STATUS, Form(), PROCEDURE, "application/pdf", 20_000_000, PLACES),
        CITIZEN,
    ),
    Shown("inbox", "inbox.html", INBOX, OFFICER),
    Shown(
        "delegations",
        "delegations.html",
        work_lists.DelegationsScreen(
            dossier.Delegations(
                (
                    dossier.Delegation(
                        dossier.OfficerRef("acc-9", "Trần Văn Bình", "Chuyên viên"),
                        dossier.OfficerRef("acc-7", "Lê Thị Cúc", "Chuyên viên"),
                        "desk",
                        date(2026, 11, 20),
                        date(2026, 11, 30),
                        now=True,
                    ),
                )
            ),
            Form({}, {"until": "Ngày cuối phải từ hôm nay trở đi."}),
            officers=(("acc-9", "Trần Văn Bình"),),
            deputies=(("acc-7", "Lê Thị Cúc"),),
            leads=True,
        ),
        OFFICER,
    ),
    Shown("inbox-desk", "inbox.html", replace(INBOX, receives=True, drafts=(DRAFT,)), OFFICER),
    Shown(
        "inbox-leader",
        "inbox.html",
        replace(
            INBOX,
            units=(("desk", "Bộ phận một cửa"),),
            officers=(("acc-7", "Lê Thị Cúc"),),
            saved=(work_lists.Saved(dossier.SavedFilter("Trễ hạn", colour="late"), "/inbox"),),
        ),
        OFFICER,
    ),
    Shown(
        "inbox-erased",
        "inbox.html",
        replace(INBOX, dossiers=replace(ROWS, items=(replace(ROW, applicant="", erased=True),))),
        OFFICER,
    ),
    Shown("inbox-empty", "inbox.html", replace(INBOX, dossiers=replace(ROWS, items=())), OFFICER),
    Shown(
        "inbox-cut",
        "inbox.html",
        replace(INBOX, dossiers=replace(ROWS, items=(), cut=True)),
        OFFICER,
    ),
    Shown("statistics", "statistics/show.html", STATISTICS),
    Shown(
        "statistics-leader",
        "statistics/show.html",
        replace(
            STATISTICS,
            found=replace(
                STATISTICS.found,
                agency=AGENCY.id,
                late_now=3,
                load=(dossier.OfficerLoad("acc-7", "Lê Thị Cúc", "civil", 12, 3, 1),),
            ),
            behind={"G01": "/statistics/dossiers"},
        ),
        OFFICER,
    ),
    Shown(
        "statistics-nothing",
        "statistics/show.html",
        replace(
            STATISTICS,
            found=replace(STATISTICS.found, total=FEW, groups=(), months=(), lowest=None),
        ),
    ),
    Shown(
        "statistics-behind",
        "statistics/behind.html",
        statistics.BehindScreen(ROWS, "01/2026", "06/2026", "Cư trú", "/statistics", "/next"),
        OFFICER,
    ),
    Shown("lookup", "lookup.html", dossiers.LookUpScreen(Form())),
    Shown(
        "lookup-found",
        "lookup.html",
        dossiers.LookUpScreen(Form(), dossier.LookUpResult((MASKED,))),
    ),
    Shown("lookup-nothing", "lookup.html", dossiers.LookUpScreen(Form(), dossier.LookUpResult(()))),
    Shown("lookup-code-sent", "lookup.html", dossiers.LookUpScreen(Form(), code_sent=True)),
    Shown("fee", "payment/fee.html", payments.FeeScreen(STATUS.code, OBLIGATION, Form()), CITIZEN),
    Shown(
        "fee-officer",
        "payment/fee.html",
        payments.FeeScreen(STATUS.code, OBLIGATION, Form()),
        OFFICER,
    ),
    Shown(
        "fee-paid",
        "payment/fee.html",
        payments.FeeScreen(
            STATUS.code,
            replace(OBLIGATION, state=payment.ObligationState.PAID, receipt="BL-1", paid_at=NOW),
            Form(),
        ),
        CITIZEN,
    ),
    Shown(
        "leaving", "payment/leaving.html", payments.LeavingScreen("/", 20_000, STATUS.code), CITIZEN
    ),
    *(
        Shown(f"payment-{state.value}", "payment/back.html", _payment(state), CITIZEN)
        for state in payment.PaymentState
    ),
    Shown("payment-unknown", "payment/back.html", payments.BackScreen(None), CITIZEN),
    Shown(
        "notifications",
        "notifications.html",
        notifications.NotificationsScreen(notify.Inbox((MESSAGE,), 1), Form(), "/next"),
        CITIZEN,
    ),
    Shown("audit", "audit/find.html", history.FindScreen(Form()), AUDITOR),
    Shown(
        "audit-not-found",
        "audit/find.html",
        history.FindScreen(Form({"code": "x"}, {"code": "Không tìm thấy hồ sơ này."})),
        AUDITOR,
    ),
    Shown("history", "audit/history.html", HISTORY, AUDITOR),
    Shown(
        "history-now",
        "audit/history.html",
        replace(
            HISTORY,
            moment=history.MomentScreen(NOW_OF_LIFE, NOW_OF_LIFE, NOW),
            checked=history.Checked(NOW, replace(replays.VERIFICATION, uncovered=())),
            form=Form({"at": "x"}, {"at": "Hãy nhập ngày và giờ."}),
        ),
        AUDITOR,
    ),
    Shown(
        "history-tampered",
        "audit/history.html",
        replace(
            HISTORY,
            checked=history.Checked(
                NOW,
                replace(
                    replays.VERIFICATION,
                    commits=0,
                    included=0,
                    uncovered=(),
                    fault="the hash is another one",
                    fault_position=7,
                ),
            ),
        ),
        AUDITOR,
    ),
    Shown(
        "history-unverified",
        "audit/history.html",
        replace(HISTORY, checked=history.Checked(NOW, None, "Chưa có điểm kiểm này.")),
        AUDITOR,
    ),
    Shown(
        "history-unreadable",
        "audit/unreadable.html",
        history.UnreadableScreen(
            STATUS.code,
            history.Checked(NOW, replace(replays.VERIFICATION, fault="no JSON", fault_position=7)),
        ),
        AUDITOR,
    ),
    Shown(
        "transparency",
        "audit/transparency.html",
        transparency.TransparencyScreen(
            (
                transparency.LedgerScreen("dossier", replays.SIGNED, replays.KEY),
                transparency.LedgerScreen("notify", reason="Dịch vụ đang tạm ngừng."),
            )
        ),
    ),
    Shown("transparency-guide", "audit/guide.html"),
    Shown("dossier-auditor", "dossier/show.html", replace(DOSSIER, officer=True), AUDITOR),
    Shown(
        "operations",
        "operations/show.html",
        operations.OperationsScreen(
            (
                operations.ServiceCard("notify", HURT, {"dossier": 120, "identity": 7}),
                operations.ServiceCard("catalog", WELL),
                operations.ServiceCard("payment", None),
            ),
            may_act=True,
        ),
        ADMINISTRATOR,
    ),
    Shown(
        "dead-letters",
        "operations/letters.html",
        operations.DeadLettersScreen("notify", DeadLetters((LETTER, UNREADABLE), 3), may_act=True),
        ADMINISTRATOR,
    ),
    Shown(
        "dead-letters-none",
        "operations/letters.html",
        operations.DeadLettersScreen("notify", DeadLetters((), 0), may_act=True),
        ADMINISTRATOR,
    ),
    Shown(
        "dead-letters-auditor",
        "operations/letters.html",
        operations.DeadLettersScreen("notify", DeadLetters((LETTER,), 1), may_act=False),
        AUDITOR,
    ),
    Shown(
        "dead-letter",
        "operations/letter.html",
        operations.DeadLetterScreen("notify", LETTER, may_act=True),
        ADMINISTRATOR,
    ),
    Shown(
        "dead-letter-unreadable",
        "operations/letter.html",
        operations.DeadLetterScreen("notify", UNREADABLE, may_act=False),
        AUDITOR,
    ),
    Shown(
        "discard",
        "operations/discard.html",
        operations.DiscardScreen("notify", (LETTER.id, UNREADABLE.id)),
        ADMINISTRATOR,
    ),
    Shown(
        "refusal",
        "refusal.html",
        RefusalScreen(503, "Tạm ngừng", "Thử lại.", "Chi tiết", 30, "c-1", True, "/dossiers/1"),
    ),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `shown` once for every page, and `language` once for both."""
    if "shown" in metafunc.fixturenames:
        metafunc.parametrize("shown", PAGES, ids=[page.name for page in PAGES])
    if "language" in metafunc.fixturenames:
        metafunc.parametrize("language", ["vi", "en"])


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The site; pictures and styles stand under their plain names."""
    keys = tmp_path_factory.mktemp("keys")
    ensure_keys(keys, ["portal"])
    app = site.build(Settings(keys=keys), PortalSettings())
    app.jinja_env.globals["bundle"] = lambda name: f"/assets/{name}"
    return app


class Renderer:
    """Renders a page as somebody sees it in a language."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, shown: Shown, language: str = "vi") -> str:
        """Return the page's HTML."""
        with self._app.test_request_context("/"):
            g.who = shown.who
            g.locale = language
            return render_template(shown.template, screen=shown.screen)


@pytest.fixture
def render(portal: Flask) -> Renderer:
    """Render pages without a service."""
    return Renderer(portal)


@pytest.fixture(scope="session")
def pages() -> Mapping[str, Shown]:
    """All pages by their names."""
    return {page.name: page for page in PAGES}


@pytest.fixture
def in_vietnamese(portal: Flask) -> Iterator[None]:
    """Be within a request in Vietnamese."""
    with portal.test_request_context("/"):
        flask.g.locale = "vi"
        yield


@pytest.fixture
def procedure() -> catalog.Procedure:
    """A procedure with two documents, one of them only under a condition."""
    return PROCEDURE


@pytest.fixture
def begun() -> dict[str, Any]:
    """A draft that is being written, and the account of who writes it."""
    return {"draft": DRAFT, "account": ACCOUNT}


@pytest.fixture
def status() -> dossier.DossierStatus:
    """A dossier with everything in it."""
    return STATUS


@pytest.fixture(scope="session")
def templates() -> Path:
    """The folder of templates."""
    return Path(site.__file__).parent / "templates"
