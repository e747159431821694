"""Take the pictures that the README shows: inbox, case and customer in both languages.

python -m tests.web.pictures FOLDER
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page

from creditflow.bootstrap import App
from creditflow.web.session import open_session
from tests.e2e.browser import open_browser
from tests.web.installation import build, served, settings, waiting

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
