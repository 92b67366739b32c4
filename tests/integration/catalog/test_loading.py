"""`motcua catalog load` and `import`, with a real broker and database."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

from catalogue_installation import Installation

from kernel.client import Client
from services.catalog.contract import FindProcedures, ReadProcedure
from services.catalog.decider.places import CHUNK
from services.catalog.files.procedures import DATA


def _copy(tmp_path: Path, name: str, old: str, new: str) -> Path:
    path = Path(shutil.copy(DATA / "procedures" / name, tmp_path))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


def test_everything_is_loaded_in_events_of_a_bounded_size(loaded: Installation) -> None:
    numbers: Counter[str] = Counter()
    places = 0
    for commit in loaded.ledger.commits():
        for event in commit.events:
            numbers[event.type] += 1
            if event.type == "PlacesRegistered":
                registered = len(json.loads(event.data)["places"])
                assert registered <= CHUNK
                places += registered
    assert places == 14_149
    assert numbers["ProcedurePublished"] >= 28
    assert numbers["AgencyOpened"] >= 365


def test_a_second_load_changes_nothing(loaded: Installation) -> None:
    before = loaded.ledger.head()
    again = loaded.motcua("catalog", "load")
    assert again.returncode == 0, again.stderr
    assert "0 new or changed" in again.stdout
    assert loaded.ledger.head() == before


def test_a_faulty_file_is_refused_as_a_whole(
    loaded: Installation, client: Client, tmp_path: Path
) -> None:
    before = loaded.ledger.head()
    sound = _copy(tmp_path, "tach-ho.yaml", "code: 1.010038", "code: 9.000001")
    faulty = _copy(tmp_path, "khai-bao-tam-vang.yaml", "legacy_level: 4", "legacy_level: four")
    refused = loaded.motcua("catalog", "import", sound, faulty)
    assert refused.returncode == 1
    assert "khai-bao-tam-vang.yaml/1.003677/legacy_level" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert loaded.ledger.head() == before
    assert client.call(FindProcedures(q="9.000001")).total == 0


def test_a_file_of_one_s_own_is_taken_in(
    loaded: Installation, client: Client, tmp_path: Path
) -> None:
    own = _copy(tmp_path, "tach-ho.yaml", "code: 1.010038", "code: 9.000002")
    own.write_text(own.read_text().replace("slug: tach-ho", "slug: thu-tuc-rieng", 1))
    done = loaded.motcua("catalog", "import", own)
    assert done.returncode == 0, done.stderr
    assert client.call(ReadProcedure("thu-tuc-rieng")).version == 1
    own.write_text(own.read_text().replace("value: 5", "value: 4", 1))
    assert loaded.motcua("catalog", "import", own).returncode == 0
    assert client.call(ReadProcedure("9.000002", version=2)).times[0].value == 4
    assert client.call(ReadProcedure("9.000002", version=1)).times[0].value == 5


def test_without_the_service_the_load_says_so(installation: Installation, loaded: object) -> None:
    away = installation.motcua("catalog", "check")
    assert away.returncode == 0
    nobody = installation.environment()["MOTCUA_NAMESPACE"] + "x"
    alone = Installation(
        settings=type(installation.settings)(
            amqp_uri=installation.settings.amqp_uri,
            mongo_uri=installation.settings.mongo_uri,
            namespace=nobody,
            home=installation.settings.home,
        ),
        database=installation.database,
    )
    refused = alone.motcua("catalog", "load")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert refused.stderr.strip()
