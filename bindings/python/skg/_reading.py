"""What a graph and a view of it have in common: questions about a state."""

import datetime
from typing import Any, Dict, Iterable, Iterator, Optional, Tuple, Union

import skg._skg as _skg
from skg import _arguments, _pattern
from skg._arguments import PointInTime, Timeout
from skg._result import PreparedQuery, Result
from skg._search import Searchable
from skg._statements import Statement
from skg._view import GraphView, Report, _share

Names = Union[str, Iterable[str]]
When = Union[str, datetime.datetime, None]

_TRIPLES = "SELECT ?subject ?predicate ?object { ?subject ?predicate ?object }"


def batches(cursor: "Union[_skg.Cursor, _skg.Differences]") -> Iterator[Any]:
    """All that a cursor gives, one by one."""
    while True:
        batch = cursor.next()
        if batch is None:
            return
        yield from batch


class Readable(Searchable):
    """Questions about one state of a graph: of a ``Graph`` the present one, at
    each call, of a ``ReadView`` always the same."""

    __slots__ = ()

    _raw: "_skg.Readable"

    def match(
        self,
        subject: Any = None,
        predicate: Any = None,
        object: Any = None,
        *,
        graph: Any = None,
        weight_min: float = 0.0,
        weight_max: float = 1.0,
        valid_at: When = None,
        as_of: PointInTime = None,
        order_by: str = "commit",
        descending: bool = False,
        limit: Optional[int] = None,
        offset: int = 0,
        metadata: bool = False,
        identity: bool = True,
        timeout: Timeout = None,
    ) -> Iterator[Statement]:
        """The statements that match a pattern, as an iterator of Statement.

        subject, predicate, object: a name or term; None matches all.
        graph: a named graph; "": the default one; None: all as one, each
            triple once.
        weight_min, weight_max: inclusive, in [0, 1].
        valid_at: only what holds in the world then.
        as_of: of a Graph: a commit's number, or a time, whose state is asked.
        order_by: "commit", "weight", "subject", "predicate", "object",
            "created_at" or "key" (the index's order, streamed unsorted).
        descending: the other way round.
        limit, offset: of the ordered statements.
        metadata: fill in metadata, source and valid times (a read each).
        identity: fill in id, created_at, updated_at.
        timeout: seconds until all of it must have been read.
        Errors: InvalidArgumentError, DeadlineExceededError; OutOfRangeError
        (as_of), ResourceExhaustedError (more to sort than memory holds).
        """
        return batches(_skg.match(self._raw, {
            "subject": subject,
            "predicate": predicate,
            "object": object,
            "graph": graph,
            "weight_min": weight_min,
            "weight_max": weight_max,
            "valid_at": valid_at,
            "as_of": as_of,
            "order_by": order_by,
            "descending": descending,
            "limit": limit,
            "offset": offset,
            "metadata": metadata,
            "identity": identity,
            "timeout": timeout,
        }, False))

    def triples(
        self,
        subject: Any = None,
        predicate: Any = None,
        object: Any = None,
        *,
        graph: Any = None,
        as_of: PointInTime = None,
        timeout: Timeout = None,
    ) -> Iterator[Tuple[Any, Any, Any]]:
        """The triples of the statements that match, each once, as an iterator of
        (subject, predicate, object): the fastest way to read statements one by
        one. Arguments (subject to timeout) and errors as those of ``match``."""
        given = {"subject": subject, "predicate": predicate, "object": object}
        result: Iterable[Any] = Result(_skg.query(self._raw, _TRIPLES, {
            "params": {name: term for name, term in given.items() if term is not None},
            "union_default_graph": graph is None,
            "default_graphs": [] if graph is None or graph == "" else [graph],
            "as_of": as_of,
            "timeout": timeout,
        }, True, True))
        return iter(result)

    def count(
        self,
        subject: Any = None,
        predicate: Any = None,
        object: Any = None,
        *,
        graph: Any = None,
        weight_min: float = 0.0,
        weight_max: float = 1.0,
        valid_at: When = None,
        as_of: PointInTime = None,
    ) -> int:
        """How many statements ``match`` would give; exact. Constant time for
        everything and for a predicate alone, where no named graph matches.
        Arguments (subject to as_of) and errors as those of ``match``."""
        return _skg.count(self._raw, {
            "subject": subject,
            "predicate": predicate,
            "object": object,
            "graph": graph,
            "weight_min": weight_min,
            "weight_max": weight_max,
            "valid_at": valid_at,
            "as_of": as_of,
        })

    def __len__(self) -> int:
        return self.count()

    def get(self, id: str) -> Statement:
        """The statement with this id. Errors: NotFoundError,
        InvalidArgumentError (no UUID), FailedPreconditionError (the graph
        keeps no ids)."""
        return _skg.get(self._raw, _arguments.text("id", str(id)))

    def stats(self) -> Dict[str, int]:
        """Exact numbers, a dict: statements, triples (those in several graphs
        once), and distinct subjects, predicates and objects."""
        return _skg.stats(self._raw)

    def query(
        self,
        text: Union[str, Dict[str, Any]],
        params: Optional[Dict[str, Any]] = None,
        *,
        language: str = "sparql",
        values: bool = True,
        timeout: Timeout = None,
        as_of: PointInTime = None,
        valid_at: When = None,
        min_weight: float = 0.0,
        max_rows: Optional[int] = None,
        memory_bytes: Optional[int] = None,
        threads: int = 0,
        union_default_graph: bool = False,
        default_graphs: Names = (),
        named_graphs: Names = (),
        base_iri: str = "",
        profile: bool = False,
    ) -> Result:
        """Runs a query and fetches its first rows.

        text: SPARQL 1.1 (SELECT, ASK, CONSTRUCT, DESCRIBE); the prefix ``:``
            is the graph's namespace. Or a JSON document: see ``language``.
        params: from the names of variables (without ``?``) to values, as terms
            and never as pieces of text.
        language: "sparql"; or "json" (also called "pattern"): ``text`` is a
            JSON query document, as text or as a dict in which terms may be
            values as in ``add``: ``{"pattern": [s, p, o], "k": 10}`` gives rows
            (subject, predicate, object, weight), the strongest first;
            ``{"patterns": [{"subject": "?who", ...}], "operator": "AND"}``
            solutions, or such rows where there is no variable;
            ``{"start_entity": s, "max_depth": 3}`` the steps of a walk (source,
            target, predicate, depth, weight). Of the arguments below only
            values, timeout, as_of, max_rows (the greatest limit that the
            document may set), memory_bytes and profile are for it; when
            statements hold it says itself ("valid_at").
        values: literals as int, float, Decimal, datetime ... and Literal;
            False: every term as the ``str`` that the engine writes, exactly.
        timeout: seconds until all rows must have been read.
        as_of: of a Graph: a commit's number, or a time, whose state is asked.
        valid_at: only statements that hold in the world then.
        min_weight: only statements of at least this weight.
        max_rows, memory_bytes: more than that is a ResourceExhaustedError
            (256 MiB by default).
        threads: 0: as many as the machine runs at once.
        union_default_graph: the default graph is all graphs together.
        default_graphs, named_graphs: in place of FROM and FROM NAMED.
        base_iri: for relative IRIs of the text.
        profile: measure the steps of the plan, for ``Result.explain``.
        Errors: InvalidArgumentError (line and column; of a document ``fields``
        says where), DeadlineExceededError, ResourceExhaustedError,
        OutOfRangeError (as_of), CancelledError.
        """
        if _pattern.is_document(language):
            _pattern.refuse({
                "params": params, "valid_at": valid_at, "min_weight": min_weight,
                "threads": threads, "union_default_graph": union_default_graph,
                "default_graphs": default_graphs, "named_graphs": named_graphs,
                "base_iri": base_iri})
            return self._query_json(
                text, values, timeout=timeout, as_of=as_of, max_rows=max_rows,
                memory_bytes=memory_bytes, profile=profile)
        return Result(_skg.query(self._raw, _arguments.text("text", text), {
            "params": params,
            "timeout": timeout,
            "as_of": as_of,
            "valid_at": valid_at,
            "min_weight": min_weight,
            "max_rows": max_rows,
            "memory_bytes": memory_bytes,
            "threads": threads,
            "union_default_graph": union_default_graph,
            "default_graphs": default_graphs,
            "named_graphs": named_graphs,
            "base_iri": base_iri,
            "profile": profile,
        }, _arguments.flag("values", values), True))

    def _query_json(self, text: Any, values: bool, **options: Any) -> Result:
        return Result(_skg.query_json(
            self._raw, _pattern.document_text(text), options, _arguments.flag("values", values)))

    def query_document(
        self,
        text: Union[str, Dict[str, Any]],
        params: Optional[Dict[str, Any]] = None,
        *,
        language: str = "sparql",
        format: str = "json",
        timeout: Timeout = None,
        as_of: PointInTime = None,
        union_default_graph: bool = False,
        default_graphs: Names = (),
        named_graphs: Names = (),
        base_iri: str = "",
    ) -> bytes:
        """Runs a query and writes its answer as a document.

        format: "json", "xml", "csv" or "tsv" of SELECT and ASK (the SPARQL
            result formats), "turtle", "ntriples" or "rdfxml" of CONSTRUCT and
            DESCRIBE; "json" of a JSON document.
        text to base_iri: as those of ``query``, and so are errors;
            InvalidArgumentError also where the format is not one of the answer.
        """
        if _pattern.is_document(language):
            _pattern.refuse({
                "params": params, "union_default_graph": union_default_graph,
                "default_graphs": default_graphs, "named_graphs": named_graphs,
                "base_iri": base_iri})
            with self._query_json(text, True, timeout=timeout, as_of=as_of) as answer:
                return answer._raw.write({"format": format})
        result = _skg.query(self._raw, _arguments.text("text", text), {
            "params": params,
            "timeout": timeout,
            "as_of": as_of,
            "union_default_graph": union_default_graph,
            "default_graphs": default_graphs,
            "named_graphs": named_graphs,
            "base_iri": base_iri,
        }, True, False)
        try:
            return result.write({"format": format})
        finally:
            result.close()

    def prepare(self, text: str, *, base_iri: str = "") -> PreparedQuery:
        """Parses a query to be run many times. A Graph's asks the state that is
        the present one at each run.

        text: SPARQL, as that of ``query``. base_iri: for relative IRIs in it.
        Errors: InvalidArgumentError (line and column).
        """
        return PreparedQuery(_skg.prepare(
            self._raw, _arguments.text("text", text), _arguments.text("base_iri", base_iri)))

    def explain(
        self,
        text: Union[str, Dict[str, Any]],
        params: Optional[Dict[str, Any]] = None,
        *,
        language: str = "sparql",
    ) -> str:
        """The plan of a query, which is not run: its steps, with estimates and
        orders. What the steps did: ``query(..., profile=True).explain()``. text,
        params, language and errors are those of ``query``."""
        if _pattern.is_document(language):
            _pattern.refuse({"params": params})
            with self._query_json(text, True, explain=True) as planned:
                return planned.explain()
        return _skg.query(
            self._raw, _arguments.text("text", text), {"params": params}, True, False
        ).explain(False)

    def view(
        self,
        *,
        predicates: Names = (),
        without_predicates: Names = (),
        graph: Any = None,
        node_types: Names = (),
        min_weight: float = 0.0,
        literals: bool = False,
        weighted: bool = False,
        parallel_edges: str = "sum",
        as_of: PointInTime = None,
        timeout: Timeout = None,
        progress: Report = None,
    ) -> GraphView:
        """Nodes and edges as arrays, for analyses: nodes are all subjects and
        objects of the statements that are edges.

        predicates, without_predicates: whose statements are edges; (): all.
        graph: as that of ``match``.
        node_types: only nodes with one of these types.
        min_weight: only statements of at least this weight.
        literals: literals are nodes, too.
        weighted: edges weigh what their statements do; else each weighs 1.
        parallel_edges: of several statements between two nodes the "sum",
            "greatest", "least" or "mean".
        as_of: of a Graph: a commit's number, or a time, whose state is shown.
        timeout: seconds or a timedelta until it must be there.
        progress: called now and then with the share that is done, 0 to 1;
            False cancels.
        Errors: InvalidArgumentError, OutOfRangeError (as_of),
        DeadlineExceededError, CancelledError, ResourceExhaustedError (memory).
        """
        return GraphView(_skg.graph_view(self._raw, {
            "predicates": predicates,
            "without_predicates": without_predicates,
            "graph": graph,
            "node_types": node_types,
            "min_weight": min_weight,
            "literals": literals,
            "weighted": weighted,
            "parallel_edges": parallel_edges,
            "as_of": as_of,
            "timeout": timeout,
            "progress": _share(progress),
        }))
