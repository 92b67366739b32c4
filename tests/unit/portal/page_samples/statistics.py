"""Statistics, and the dossiers behind a figure."""

from __future__ import annotations

from dataclasses import replace

from page_samples.dossier import AGENCY
from page_samples.inbox import ROWS
from page_samples.shown import OFFICER, Shown
from services.catalog import contract as catalog
from services.dossier import contract as dossier
from services.portal.forms import Form
from services.portal.screens import statistics

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

PAGES: tuple[Shown, ...] = (
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
)
