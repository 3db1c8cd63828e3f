"""Making, filling and dropping the indexes of a graph."""

from typing import Any, Iterable, Optional, Union

import skg._skg as _skg
from skg import _arguments
from skg._arguments import Timeout
from skg._search import owner_list
from skg._statements import Commit

Names = Union[str, Iterable[str]]


class Indexed:
    """Indexes for texts and vectors, part of the graph's state."""

    __slots__ = ()

    _raw: Any

    def create_text_index(
        self,
        name: str = "default",
        *,
        over: str = "nodes",
        predicates: Names = (),
        names: bool = True,
        metadata: bool = True,
        language: str = "en",
        stemming: bool = True,
        stop_words: bool = False,
        timeout: Timeout = None,
    ) -> Commit:
        """Makes an index of the texts that are there; from then on commits
        write theirs.

        name: by which ``search_text(index=...)`` finds it.
        over: "nodes" (a text belongs to the subject) or "statements".
        predicates: whose objects are texts; (): all.
        names: over nodes: the names of nodes are texts, too.
        metadata: over statements: the strings in metadata are texts, too.
        language: of strings without a tag (BCP 47); "": none.
        stemming: reduce words to their stems, where the language has a stemmer.
        stop_words: leave out the most frequent words.
        timeout: seconds or a timedelta; past it there is no index.
        Errors: AlreadyExistsError, InvalidArgumentError,
        DeadlineExceededError.
        """
        return _skg.create_text_index(self._raw, _arguments.text("name", name), {
            "over": over,
            "predicates": predicates,
            "names": names,
            "metadata": metadata,
            "language": language,
            "stemming": stemming,
            "stop_words": stop_words,
            "timeout": timeout,
        })

    def start_text_index(
        self,
        name: str = "default",
        *,
        over: str = "nodes",
        predicates: Names = (),
        names: bool = True,
        metadata: bool = True,
        language: str = "en",
        stemming: bool = True,
        stop_words: bool = False,
    ) -> int:
        """As ``create_text_index``, with its arguments, by a task in the
        background: the number of the task, for ``Engine.wait_task``. Its result
        has "commit". Errors:
        AlreadyExistsError, InvalidArgumentError, ResourceExhaustedError (too
        many tasks wait)."""
        return _skg.start_text_index(self._raw, _arguments.text("name", name), {
            "over": over,
            "predicates": predicates,
            "names": names,
            "metadata": metadata,
            "language": language,
            "stemming": stemming,
            "stop_words": stop_words,
        })

    def rebuild_text_index(self, name: str = "default", *, timeout: Timeout = None) -> Commit:
        """Makes the text index ``name`` anew, smaller where texts have gone; the
        old one is searched until then, and after an error. timeout: seconds or a
        timedelta. Errors: NotFoundError, DeadlineExceededError."""
        return _skg.rebuild_text_index(self._raw, _arguments.text("name", name), timeout)

    def start_text_index_rebuild(self, name: str = "default") -> int:
        """As ``rebuild_text_index(name)``, by a task in the background: the
        number of the task, for ``Engine.wait_task``. Errors: NotFoundError,
        ResourceExhaustedError (too many tasks wait)."""
        return _skg.start_text_index_rebuild(self._raw, _arguments.text("name", name))

    def drop_text_index(self, name: str = "default") -> Commit:
        """Drops the text index ``name``, durably. Errors: NotFoundError."""
        return _skg.drop_text_index(self._raw, _arguments.text("name", name))

    def create_vector_index(
        self,
        name: str = "default",
        *,
        dimension: int = 384,
        over: str = "nodes",
        metric: str = "cosine",
        kind: str = "hnsw",
        links: int = 16,
        ef_construction: int = 200,
        ef_search: int = 64,
        embedder: str = "",
        auto_embed: bool = False,
        node_types: Names = (),
        labels: Optional[Names] = None,
        properties: Names = (),
        statements: int = 0,
    ) -> Commit:
        """Makes an index without entries, for ``put_vectors``, or which an
        embedder fills.

        name: by which ``search_vectors(index=...)`` finds it.
        dimension: from 1 to 4096.
        over: "nodes" or "statements" (by their ids): whose vectors they are.
        metric: "cosine", "inner_product" or "l2".
        kind: "flat" (exact), "hnsw", "hnsw_quantized" or "ivf_pq".
        links, ef_construction, ef_search: of HNSW: more finds more and is
            slower.
        embedder: what makes vectors of texts: "hashing" is built in, others are
            given to ``skg.open``, of the same dimension; "": none.
        auto_embed: the index follows the graph: each node (of one of
            node_types) has the vector of its text: its name, the objects of
            ``labels`` (rdfs:label), of ``properties`` with their names, and of
            so many other ``statements``.
        Errors: AlreadyExistsError, InvalidArgumentError.
        """
        return _skg.create_vector_index(self._raw, _arguments.text("name", name), {
            "dimension": dimension,
            "over": over,
            "metric": metric,
            "kind": kind,
            "links": links,
            "ef_construction": ef_construction,
            "ef_search": ef_search,
            "embedder": embedder,
            "auto_embed": auto_embed,
            "node_types": node_types,
            "labels": labels,
            "properties": properties,
            "statements": statements,
        })

    def rebuild_vector_index(self, name: str = "default", *, timeout: Timeout = None) -> None:
        """Makes one segment of all vectors of the index ``name``, without those
        that no state shows any more; searches and writes go on. timeout: seconds
        or a timedelta. Errors: NotFoundError, DeadlineExceededError (the index is
        then as it was), ResourceExhaustedError (memory)."""
        _skg.rebuild_vector_index(self._raw, _arguments.text("name", name), timeout)

    def start_vector_index_rebuild(self, name: str = "default") -> int:
        """As ``rebuild_vector_index(name)``, by a task in the background: the
        number of the task, for ``Engine.wait_task``. Errors: NotFoundError,
        ResourceExhaustedError (too many tasks wait)."""
        return _skg.start_vector_index_rebuild(self._raw, _arguments.text("name", name))

    def drop_vector_index(self, name: str = "default") -> Commit:
        """Drops the vector index ``name`` with its vectors, durably. Errors:
        NotFoundError."""
        return _skg.drop_vector_index(self._raw, _arguments.text("name", name))

    def put_vectors(self, owners: Iterable[Any], vectors: Any, *, index: str = "default") -> Commit:
        """Sets the vectors of nodes, or of statements by their ids.

        owners: names, or ids of statements (``str``): one for each vector.
        vectors: numbers of shape (owners, dimension), best a float32 array in C
            order, which is read as it lies.
        index: its name.
        Errors: NotFoundError (the index), InvalidArgumentError (another
        dimension, a number that is not finite), ResourceExhaustedError (more
        than 256 MiB at once).
        """
        return _skg.put_vectors(
            self._raw, _arguments.text("index", index), owner_list(owners), vectors)

    def remove_vectors(self, owners: Iterable[Any], *, index: str = "default") -> Commit:
        """Takes the vectors of these owners out of an index; one that has none
        is no error. Errors: NotFoundError (the index)."""
        return _skg.remove_vectors(
            self._raw, _arguments.text("index", index), owner_list(owners))

    def wait_for_embeddings(self, index: str = "default", *, timeout: Timeout = None) -> None:
        """Waits until an index with auto_embed shows all that was committed before
        the call.

        timeout: seconds or a timedelta; None: as long as it takes.
        Errors: DeadlineExceededError (the message says how far it is, and what
        an embedder that fails has said), FailedPreconditionError (it does not
        follow the graph), NotFoundError (the index).
        """
        _skg.wait_for_embeddings(self._raw, _arguments.text("index", index), timeout)
