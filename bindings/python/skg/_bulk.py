"""Statements for a bulk load, some at a time: from iterables and columns."""

import itertools
from typing import Any, Callable, List, Optional

CHUNK = 4096
"""Statements of one chunk: some milliseconds of work."""

Producer = Callable[[], Optional[Any]]

FIELDS = ("subject", "predicate", "object", "graph", "weight", "metadata", "source")


def producer(statements: Any) -> Producer:
    """Gives lists of statements, or tuples of columns; None at the end."""
    if hasattr(statements, "columns") and hasattr(statements, "to_numpy"):
        return _frame_producer(statements)
    if isinstance(statements, (str, bytes)):
        raise TypeError(
            f"statements: expected an iterable of statements, got {type(statements).__name__}")
    try:
        items = iter(statements)
    except TypeError:
        raise TypeError(
            f"statements: expected an iterable of statements, got {type(statements).__name__}"
        ) from None

    def produce() -> Optional[List[Any]]:
        chunk = list(itertools.islice(items, CHUNK))
        return chunk or None

    return produce


def _frame_producer(frame: Any) -> Producer:
    names = list(frame.columns)
    for name in FIELDS[:3]:
        if name not in names:
            raise ValueError(f"statements: the DataFrame has no column {name!r}")
    for name in names:
        if name not in FIELDS:
            raise ValueError(
                f"statements: the DataFrame's column {name!r} is none of " + ", ".join(FIELDS))
    return column_producer(*(
        frame[name].to_numpy() if name in names else default
        for name, default in zip(FIELDS, (None, None, None, "", None, None, None))))


def _is_column(value: Any) -> bool:
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return True
    return getattr(value, "ndim", 0) == 1 and hasattr(value, "__getitem__")


def _chunk(name: str, column: Any, begin: int) -> Any:
    """Some rows of a column as a list of plain values."""
    if not _is_column(column):
        return column
    part = column[begin:begin + CHUNK]
    if hasattr(part, "tolist"):
        if getattr(part.dtype, "kind", "") == "M":  # of times tolist gives numbers
            part = part.astype("datetime64[us]")
        return part.tolist()
    return list(part)


def column_producer(*columns: Any) -> Producer:
    """The columns of FIELDS: arrays or one value for all rows."""
    values = list(columns)
    for i, name in enumerate(FIELDS):
        if i < 3 and values[i] is None:
            raise TypeError(f"{name}: expected a column or a value, got None")
        if hasattr(values[i], "to_numpy"):
            values[i] = values[i].to_numpy()
        if getattr(values[i], "ndim", 1) not in (0, 1):
            raise ValueError(f"{name}: a column has one dimension, not {values[i].ndim}")
    sizes = {name: len(column) for name, column in zip(FIELDS, values) if _is_column(column)}
    if not any(name in sizes for name in FIELDS[:3]):
        raise TypeError("subject: one of subject, predicate and object must be a column")
    if len(set(sizes.values())) > 1:
        raise ValueError("columns: " + ", ".join(
            f"{name} has {size} rows" for name, size in sizes.items()))
    rows = next(iter(sizes.values()))
    begin = 0

    def produce() -> Optional[Any]:
        nonlocal begin
        if begin >= rows:
            return None
        chunk = tuple(_chunk(name, column, begin) for name, column in zip(FIELDS, values))
        begin += CHUNK
        return chunk

    return produce
