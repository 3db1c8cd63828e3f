"""skg: an embeddable knowledge graph, in this process.

    import skg

    with skg.open("science.skg") as engine:
        graph = engine.graph("main")
        graph.add("Marie Curie", "discovered", "Polonium", weight=0.98)
        graph.add("Marie Curie", "born", skg.IRI("https://example.org/Warsaw"))
        graph.add("Marie Curie", "label", skg.Literal("Marie Curie", language="en"))
        for who, what in graph.query(
                "SELECT ?who ?what WHERE { ?who :discovered ?what }"):
            print(who, what)

Terms: a ``str`` is a name, or a term in N-Triples form where it begins with
``<``, ``"``, ``_:`` or ``\\``. ``skg.IRI`` is an absolute IRI, ``skg.Literal``
text as data; int, float, Decimal, bool, datetime, date, time and bytes are the
literals of these values, UUID the IRI ``urn:uuid:...``; answers come back as
the same. Spans of time (``timeout=``) are seconds or timedeltas; times are
aware datetimes in UTC, naive ones are taken as UTC.

Where to look: ``skg.open`` and ``Engine`` (graphs, backups, quotas, tasks);
``Graph`` (write, ``match``, ``query``, ``search``, ``view``, ``watch``) and
``ReadView``, a state of one; ``Transaction``; ``Result``, the answer to a query;
``GraphView`` and ``Analysis``, graph analytics as arrays; ``Error``, the base of
all errors. ``skg.rdflib_store`` is a store for rdflib.

Errors that every call may raise are not said at each: TypeError and ValueError
name the argument that is wrong; ClosedError, ForkedError; DataLossError (damaged
bytes on disk), UnavailableError (the disk); of writes ResourceExhaustedError (no
room), of calls with a ``timeout`` DeadlineExceededError.

All calls that may take long let other threads run, end within 0.1 s of Ctrl-C,
and can be made from any thread; in asyncio use ``asyncio.to_thread``.
"""

import atexit as _atexit

import skg._skg as _skg
from skg._administration import Quota
from skg._backup import (
    BackupInfo,
    SaveResult,
    list_backups,
    prune_backups,
    restore_backup,
    verify_backup,
)
from skg._embedders import BuiltinEmbedder, hashing_embedder, http_embedder
from skg._engine import Engine, open
from skg._errors import (
    AbortedError,
    AlreadyExistsError,
    CancelledError,
    ClosedError,
    DataLossError,
    DeadlineExceededError,
    Error,
    FailedPreconditionError,
    FieldError,
    ForkedError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
    PermissionDeniedError,
    QuotaExceededError,
    ResourceExhaustedError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    UnknownError,
)
from skg._graph import Graph
from skg._networkx import from_networkx
from skg._past import Difference, HistoryLimits
from skg._read_view import ReadView
from skg._result import PreparedQuery, Result
from skg._search import HybridHit, TextHit, VectorHit
from skg._statements import Change, Commit, LoadResult, Statement, UpdateResult
from skg._terms import IRI, Literal
from skg._transaction import Transaction
from skg._view import Analysis, GraphView, analyses

__version__: str = _skg.version

__all__ = [
    "AbortedError", "AlreadyExistsError", "Analysis", "BackupInfo",
    "BuiltinEmbedder", "CancelledError", "Change", "ClosedError", "Commit",
    "DataLossError", "DeadlineExceededError", "Difference", "Engine", "Error",
    "FailedPreconditionError", "FieldError", "ForkedError", "Graph", "GraphView",
    "HistoryLimits", "HybridHit", "IRI", "InternalError", "InvalidArgumentError",
    "Literal", "LoadResult", "NotFoundError", "OutOfRangeError",
    "PermissionDeniedError", "PreparedQuery", "Quota", "QuotaExceededError",
    "ReadView", "ResourceExhaustedError", "Result", "SaveResult", "Statement",
    "TextHit", "Transaction", "UnauthenticatedError", "UnavailableError",
    "UnimplementedError", "UnknownError", "UpdateResult", "VectorHit", "analyses",
    "from_networkx", "hashing_embedder", "http_embedder", "list_backups", "open",
    "prune_backups", "restore_backup", "verify_backup",
]

# An engine that is open when the interpreter ends is closed while Python's
# threads can still be waited for.
_atexit.register(_skg.close_all)
