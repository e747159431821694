"""What is written on a case is kept as it was written, once, with files that are what they say."""

import pytest

from creditflow.approvals.withdrawing import withdraw
from creditflow.domain.people import Role
from creditflow.domain.received_file import received
from creditflow.domain.sentences import say
from creditflow.services.attaching import MOST_FILES
from creditflow.services.discussing import MOST_TEXT, CannotComment, Closed, comment
from tests.approvals.desks import waiting
from tests.approvals.test_holding import refused
from tests.makers import NOW, a_person, an_analyst, later

PDF = received("order.pdf", b"%PDF-1.7 order", most_bytes=1_000)


def write(made, text="Called them.", *, by=None, at=NOW, files=()):
    return comment("CASE-1", text, by=by or an_analyst(), at=at, work=made.work, files=files)


def test_a_comment_is_kept_with_its_words_in_the_journal_and_moves_nothing():
    made = waiting()
    before = made.case
    kept = write(made, " Called them. ")
    assert made.work.discussions.comments("CASE-1") == [kept]
    assert (kept.text, kept.answers) == ("Called them.", None)
    assert made.case == before
    entry = made.work.journal.of("CASE-1")[-1].entry
    assert (entry.what, entry.facts["comment"]) == ("case.commented", "Called them.")


def test_files_go_with_it_and_their_hashes_into_the_journal_of_the_case():
    made = waiting()
    kept = write(made, "", files=[PDF])
    (file,) = made.work.attachments.of(kept.id)
    assert file.sha256 == PDF.sha256
    entries = [s.entry for s in made.work.journal.of("CASE-1")]
    assert [e.what for e in entries] == ["case.commented", "attachment.added"]
    assert entries[-1].facts["sha256"] == PDF.sha256


def test_a_click_that_comes_twice_is_one_comment():
    made = waiting()
    first = write(made, files=[PDF])
    before = made.kept()
    assert write(made, at=later(minutes=1), files=[PDF]) == first
    assert made.kept() == before
    assert write(made, at=later(minutes=6)).id != first.id


def test_the_same_words_of_somebody_else_are_a_comment_of_its_own():
    made = waiting()
    write(made)
    write(made, by=made.person)
    assert len(made.work.discussions.comments("CASE-1")) == 2


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_who_only_looks_writes_nothing(role):
    made = waiting()
    looking = a_person("looks", roles=frozenset({role}), mandate=None)
    refused(made, CannotComment, lambda: write(made, by=looking), "Your role")


def test_nothing_and_too_much_are_refused():
    made = waiting()
    refused(made, CannotComment, lambda: write(made, "  "), "Write something")
    refused(made, CannotComment, lambda: write(made, "x" * (MOST_TEXT + 1)), "4,001 characters")


def test_too_many_files_leave_neither_comment_nor_file():
    made = waiting()
    many = [
        received(f"{n}.pdf", b"%PDF-1.7 " + str(n).encode(), most_bytes=1_000)
        for n in range(MOST_FILES + 1)
    ]
    refused(made, CannotComment, lambda: write(made, files=many), "At most 10")


def test_everything_that_is_wrong_is_told_in_one_go():
    made = waiting()
    looking = a_person("looks", roles=frozenset({Role.VIEWER}), mandate=None)
    many = [received(f"{n}.pdf", b"%PDF-1.7 x", most_bytes=1_000) for n in range(MOST_FILES + 1)]
    no = say("a.exe is no file that is taken.")
    before = made.kept()
    with pytest.raises(CannotComment) as problem:
        comment("CASE-1", "x" * (MOST_TEXT + 1), by=looking, at=NOW, work=made.work, files=many,
                refused=[no])  # fmt: skip
    assert made.kept() == before
    told = [str(sentence) for sentence in problem.value.details]
    assert told[0] == str(no)
    assert len(told) == 4
    with pytest.raises(CannotComment) as problem:
        comment("CASE-1", "", by=an_analyst(), at=NOW, work=made.work, refused=[no])
    assert [str(sentence) for sentence in problem.value.details] == [str(no)]


def test_what_has_come_to_its_end_is_discussed_no_more():
    made = waiting()
    withdraw("CASE-1", by=an_analyst(), at=NOW, work=made.work)
    refused(made, Closed, lambda: write(made), "withdrawn")
