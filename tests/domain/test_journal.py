"""The chain shows every entry that was changed, removed, moved or put in between."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.journal import GENESIS, Entry, SealedEntry, first_broken, seal
from tests.makers import NOW, an_entry


def chained(entries: list[Entry]) -> list[SealedEntry]:
    chain: list[SealedEntry] = []
    for seq, entry in enumerate(entries, start=1):
        previous = chain[-1].hash if chain else GENESIS
        chain.append(seal(entry, seq=seq, previous=previous))
    return chain


words = st.text(max_size=8)
entries = st.builds(
    Entry, words, words, words, st.datetimes().map(lambda d: NOW), st.dictionaries(words, words)
)
chains = st.lists(entries, min_size=1, max_size=6).map(chained)


@given(st.lists(entries, max_size=6))
def test_a_chain_as_it_was_made_is_whole(made):
    assert first_broken(chained(made)) is None


CHANGES = {
    "what": lambda e: replace(e, what=e.what + "x"),
    "subject": lambda e: replace(e, subject=e.subject + "x"),
    "by": lambda e: replace(e, by=e.by + "x"),
    "at": lambda e: replace(e, at=e.at + timedelta(microseconds=1)),
    "facts": lambda e: replace(e, facts={**e.facts, "limit": "CNY 1.00"}),
}


@pytest.mark.parametrize("part", CHANGES)
@given(chain=chains, data=st.data())
def test_a_changed_entry_is_found_where_it_is(part, chain, data):
    place = data.draw(st.integers(0, len(chain) - 1))
    sealed = chain[place]
    changed = CHANGES[part](sealed.entry)
    if changed == sealed.entry:
        return
    chain[place] = replace(sealed, entry=changed)
    assert first_broken(chain) == place + 1


@given(chains, st.data())
def test_a_forger_who_seals_again_is_found_at_the_next_entry(chain, data):
    place = data.draw(st.integers(0, len(chain) - 1))
    forged = replace(chain[place].entry, by="nobody at all")
    chain[place] = seal(forged, seq=place + 1, previous=chain[place].previous)
    expected = place + 2 if place + 1 < len(chain) else None
    assert first_broken(chain) == expected


@given(chains, st.data())
def test_a_removed_entry_is_found_unless_it_was_the_last(chain, data):
    place = data.draw(st.integers(0, len(chain) - 1))
    del chain[place]
    assert first_broken(chain) == (place + 1 if place < len(chain) else None)


def test_two_entries_that_changed_places_are_found():
    chain = chained([an_entry("a"), an_entry("b"), an_entry("c")])
    chain[1], chain[2] = chain[2], chain[1]
    assert first_broken(chain) == 2


def test_the_same_entry_twice_is_found():
    chain = chained([an_entry("a"), an_entry("b")])
    assert first_broken([chain[0], *chain]) == 2


def test_the_order_in_which_facts_were_written_does_not_matter():
    one = seal(an_entry(facts={"a": "1", "b": "2"}), seq=1, previous=GENESIS)
    other = seal(an_entry(facts={"b": "2", "a": "1"}), seq=1, previous=GENESIS)
    assert one.hash == other.hash


def test_what_is_in_one_field_cannot_be_moved_to_the_next():
    one = seal(an_entry("ab", by="c"), seq=1, previous=GENESIS)
    other = seal(an_entry("a", by="bc"), seq=1, previous=GENESIS)
    assert one.hash != other.hash
