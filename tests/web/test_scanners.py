"""Link scanners open whatever a mail holds, many times and with scripts on, and change nothing.

They come with nobody's session, or, where a browser of the company's own does it,
with the session of the person who reads the mail.
"""

import sqlite3

import httpx
import pytest

from creditflow.web import app as application
from creditflow.web.doors import SIGNED_IN, Door, Doors, Entered
from creditflow.web.session import open_session
from tests.e2e.browser import open_browser
from tests.web.installation import served, waiting
from tests.web.test_doors import places

SCANNERS = (
    {"User-Agent": "Mozilla/5.0 (compatible; SafeLinks)"},
    {"User-Agent": "Slackbot-LinkExpanding 1.0", "Range": "bytes=0-32768"},
    {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch", "X-Moz": "prefetch"},
    {"User-Agent": "facebookexternalhit/1.1", "Accept": "*/*"},
)
VERBS = ("HEAD", "OPTIONS")


def everything_in(app):
    with sqlite3.connect(app.settings.data_dir / "creditflow.db") as database:
        return list(database.iterdump())


def links(app):
    """What a mail leads to, and what is one click further."""
    row = waiting(app)[0]
    case = f"/cases/{row.case_id}"
    return [case, f"{case}/preview/approve", f"{case}?done=approve", f"{case}/decision",
            f"{case}/withdraw", f"/sign-in?next={case}", "/", "/account", "/messages", "/hooks", f"/customers/{row.customer_id}"]  # fmt: skip


def scanned(address, paths, *, times, token=""):
    """Open each link that often, as each scanner, and ask what else could be done with it."""
    cookies = {"creditflow": token} if token else {}
    with httpx.Client(base_url=address, cookies=cookies, trust_env=False) as http:
        for path in paths:
            for number in range(times):
                http.get(path, headers=SCANNERS[number % len(SCANNERS)])
            for verb in VERBS:
                http.request(verb, path, headers=SCANNERS[0])


def session_of(app, person):
    with app.work() as work:
        return open_session(work.people.get(person), at=app.now(), hours=1, work=work)


@pytest.mark.parametrize("person", [None, "everything"])
def test_fifty_times_by_every_scanner_changes_nothing(app, address, person):
    token = session_of(app, person) if person else ""
    before = everything_in(app)

    scanned(address, links(app)[:1], times=50, token=token)
    scanned(address, links(app)[1:], times=len(SCANNERS), token=token)

    assert everything_in(app) == before


def test_every_address_there_is_changes_nothing_by_looking(app, address):
    known, token = places(app), session_of(app, "everything")
    every = [route.path.format_map(known) for route in application.create_app(app).routes
             if isinstance(route, Door)]  # fmt: skip
    before = everything_in(app)

    scanned(address, every, times=1, token=token)

    assert everything_in(app) == before


def test_a_page_that_decides_by_looking_would_be_noticed(app, monkeypatch):
    doors = Doors()

    @doors.get("/cases/{case_id}/approve-by-link", who=SIGNED_IN)
    def approve(case_id: str, visit: Entered):
        from creditflow.approvals.withdrawing import withdraw
        from creditflow.web.pages.health import live

        with visit.app.work() as work:
            withdraw(case_id, by=visit.me, at=visit.app.now(), work=work)
        return live()

    monkeypatch.setattr(application.health, "doors", doors)
    token, before = session_of(app, "everything"), everything_in(app)
    path = f"{links(app)[0]}/approve-by-link"
    with served(app) as address:
        scanned(address, [path], times=1)
        assert everything_in(app) == before
        scanned(address, [path], times=1, token=token)
    assert everything_in(app) != before


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("scanner")) as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize("person", [None, "everything"])
def test_a_browser_with_scripts_that_opens_hovers_and_waits_changes_nothing(
    app, address, browser, person
):
    context = browser.new_context(base_url=address)
    if person:
        token = session_of(app, person)
        context.add_cookies([{"name": "creditflow", "value": token, "url": address}])
    before = everything_in(app)
    page = context.new_page()
    for path in links(app):
        page.goto(path)
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        for link in page.locator("main a:visible").all()[:3]:
            link.hover(timeout=5000)
        page.evaluate(
            "for (const a of document.querySelectorAll('a[href]')) {"
            " const l = document.createElement('link'); l.rel = 'prefetch'; l.href = a.href;"
            " document.head.append(l); }"
        )
        page.wait_for_timeout(150)
    context.close()

    assert everything_in(app) == before
