"""The door for files answers in the domain's words, also when there is no database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo import MongoClient

from kernel.config import Settings
from kernel.http import Tools, connect
from kernel.privacy import SubjectKeys
from kernel.trust import Keyring, ensure_keys
from services.dossier.files import Files
from services.dossier.http import UPLOAD, build_app


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    """Tools whose database is away."""
    ensure_keys(tmp_path, ["dossier"])
    with MongoClient[Any]("mongodb://127.0.0.1:9", serverSelectionTimeoutMS=1) as nowhere:
        keyring, database = Keyring(tmp_path), nowhere["dossier"]
        files = Files(database, SubjectKeys(database, keyring.master))
        yield Tools(
            service="dossier",
            settings=Settings(),
            client=None,  # type: ignore[arg-type]  # nobody is asked
            keyring=keyring,
            dependency=lambda name: SimpleNamespace(files=files),
        )


def test_a_database_that_is_away_is_said_to_be(tools: Tools) -> None:
    app = build_app(tools)
    connect(app, tools)
    claims, lifetime = {"owner": "acc-1"}, timedelta(minutes=1)
    ticket = tools.keyring.sign_text("dossier", UPLOAD, claims, lifetime)
    headers = {"Authorization": f"Bearer {ticket}", "X-File-Name": "giay-to.pdf"}
    answer = app.test_client().post("/files", data=b"%PDF-1.4 ...", headers=headers)
    assert answer.status_code == 503
    assert answer.get_json()["code"] == "database-away"
