"""What differs between two policies is said place by place, and nothing that does not differ."""

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.policy_change import Change, changes

BEFORE = {
    "policy": {
        "least_change": "0.10",
        "tell_unchanged": False,
        "grades": {"A": {"cap": 100}, "B": {"cap": 50}},
        "desks": [{"id": "analyst", "ceiling": 10}, {"id": "director", "ceiling": None}],
    }
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


def changed(**fields):
    after = deepcopy(BEFORE)
    after["policy"] |= fields
    return changes(BEFORE, after)


@given(values)
def test_the_same_documents_differ_nowhere(value):
    assert changes({"policy": value}, {"policy": deepcopy(value)}) == ()


@given(values, values)
def test_both_directions_name_the_same_places(one, other):
    there = changes({"policy": one}, {"policy": other})
    back = changes({"policy": other}, {"policy": one})

    assert {(c.path, c.before, c.after) for c in there} == {
        (c.path, c.after, c.before) for c in back
    }


def test_a_number_is_compared_as_a_number():
    assert changed(least_change="0.1") == ()
    assert changed(least_change="0.15") == (Change("policy", "least_change", "0.10", "0.15"),)


def test_a_truth_is_no_number():
    assert changed(tell_unchanged=True) == (Change("policy", "tell_unchanged", "false", "true"),)


def test_entries_of_a_list_are_told_apart_by_their_names():
    desks = [
        {"id": "clerk", "ceiling": 1},
        {"id": "analyst", "ceiling": 20},
        {"id": "director", "ceiling": None},
    ]

    assert changed(desks=desks) == (
        Change("policy", "desks.analyst.ceiling", "10", "20"),
        Change("policy", "desks.clerk", None, "{id: clerk, ceiling: 1}"),
    )


def test_what_was_removed_is_one_change():
    assert changed(grades={"A": {"cap": 100}}) == (Change("policy", "grades.B", "{cap: 50}", None),)


def test_a_document_that_is_new_is_a_change():
    assert str(changes({}, {"other": {"a": 1}})[0]) == "other: .: – → {a: 1}"
