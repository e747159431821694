"""Saved views are kept the same by the fake and by the real store."""

from dataclasses import replace

import pytest

from creditflow.domain.errors import NotFound
from creditflow.domain.saved_view import SavedView
from tests.makers import NOW, a_person, later


def a_view(id="SV-000001", owner="approver.zhao", **changes):  # noqa: A002
    return replace(SavedView(id, owner, "Weak ones", "list=all&grade=F", NOW), **changes)


@pytest.fixture
def people(database):
    with database.work() as work:
        work.people.put(a_person())
        work.people.put(a_person("approver.qian", name="Qian Wei"))
    return database


def test_views_are_found_by_owner_and_by_desk(people):
    own = a_view()
    shared = a_view("SV-000002", name="高风险", desk="director")
    others = a_view("SV-000003", owner="approver.qian", desk="committee", at=later(days=1))
    with people.work() as work:
        for view in (others, shared, own):
            work.saved_views.put(view)

    with people.reading() as work:
        assert work.saved_views.get("SV-000003") == others
        assert work.saved_views.of("approver.zhao") == [own, shared]
        assert work.saved_views.shared_with(["director", "committee"]) == [shared, others]
        assert work.saved_views.shared_with([]) == []
        assert work.saved_views.of("nobody") == []


def test_a_view_is_kept_in_place_of_itself_and_can_go(people):
    with people.work() as work:
        work.saved_views.put(a_view(desk="director"))
        work.saved_views.put(a_view(name="Renamed", query="list=mine"))
    with people.reading() as work:
        assert work.saved_views.of("approver.zhao") == [a_view(name="Renamed", query="list=mine")]
    with people.work() as work:
        work.saved_views.remove("SV-000001")
        work.saved_views.remove("SV-000001")
    with people.reading() as work, pytest.raises(NotFound):
        work.saved_views.get("SV-000001")
