"""A survivor's browser on the page where fingerprints are made."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from playwright.sync_api import Page

from tests import cast
from tests.browser import Visit

MODULES = "/static/survivor/device/"
# Bytes come in as text; a function of the page makes a file of them that has no name and no type.
HELPERS = """() => {
  self.bytesOf = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  self.blobOf = (text) => new Blob([bytesOf(text)]);
  self.outcome = async (work) => {
    try { return { made: await work() }; } catch (error) { return { code: error.code ?? null, error: String(error) }; }
  };
}"""


@dataclass
class Bench:
    """The page, with its modules at hand."""

    visit: Visit

    @property
    def page(self) -> Page:
        return self.visit.page

    def run(self, body: str, *given: Any) -> Any:
        """Run the body of an asynchronous function; `given` stands in it under that name."""
        source = f"async (given) => {{ const load = (name) => import('{MODULES}' + name); {body} }}"
        return self.page.evaluate(source, [self.plain(one) for one in given])

    def plain(self, one: Any) -> Any:
        return base64.b64encode(one).decode() if isinstance(one, bytes) else one

    def hashed(self, file: bytes, **options: Any) -> dict[str, Any]:
        """What the device makes of a file: {"made": ...}, or {"code": ...} of its refusal."""
        found: dict[str, Any] = self.run(
            """const { Device } = await load('device.js');
            self.hasher ??= new Device('/static/survivor/device/worker.js');
            return outcome(() => hasher.hash(blobOf(given[0]), given[1]));""",
            file,
            options,
        )
        return found


def on_the_step(made: Visit, at_: Callable[[str, str], str]) -> Page:
    """Answer the age and open the step of the report on which fingerprints are made."""
    page = made.page
    page.goto(at_(cast.SURVIVORS, "/report/age_in_picture"))
    page.get_by_label("18 or over").check()
    page.get_by_role("button", name="Continue", exact=True).click()
    page.goto(at_(cast.SURVIVORS, "/report/fingerprints"))
    page.locator("[data-part=state]").get_by_text("Nothing is chosen yet").wait_for()
    return page


@pytest.fixture(autouse=True)
def static_files_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whitenoise serve our own files, behind the headers; the test server's handler would send them without."""
    monkeypatch.setattr(StaticFilesHandler, "_should_handle", lambda _handler, _path: False)


@pytest.fixture
def bench(visit: Callable[..., Visit], at: Callable[[str, str], str]) -> Bench:
    """The step of the report in Chromium."""
    made = visit(viewport={"width": 390, "height": 844})
    on_the_step(made, at).evaluate(HELPERS)
    return Bench(made)
