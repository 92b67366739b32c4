"""The documentation of the REST interface, in a browser that reaches nothing but the portal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from stack import Stack

AXE = Path(__file__).parents[2] / "services/portal/assets/node_modules/axe-core/axe.min.js"
SERIOUS = {"serious", "critical"}


@pytest.fixture
def page(stack: Stack, browser: Browser) -> Iterator[Page]:
    """The documentation in a browser without a network; fails on what the browser complains of."""
    portal = stack.url("portal")
    complaints: list[str] = []

    def only_the_portal(route: Route) -> None:
        if route.request.url.startswith(f"{portal}/"):
            route.continue_()
        else:
            complaints.append(f"asks for {route.request.url}")
            route.abort()

    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.route("http*://**", only_the_portal)
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
    page.goto(f"{portal}/")
    page.locator("footer").get_by_role("link", name="Giao diện cho phần mềm").click()
    page.locator(".opblock").first.wait_for()
    yield page
    context.close()
    assert complaints == []


def test_every_call_of_the_interface_is_listed(page: Page, stack: Stack) -> None:
    answer = page.request.get(f"{stack.url('portal')}/api/v1/openapi.json")
    paths = answer.json()["paths"]
    calls = {
        (method, path)
        for path, methods in paths.items()
        for method in methods
        if method != "parameters"
    }
    expect(page.locator(".opblock")).to_have_count(len(calls))


def test_a_call_can_be_tried_and_is_answered(page: Page) -> None:
    call = page.locator(".opblock", has_text="Get a picture of a random string")
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    expect(call.locator(".live-responses-table .response-col_status").last).to_contain_text(
        "201", timeout=60_000
    )


def test_it_has_no_serious_barrier(page: Page) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    assert [v["id"] for v in found if v["impact"] in SERIOUS] == []
