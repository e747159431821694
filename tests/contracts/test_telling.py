"""Letters, promises, journal, leases and counters behave the same in every Work."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.journal import first_broken
from creditflow.domain.letter import LastTold, LetterState
from creditflow.domain.notice import Notice
from creditflow.ports import PromiseKind
from tests.makers import (
    NOW,
    a_case,
    a_customer,
    a_letter,
    a_promise,
    an_answer,
    an_entry,
    an_upload,
    later,
)
from tests.post.letter_notices import every_letter

S = LetterState


@pytest.fixture
def addressed(database):
    """A database with three customers and a case each."""
    with database.work() as work:
        work.customers.put_all([a_customer(f"C00{n}") for n in (1, 2, 3)])
        for n in (1, 2, 3):
            work.cases.add(a_case(f"CASE-{n}", customer=CustomerId(f"C00{n}")))
    return database


def letter(n, **changes):
    return a_letter(f"LETTER-{n}", case_id=f"CASE-{n}", customer=CustomerId(f"C00{n}"), **changes)


def test_a_letter_comes_back_byte_for_byte(addressed):
    made = letter(1, message=bytes(range(256)), recipient=None, state=S.NO_ADDRESS)
    with addressed.work() as work:
        work.letters.add(made)
    with addressed.reading() as work:
        assert work.letters.get("LETTER-1") == made
        assert work.letters.of_case("CASE-1") == made
        assert work.letters.of_case("CASE-2") is None
        with pytest.raises(NotFound):
            work.letters.get("LETTER-404")


def test_a_case_has_one_letter_and_a_message_id_one_message(addressed):
    with addressed.work() as work:
        work.letters.add(letter(1))
        with pytest.raises(Conflict):
            work.letters.add(a_letter("LETTER-9"))
        with pytest.raises(Conflict):
            work.letters.add(letter(2, message_id=letter(1).message_id))
        assert work.letters.in_state(S.PENDING) == [letter(1)]


def test_putting_a_letter_keeps_its_delivery_and_never_its_bytes(addressed):
    changed = letter(
        1,
        message=b"forged",
        subject="forged",
        sha256="00",
        recipient="forger@example.com",
        state=S.FAILED,
        answer="550 no such user",
        attempts=3,
        due_at=later(hours=1),
    )
    with addressed.work() as work:
        work.letters.add(letter(1))
        work.letters.put(changed)
        with pytest.raises(NotFound):
            work.letters.put(letter(2))
    with addressed.reading() as work:
        assert work.letters.get("LETTER-1") == replace(
            letter(1),
            state=S.FAILED,
            answer="550 no such user",
            attempts=3,
            due_at=later(hours=1),
        )


def test_the_letter_that_is_due_longest_is_claimed_once(addressed):
    until = later(minutes=20)
    with addressed.work() as work:
        work.letters.add(letter(1, due_at=later(minutes=-1)))
        work.letters.add(letter(2, due_at=later(minutes=-2)))
        work.letters.add(letter(3, due_at=later(minutes=1)))
    with addressed.work() as work:
        claimed = work.letters.claim(owner="relay-1", at=NOW, until=until)
        assert claimed == replace(
            letter(2, due_at=later(minutes=-2)),
            state=S.CLAIMED,
            attempts=1,
            lease_owner="relay-1",
            lease_until=until,
        )
    with addressed.work() as work:
        assert work.letters.get("LETTER-2") == claimed
        assert work.letters.claim(owner="relay-2", at=NOW, until=until).id == "LETTER-1"
        assert work.letters.claim(owner="relay-2", at=NOW, until=until) is None
        assert work.letters.claim(owner="r", at=later(minutes=1), until=until).id == "LETTER-3"


def test_a_certain_letter_is_claimed_when_it_is_pending_and_due(addressed):
    with addressed.work() as work:
        work.letters.add(letter(1))
        work.letters.add(letter(2, due_at=later(minutes=5)))
        work.letters.add(letter(3, state=S.UNCERTAIN))

        def claim(name, at=NOW):
            return work.letters.claim(
                owner="relay", at=at, until=at + timedelta(minutes=20), letter=name
            )

        assert claim("LETTER-2") is None
        assert claim("LETTER-3") is None
        assert claim("LETTER-404") is None
        assert claim("LETTER-2", later(minutes=5)).id == "LETTER-2"
        assert claim("LETTER-2", later(minutes=5)) is None
        assert claim("LETTER-1").id == "LETTER-1"


def test_only_the_claim_that_still_holds_lets_the_data_leave(addressed):
    def claim(work, owner):
        return work.letters.claim(owner=owner, at=NOW, until=later(minutes=20))

    with addressed.work() as work:
        work.letters.add(letter(1))
        with pytest.raises(Conflict):
            work.letters.put(replace(letter(1), state=S.IN_DATA))
        slow = claim(work, "relay")
        # The lease ran out, the letter went back, and the same relay took it again.
        work.letters.put(replace(slow, state=S.PENDING, lease_owner=None, lease_until=None))
        with pytest.raises(Conflict):
            work.letters.put(replace(slow, state=S.IN_DATA))
        quick = claim(work, "relay")
        assert quick.attempts == 2
        with pytest.raises(Conflict):
            work.letters.put(replace(slow, state=S.IN_DATA))
        with pytest.raises(Conflict):
            work.letters.put(replace(quick, state=S.IN_DATA, lease_owner="another"))
        work.letters.put(replace(quick, state=S.IN_DATA))
        with pytest.raises(Conflict):
            work.letters.put(replace(quick, state=S.IN_DATA))


@pytest.mark.parametrize("back", [S.PENDING, S.CLAIMED, S.IN_DATA])
def test_a_letter_that_has_left_never_goes_back(addressed, back):
    with addressed.work() as work:
        work.letters.add(letter(1, state=S.SENT, sent_at=NOW))
        with pytest.raises(Conflict):
            work.letters.put(letter(1, state=back))
        work.letters.put(letter(1, state=S.BOUNCED, sent_at=NOW))
        with pytest.raises(Conflict):
            work.letters.put(letter(1, state=back))


def test_letters_whose_lease_ran_out_are_found(addressed):
    with addressed.work() as work:
        for n in (1, 2, 3):
            work.letters.add(letter(n))
        for minutes in (10, 20, 30):
            work.letters.claim(owner="r", at=NOW, until=later(minutes=minutes))
        second = work.letters.get("LETTER-2")
        work.letters.put(replace(second, state=S.IN_DATA))
    with addressed.reading() as work:
        assert [x.id for x in work.letters.lapsed(later(minutes=20))] == ["LETTER-1", "LETTER-2"]
        assert work.letters.lapsed(later(minutes=9)) == []


def test_the_same_key_is_promised_once(database):
    with database.work() as work:
        work.outbox.add(a_promise(detail={"who": "赵敏"}))
        work.outbox.add(a_promise(kind=PromiseKind.NUDGE, due_at=later(days=1)))
        assert work.outbox.waiting() == 1
        claimed = work.outbox.claim(owner="o", at=NOW, until=later(minutes=1))
        assert claimed == a_promise(detail={"who": "赵敏"}, attempts=1)


def test_a_promise_is_claimed_until_it_is_kept(database):
    with database.work() as work:
        work.outbox.add(a_promise("b", due_at=later(minutes=-1)))
        work.outbox.add(a_promise("a", subject="CASE-2"))
        work.outbox.add(a_promise("c", due_at=later(minutes=1)))

        def claim(minutes=0, **only):
            at = later(minutes=minutes)
            taken = work.outbox.claim(owner="o", at=at, until=at + timedelta(minutes=5), **only)
            return None if taken is None else (taken.key, taken.attempts)

        assert claim(subject="CASE-2") == ("a", 1)
        assert claim() == ("b", 1)
        assert claim() is None
        # Both leases run out; what is due longest comes first.
        assert claim(5) == ("b", 2)
        work.outbox.kept("b", at=later(minutes=6))
        assert work.outbox.waiting() == 2
        assert claim(5) == ("a", 2)
        work.outbox.again("a", due_at=later(minutes=60), problem="no answer")
        assert claim(5) == ("c", 1)
        assert claim(59) == ("c", 2)
        assert claim(60) == ("a", 3)
        with pytest.raises(NotFound):
            work.outbox.kept("z", at=NOW)
        with pytest.raises(NotFound):
            work.outbox.again("z", due_at=NOW, problem="")


def test_the_journal_is_a_chain_without_gaps(database):
    shanghai = timezone(timedelta(hours=8))
    with database.work() as work:
        for n in range(3):
            work.journal.record(an_entry(f"step.{n}", facts={"额度": f"CNY {n}", "a": ""}))
    with database.work() as work:
        work.journal.record(an_entry("step.3", at=NOW.astimezone(shanghai), subject="CASE-2"))
        assert [s.entry.what for s in work.journal.of("CASE-2")] == ["step.3"]
    with database.reading() as work:
        chain = work.journal.entries()
        assert [sealed.seq for sealed in chain] == [1, 2, 3, 4]
        assert first_broken(chain) is None
        assert chain[0].entry == an_entry("step.0", facts={"额度": "CNY 0", "a": ""})
        assert [s.seq for s in work.journal.entries(after=1, most=2)] == [2, 3]
        assert [s.seq for s in work.journal.of("CASE-1")] == [1, 2, 3]
        assert work.journal.of("CASE-404") == []


def test_a_once_key_records_one_entry(database):
    with database.work() as work:
        assert work.journal.record_once("k", an_entry("one"))
        assert not work.journal.record_once("k", an_entry("two"))
        work.journal.record(an_entry("three"))
    with database.work() as work:
        assert not work.journal.record_once("k", an_entry("four"))
        assert work.journal.record_once("k2", an_entry("five"))
        assert [s.entry.what for s in work.journal.entries()] == ["one", "three", "five"]


def test_a_lease_has_one_holder_until_it_runs_out(database):
    with database.work() as work:

        def take(owner, minutes):
            at = later(minutes=minutes)
            return work.leases.take("leader", owner=owner, at=at, until=at + timedelta(minutes=2))

        assert take("a", 0)
        assert not take("b", 1)
        assert take("a", 1)
        assert not take("b", 2)
        assert take("b", 3)
        assert not take("a", 4)
        assert work.leases.take("other", owner="a", at=NOW, until=later(minutes=1))


def test_a_counter_counts_per_name(database):
    with database.work() as work:
        assert [work.counters.next("case"), work.counters.next("case")] == [1, 2]
        assert work.counters.next("letter") == 1
    with database.work() as work:
        assert work.counters.next("case") == 3


# ------------------------------------------------------------------ several letters of one number


def test_a_number_has_letters_to_several_recipients_and_a_case_one_of_each(addressed):
    first, second = letter(1), letter(1, copy=1, message_id="<second@company.example>")
    second = replace(second, id=f"{first.id}.1")
    with addressed.work() as work:
        work.letters.add(first)
        work.letters.add(second)
        work.letters.add(letter(2))
        with pytest.raises(Conflict):
            work.letters.add(replace(second, id="OTHER", message_id="<third@company.example>"))
    with addressed.reading() as work:
        assert work.letters.numbered(first.id) == [first, second]
        assert work.letters.numbered("LETTER") == []
        assert work.letters.of_case("CASE-1") == first
        assert work.letters.by_message_id("<second@company.example>") == second
        assert work.letters.by_message_id("<nobody@company.example>") is None


def test_letters_without_a_case_are_as_many_as_are_needed_and_keep_their_facts(addressed):
    facts = every_letter("zh-CN")
    with addressed.work() as work:
        for n, one in enumerate(facts):
            made = a_letter(f"L-{n}", case_id=None, customer=CustomerId("C001"), facts=one)
            work.letters.add(replace(made, outcome=one.about))
    with addressed.reading() as work:
        assert [work.letters.get(f"L-{n}").facts for n in range(len(facts))] == facts
        assert [work.letters.get(f"L-{n}").outcome for n in range(len(facts))] == [
            x.about for x in facts
        ]


def test_slots_of_a_domain_lie_apart_and_start_anew_after_a_rest(addressed):
    gap = timedelta(seconds=10)
    with addressed.work() as work:
        taken = [work.letters.slot("x.example", at=NOW, gap=gap) for _ in range(3)]
        assert taken == [NOW, NOW + gap, NOW + 2 * gap]
        assert work.letters.slot("y.example", at=NOW, gap=gap) == NOW
    with addressed.work() as work:
        assert work.letters.slot("x.example", at=NOW, gap=gap) == NOW + 3 * gap
        assert work.letters.slot("x.example", at=later(hours=1), gap=gap) == later(hours=1)


# ------------------------------------------------------------------ answers


def test_answers_come_back_with_their_files_and_only_their_end_changes(addressed):
    first, second = an_answer(), an_answer("A-000002", at=later(hours=1), due_on=None)
    files = [an_upload("A-000001.2", content=bytes(range(256))), an_upload()]
    with addressed.work() as work:
        work.letters.add(letter(1))
        work.answers.add(second)
        work.answers.add(first, uploads=files)
        with pytest.raises(NotFound):
            work.answers.get("A-9")
    with addressed.work() as work:
        assert work.answers.of("LETTER-1") == work.answers.waiting() == [first, second]
        assert work.answers.uploads(first.id) == files[::-1]
        assert work.answers.uploads(second.id) == []
        work.answers.put(replace(first, note="forged", done_at=NOW, done_by="x", done_note="n"))
    with addressed.reading() as work:
        assert work.answers.waiting() == [second]
        assert work.answers.get(first.id) == replace(first, done_at=NOW, done_by="x", done_note="n")


def test_when_a_customer_was_last_told_of_something_is_known(addressed):
    first = a_letter("L-1", case_id=None, outcome=Notice.HELD, message_id="<1@x>",
                     customer=CustomerId("C001"))  # fmt: skip
    with addressed.work() as work:
        work.letters.add(first)
        work.letters.add(replace(first, id="L-1.1", copy=1, message_id="<1.1@x>"))
        again = replace(first, id="L-2", message_id="<2@x>", created_at=NOW + timedelta(days=1))
        work.letters.add(again)
        work.letters.add(replace(first, id="L-3", message_id="<3@x>", outcome=Notice.RELEASED))
    with addressed.work() as work:
        assert work.letters.last_told(CustomerId("C001")) == {
            Notice.HELD: LastTold("L-2", NOW + timedelta(days=1)),
            Notice.RELEASED: LastTold("L-3", first.created_at),
        }
        assert work.letters.last_told(CustomerId("C-NONE")) == {}
