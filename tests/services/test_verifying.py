"""The chain is verified piece by piece, and the first entry that is not what it was is named."""

from dataclasses import replace

import pytest

from creditflow.domain.journal import seal
from creditflow.services import verifying
from creditflow.services.verifying import verify_journal
from tests.fakes import FakeWork
from tests.makers import a_policy, an_entry


def journal_of(count: int) -> FakeWork:
    work = FakeWork(a_policy())
    for number in range(count):
        work.journal.record(an_entry(facts={"number": str(number)}))
    return work


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 16, 20])
def test_a_whole_journal_is_counted_whatever_the_size_of_the_pieces(count, monkeypatch):
    monkeypatch.setattr(verifying, "PIECE", 8)
    assert verify_journal(work=journal_of(count)) == (count, None)


@pytest.mark.parametrize("place", [0, 6, 7, 8, 15, 19])
def test_a_changed_entry_is_named(place, monkeypatch):
    monkeypatch.setattr(verifying, "PIECE", 8)
    work = journal_of(20)
    sealed = work.kept.journal[place]
    work.kept.journal[place] = replace(sealed, entry=replace(sealed.entry, by="somebody else"))
    assert verify_journal(work=work) == (place, place + 1)


@pytest.mark.parametrize("place", [0, 7, 8, 18])
def test_a_forged_seal_shows_at_the_entry_behind_it(place, monkeypatch):
    monkeypatch.setattr(verifying, "PIECE", 8)
    work = journal_of(20)
    sealed = work.kept.journal[place]
    forged = replace(sealed.entry, by="somebody else")
    work.kept.journal[place] = seal(forged, seq=place + 1, previous=sealed.previous)
    assert verify_journal(work=work) == (place + 1, place + 2)


@pytest.mark.parametrize("place", [0, 7, 8, 18])
def test_a_removed_entry_shows_where_it_is_missing(place, monkeypatch):
    monkeypatch.setattr(verifying, "PIECE", 8)
    work = journal_of(20)
    del work.kept.journal[place]
    assert verify_journal(work=work) == (place, place + 1)
