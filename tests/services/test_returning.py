from dataclasses import replace

import pytest

from creditflow.domain.bounce import Bounce
from creditflow.domain.case import CaseState
from creditflow.domain.errors import Conflict
from creditflow.domain.letter import LetterState
from creditflow.post.rendering import Press
from creditflow.services.relaying import deliver_one
from creditflow.services.returning import hand_over, send_anew, take_back
from tests.fakes import FakeDatabase
from tests.makers import NOW, a_case, a_customer, a_letter, a_policy
from tests.post.letter_notices import every_letter
from tests.post.letters import SENDER
from tests.post.servers import fault_server
from tests.services.test_relaying import a_post

MESSAGE_ID = "<l-000128.9a3c@hengyuan.example>"
CAME_BACK = Bounce(MESSAGE_ID, "L-000128", "ap@haichao.example", True, "5.1.1", "550 unknown")


def a_database(state=LetterState.SENT, email="new@haichao.example"):
    database = FakeDatabase(a_policy())
    with database.work() as work:
        work.customers.put_all([a_customer(email=email)])
        work.cases.add(a_case(state=CaseState.APPLIED, letter_id="L-000128"))
        work.letters.add(
            a_letter("L-000128", message_id=MESSAGE_ID, recipient="ap@haichao.example",
                     state=state, facts=every_letter("zh-CN")[1])
        )  # fmt: skip
    return database


def happened(database):
    with database.reading() as work:
        return [x.entry.what for x in work.journal.of("CASE-1")]


def taken(database, bounce):
    with database.work() as work:
        return take_back(bounce, at=NOW, work=work)


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.UNCERTAIN])
@pytest.mark.parametrize(
    "bounce",
    [
        CAME_BACK,
        replace(CAME_BACK, message_id=None),
        replace(CAME_BACK, message_id="<other@x.example>", recipient="AP@haichao.example".lower()),
    ],
)
def test_a_report_makes_a_letter_one_that_came_back(bounce, state):
    database = a_database(state)
    assert taken(database, bounce).state is LetterState.BOUNCED
    assert happened(database) == ["letter.bounced"]
    # Read again, after a crash before the mark, it changes nothing.
    taken(database, bounce)
    taken(database, bounce)
    assert happened(database) == ["letter.bounced", "letter.bounce_ignored"]


def test_a_delay_is_noted_and_changes_nothing():
    database = a_database()
    late = replace(CAME_BACK, for_good=False, status="4.4.1")
    assert [taken(database, late).state for _ in range(3)] == [LetterState.SENT] * 3
    assert happened(database) == ["letter.late"]


@pytest.mark.parametrize("state", [LetterState.PENDING, LetterState.IN_DATA, LetterState.FAILED])
def test_a_report_about_a_letter_that_has_not_left_changes_nothing(state):
    database = a_database(state)
    assert taken(database, CAME_BACK).state is state


def test_a_report_about_somebody_elses_message_is_none_of_ours():
    database = a_database()
    for stranger in (
        replace(CAME_BACK, message_id=None, number=None),
        replace(CAME_BACK, message_id="<x@y.example>", number="L-999999"),
        replace(CAME_BACK, message_id=None, recipient="other@haichao.example"),
    ):
        assert taken(database, stranger) is None
    assert happened(database) == []


STRANDED = [LetterState.NO_ADDRESS, LetterState.FAILED, LetterState.BOUNCED]


