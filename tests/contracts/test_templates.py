"""Wordings of letters, kept by the fake and by both databases alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.domain.draft import DraftState
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.letter_template import Edition, TemplateName
from tests.makers import NOW, TODAY, a_customer, a_letter, a_template_draft, later

RELEASED, HELD = TemplateName("released", "en"), TemplateName("held", "zh-CN")


def publish(work, id, edition, **changes):  # noqa: A002
    draft = a_template_draft(id, **changes)
    work.templates.add(draft)
    confirmed = draft.moved(
        DraftState.CONFIRMED, decided_by="policy.gao", decided_at=later(hours=1), comment="Fine."
    )
    work.templates.put(confirmed)
    work.templates.put(confirmed.moved(DraftState.PUBLISHED, edition=edition))
    return work.templates.get(id)


def test_a_draft_is_read_back_with_what_became_of_it(database):
    with database.work() as work:
        assert work.templates.edition() == Edition()
        kept = publish(work, "TD-0001", 1)
        assert kept.edition == 1
        assert (kept.decided_by, kept.comment) == ("policy.gao", "Fine.")
        given_back = a_template_draft("TD-0002", text=None, proposed_at=later(hours=2))
        work.templates.add(given_back)
        assert work.templates.open(RELEASED) == given_back
        assert work.templates.open(HELD) is None
    with database.reading() as work:
        assert work.templates.all() == work.templates.all(RELEASED) == [given_back, kept]
        assert work.templates.all(HELD) == []
        with pytest.raises(NotFound):
            work.templates.get("TD-404")


def test_an_edition_is_every_wording_as_it_stood_then(database):
    with database.work() as work:
        publish(work, "TD-0001", 1, text="one\n")
        publish(work, "TD-0002", 2, text="two\n", template=HELD)
        publish(work, "TD-0003", 3, text="three\n", based_on=1)
        publish(work, "TD-0004", 4, text=None, based_on=2, template=HELD)
    with database.reading() as work:
        editions = [work.templates.edition(number) for number in range(5)]
        assert [x.number for x in editions] == [0, 1, 2, 3, 4]
        assert [x.source(RELEASED) for x in editions] == [None, "one\n", "one\n", *["three\n"] * 2]
        assert [x.source(HELD) for x in editions] == [None, None, "two\n", "two\n", None]
        assert work.templates.edition() == editions[4] == work.templates.edition(99)
        assert [work.templates.worded_by(x) for x in (RELEASED, HELD)] == [3, 4]
        assert work.templates.worded_by(TemplateName("held", "en")) == 0


def test_one_draft_of_a_template_is_open_and_none_is_decided_twice(database):
    with database.work() as work:
        work.templates.add(a_template_draft())
        with pytest.raises(Conflict):
            work.templates.add(a_template_draft("TD-0002"))
        work.templates.add(a_template_draft("TD-0003", template=HELD))
        work.templates.put(a_template_draft().moved(DraftState.WITHDRAWN))
        with pytest.raises(Conflict):
            work.templates.put(a_template_draft().moved(DraftState.CONFIRMED))
        work.templates.add(a_template_draft("TD-0002"))


def test_confirmed_ones_are_due_on_their_day(database):
    tomorrow = TODAY + timedelta(days=1)
    with database.work() as work:
        for id_, day, template in (("TD-1", tomorrow, RELEASED), ("TD-2", TODAY, HELD)):
            draft = a_template_draft(id_, effective_on=day, template=template)
            work.templates.add(draft)
            assert draft.id not in {x.id for x in work.templates.due(tomorrow)}
            confirmed = draft.moved(DraftState.CONFIRMED, decided_by="x", decided_at=NOW)
            work.templates.put(confirmed)
        assert [x.id for x in work.templates.due(TODAY)] == ["TD-2"]
        assert [x.id for x in work.templates.due(tomorrow)] == ["TD-2", "TD-1"]


def test_a_letter_keeps_the_edition_that_set_it(database):
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.letters.add(replace(a_letter(case_id=None), edition=7))
        work.letters.put(replace(work.letters.get(a_letter().id), edition=8))
    with database.reading() as work:
        assert work.letters.get(a_letter().id).edition == 7
