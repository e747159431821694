"""Arrow columns as databases take them: values for SQLite, plain texts for PostgreSQL's driver."""

from typing import Any


def shared(column: Any) -> str | None:  # noqa: ANN401 - an Arrow column, of an extra
    """A number or day that all rows share, or nothing, as SQL: that is not bound for each row."""
    import numpy as np  # noqa: PLC0415 - an extra
    import pyarrow as pa  # noqa: PLC0415 - an extra

    if column.null_count == len(column):
        return "NULL"
    is_day = pa.types.is_date32(column.type)
    if column.null_count or not (is_day or pa.types.is_integer(column.type)):
        return None
    numbers = np.asarray(column.cast(pa.int32()) if is_day else column)
    if (numbers != numbers[0]).any():
        return None
    return f"'{column[0].as_py().isoformat()}'" if is_day else str(int(numbers[0]))


def values(column: Any) -> list[Any]:  # noqa: ANN401 - an Arrow column, of an extra
    """A column's values as SQLite keeps them, days as text; a text of many rows is made once."""
    import numpy as np  # noqa: PLC0415 - an extra
    import pyarrow as pa  # noqa: PLC0415 - an extra

    one = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(one.type):
        words = np.array([*one.dictionary.to_pylist(), None], object)
        found: list[Any] = words[np.asarray(one.indices.fill_null(-1))].tolist()
        return found
    if pa.types.is_date32(one.type):
        few = one.cast(pa.int32()).dictionary_encode()
        texts = few.dictionary.cast(pa.date32()).cast(pa.string())
        return values(pa.DictionaryArray.from_arrays(few.indices, texts))
    if pa.types.is_integer(one.type) and not one.null_count:
        numbers: list[Any] = np.asarray(one).tolist()
        return numbers
    return list(one.to_pylist())


def plain(rows: Any) -> Any:  # noqa: ANN401 - an Arrow table, of an extra
    """The table with texts instead of dictionaries, which the driver does not take."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    fields = [
        (f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type)
        for f in rows.schema
    ]
    return rows.cast(pa.schema(fields))
