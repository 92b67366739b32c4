"""Registering and a forgotten password: what is told, and what identity is asked."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from kernel.config import Settings
from kernel.http import Tools, connect
from kernel.requests import Done
from kernel.trust import Keyring, ensure_keys
from services.catalog import contract as catalog
from services.identity import contract as identity
from services.identity.decider.accounts import bad_reset_link
from services.identity.decider.registration import (
    fault,
    faults_of_login,
    faults_of_profile,
    known_of,
    refusal,
)
from services.portal import protection, site
from services.portal.settings import PortalSettings

TODAY = date(2026, 11, 20)
TYPED = {
    "kind": "citizen",
    "username": "k",
    "password": "short",
    "profile.name": "",
    "profile.identity_document": "passport",
    "profile.identity_number": "C1234567",
    "profile.date_of_birth": "31/2/1990",
    "profile.email": "khoi@",
    "profile.phone": "0912345678",
    "captcha": "c-1",
    "captcha_text": "ACDEF",
    "consent": "on",
}


class Identity:
    """Identity's rules about a form, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[identity.Register] = []
        self.wished: list[tuple[str, str]] = []

    def call(self, message: Any, **_: Any) -> Any:
        """Give a picture, or say what is wrong with a registration."""
        if isinstance(message, identity.NewCaptcha):
            return identity.Captcha("c-2", "", datetime.now(UTC))
        if isinstance(message, catalog.FindPlaces):
            return catalog.PlacePage((), None)
        if isinstance(message, identity.RequestPasswordReset | identity.ResendActivation):
            self.wished.append((type(message).__name__, message.username))
            return Done("password", 0)
        if isinstance(message, identity.ResetPassword):
            if message.token != "good":
                raise bad_reset_link()
            if faults := list(faults_of_login("nguyen.an", message.password, ())):
                raise refusal(*faults)
            return Done("password", 0)
        if not isinstance(message, identity.Register):
            raise TypeError(message)
        self.asked.append(message)
        faults = [
            *faults_of_login(message.username, message.password, known_of(message.profile)),
            *faults_of_profile(message.kind, message.profile, TODAY),
        ]
        if not message.consent:
            faults.append(fault("consent", "consent"))
        raise refusal(*faults)


@pytest.fixture
def services() -> Identity:
    """What the page asks."""
    return Identity()


@pytest.fixture
def client(tmp_path: Path, services: Any, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser without scripts."""
    ensure_keys(tmp_path, ["portal"])
    settings = Settings(keys=tmp_path)
    app = site.build(settings, PortalSettings())
    monkeypatch.setattr(protection.csrf, "protect", lambda: None)
    connect(app, Tools("portal", settings, services, Keyring(tmp_path), lambda name: None))
    return app.test_client()


def faults_in(page: str) -> set[str]:
    """Return the inputs that the summary of a page links to."""
    (summary,) = re.findall(r"govuk-error-summary__list.*?</ul>", page, flags=re.DOTALL)
    return set(re.findall(r'href="#([^"]+)"', summary))


@pytest.mark.proves("B06")
@pytest.mark.parametrize("agreed", [True, False])
def test_what_cannot_be_read_and_what_identity_finds_are_told_at_once(
    client: FlaskClient, services: Identity, agreed: bool
) -> None:
    answer = client.post("/register", data={**TYPED, "consent": "on" if agreed else ""})
    assert answer.status_code == 422
    assert faults_in(answer.text) == {
        "username",
        "password",
        "profile-name",
        "profile-date_of_birth",
        "profile-email",
        *(() if agreed else ("consent",)),
    }
    assert [asked.consent for asked in services.asked] == [False], "nothing is opened"
    assert "Ngày sinh: " in html.unescape(answer.text)


@pytest.mark.proves("B07")
def test_a_new_picture_comes_with_an_empty_box(client: FlaskClient) -> None:
    for extra in ({}, {"then": "places"}):
        answer = client.post("/register", data={**TYPED, **extra})
        assert "ACDEF" not in answer.text
        assert 'value="k"' in answer.text


@pytest.mark.proves("B09", "B14")
@pytest.mark.parametrize(
    ("page", "wish"),
    [("/password/forgotten", "RequestPasswordReset"), ("/register/resend", "ResendActivation")],
)
def test_a_mail_is_asked_for_by_the_user_name_alone(
    client: FlaskClient, services: Identity, page: str, wish: str
) -> None:
    assert client.get(page).status_code == 200
    sent = client.post(page, data={"username": "nguyen.an"})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/login")
    assert services.wished == [(wish, "nguyen.an")]
    empty = client.post(page, data={"username": ""})
    assert (empty.status_code, faults_in(empty.text)) == (422, {"username"})


@pytest.mark.proves("B09")
def test_another_password_is_set_by_the_link(client: FlaskClient) -> None:
    asked = client.get("/password?token=good").text
    assert 'name="token" value="good"' in asked
    weak = client.post("/password", data={"token": "good", "password": "short"})
    assert (weak.status_code, faults_in(weak.text)) == (422, {"password"})
    assert 'name="token" value="good"' in weak.text
    used = client.post("/password", data={"token": "used", "password": "bốn con mèo trắng"})
    assert used.status_code == 422
    assert "/password/forgotten" in used.text
    assert 'name="password"' not in used.text
    done = client.post("/password", data={"token": "good", "password": "bốn con mèo trắng"})
    assert (done.status_code, done.headers["Location"]) == (303, "/login")
