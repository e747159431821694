"""Arrow columns as the arrays that kernels read: days, whole numbers, currencies and words."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say
from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints
from creditflow.portfolio.book import CODES, Days


class Columns(Protocol):
    """A table by its columns; an Arrow table is one."""

    @property
    def column_names(self) -> Sequence[str]:
        """What there is to ask for."""

    def __getitem__(self, name: str, /) -> pa.ChunkedArray:
        """One column; it may be read only now."""


class Inconsistent(Refusal):
    """The tables do not fit together."""


def texts(column: pa.Array) -> tuple[Ints, NDArray[np.uint8]]:
    """Where each text begins in the bytes of all, and those bytes."""
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    return ends.copy(), np.frombuffer(data or b"\0", np.uint8).copy()


def days(column: pa.ChunkedArray | pa.Array) -> Days:
    """Days as numbers since 1970; NO_DAY where there is none."""
    return np.asarray(one_array(_filled(column.cast(pa.date32()).cast(pa.int32()), NO_DAY)))


def whole_numbers(column: pa.ChunkedArray | pa.Array) -> Ints:
    """Whole numbers; UNKNOWN where there is none."""
    return np.asarray(one_array(_filled(column.cast(pa.int64()), UNKNOWN)))


def truths(column: pa.ChunkedArray) -> NDArray[np.int8]:
    """One where it is true, else zero."""
    return np.asarray(one_array(column.cast(pa.int8())))


def equal(column: pa.ChunkedArray, word: str) -> NDArray[np.int8]:
    """One where the column holds that word, else zero."""
    if pa.types.is_dictionary(column.type):
        known = one_array(column)
        same: NDArray[np.int8] = np.asarray(pc.equal(known.dictionary, word).cast(pa.int8()))
        return np.take(same, np.asarray(known.indices))
    return np.asarray(one_array(pc.equal(column, word).cast(pa.int8())))


def currencies(column: pa.ChunkedArray | pa.Array) -> NDArray[np.int8]:
    """The places of currencies in CODES; zero where there is none."""
    if pa.types.is_null(column.type):
        return np.zeros(len(column), np.int8)
    known = one_array(column)
    if not pa.types.is_dictionary(known.type):
        known = one_array(known.dictionary_encode())
    places = pc.index_in(known.dictionary.cast(pa.string()), value_set=pa.array(CODES))
    if places.null_count:
        strange = known.dictionary.filter(places.is_null())[0].as_py()
        raise Inconsistent(
            say("There are amounts in {currency}, which is no currency. Correct them.",
                currency=str(strange))
        )  # fmt: skip
    numbers: NDArray[np.int8] = np.append(np.asarray(places).astype(np.int8), np.int8(0))
    return np.take(numbers, np.asarray(pc.fill_null(known.indices.cast(pa.int32()), -1)))


def words(column: pa.ChunkedArray | pa.Array) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """The places of words, and the words; −1 where there is none."""
    known = one_array(column.cast(pa.string()).dictionary_encode())
    places = np.asarray(pc.fill_null(known.indices, -1)).astype(np.int16)
    return places, tuple(known.dictionary.to_pylist())


def _filled(column: pa.ChunkedArray | pa.Array, value: int) -> pa.ChunkedArray | pa.Array:
    """The column with a value where there is none; Arrow would copy it even where all is there."""
    return pc.fill_null(column, value) if column.null_count else column


def one_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array of a column in pieces."""
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column
