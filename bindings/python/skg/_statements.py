"""Statements and what became of them."""

import datetime
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

__all__ = ["Change", "Commit", "LoadResult", "Statement", "UpdateResult"]


class Statement(NamedTuple):
    """A stored statement: subject, predicate, object and its record.

    Terms are names (``str``), ``Literal`` or values of Python; see ``skg``.
    A tuple, so ``s, p, o, *_ = statement``; ``statement.triple`` has the three.
    """

    subject: Any
    predicate: Any
    object: Any
    graph: Any = ""
    """The named graph; empty: the default one."""
    weight: float = 1.0
    """In [0, 1], as a float32 has it."""
    metadata: Optional[Dict[str, Any]] = None
    """None unless it was asked for."""
    edge: int = 0
    """Apart from 0: one of several parallel relationships."""
    valid_from: Optional[datetime.datetime] = None
    valid_to: Optional[datetime.datetime] = None
    source: str = ""
    id: Optional[str] = None
    """A UUID; None unless it was asked for."""
    version: int = 0
    """The commit that wrote it."""
    created_at: Optional[datetime.datetime] = None
    updated_at: Optional[datetime.datetime] = None

    @property
    def triple(self) -> Tuple[Any, Any, Any]:
        """(subject, predicate, object)"""
        return (self.subject, self.predicate, self.object)


class Commit(NamedTuple):
    """What a write did."""

    commit: int
    """Its number: the graph's version from then on."""
    time: datetime.datetime
    inserted: int
    replaced: int
    removed: int
    duplicates: int
    """Adds that changed nothing."""
    absent: int
    """Removes of what was not there."""
    replayed: bool
    """It is the result of an earlier call with the same idempotency key."""


class UpdateResult(NamedTuple):
    """What a SPARQL Update did."""

    commit: int
    time: datetime.datetime
    inserted: int
    removed: int


class Change(NamedTuple):
    """What one commit did to one statement."""

    kind: str
    """"inserted", "replaced" or "removed"."""
    commit: int
    time: datetime.datetime
    statement: Statement


class LoadResult(NamedTuple):
    """What a load did."""

    statements: int
    """Read."""
    inserted: int
    replaced: int
    duplicates: int
    skipped: int
    """Malformed ones, with continue_on_error."""
    errors: List[Tuple[int, int, str]]
    """(line, column, message) of the first 100 of these."""
    commit: int
