"""Search by words, by vectors and by nearness: what it finds."""

from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple, Union

import skg._skg as _skg
from skg import _arguments
from skg._arguments import PointInTime, Timeout

__all__ = ["HybridHit", "TextHit", "VectorHit"]

Names = Union[str, Iterable[str]]


class TextHit(NamedTuple):
    """What a text search found.

    owner: a node, or of an index over statements the id of one.
    score: BM25: the higher the better.
    text: the text that was found, the best one of the owner.
    highlighted: the same with marks, where some were asked for.
    """

    owner: Any
    score: float
    text: str
    highlighted: str


class VectorHit(NamedTuple):
    """What a vector search found.

    owner: a node, or of an index over statements the id of one.
    score: the higher the better: by the metric the cosine, the inner product,
        or for "l2" 1 / (1 + squared distance).
    """

    owner: Any
    score: float


class HybridHit(NamedTuple):
    """What a hybrid search found.

    owner: a node.
    score: the higher the better.
    text, vector, near: of each part (rank, score, share of the hit's score), or
        None where it does not rank the node.
    matched_text: the text that was found by words; "": none.
    """

    owner: Any
    score: float
    text: Optional[Tuple[int, float, float]]
    vector: Optional[Tuple[int, float, float]]
    near: Optional[Tuple[int, float, float]]
    matched_text: str


class Searchable:
    """Searches of one state of a graph."""

    __slots__ = ()

    _raw: Any

    def search_text(
        self,
        query: str,
        *,
        index: str = "default",
        top_k: int = 10,
        all_words: bool = False,
        threshold: float = 0.0,
        node_types: Names = (),
        filter: str = "",
        mark: Tuple[str, str] = ("", ""),
        as_of: PointInTime = None,
        timeout: Timeout = None,
    ) -> List[TextHit]:
        """The nodes or statements whose texts say best what is asked for:
        words, "phrases", prefix*, fuzzy~, +must and -mustnot. Best first.

        query: what is asked for; without a word it finds nothing.
        index: its name.
        top_k: how many at most, from 1 to 10000.
        all_words: words without a sign must all occur.
        threshold: what scores less is not found.
        node_types: only nodes with one of these types.
        filter: only nodes that this SPARQL SELECT binds to its first variable.
        mark: put before and behind words in ``TextHit.highlighted``.
        as_of: of a Graph: a commit's number, or a time, whose state is searched.
        timeout: seconds or a timedelta.
        Errors: NotFoundError (the index), InvalidArgumentError, OutOfRangeError
        (as_of; before the index was made), DeadlineExceededError.
        """
        begin, end = mark
        return [TextHit(*hit) for hit in _skg.search_text(
            self._raw, _arguments.text("index", index), _arguments.text("query", query), {
                "top_k": top_k,
                "all_words": all_words,
                "threshold": threshold,
                "node_types": node_types,
                "filter": filter,
                "mark_begin": begin,
                "mark_end": end,
                "as_of": as_of,
                "timeout": timeout,
            })]

    def search_vectors(
        self,
        vector: Any,
        *,
        index: str = "default",
        top_k: int = 10,
        threshold: Optional[float] = None,
        ef: int = 0,
        node_types: Names = (),
        filter: str = "",
        as_of: PointInTime = None,
        timeout: Timeout = None,
    ) -> List[VectorHit]:
        """The owners of the vectors nearest to this one, best first.

        vector: numbers of shape (dimension,), best a float32 array; or a
            ``str``, of which the index's embedder makes a vector.
        threshold: what scores less is not found; None: all count.
        ef: of HNSW: candidates kept; 0: as the index says.
        Others, and errors, as those of ``search_text``; of a ``str`` also those
        of the embedder, and FailedPreconditionError where the index has none.
        """
        options = {
            "top_k": top_k,
            "threshold": threshold,
            "ef": ef,
            "node_types": node_types,
            "filter": filter,
            "as_of": as_of,
            "timeout": timeout,
        }
        search = _skg.search_similar if isinstance(vector, str) else _skg.search_vectors
        return [VectorHit(*hit) for hit in search(
            self._raw, _arguments.text("index", index), vector, options)]

    def search(
        self,
        *,
        text: Optional[str] = None,
        vector: Any = None,
        similar_to: Optional[str] = None,
        near: Optional[Names] = None,
        max_distance: int = 3,
        text_index: str = "default",
        vector_index: str = "default",
        text_weight: float = 1.0,
        vector_weight: float = 1.0,
        near_weight: float = 1.0,
        fusion: str = "reciprocal_rank",
        top_k: int = 10,
        window: int = 0,
        node_types: Names = (),
        filter: str = "",
        as_of: PointInTime = None,
        timeout: Timeout = None,
    ) -> List[HybridHit]:
        """Nodes ranked by words, by meaning and by how near they are in the
        graph, in one call; at least one of these parts.

        text: as the query of ``search_text``.
        vector, similar_to: a vector, or a text that the embedder makes one of.
        near: nodes; statements are ways in both directions, up to max_distance
            (1 to 10) of them.
        text_index, vector_index: their names.
        text_weight, vector_weight, near_weight: how much each part counts.
        fusion: "reciprocal_rank" or "weighted_scores".
        window: how many nodes each part ranks; 0: ten times top_k.
        Others, and errors, as those of ``search_text``.
        """
        if vector is not None and similar_to is not None:
            raise TypeError("similar_to: give a vector or a text, not both")
        return [HybridHit(*hit) for hit in _skg.search(self._raw, {
            "text": text,
            "vector": vector,
            "similar_to": similar_to,
            "near": near,
            "max_distance": max_distance,
            "text_index": text_index,
            "vector_index": vector_index,
            "text_weight": text_weight,
            "vector_weight": vector_weight,
            "near_weight": near_weight,
            "fusion": fusion,
            "top_k": top_k,
            "window": window,
            "node_types": node_types,
            "filter": filter,
            "as_of": as_of,
            "timeout": timeout,
        })]

    def vectors(self, owners: Iterable[Any], *, index: str = "default") -> Any:
        """The vectors of these owners: float32 of shape (owners, dimension).
        Errors: NotFoundError (the index, or one that has none)."""
        return _skg.get_vectors(
            self._raw, _arguments.text("index", index), owner_list(owners))

    def node_text(self, node: Any, *, index: str = "default") -> str:
        """The text of a node of which a vector index that follows the graph
        makes a vector; "": it has none. Errors: NotFoundError (the index),
        InvalidArgumentError (an index over statements)."""
        return _skg.node_text(self._raw, _arguments.text("index", index), node)

    def text_indexes(self) -> List[Dict[str, Any]]:
        """The text indexes, in the order they were made: dicts of name, over,
        predicates, language, documents (texts), complete (whether it can be
        searched by now)."""
        return _skg.text_indexes(self._raw)

    def vector_indexes(self) -> List[Dict[str, Any]]:
        """The vector indexes, in the order they were made: dicts of name, over,
        dimension, embedder ("": none), vectors (how many), memory_bytes."""
        return _skg.vector_indexes(self._raw)


def owner_list(owners: Any) -> List[Any]:
    """An iterable of names as a list, or TypeError."""
    if isinstance(owners, (str, bytes)):
        raise TypeError(f"owners: expected a list of names, got {type(owners).__name__}")
    try:
        return list(owners)
    except TypeError:
        raise TypeError(
            f"owners: expected a list of names, got {type(owners).__name__}") from None
