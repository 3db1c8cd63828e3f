"""GraphView: a graph as arrays, and analyses of it."""

from typing import Any, Callable, Dict, List, Optional, Tuple

import skg._skg as _skg
from skg import _arguments
from skg._arguments import Timeout
from skg._handle import Handle
from skg._statements import Commit

__all__ = ["Analysis", "GraphView"]

Report = Optional[Callable[[float], Any]]


def _share(report: Report) -> Any:
    """A callback that is told one number, the share that is done."""
    if _arguments.callback("progress", report) is None:
        return None
    return lambda done, total: report(done)  # type: ignore[misc]


def _text(name: str, value: Any) -> str:
    """A parameter as the library reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return str(value.n3()) if hasattr(value, "n3") else value
    if hasattr(value, "item"):
        return _text(name, value.item())
    raise TypeError(f"{name}: expected a number, a bool, a name or a list, got {type(value).__name__}")


def texts(parameters: Dict[str, Any]) -> Dict[str, str]:
    """The parameters of an analysis as the library reads them."""
    return {name: _text(name, value) for name, value in parameters.items() if value is not None}


class Analysis:
    """The answer of an analysis: rows of a node and numbers about it, the best
    first. Made by ``GraphView.analyze``; ``len`` of it is the number of rows.

    columns: a dict from column to numpy.ndarray of shape (rows,), which show the
        answer's memory: of nodes uint32 (vertices), of whole numbers uint64, of
        others float64.
    summary: a dict about the whole: "iterations", "converged", "modularity" ...
    """

    __slots__ = ("_raw", "_view", "columns", "summary")

    def __init__(self, raw: "_skg.Analysis", view: "GraphView"):
        self._raw = raw
        self._view = view
        self.columns: Dict[str, Any] = raw.columns()
        self.summary: Dict[str, Any] = raw.summary()

    def __repr__(self) -> str:
        return f"<skg.Analysis {self.algorithm} {self._raw.rows} rows {list(self.columns)}>"

    def __len__(self) -> int:
        return self._raw.rows

    @property
    def algorithm(self) -> str:
        """Its name."""
        return self._raw.algorithm

    @property
    def kind(self) -> str:
        """"scores", "distances", "communities", "components", "paths" or
        "figures" (no rows: the summary says it all)."""
        return self._raw.kind

    def top(self, count: int = 10) -> List[Tuple[Any, ...]]:
        """The first ``count`` rows as tuples in the order of ``columns``, with
        names of nodes."""
        count = _arguments.whole("count", count)
        columns = []
        for values in self.columns.values():
            if values.dtype == "uint32":
                columns.append(self._view.names(values[:count]))
            else:
                columns.append(values[:count].tolist())
        return list(zip(*columns))

    def to_pandas(self) -> Any:
        """All rows as a pandas.DataFrame, with names of nodes."""
        import pandas

        return pandas.DataFrame({
            name: self._view.names(values) if values.dtype == "uint32" else values
            for name, values in self.columns.items()})

    def by_vertex(self, column: Optional[str] = None) -> Any:
        """A column of numbers as an array of shape (vertices,): its place is
        the vertex. Vertices without a row have NaN, or in whole numbers the
        greatest uint64. column: None: the first one of numbers. Errors:
        ValueError (no such column, or rows that are not one for each node)."""
        import numpy

        numbers = [name for name, values in self.columns.items() if values.dtype != "uint32"]
        nodes = [name for name, values in self.columns.items() if values.dtype == "uint32"]
        if len(nodes) != 1 or not numbers or self.kind == "paths":
            raise ValueError(f"column: the rows of {self.algorithm} are not one for each node")
        name = numbers[0] if column is None else column
        if name not in numbers:
            raise ValueError(f"column: {name!r} is none of {numbers}")
        values = self.columns[name]
        missing: Any = numpy.nan if values.dtype == "float64" else numpy.iinfo("uint64").max
        array = numpy.full(self._view.vertices, missing, dtype=values.dtype)
        array[self.columns[nodes[0]]] = values
        return array


class GraphView(Handle):
    """The nodes and edges of a graph as arrays in memory. Made by ``view`` of a
    Graph or ReadView; a context manager that lets go of it.

    Nodes are numbered: vertices 0 to ``vertices`` - 1. ``names`` gives their
    names, ``find`` the vertex of a name. All methods may be called from any
    thread.
    """

    __slots__ = ()

    _raw: "_skg.GraphView"

    def _shown(self) -> str:
        return f"{self.vertices} vertices, {self.edges} edges"

    def close(self) -> None:
        """Lets go of it. Arrays that show its memory keep that."""
        self._raw.close()

    @property
    def vertices(self) -> int:
        """How many nodes there are."""
        return self._raw.vertices

    @property
    def edges(self) -> int:
        """Directed, loops among them."""
        return self._raw.edges

    @property
    def weighted(self) -> bool:
        """Whether edges weigh what their statements do; else each weighs 1."""
        return self._raw.weighted

    @property
    def commit(self) -> int:
        """The state that it shows."""
        return self._raw.commit

    def names(self, vertices: Any = None) -> List[Any]:
        """The names of these vertices (numbers, an array); None: of all, so
        that place i has the name of vertex i. Errors: InvalidArgumentError
        (there is no such vertex)."""
        import numpy

        if vertices is None:
            vertices = numpy.arange(self.vertices, dtype=numpy.uint32)
        array = numpy.asarray(vertices)
        if array.size == 0:
            return []
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise TypeError("vertices: expected one row of ints")
        if array.min() < 0 or array.max() >= 2**32:
            raise ValueError("vertices: from 0 to 2**32 - 1")
        return self._raw.names(array.astype(numpy.uint32))

    def find(self, name: Any) -> Optional[int]:
        """The vertex of this name, a name or term as in ``Graph.add``; None:
        there is none."""
        return self._raw.find(name)

    def csr(self, direction: str = "out") -> Tuple[Any, Any, Any]:
        """(offsets, targets, weights): compressed sparse rows as read-only NumPy
        arrays that show the view's memory: uint64 of shape (vertices + 1,),
        uint32 and float32 of shape (entries,); weights are None where every
        edge weighs 1. The targets of vertex v are
        ``targets[offsets[v]:offsets[v + 1]]``, ascending.

        direction: "out", "in" (turned round) or "both" (without directions).
        The data directory stays in use, even if the engine is closed, until
        the arrays are gone.
        """
        if _arguments.text("direction", direction) not in ("out", "in", "both"):
            raise ValueError(f"direction: {direction!r} is none of 'out', 'in', 'both'")
        return self._raw.csr(direction)

    def to_scipy(self, direction: str = "out") -> Any:
        """The adjacency matrix as a scipy.sparse.csr_matrix of float32, shape
        (vertices, vertices), row = source. Its indices (and weights, where the
        view has some) show the view's memory; direction: see ``csr``. Needs
        SciPy."""
        import numpy
        from scipy.sparse import csr_matrix

        offsets, targets, weights = self.csr(direction)
        if weights is None:
            weights = numpy.ones(len(targets), dtype=numpy.float32)
        # Of one type, as SciPy wants them; the rows are few beside the entries.
        small = len(targets) < 2**31 and self.vertices < 2**31
        offsets = offsets.astype(numpy.int32) if small else offsets.view(numpy.int64)
        targets = targets.view(numpy.int32) if small else targets.astype(numpy.int64)
        matrix = csr_matrix(
            (weights, targets, offsets), shape=(self.vertices, self.vertices), copy=False)
        matrix.has_sorted_indices = True
        matrix.has_canonical_format = True
        return matrix

    def to_networkx(self) -> Any:
        """A networkx.DiGraph of the names; edges of a weighted view have
        "weight"."""
        import networkx
        import numpy

        offsets, targets, weights = self.csr("out")
        names = self.names()
        graph = networkx.DiGraph()
        graph.add_nodes_from(names)
        sources = numpy.repeat(numpy.arange(self.vertices), numpy.diff(offsets.astype(numpy.int64)))
        pairs = ((names[s], names[t]) for s, t in zip(sources.tolist(), targets.tolist()))
        if weights is None:
            graph.add_edges_from(pairs)
        else:
            graph.add_weighted_edges_from(
                (s, t, weight) for (s, t), weight in zip(pairs, weights.tolist()))
        return graph

    def analyze(
        self,
        algorithm: str,
        *,
        threads: int = 0,
        timeout: Timeout = None,
        progress: Report = None,
        **parameters: Any,
    ) -> Analysis:
        """Runs an analysis by name; ``skg.analyses()`` lists them with their
        parameters.

        algorithm: "pagerank", "leiden", "distances" ...
        threads: 0: as many as the machine runs at once.
        progress: called now and then with the share that is done, 0 to 1;
            False cancels.
        timeout: seconds or a timedelta.
        parameters: numbers, bools, names of nodes; None: as if not given. A
            node that the view does not have is no error: nothing is at any
            distance from it, and there are no rows; ``find`` tells.
        Errors: InvalidArgumentError (which parameter), DeadlineExceededError,
        CancelledError, ResourceExhaustedError.
        """
        raw = self._raw.analyze(_arguments.text("algorithm", algorithm), texts(parameters), {
            "threads": threads,
            "timeout": timeout,
            "progress": _share(progress),
        })
        return Analysis(raw, self)

    def pagerank(self, **parameters: Any) -> Any:
        """PageRank: float64 of shape (vertices,), place = vertex; sums to 1.
        Parameters and errors as those of ``analyze("pagerank")``: damping,
        tolerance, max_iterations ..."""
        return self.analyze("pagerank", **parameters).by_vertex()

    def degree(self, **parameters: Any) -> Any:
        """Degrees: shape (vertices,), place = vertex.
        Parameters and errors as those of ``analyze("degree")``."""
        return self.analyze("degree", **parameters).by_vertex()

    def betweenness(self, **parameters: Any) -> Any:
        """Betweenness: float64 of shape (vertices,), place = vertex.
        Parameters and errors as those of ``analyze("betweenness")``."""
        return self.analyze("betweenness", **parameters).by_vertex()

    def closeness(self, **parameters: Any) -> Any:
        """Closeness: float64 of shape (vertices,), place = vertex.
        Parameters and errors as those of ``analyze("closeness")``."""
        return self.analyze("closeness", **parameters).by_vertex()

    def louvain(self, **parameters: Any) -> Any:
        """Communities: uint64 of shape (vertices,), place = vertex.
        Parameters and errors as those of ``analyze("louvain")``."""
        return self.analyze("louvain", **parameters).by_vertex()

    def leiden(self, **parameters: Any) -> Any:
        """Communities: uint64 of shape (vertices,), place = vertex.
        Parameters and errors as those of ``analyze("leiden")``."""
        return self.analyze("leiden", **parameters).by_vertex()

    def write(
        self,
        graph: Any,
        analysis: Analysis,
        predicate: str = "",
        *,
        named_graph: str = "",
    ) -> Commit:
        """Writes the rows of an analysis as statements of a graph, in one
        commit: node, predicate, number.

        graph: an open ``Graph``, that of the view or another one.
        analysis: of this view; each row is a node and a number.
        predicate: a name or <IRI>; "": the algorithm's name.
        named_graph: cleared before; "": the default graph, where the
            statements of the predicate are replaced.
        Errors: as ``Graph.add``; InvalidArgumentError (rows that are not such).
        """
        return _skg.write_analysis(
            graph._raw, self._raw, analysis._raw, _arguments.text("predicate", predicate),
            _arguments.text("named_graph", named_graph), {})


def analyses() -> Dict[str, Dict[str, Any]]:
    """All analyses by name: "kind", "meaning" and "parameters", from name to
    (what it is unless given, what it may be, what it means)."""
    return {
        name: {
            "kind": kind,
            "meaning": meaning,
            "parameters": {
                parameter: (fallback, choices, what)
                for parameter, _, fallback, choices, what in parameters
            },
        }
        for name, kind, meaning, parameters in _skg.analyses()
    }
