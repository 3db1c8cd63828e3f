"""Graph: one knowledge graph."""

from typing import Any, Callable, Dict, Iterable, Optional

import skg._skg as _skg
from skg import _arguments, _backup, _bulk
from skg._arguments import PointInTime, Timeout
from skg._backup import SaveResult
from skg._handle import Handle
from skg._indexes import Indexed
from skg._past import Remembering
from skg._reading import Names, Readable, When
from skg._statements import Commit, LoadResult, UpdateResult
from skg._transaction import Transaction
from skg._view import texts
from skg._watch import Watched

__all__ = ["Graph"]


class Graph(Handle, Readable, Remembering, Indexed, Watched):
    """One knowledge graph: write, match, query. Made by ``Engine.graph``; a
    context manager that closes the handle.

    All methods may be called from any thread. Writes are blind: they never
    conflict, and each is one commit, as durable as the engine's durability
    says when it returns.
    """

    __slots__ = ()

    _raw: "_skg.Graph"

    def _shown(self) -> str:
        return f"{self._raw.tenant}/{self._raw.name}"

    def close(self) -> None:
        """Closes this handle; the graph itself stays as it is."""
        self._raw.close()

    @property
    def name(self) -> str:
        """Without the tenant."""
        return self._raw.name

    @property
    def tenant(self) -> str:
        """Whose graph it is."""
        return self._raw.tenant

    @property
    def uuid(self) -> str:
        """The graph's own, from which the ids of its statements are made."""
        return self._raw.uuid

    @property
    def base_namespace(self) -> str:
        """Where names live: "X" is the IRI of this with "X" behind it."""
        return self._raw.base_namespace

    def add(
        self,
        subject: Any,
        predicate: Any,
        object: Any,
        *,
        graph: Any = "",
        weight: float = 1.0,
        metadata: Optional[Dict[str, Any]] = None,
        edge: int = 0,
        valid_from: When = None,
        valid_to: When = None,
        source: str = "",
        skip_duplicates: bool = False,
        idempotency_key: str = "",
        durability: Optional[str] = None,
    ) -> Commit:
        """Adds a statement, or replaces weight and record of one that is there.

        subject, predicate, object: a name (``str``), a term (IRI, Literal, a
            ``str`` in N-Triples form), or a value that is a literal.
        graph: the named graph; "": the default one.
        weight: in [0, 1], kept as a float32.
        metadata: a dict that JSON can say.
        edge: not 0: one of several parallel relationships.
        valid_from, valid_to: when it holds in the world (naive: UTC).
        source: where it comes from, free text.
        skip_duplicates: leave one that is there as it is.
        idempotency_key: the same call with the same key within 24 hours gives
            the stored result, without another commit.
        durability: "sync", "group" or "none", in place of the engine's.
        Errors: TypeError, ValueError (which argument), InvalidArgumentError,
        QuotaExceededError, ResourceExhaustedError, NotFoundError (the graph
        was dropped).
        """
        return self._raw.add(subject, predicate, object, {
            "graph": graph,
            "weight": weight,
            "metadata": metadata,
            "edge": edge,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "source": source,
            "skip_duplicates": skip_duplicates,
            "idempotency_key": idempotency_key,
            "durability": durability,
        })

    def add_all(
        self,
        statements: Iterable[Any],
        *,
        skip_duplicates: bool = False,
        idempotency_key: str = "",
        durability: Optional[str] = None,
    ) -> Commit:
        """Adds statements in one commit: (s, p, o), (s, p, o, weight),
        Statement, or dicts of the arguments of ``add``. Of equal ones the last
        counts (the first with skip_duplicates). They are held in memory, some
        1.5 KB each: millions are for ``bulk_load``. idempotency_key, durability
        and errors are those of ``add``; after an error none was added."""
        if isinstance(statements, (str, bytes)):
            raise TypeError(f"statements: expected an iterable of statements, got {type(statements).__name__}")
        try:
            items = iter(statements)
        except TypeError:
            raise TypeError(
                f"statements: expected an iterable of statements, got {type(statements).__name__}"
            ) from None
        return self._raw.add_all(items, {
            "skip_duplicates": skip_duplicates,
            "idempotency_key": idempotency_key,
            "durability": durability,
        })

    def remove(
        self,
        subject: Any,
        predicate: Any,
        object: Any,
        *,
        graph: Any = "",
        idempotency_key: str = "",
        durability: Optional[str] = None,
    ) -> Commit:
        """Removes a statement of one graph, with all its parallel edges. One
        that is not there is no error: ``Commit.absent`` counts it. Arguments and
        errors as those of ``add``; what matches a pattern ``update`` removes."""
        return self._raw.remove(subject, predicate, object, {
            "graph": graph,
            "idempotency_key": idempotency_key,
            "durability": durability,
        })

    def clear(self, graph: Any = None, *, durability: Optional[str] = None) -> Commit:
        """Removes all statements: of a named graph, of the default one (""),
        or of all (None), at once, whatever their number. States of the past
        keep them. durability: as that of ``add``."""
        return self._raw.clear(graph, {"durability": durability})

    def update(
        self,
        text: str,
        params: Optional[Dict[str, Any]] = None,
        *,
        timeout: Timeout = None,
        union_default_graph: bool = False,
        default_graphs: Names = (),
        named_graphs: Names = (),
        base_iri: str = "",
        load_folder: str = "",
        memory_bytes: Optional[int] = None,
        durability: Optional[str] = None,
    ) -> UpdateResult:
        """Runs a SPARQL 1.1 Update request as one serialisable commit.

        params, union_default_graph, default_graphs (in place of USING),
            named_graphs, base_iri, memory_bytes: as those of ``query``.
        timeout: seconds until it begins to commit.
        load_folder: below it LOAD <file:///...> may read; "": nowhere.
        durability: as that of ``add``.
        Errors: as ``query`` and ``add``; AlreadyExistsError, NotFoundError
        (CREATE, DROP and others without SILENT).
        """
        return UpdateResult(*self._raw.update(_arguments.text("text", text), {
            "params": params,
            "timeout": timeout,
            "union_default_graph": union_default_graph,
            "default_graphs": default_graphs,
            "named_graphs": named_graphs,
            "base_iri": base_iri,
            "load_folder": load_folder,
            "memory_bytes": memory_bytes,
            "durability": durability,
        }))

    def load(
        self,
        source: Any,
        format: Optional[str] = None,
        *,
        base_iri: str = "",
        graph: Any = "",
        skip_duplicates: bool = False,
        continue_on_error: bool = False,
        csv_key: str = "",
        csv_columns: Names = (),
        progress: Optional[Callable[[int, int], Any]] = None,
    ) -> LoadResult:
        """Reads a file, or a document, as one commit: all of it or nothing.

        source: a path (``str``, PathLike), perhaps gzipped; ``bytes``, a
            document; or what has ``read()``, which is read as a whole.
        format: "turtle", "ntriples", "nquads", "trig", "rdfxml", "tsv", "csv"
            or "json"; None: what the path says.
        base_iri: for relative IRIs.
        graph: where statements go that name no graph.
        skip_duplicates: statements that are there stay as they are.
        continue_on_error: skip what is malformed; ``LoadResult.errors`` has the
            first 100.
        csv_key, csv_columns: the column that names the subjects; names for a
            file without a header line.
        progress: called now and then with (statements, 0); False cancels.
        Errors: InvalidArgumentError (line and column), NotFoundError,
        CancelledError, ResourceExhaustedError, what ``progress`` raises; the
        graph is then as it was.
        """
        options = {
            "format": format,
            "base_iri": base_iri,
            "graph": graph,
            "skip_duplicates": skip_duplicates,
            "continue_on_error": continue_on_error,
            "csv_key": csv_key,
            "csv_columns": csv_columns,
            "progress": _arguments.report_numbers(progress),
        }
        if hasattr(source, "read"):
            source = source.read()
            if isinstance(source, str):
                source = source.encode("utf-8")
        if isinstance(source, (bytes, bytearray, memoryview)):
            return LoadResult(**_skg.load_bytes(self._raw, bytes(source), options))
        return LoadResult(
            **_skg.load_file(self._raw, _arguments.source_path("source", source), options))

    def bulk_load(
        self,
        statements: Any = None,
        *,
        subject: Any = None,
        predicate: Any = None,
        object: Any = None,
        graph: Any = "",
        weight: Any = None,
        metadata: Any = None,
        source: Any = None,
        skip_duplicates: bool = False,
        progress: Optional[Callable[[int, int], Any]] = None,
    ) -> LoadResult:
        """Adds any number of statements as one commit, in bounded memory.

        statements: an iterable, as ``add_all`` takes; or a pandas.DataFrame
            with columns subject, predicate, object and perhaps graph, weight,
            metadata, source.
        subject, predicate, object: instead, columns: numpy arrays, Series or
            lists of equal length, or one value for all rows.
        graph, weight, metadata, source: likewise, with ``subject``.
        skip_duplicates: statements that are there stay as they are.
        progress: as that of ``load``.
        Of equal statements the last counts (the first with skip_duplicates).
        Errors: as ``load``; TypeError and ValueError say the row.
        """
        if statements is not None:
            if subject is not None or predicate is not None or object is not None:
                raise TypeError("statements: give statements or columns, not both")
            produce = _bulk.producer(statements)
        else:
            produce = _bulk.column_producer(
                subject, predicate, object, graph, weight, metadata, source)
        return LoadResult(**_skg.bulk_load(self._raw, produce, {
            "skip_duplicates": skip_duplicates,
            "progress": _arguments.report_numbers(progress),
        }))

    def export(
        self,
        path: Any = None,
        format: Optional[str] = None,
        *,
        as_of: PointInTime = None,
        graph: Any = None,
        progress: Optional[Callable[[int, int], Any]] = None,
    ) -> bytes:
        """Writes the graph as a document to a file; without a path it is
        returned as bytes.

        format: as that of ``load``; None: what the path says, else "nquads".
        as_of: the state to write.
        graph: only what this named graph holds ("": the default one).
        progress: called now and then with (statements, 0); False cancels.
        Errors: InvalidArgumentError, OutOfRangeError, UnavailableError (the
        file cannot be written, and why), ResourceExhaustedError (the disk is
        full), CancelledError.
        """
        if path is None and format is None:
            format = "nquads"
        to_file = path is not None
        _, _, text = _skg.export_to(
            self._raw, _arguments.path("path", path) if to_file else "", to_file, {
                "format": format,
                "as_of": as_of,
                "graph": graph,
                "progress": _arguments.report_numbers(progress),
            })
        return text

    def save(
        self,
        file: Any,
        *,
        as_of: PointInTime = None,
        progress: Optional[Callable[[int, int], Any]] = None,
    ) -> SaveResult:
        """Writes the graph with its whole history, log, indexes and vectors as
        one file, which ``Engine.restore_graph`` reads, anywhere. Writers go on.

        file: a path, where the file appears once all of it is on the disk; or
            what has ``write(bytes)``, such as a binary file: what that raises
            ends the call and comes through.
        as_of: the graph as it was then, with the past that it had then.
        progress: called now and then with (bytes, 0); False cancels.
        Errors: OutOfRangeError (as_of), UnavailableError (the file cannot be
        written), CancelledError, NotFoundError (the graph was dropped).
        """
        return _backup.save(self._raw, file, {
            "as_of": as_of,
            "progress": _arguments.report_numbers(progress),
        })

    def begin(self) -> Transaction:
        """Begins a transaction on the present state: see Transaction."""
        return Transaction(_skg.begin(self._raw))

    transaction = begin

    def start_analysis(
        self,
        algorithm: str,
        *,
        predicates: Names = (),
        without_predicates: Names = (),
        graph: Any = None,
        node_types: Names = (),
        min_weight: float = 0.0,
        literals: bool = False,
        weighted: bool = False,
        parallel_edges: str = "sum",
        threads: int = 0,
        result_rows: int = 100,
        write_to: Optional[str] = None,
        named_graph: str = "",
        **parameters: Any,
    ) -> int:
        """Runs an analysis of the present state by a task in the background:
        the number of the task, for ``Engine.wait_task``.

        algorithm, threads, parameters: as those of ``GraphView.analyze``.
        predicates to parallel_edges: which statements are edges, as ``view``.
        result_rows: how many rows the task's result has, at most 1000; "rows"
            in it tells how many there are.
        write_to: a predicate (a name or <IRI>; "": the algorithm's name) by
            which all rows are written as statements; None: nothing is written.
        named_graph: where they are written, cleared before; "": the default
            graph, where the statements of the predicate are replaced.
        Errors: InvalidArgumentError (which parameter), ResourceExhaustedError
        (too many tasks wait).
        """
        if named_graph and write_to is None:
            raise TypeError("write_to: expected a str where there is a named_graph, got None")
        return _skg.start_analysis(
            self._raw, _arguments.text("algorithm", algorithm), texts(parameters), {
                "predicates": predicates,
                "without_predicates": without_predicates,
                "graph": graph,
                "node_types": node_types,
                "min_weight": min_weight,
                "literals": literals,
                "weighted": weighted,
                "parallel_edges": parallel_edges,
                "threads": threads,
                "result_rows": result_rows,
                "write_to": write_to,
                "named_graph": named_graph,
            })

    def compact(self) -> None:
        """Packs all that the graph holds, which makes reads faster and frees what
        was forgotten; others read and write meanwhile. Nothing ends it."""
        self._raw.compact()
