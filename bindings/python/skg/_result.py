"""Results of queries, and prepared queries."""

from typing import Any, Dict, Iterator, List, Optional, Tuple

import skg._skg as _skg
from skg import _arguments
from skg._arguments import PointInTime, Timeout
from skg._handle import Handle
from skg._statements import Statement

__all__ = ["PreparedQuery", "Result"]

Row = Tuple[Any, ...]


class Result(Handle):
    """The answer to a query, computed as it is asked for. Iterate over it once:
    each row is a tuple in the order of ``columns``, None where a variable is
    unbound; of CONSTRUCT and DESCRIBE (subject, predicate, object); of a JSON
    document as its form says.

    One thread at a time takes rows; ``cancel`` may be called from any. A
    context manager that closes it: it holds a state of the graph while it is
    open.
    """

    __slots__ = ("_columns",)

    _raw: "_skg.Result"

    def __init__(self, raw: "_skg.Result"):
        super().__init__(raw)
        self._columns: Optional[List[str]] = None

    def _shown(self) -> str:
        return f"{self.form} {self.columns}"

    def __bool__(self) -> bool:
        return self.boolean if self.form == "boolean" else True

    def __iter__(self) -> Iterator[Row]:
        next_rows = self._raw.next_rows
        while True:
            rows = next_rows()
            if rows is None:
                return
            yield from rows

    @property
    def columns(self) -> List[str]:
        """The names of the columns, without ``?``."""
        if self._columns is None:
            self._columns = self._raw.columns
        return list(self._columns)

    @property
    def form(self) -> str:
        """"solutions" (SELECT; a document with variables), "boolean" (ASK),
        "graph" (CONSTRUCT, DESCRIBE), "statements" (a document without
        variables) or "paths" (a traversal)."""
        return self._raw.form

    @property
    def statements(self) -> List[Statement]:
        """Of a JSON document: the statements of the answer, whatever its rows
        are; with metadata where the document asks for it. Of others: []."""
        return self._raw.statements()

    @property
    def boolean(self) -> bool:
        """The answer of an ASK; False for others. ``bool(result)`` is the
        answer of an ASK and True for others."""
        return self._raw.boolean

    def fetchone(self) -> Optional[Row]:
        """Not for loops: takes a row off, None at the end."""
        for row in self:
            return row
        return None

    def fetchall(self) -> List[Row]:
        """All rows that are left; [] where all were read. Errors, as of all that
        takes rows: DeadlineExceededError, ResourceExhaustedError (max_rows,
        memory_bytes), CancelledError, ClosedError."""
        rows: List[Row] = []
        while True:
            some = self._raw.next_rows()
            if some is None:
                return rows
            rows += some

    def fetch_rows(self) -> Iterator[List[Row]]:
        """The rows that are left as lists of up to 2048, which is how they are
        computed. Errors: as ``fetchall``."""
        while True:
            rows = self._raw.next_rows()
            if rows is None:
                return
            yield rows

    def to_dicts(self) -> List[Dict[str, Any]]:
        """The rows that are left, each a dict from column to value."""
        columns = self.columns
        return [dict(zip(columns, row)) for row in self]

    def fetch_batches(self, rows: int = 65536) -> Iterator[Dict[str, Any]]:
        """The rows that are left as dicts from column to numpy.ndarray, of at
        least ``rows`` rows each but for the last (and at most 2047 more). The
        kind of an array may differ from batch to batch: see ``to_numpy``."""
        least = _arguments.whole("rows", rows, 1)
        columns = self.columns
        while True:
            arrays = _skg.fetch_arrays(self._raw, least, False)
            if arrays is None:
                return
            yield dict(zip(columns, arrays))

    def to_numpy(self, *, ids: bool = False) -> Dict[str, Any]:
        """The rows that are left: a dict from column to numpy.ndarray of shape
        (rows,).

        All integers are int64, numbers float64 (also xsd:decimal: to be exact
        iterate), all booleans bool; unbound is NaN among floats, and integers
        and booleans with unbound ones are a numpy.ma.MaskedArray. All other
        columns are of objects, as iteration gives them.
        ids: columns that are no numbers as uint64, equal for equal terms within
            this result and 0 where unbound, without reading their texts.
        """
        columns = self.columns
        arrays = _skg.fetch_arrays(self._raw, 2**63, _arguments.flag("ids", ids))
        if arrays is None:
            import numpy

            return {name: numpy.empty(0, dtype=object) for name in columns}
        return dict(zip(columns, arrays))

    def to_pandas(self) -> Any:
        """The rows that are left as a pandas.DataFrame: as ``to_numpy``, with
        nullable Int64 and boolean where some are unbound."""
        import numpy
        import pandas

        data: Dict[str, Any] = {}
        for name, array in self.to_numpy().items():
            if isinstance(array, numpy.ma.MaskedArray):
                kind = "boolean" if array.dtype == bool else "Int64"
                series = pandas.array(array.data, dtype=kind)
                series[numpy.asarray(array.mask)] = pandas.NA
                data[name] = series
            else:
                data[name] = array
        return pandas.DataFrame(data, columns=self.columns)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The rows that are left as a stream of the Arrow C data interface,
        which pyarrow, polars and others read: ``pyarrow.table(result)``.
        Columns are int64, float64, bool or large_utf8, the texts as in CSV: an
        IRI or a literal's lexical form alone. All rows are read at once."""
        return _skg.arrow_stream(self._raw, self.columns)

    def explain(self, *, json: bool = False) -> str:
        """The plan: steps with estimates; with ``profile=True`` at the query
        also what each has done so far. json: as JSON text."""
        return self._raw.explain(_arguments.flag("json", json))

    def cancel(self) -> None:
        """From any thread: the fetch that runs, or the next one, raises
        CancelledError; rows that were computed before may still come."""
        self._raw.cancel()

    def close(self) -> None:
        """Lets go of the state and the memory that it holds."""
        self._raw.close()


class PreparedQuery:
    """A query that is parsed once and run many times, from any thread. Made by
    ``prepare``."""

    __slots__ = ("_raw",)

    def __init__(self, raw: "_skg.PreparedQuery"):
        self._raw = raw

    @property
    def columns(self) -> List[str]:
        """As those of its results."""
        return self._raw.columns

    def run(
        self,
        params: Optional[Dict[str, Any]] = None,
        *,
        values: bool = True,
        timeout: Timeout = None,
        as_of: PointInTime = None,
        valid_at: Any = None,
        min_weight: float = 0.0,
        max_rows: Optional[int] = None,
        memory_bytes: Optional[int] = None,
        threads: int = 0,
        profile: bool = False,
    ) -> Result:
        """Runs it with the values ``params``; all arguments (params to profile)
        and errors are those of ``Graph.query``. Calling it is the same."""
        return Result(self._raw.run({
            "params": params,
            "timeout": timeout,
            "as_of": as_of,
            "valid_at": valid_at,
            "min_weight": min_weight,
            "max_rows": max_rows,
            "memory_bytes": memory_bytes,
            "threads": threads,
            "profile": profile,
        }, _arguments.flag("values", values)))

    __call__ = run

    def close(self) -> None:
        """Lets go of it."""
        self._raw.close()
