"""Transaction: several changes that commit together."""

from types import TracebackType
from typing import Any, Dict, Iterator, Optional, Tuple, Type

import skg._skg as _skg
from skg import _arguments
from skg._arguments import Timeout
from skg._reading import When, batches
from skg._statements import Commit, Statement

__all__ = ["Transaction"]


class Transaction:
    """Several changes that commit together or not at all. Made by
    ``Graph.begin``; a context manager that commits, or drops all where the
    block raises::

        with graph.begin() as transaction:
            transaction.remove("Curie", "age", 66)
            transaction.add("Curie", "age", 67)

    Serialisable: it reads the state that it began on with its own changes, and
    its commit raises AbortedError where others have changed what it read. One
    that reads nothing never conflicts. One thread at a time.

    result: after the commit what it did, a Commit; before it None.
    """

    __slots__ = ("_raw", "result", "__weakref__")

    def __init__(self, raw: "_skg.Transaction"):
        self._raw = raw
        self.result: Optional[Commit] = None

    def __enter__(self) -> "Transaction":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        try:
            if kind is None and self.result is None:
                self.commit()
        finally:
            self.rollback()

    def __len__(self) -> int:
        return self._raw.size

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
        if_absent: bool = False,
    ) -> None:
        """As ``Graph.add``, with its arguments, at commit. if_absent: leave one
        that is there as it is. Errors: as ``Graph.add``, at once where an argument
        is wrong; FailedPreconditionError after the commit."""
        self._raw.add(subject, predicate, object, {
            "graph": graph,
            "weight": weight,
            "metadata": metadata,
            "edge": edge,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "source": source,
        }, _arguments.flag("if_absent", if_absent))

    def remove(self, subject: Any, predicate: Any, object: Any, *, graph: Any = "") -> None:
        """As ``Graph.remove``, with its arguments, at commit."""
        self._raw.remove(subject, predicate, object, graph)

    def match(
        self,
        subject: Any = None,
        predicate: Any = None,
        object: Any = None,
        *,
        graph: Any = None,
        metadata: bool = False,
        timeout: Timeout = None,
    ) -> Iterator[Statement]:
        """As ``Graph.match``, by subject, predicate, object and graph, with the
        transaction's changes; ordered by commit. What is read is checked at
        commit. Changing the transaction ends the iterator
        (FailedPreconditionError)."""
        return batches(self._raw.match({
            "subject": subject,
            "predicate": predicate,
            "object": object,
            "graph": graph,
            "metadata": metadata,
            "timeout": timeout,
        }, False))

    def triples(
        self, subject: Any = None, predicate: Any = None, object: Any = None, *, graph: Any = None
    ) -> Iterator[Tuple[Any, Any, Any]]:
        """As ``match``, (subject, predicate, object) alone, in the index's
        order."""
        return batches(self._raw.match({
            "subject": subject,
            "predicate": predicate,
            "object": object,
            "graph": graph,
            "order_by": "key",
            "identity": False,
        }, True))

    def count(
        self, subject: Any = None, predicate: Any = None, object: Any = None, *, graph: Any = None
    ) -> int:
        """As ``Graph.count``, with the transaction's changes."""
        return self._raw.count({
            "subject": subject,
            "predicate": predicate,
            "object": object,
            "graph": graph,
        })

    def commit(self, *, idempotency_key: str = "", durability: Optional[str] = None) -> Commit:
        """Commits; the transaction is used up whatever comes. ``result`` keeps
        what is returned. idempotency_key and durability are those of
        ``Graph.add``. Errors: AbortedError (run it again), and as
        ``Graph.add``."""
        self.result = self._raw.commit(
            {"idempotency_key": idempotency_key, "durability": durability})
        return self.result

    def rollback(self) -> None:
        """Drops what was not committed; no use of it after that."""
        self._raw.close()
