"""What is said by many is kept once, and each row still says what it said."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from creditflow.portfolio.observations import _said
from creditflow.portfolio.witnesses import Said

few = st.sampled_from(["", "a", "b", "a\0b"])
rows = st.lists(st.tuples(few, few, few | st.none()), max_size=30)


@given(rows)
def test_each_row_says_what_it_said_and_nothing_is_kept_twice(
    rows: list[tuple[str, str, str | None]],
) -> None:
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    names = ("what", "value", "scale")
    texts = {n: pa.array(list(c), pa.string()) for n, c in zip(names, columns, strict=True)}
    places, words = _said(texts)
    assert [words[place] for place in places.tolist()] == [Said(*row) for row in rows]
    assert list(words) == list(dict.fromkeys(Said(*row) for row in rows))
