"""Graphs of NetworkX as statements."""

from typing import Any, Iterator, Tuple

from skg import _arguments
from skg._graph import Graph
from skg._statements import LoadResult


def from_networkx(
    graph: Graph,
    source: Any,
    *,
    predicate: Any = "edge",
    weight: str = "weight",
    key: str = "predicate",
) -> LoadResult:
    """Adds the edges of a networkx graph to an open ``Graph``, as one commit.

    source: any kind of graph; of an undirected one each edge is one statement.
        Nodes are names or terms (other values, such as numbers, would be
        literals, which cannot be subjects: relabel them).
    predicate: of edges without the attribute ``key``.
    weight: the attribute with the statement's weight, in [0, 1]; edges without
        it weigh 1.
    key: the attribute with the statement's predicate; its key in a multigraph
        whose keys are ``str``.
    Attributes of nodes become statements with the attribute's name as predicate
    and its value as object. Errors: as ``Graph.bulk_load``.
    """
    _arguments.text("weight", weight)
    _arguments.text("key", key)
    if not (hasattr(source, "edges") and hasattr(source, "nodes")):
        raise TypeError(f"source: expected a networkx graph, got {type(source).__name__}")

    def statements() -> Iterator[Tuple[Any, ...]]:
        for node, attributes in source.nodes(data=True):
            for name, value in attributes.items():
                yield (node, name, value)
        if source.is_multigraph():
            for subject, object_, edge, data in source.edges(keys=True, data=True):
                named = edge if isinstance(edge, str) else predicate
                yield (subject, data.get(key, named), object_, data.get(weight, 1.0))
        else:
            for subject, object_, data in source.edges(data=True):
                yield (subject, data.get(key, predicate), object_, data.get(weight, 1.0))

    return graph.bulk_load(statements())
