"""Lists under names: kept, shared with a desk, renamed and forgotten by those who may."""

from dataclasses import replace

import pytest

from creditflow.domain.errors import NotFound
from creditflow.domain.saved_view import LONGEST_QUERY, MOST_VIEWS
from creditflow.services.saving_views import BadView, change_view, forget_view, save_view
from tests.fakes import FakeWork
from tests.makers import NOW, a_person, a_policy, later

QUERY = "list=all&grade=F"


@pytest.fixture
def work():
    work = FakeWork(a_policy())
    for person in (ZHAO, QIAN):
        work.people.put(person)
    return work


ZHAO = a_person()
QIAN = a_person("approver.qian", name="Qian Wei")
(DESK,) = ZHAO.desks


def saved(work, name="Weak ones", query=QUERY, *, desk=None, by=ZHAO, at=NOW):
    return save_view(name, query, desk=desk, by=by, at=at, work=work)


def refused(work, act):
    before = work.kept.copied()
    with pytest.raises(BadView) as no:
        act()
    assert work.kept == before
    return no.value


def test_a_view_is_kept_with_its_name_and_journaled(work):
    view = saved(work, "  Weak \n ones ", desk=DESK)

    assert work.saved_views.of(ZHAO.id) == [view]
    assert (view.name, view.query, view.desk) == ("Weak ones", QUERY, DESK)
    assert work.saved_views.shared_with([DESK]) == [view]
    assert [e.entry.what for e in work.journal.of(view.id)] == ["view.saved"]


def test_the_same_name_again_replaces_what_it_stood_for(work):
    first = saved(work)
    second = saved(work, query="list=mine&sort=age", at=later(hours=1))

    assert second.id == first.id
    assert work.saved_views.of(ZHAO.id) == [second]
    assert saved(work, by=QIAN).id != first.id, "names are one's own"


def test_it_gets_another_name_and_other_readers_but_shows_the_same(work):
    view = saved(work)

    changed = change_view(view.id, "Grade F", desk=DESK, by=ZHAO, at=later(hours=1), work=work)

    assert (changed.name, changed.query, changed.desk) == ("Grade F", QUERY, DESK)
    assert [e.entry.what for e in work.journal.of(view.id)][-1] == "view.changed"


def test_a_name_that_is_taken_is_not_given_twice(work):
    saved(work)
    other = saved(work, "Other")

    no = refused(
        work, lambda: change_view(other.id, "Weak ones", desk=None, by=ZHAO, at=NOW, work=work)
    )
    assert "Weak ones" in str(no)


def test_whoever_did_not_make_it_neither_changes_nor_forgets_it(work):
    view = saved(work, desk=DESK)

    refused(work, lambda: change_view(view.id, "Mine", desk=DESK, by=QIAN, at=NOW, work=work))
    refused(work, lambda: forget_view(view.id, by=QIAN, at=NOW, work=work))


def test_what_somebody_shared_who_left_is_forgotten_by_those_of_the_desk_alone(work):
    shared, own = saved(work, desk=DESK), saved(work, "Own")
    work.people.put(replace(ZHAO, active=False))

    refused(work, lambda: forget_view(own.id, by=QIAN, at=NOW, work=work))
    elsewhere = replace(QIAN, desks=frozenset())
    refused(work, lambda: forget_view(shared.id, by=elsewhere, at=NOW, work=work))
    forget_view(shared.id, by=QIAN, at=NOW, work=work)

    with pytest.raises(NotFound):
        work.saved_views.get(shared.id)
    assert [e.entry.what for e in work.journal.of(shared.id)][-1] == "view.forgotten"


def test_all_that_is_wrong_is_told_at_once(work):
    no = refused(work, lambda: saved(work, " ", "q=" + "x" * LONGEST_QUERY, desk="nobody's-desk"))

    assert len(no.details) == 3
    refused(work, lambda: saved(work, "a\u0000b"))


def test_nobody_keeps_more_than_fit_beside_the_lists(work):
    for number in range(MOST_VIEWS):
        saved(work, f"View {number}")

    refused(work, lambda: saved(work, "One more"))
    saved(work, "View 0", query="list=done")
