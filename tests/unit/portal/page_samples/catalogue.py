"""The catalogue's pages: procedures to be found, and one in full."""

from __future__ import annotations

from dataclasses import replace

from page_samples.shown import OFFICER, Shown
from services.catalog import contract as catalog
from services.portal.forms import Form
from services.portal.screens import search
from services.portal.screens.places import Places

FIELD = catalog.FieldOfWork("G01-CA05", "Đăng ký, quản lý cư trú", "Residence", 9)
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
)
