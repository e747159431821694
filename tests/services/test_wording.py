"""Two people word a letter, on its day, and never over a wording that they have not seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.domain.draft import DraftState
from creditflow.domain.errors import Conflict
from creditflow.domain.letter_template import TemplateName
from creditflow.domain.notice import Notice
from creditflow.domain.people import Role
from creditflow.post.proofreading import Proofreader
from creditflow.post.rechecking import comes_out_the_same
from creditflow.post.rendering import Press
from creditflow.post.shelf import Shelf
from creditflow.services.drafting import AnotherDraft, BadDraft, NotYours
from creditflow.services.notifying import notify
from creditflow.services.returning import send_anew
from creditflow.services.wording import (
    confirm_wording,
    propose_wording,
    publish_due_wordings,
    refuse_wording,
    withdraw_wording,
)
from tests.fakes import FakeWork
from tests.makers import ACME, NOW, TODAY, a_customer, a_person, a_policy, later
from tests.post.letters import SENDER

MAKER = a_person("maker.sun", roles=frozenset({Role.POLICY_ADMIN}))
SECOND = a_person("second.weber", roles=frozenset({Role.POLICY_ADMIN}))
TOMORROW = TODAY + timedelta(days=1)
PRESS = Press(SENDER)
READER = Proofreader(PRESS)
RELEASED = TemplateName("released", "en")
FILE = Shelf().in_file(RELEASED)
KINDER = FILE.replace("Thank you for settling", "Many thanks for settling")
KINDEST = FILE.replace("Thank you for settling", "A thousand thanks for settling")
WHY = "Said more kindly."


@pytest.fixture
def work():
    made = FakeWork(a_policy())
    made.customers.put_all([a_customer(language="en", email="ap@x.example")])
    return made


def propose(work, text=KINDER, *, by=MAKER, effective_on=TODAY, why=WHY, template=RELEASED):
    return propose_wording(
        template, text, why=why, effective_on=effective_on, by=by, at=NOW, on=TODAY, work=work,
        proofreader=READER,
    )  # fmt: skip


def confirm(work, draft, *, by=SECOND, on=TODAY):
    return confirm_wording(draft.id, by=by, at=later(hours=1), on=on, work=work)


def write(work):
    return notify(
        ACME, Notice.RELEASED, by="li", at=NOW, on=TODAY, work=work, press=PRESS, sender=SENDER
    )


def whats(work):
    return [x.entry.what for x in work.journal.entries() if x.entry.what.startswith("template")]


def test_a_confirmed_wording_is_in_force_at_once_and_letters_keep_which_one_set_them(work):
    before = write(work)
    draft = confirm(work, propose(work))
    after = write(work)

    assert (draft.state, draft.edition) == (DraftState.PUBLISHED, 1)
    assert whats(work) == ["template.proposed", "template.confirmed", "template.published"]
    assert (before.edition, after.edition) == (0, 1)
    assert "Many thanks" in after.text
    assert "Many thanks" not in before.text
    told = next(x.entry for x in work.journal.entries() if x.entry.facts.get("letter") == after.id)
    assert told.facts["edition"] == "1"


def test_letters_come_out_the_same_whatever_is_in_force_by_now(work):
    letters = [write(work)]
    for text in (KINDER, KINDEST, None):
        confirm(work, propose(work, text))
        letters.append(write(work))
    assert [x.edition for x in letters] == [0, 1, 2, 3]
    assert len({x.text.partition(",")[2][30:400] for x in letters}) == 3
    for letter in letters:
        assert comes_out_the_same(work.letters.get(letter.id), PRESS, work) is True
    # The control: by another edition it does not.
    assert comes_out_the_same(replace(letters[0], edition=1), PRESS, work) is False


def test_a_letter_that_is_sent_anew_keeps_its_words(work):
    work.customers.put_all([a_customer(language="en", email=None)])
    held = write(work)
    confirm(work, propose(work))
    work.customers.put_all([a_customer(language="en", email="ap@x.example")])
    anew = send_anew(held.id, by="li", at=NOW, work=work, press=PRESS, sender=SENDER)
    assert anew.edition == held.edition == 0
    assert anew.text == held.text


def test_before_its_day_nothing_changes_and_on_it_the_clock_publishes(work):
    draft = confirm(work, propose(work, effective_on=TOMORROW))
    assert draft.state is DraftState.CONFIRMED
    assert publish_due_wordings(at=NOW, on=TODAY, work=work) == []
    assert write(work).edition == 0

    (published,) = publish_due_wordings(at=NOW, on=TOMORROW, work=work)

    assert published.edition == 1
    assert write(work).edition == 1
    assert publish_due_wordings(at=NOW, on=TOMORROW, work=work) == []


def test_nobody_decides_their_own_draft_and_only_policy_administrators_any(work):
    draft = propose(work)
    with pytest.raises(NotYours, match="yourself"):
        confirm(work, draft, by=MAKER)
    with pytest.raises(NotYours, match="yourself"):
        refuse_wording(draft.id, comment="No.", by=MAKER, at=NOW, work=work)
    approver = a_person("li", roles=frozenset({Role.APPROVER}))
    for do in (lambda: confirm(work, draft, by=approver), lambda: propose(work, by=approver)):
        with pytest.raises(NotYours, match="policy administrator"):
            do()
    with pytest.raises(NotYours, match=r"maker\.sun"):
        withdraw_wording(draft.id, by=SECOND, at=NOW, work=work)
    assert work.templates.get(draft.id) == draft


def test_everything_that_is_wrong_is_told_at_once_and_nothing_kept(work):
    text = KINDER.replace("{{ from_|date }}", "{{ grade }}")
    with pytest.raises(BadDraft) as told:
        propose(work, text, why="x", effective_on=TODAY - timedelta(days=1))
    said = " ".join(map(str, told.value.details))
    for words in ("Line", "grade is never told", "Say in a sentence why", "is over"):
        assert words in said
    with pytest.raises(BadDraft, match="like this already"):
        propose(work, None)
    with pytest.raises(BadDraft, match="like this already"):
        propose(work, FILE + "\n")
    with pytest.raises(BadDraft, match="Say why"):
        refuse_wording(propose(work).id, comment=" ", by=SECOND, at=NOW, work=work)
    assert [x.state for x in work.templates.all()] == [DraftState.WAITING]


def test_one_draft_of_a_template_at_a_time_others_go_on(work):
    draft = propose(work)
    with pytest.raises(AnotherDraft, match=draft.id):
        propose(work, KINDEST)
    chinese = TemplateName("released", "zh-CN")
    text = Shelf().in_file(chinese).replace("感谢贵司付清", "非常感谢贵司付清")
    other = propose(work, text, template=chinese)
    assert withdraw_wording(draft.id, by=MAKER, at=NOW, work=work).state is DraftState.WITHDRAWN
    assert confirm(work, other).edition == 1
    assert confirm(work, propose(work, KINDEST)).edition == 2


def test_a_wording_gives_way_to_an_earlier_one_or_to_the_file(work):
    confirm(work, propose(work, KINDER))
    confirm(work, propose(work, KINDEST))
    confirm(work, propose(work, KINDER))
    assert work.templates.edition().source(RELEASED) == KINDER
    back = confirm(work, propose(work, None))
    assert work.templates.edition().source(RELEASED) is None
    assert (back.edition, back.based_on) == (4, 3)


def test_a_draft_whose_ground_has_moved_is_not_published(work):
    waiting = propose(work, effective_on=TOMORROW)
    confirmed = confirm(work, waiting)
    # Somebody with two databases at hand: another publication of the same template in between.
    other = confirmed.moved(DraftState.PUBLISHED, edition=9)
    work.kept.templates["TD-9999"] = other
    assert publish_due_wordings(at=NOW, on=TOMORROW, work=work) == []
    assert work.templates.get(waiting.id).state is DraftState.OVERTAKEN
    work.kept.templates[waiting.id] = waiting
    with pytest.raises(Conflict, match="edition 9"):
        confirm(work, waiting)


def test_line_ends_are_those_of_files(work):
    draft = propose(work, "\r\n" + KINDER.replace("\n", "\r\n") + "\r\n")
    assert draft.text == KINDER
