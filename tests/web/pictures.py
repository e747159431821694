"""Take the pictures that the docs show: inbox, case, customer, and working through the inbox.

python -m tests.web.pictures FOLDER
"""

import sys
import tempfile
from dataclasses import replace
from itertools import product
from pathlib import Path

from playwright.sync_api import Page

from creditflow.approvals.referring import refer
from creditflow.bootstrap import App
from creditflow.web.session import open_session
from tests.e2e.browser import open_browser
from tests.web.by_keyboard import FIRST_CHOSEN, fit_for_a_list, work_through
from tests.web.installation import build, copied, served, settings, waiting

SIZES = {"": (1280, 860), ".phone": (390, 844)}


def take(folder: Path) -> None:
    """Build an installation, then picture its pages into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        build(Path(place), customers=60)
        app = App(settings(Path(place)))
        with served(app) as address, open_browser(Path(place)) as browser:
            for language in ("en", "zh-CN"):
                context = browser.new_context(base_url=address, device_scale_factor=2)
                token = _signed_in(app, language)
                context.add_cookies([{"name": "creditflow", "value": token, "url": address}])
                _pages(context.new_page(), app, folder, language)
                context.close()
        app.database.close()
        for number, (language, suffix) in enumerate(product(("en", "zh-CN"), SIZES)):
            with copied(Path(place), Path(place) / f"copy{number}") as app:
                _by_keyboard(app, Path(place), folder, language=language, suffix=suffix)


def _by_keyboard(app: App, place: Path, folder: Path, *, language: str, suffix: str) -> None:
    """Work through the inbox, and picture what is chosen and what came of it.

    Before one of those cases is decided, somebody asks about it, so that it is refused.
    """
    width, height = SIZES[suffix]
    rows = fit_for_a_list(app)

    def shoot(name: str) -> None:
        page.screenshot(path=folder / f"keyboard-{name}{suffix}.{language}.png")
        if name == "chosen":
            question = {"en": "Are the orders confirmed?", "zh-CN": "订单确认了吗？"}[language]
            with app.work() as work:
                by, at = work.people.get("wang.fang"), app.now()
                asked, on = rows[FIRST_CHOSEN].case_id, app.today()
                refer(asked, "robert.klein", question=question, by=by, at=at, on=on, work=work)

    with served(app) as address, open_browser(place) as browser:
        window = {"width": width, "height": height}
        context = browser.new_context(base_url=address, viewport=window)
        token = _signed_in(app, language)
        context.add_cookies([{"name": "creditflow", "value": token, "url": address}])
        page = context.new_page()
        work_through(page, rows, language, shoot)


def _signed_in(app: App, language: str) -> str:
    with app.work() as work:
        person = replace(work.people.get("robert.klein"), language=language)
        work.people.put(person)
        return open_session(person, at=app.now(), hours=1, work=work)


def _pages(page: Page, app: App, folder: Path, language: str) -> None:
    row = next(r for r in waiting(app) if r.currency == "CNY" and r.current and r.proposed)
    places = {
        "inbox": "/",
        "case": f"/cases/{row.case_id}",
        "scorecard": f"/cases/{row.case_id}/scorecard",
        "customer": f"/customers/{row.customer_id}",
    }
    for name, path in places.items():
        for suffix, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.goto(path)
            page.screenshot(path=folder / f"{name}{suffix}.{language}.png")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
