"""An open list says what has moved, in a real browser, and disturbs nothing that one is doing."""

import time

import pytest

from creditflow.approvals.withdrawing import hand_in_again
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say
from creditflow.web.app import create_app
from creditflow.web.session import open_session
from tests.e2e.browser import open_browser
from tests.web.installation import waiting
from tests.web.test_browser import findings
from tests.web.test_live import Serving, decided_by, referred

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def web(app):
    return create_app(app)


@pytest.fixture
def opened(browser, app, web):
    with Serving(web) as address:
        contexts = []

        def as_person(person="everything", **how):
            with app.work() as work:
                token = open_session(work.people.get(person), at=app.now(), hours=1, work=work)
            context = browser.new_context(base_url=address, **how)
            context.add_cookies([{"name": "creditflow", "value": token, "url": address}])
            contexts.append(context)
            page = context.new_page()
            page.problems = []
            page.on("pageerror", lambda error: page.problems.append(str(error)))
            return page

        yield as_person
        for context in contexts:
            context.close()


def listening(web, count):
    """Wait until so many streams are open."""
    deadline = time.monotonic() + 20
    while web.state.live.listeners != count:
        assert time.monotonic() < deadline, f"{web.state.live.listeners} listen, not {count}"
        time.sleep(0.02)


def returned(app, case):
    decided_by(app, "robert.klein", case, Say.RETURN)


def handed_in_again(app, case):
    with app.work() as work:
        hand_in_again(case, note="", by=work.people.get("chen.wei"), at=app.now(), on=app.today(),
                      work=work)  # fmt: skip
    assert app.advance(case).state is CaseState.AWAITING


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_new_and_decided_is_said_and_what_one_is_doing_stays(app, web, opened, scheme):
    new, gone, kept, *_ = (row.case_id for row in waiting(app))
    returned(app, new)
    page = opened(color_scheme=scheme)
    page.goto("/?list=mine")
    listening(web, 1)
    for case in (gone, kept):
        page.locator(f"tr[data-case={case}] [data-pick]").check()
    page.fill("#bulk-comment", "As agreed in the")
    assert page.locator(".news").is_hidden()

    decided_by(app, "robert.klein", gone)
    handed_in_again(app, new)

    page.get_by_text("1 new, 1 decided by others").wait_for(timeout=20_000)
    assert page.locator(f"tr[data-case={gone}] [data-pick]").is_checked()
    assert page.locator("#bulk-comment").input_value() == "As agreed in the"
    assert page.evaluate("document.activeElement.id") == "bulk-comment"
    assert findings(page) == []

    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.keyboard.press(".")
    assert page.locator(f"tr[data-case={gone}]").count() == 0
    assert page.locator(f"tr[data-case={new}]").count() == 1
    assert page.locator(f"tr[data-case={kept}] [data-pick]").is_checked()
    assert page.locator("[data-pick]:checked").count() == 1
    assert page.locator("#bulk-comment").input_value() == "As agreed in the"
    assert page.locator(".news").is_hidden()
    assert page.problems == []


def test_a_line_that_changed_is_not_kept_as_chosen(app, web, opened):
    case = waiting(app)[0].case_id
    page = opened()
    page.goto("/?list=mine")
    listening(web, 1)
    page.locator(f"tr[data-case={case}] [data-pick]").check()

    referred(app, case)

    page.get_by_text("1 changed").wait_for(timeout=20_000)
    with page.expect_navigation():
        page.get_by_role("link", name="Refresh").click()
    assert page.locator("[data-pick]:checked").count() == 0


def test_a_filtered_list_tells_of_what_passes_its_filters_alone_and_in_chinese(app, web, opened):
    new, gone, *_ = waiting(app)
    returned(app, new.case_id)
    page, other = opened(), opened()
    page.goto(f"/?list=all&q={new.customer_id}")
    page.get_by_role("button", name="中文").click()
    page.wait_for_url(f"**q={new.customer_id}**")
    other.goto(f"/?list=all&q={gone.customer_id}")
    listening(web, 2)

    handed_in_again(app, new.case_id)
    decided_by(app, "robert.klein", gone.case_id)

    page.get_by_text("1 张新到", exact=True).wait_for(timeout=20_000)
    other.get_by_text("1 张已由他人审批", exact=True).wait_for(timeout=20_000)
    with page.expect_navigation():
        page.keyboard.press(".")
    assert page.locator(f"tr[data-case={new.case_id}]").count() == 1


def test_a_page_that_nobody_looks_at_holds_no_stream(web, opened):
    page = opened()
    page.goto("/?list=mine")
    listening(web, 1)

    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    listening(web, 0)
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: false, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    listening(web, 1)
    page.goto("/customers")
    listening(web, 0)


def test_where_there_are_no_streams_the_list_is_as_it_was(app, web, opened):
    page = opened()
    page.add_init_script("delete window.EventSource")
    page.goto("/?list=mine")
    decided_by(app, "robert.klein", waiting(app)[0].case_id)
    page.wait_for_timeout(1_500)

    assert web.state.live.listeners == 0
    assert page.locator(".news").is_hidden()
    assert page.problems == []
