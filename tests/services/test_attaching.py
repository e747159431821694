"""Files are put where they belong, once, and never more of them than can be looked at."""

import pytest

from creditflow.domain.errors import Conflict
from creditflow.domain.received_file import NotTaken, received
from creditflow.services.attaching import MOST_FILES, attach, opened
from tests.fakes import FakeWork
from tests.makers import NOW

MOST = 1_000_000


def pdf(text="a", name="contract.pdf"):
    return received(name, b"%PDF-1.7 " + text.encode(), most_bytes=MOST)


def put(work, *files, subject="CF-000001", **more):
    return attach(subject, files, by="sales.wang", at=NOW, work=work, **more)


def test_a_file_is_kept_with_its_hash_and_noted_in_the_journal():
    work = FakeWork()
    [kept] = put(work, pdf())
    assert opened(kept.id, work) == (kept, b"%PDF-1.7 a")
    [entry] = work.journal.of("CF-000001")
    assert entry.entry.facts["sha256"] == kept.sha256 == pdf().sha256


def test_the_same_file_again_changes_nothing():
    work = FakeWork()
    first = put(work, pdf(), pdf())
    assert put(work, pdf()) == first[:1] == first[1:]
    assert len(work.journal.of("CF-000001")) == 1


def test_the_file_of_a_comment_is_in_the_journal_of_its_case():
    work = FakeWork()
    put(work, pdf(), subject="M-000007", record="CF-000001")
    [entry] = work.journal.of("CF-000001")
    assert entry.entry.facts["to"] == "M-000007"


def test_ten_files_fit_and_an_eleventh_is_refused():
    work = FakeWork()
    put(work, *(pdf(str(n)) for n in range(MOST_FILES)))
    with pytest.raises(NotTaken, match="At most 10 files"):
        put(work, pdf("one more"))


def test_bytes_that_were_changed_behind_our_back_are_not_handed_out():
    work = FakeWork()
    [kept] = put(work, pdf())
    work.kept.contents[kept.sha256] = b"%PDF-1.7 forged"
    with pytest.raises(Conflict, match="another hash"):
        opened(kept.id, work)
