"""What mail readers show: the HTML part in Chromium, on a phone and on a desk, light and dark."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from creditflow.domain.customer import LANGUAGES
from tests.post.letter_notices import every_letter
from tests.post.letters import AT, ID, TO, press

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (800, "light")])
def test_no_letter_is_clipped_and_everybody_can_read_it(browser, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 700}, color_scheme=scheme)
    name = "Grünewald-und-Söhne" * 9 + "株式会社" * 20
    for language in LANGUAGES:
        for letter in every_letter(language, customer_name=name):
            rendered = press().render(letter, recipient=TO, message_id=ID, at=AT)
            page.set_content(rendered.html)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(
                "[...document.querySelectorAll('td')].every(x => x.scrollWidth <= x.clientWidth + 1)"
            )
            assert page.locator("h1").inner_text() in rendered.text
    serious = [
        (violation["id"], violation["nodes"][0]["html"])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []
    page.close()
