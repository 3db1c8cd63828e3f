"""Statements and what became of them."""

import datetime
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

__all__ = ["Change", "Commit", "LoadResult", "Statement", "UpdateResult"]


class Statement(NamedTuple):
    """A stored statement: subject, predicate, object and its record.

    Terms are names (``str``), ``Literal`` or values of Python; see ``skg``.
    A tuple, so ``s, p, o, *_ = statement``; ``statement.triple`` has the three.

    graph: the named graph; "": the default one.
    weight: in [0, 1], as a float32 has it.
    metadata: a dict; None unless it was asked for. Also valid_from and valid_to
        (in UTC; None: open) and source are filled in only then.
    edge: not 0: one of several parallel relationships.
    id: a UUID; None unless it was asked for.
    version: the commit that wrote it.
    created_at, updated_at: when it was first and last written, in UTC; None
        unless they were asked for, as id.
    """

    subject: Any
    predicate: Any
    object: Any
    graph: Any = ""
    weight: float = 1.0
    metadata: Optional[Dict[str, Any]] = None
    edge: int = 0
    valid_from: Optional[datetime.datetime] = None
    valid_to: Optional[datetime.datetime] = None
    source: str = ""
    id: Optional[str] = None
    version: int = 0
    created_at: Optional[datetime.datetime] = None
    updated_at: Optional[datetime.datetime] = None

    @property
    def triple(self) -> Tuple[Any, Any, Any]:
        """(subject, predicate, object)"""
        return (self.subject, self.predicate, self.object)


class Commit(NamedTuple):
    """What a write did.

    commit: its number: the graph's version from then on.
    time: in UTC.
    inserted, replaced, removed: statements.
    duplicates: adds that changed nothing.
    absent: removes of what was not there.
    replayed: it is the result of an earlier call with the same idempotency key.
    """

    commit: int
    time: datetime.datetime
    inserted: int
    replaced: int
    removed: int
    duplicates: int
    absent: int
    replayed: bool


class UpdateResult(NamedTuple):
    """What a SPARQL Update did.

    commit: its number; time: in UTC.
    inserted, removed: statements.
    """

    commit: int
    time: datetime.datetime
    inserted: int
    removed: int


class Change(NamedTuple):
    """What one commit did to one statement.

    kind: "inserted", "replaced" or "removed".
    commit: its number; time: in UTC.
    statement: as that commit left it; of a removal without its record.
    """

    kind: str
    commit: int
    time: datetime.datetime
    statement: Statement


class LoadResult(NamedTuple):
    """What a load did.

    statements: read.
    inserted, replaced: of these.
    duplicates: those that changed nothing.
    skipped: malformed ones, with continue_on_error.
    errors: (line, column, message) of the first 100 of these.
    commit: the graph's version from then on.
    """

    statements: int
    inserted: int
    replaced: int
    duplicates: int
    skipped: int
    errors: List[Tuple[int, int, str]]
    commit: int
