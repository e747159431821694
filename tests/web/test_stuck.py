"""Who can help is told on every page of cases that nobody may decide, and nobody else is."""

from dataclasses import replace

import pytest

from creditflow.approvals.escalating import escalate
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate
from tests.web.installation import waiting

TOLD = "Nobody may decide 1 waiting case:"


@pytest.fixture
def stuck(app):
    """A waiting case when nobody holds a mandate any more, and what the clock notes of it."""
    row = next(r for r in waiting(app) if r.desk == "credit-manager")
    with app.work() as work:
        for person in work.people.all():
            work.people.put(replace(person, mandate=None))
    with app.work() as work:
        escalate(row.case_id, at=app.now(), on=app.today(), works=app.works, work=work)
    return row.case_id


def test_administrators_and_approvers_are_told_with_the_way_out(app, visit, stuck):
    for person, link in (("wu.min", "/people"), ("robert.klein", f"/cases/{stuck}")):
        with app.work() as work:
            work.people.put(replace(work.people.get(person), language="en"))
        for path in ("/customers", "/account"):
            page = visit(person).get(path).text
            assert TOLD in page, (person, path)
            assert f'href="{link}"' in page
            assert stuck in page


def test_nobody_else_is_told_and_nobody_where_there_is_none(app, visit, stuck):
    assert stuck not in visit("sales.chen").get("/account").text

    with app.work() as work:
        chair = work.people.get("robert.klein")
        work.people.put(replace(chair, mandate=Mandate(None, Grade.G), language="en"))
    assert TOLD not in visit("robert.klein").get("/customers").text


def test_a_page_about_a_trouble_asks_for_nothing_more(visit, stuck):
    assert TOLD not in visit("robert.klein").get("/cases/CF-999999").text
