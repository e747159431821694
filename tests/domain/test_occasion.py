"""An occasion is one of a kind by its key."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.customer import CustomerId
from creditflow.domain.occasion import Occasion, OccasionKind
from tests.makers import cny

ids = st.text("ABC019-_", min_size=1, max_size=8).map(CustomerId)
occasions = st.builds(
    Occasion,
    st.sampled_from(OccasionKind),
    ids,
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    reference=st.text("0123456789", max_size=4),
)


@given(occasions, occasions)
def test_two_occasions_share_a_key_only_if_all_that_matters_is_the_same(one, other):
    same = (one.kind, one.customer, one.on, one.reference) == (
        other.kind,
        other.customer,
        other.on,
        other.reference,
    )
    assert (one.key == other.key) is same


@given(occasions)
def test_who_asked_for_how_much_and_why_is_not_part_of_the_key(occasion):
    asked = Occasion(
        occasion.kind,
        occasion.customer,
        occasion.on,
        requested_by="sales.wang",
        requested_limit=cny(1),
        note="Season",
        reference=occasion.reference,
    )
    assert asked.key == occasion.key