@pytest.mark.parametrize("state", STRANDED)
def test_a_stranded_letter_is_sent_anew_to_the_address_that_is_known_now(state):
    database = a_database(state)
    with database.work() as work:
        anew = send_anew(
            "L-000128", by="chen.wei", at=NOW, work=work, press=Press(SENDER), sender=SENDER
        )
    assert (anew.id, anew.recipient) == ("L-000128.1", "new@haichao.example")
    with fault_server() as server:
        post = a_post(server.port)
        sent = deliver_one(work=database.work, post=post, owner="r", at=lambda: NOW)
        again = deliver_one(work=database.work, post=post, owner="r", at=lambda: NOW)
    assert (sent.id, sent.state, again) == ("L-000128.1", LetterState.SENT, None)
    (arrived,) = server.arrived
    assert b"To: new@haichao.example" in arrived
    assert b"X-Letter-Ref: L-000128\r\n" in arrived
    with database.reading() as work:
        assert work.letters.get("L-000128").state is LetterState.REPLACED
        # The customer is told, so the case is at its end.
        assert work.cases.get("CASE-1").state is CaseState.NOTIFIED
    assert happened(database)[0] == "letter.sent_anew"


def test_what_arrived_is_not_sent_anew_and_without_an_address_nothing_can_be():
    for database, complaint in (
        (a_database(LetterState.SENT), "did not arrive"),
        (a_database(LetterState.UNCERTAIN), "did not arrive"),
        (a_database(LetterState.BOUNCED, email="nonsense"), "no usable mail address"),
    ):
        with pytest.raises(Conflict, match=complaint), database.work() as work:
            send_anew("L-000128", by="x", at=NOW, work=work, press=Press(SENDER), sender=SENDER)
        assert happened(database) == []


@pytest.mark.parametrize("state", STRANDED)
def test_a_letter_may_be_handed_over_in_print(state):
    database = a_database(state)
    with database.work() as work:
        after = hand_over("L-000128", by="chen.wei", at=NOW, how="registered\npost", work=work)
    assert after.state is LetterState.SENT
    assert after.answer == "handed over in print: registered post"
    with database.reading() as work:
        # The customer is told, so nothing keeps it from being looked at again.
        assert work.cases.get("CASE-1").state is CaseState.NOTIFIED
    assert happened(database) == ["letter.handed_over", "case.notified"]
    with pytest.raises(Conflict), database.work() as work:
        hand_over("L-000128", by="chen.wei", at=NOW, how="twice", work=work)


def test_who_has_the_letter_already_does_not_get_it_again_in_place_of_another():
    database = a_database(email="a@haichao.example; b@haichao.example")
    with database.work() as work:
        work.letters.put(replace(work.letters.get("L-000128"), state=LetterState.SENT))
        copy = a_letter(
            "L-000128.1", copy=1, message_id="<copy@x.example>", recipient="old@haichao.example",
            state=LetterState.BOUNCED, sent_at=NOW,
        )  # fmt: skip
        work.letters.add(copy)
        has_it = replace(copy, id="L-000128.2", copy=2, message_id="<c@x.example>")
        work.letters.add(replace(has_it, recipient="a@haichao.example", state=LetterState.SENT))
    with database.work() as work:
        anew = send_anew(
            "L-000128.1", by="x", at=NOW, work=work, press=Press(SENDER), sender=SENDER
        )
    assert (anew.recipient, anew.sent_at) == ("b@haichao.example", None)
    with database.work() as work:
        work.letters.put(replace(anew, state=LetterState.SENT, sent_at=NOW))
        work.letters.put(replace(work.letters.get("L-000128.2"), state=LetterState.BOUNCED))
        work.customers.put_all([a_customer(email="b@haichao.example")])
    with pytest.raises(Conflict, match="left for this letter"), database.work() as work:
        send_anew("L-000128.2", by="x", at=NOW, work=work, press=Press(SENDER), sender=SENDER)


def test_a_letter_that_is_set_again_shows_what_it_says():
    database = a_database(LetterState.BOUNCED)
    with database.work() as work:
        anew = send_anew("L-000128", by="x", at=NOW, work=work, press=Press(SENDER), sender=SENDER)
    again = Press(SENDER).render(
        anew.facts, recipient=anew.recipient, message_id=anew.message_id, at=NOW
    )
    assert (anew.subject, anew.text, anew.html) == (again.subject, again.text, again.html)
