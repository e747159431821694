"""One whole installation and one browser for all tests here."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import open_browser
from tests.e2e.installation import Installation, start_demo
from tests.orchestration import free_port


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Installation]:
    """A running demo with a small book; stopped as by Ctrl-C."""
    installation = Installation.at(
        tmp_path_factory.mktemp("installation") / "demo",
        {"CREDITFLOW_SMTP_PORT": str(free_port())},
    )
    start_demo(installation, 30)
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


def sign_in(browser: Browser, base: str, person: str, password: str) -> Page:
    """A page on which that person has signed in through the form."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{base}/sign-in")
    page.fill("input[name=name]", person)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page
