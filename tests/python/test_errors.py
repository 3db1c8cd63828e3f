"""Exceptions: the table, and the messages of wrong arguments."""

import datetime

import pytest
import skg
from skg import _errors, _skg

CODES = {
    1: (skg.CancelledError, "CANCELLED"),
    2: (skg.UnknownError, "UNKNOWN"),
    3: (skg.InvalidArgumentError, "INVALID_ARGUMENT"),
    4: (skg.DeadlineExceededError, "DEADLINE_EXCEEDED"),
    5: (skg.NotFoundError, "NOT_FOUND"),
    6: (skg.AlreadyExistsError, "ALREADY_EXISTS"),
    7: (skg.PermissionDeniedError, "PERMISSION_DENIED"),
    8: (skg.ResourceExhaustedError, "RESOURCE_EXHAUSTED"),
    9: (skg.FailedPreconditionError, "FAILED_PRECONDITION"),
    10: (skg.AbortedError, "ABORTED"),
    11: (skg.OutOfRangeError, "OUT_OF_RANGE"),
    12: (skg.UnimplementedError, "UNIMPLEMENTED"),
    13: (skg.InternalError, "INTERNAL"),
    14: (skg.UnavailableError, "UNAVAILABLE"),
    15: (skg.DataLossError, "DATA_LOSS"),
    16: (skg.UnauthenticatedError, "UNAUTHENTICATED"),
}


@pytest.mark.parametrize("code", range(1, 17))
def test_each_code_has_its_class(code):
    kind, name = CODES[code]
    error = _skg.status_error(code, "what was wrong")
    assert type(error) is kind
    assert isinstance(error, skg.Error)
    assert error.code == name and str(error) == "what was wrong" and error.fields == []


def test_the_table_is_whole():
    assert set(_errors.BY_CODE) == set(CODES)
    assert len(set(_errors.BY_CODE.values())) == len(CODES)
    for name in _errors.__all__:
        assert name in skg.__all__


def test_what_python_calls_them():
    assert issubclass(skg.InvalidArgumentError, ValueError)
    assert issubclass(skg.DeadlineExceededError, TimeoutError)
    assert issubclass(skg.NotFoundError, LookupError)
    assert issubclass(skg.ClosedError, skg.FailedPreconditionError)


def test_fields_are_told(graph):
    with pytest.raises(skg.InvalidArgumentError) as caught:
        graph.add("s", "p", "o", weight=2)
    field = caught.value.fields[0]
    assert field.path == ("weight",) and field.type == "out_of_range" and field.message


WRONG = [
    ("query", {"text": 5}, TypeError, "text"),
    ("query", {"text": "ASK {}", "timeout": "1"}, TypeError, "timeout"),
    ("query", {"text": "ASK {}", "timeout": -1}, ValueError, "timeout"),
    ("query", {"text": "ASK {}", "timeout": float("nan")}, ValueError, "timeout"),
    ("query", {"text": "ASK {}", "timeout": True}, TypeError, "timeout"),
    ("query", {"text": "ASK {}", "as_of": 1.5}, TypeError, "as_of"),
    ("query", {"text": "ASK {}", "as_of": -1}, ValueError, "as_of"),
    ("query", {"text": "ASK {}", "as_of": "yesterday"}, ValueError, "as_of"),
    ("query", {"text": "ASK {}", "valid_at": 5}, TypeError, "valid_at"),
    ("query", {"text": "ASK {}", "valid_at": "now"}, ValueError, "valid_at"),
    ("query", {"text": "ASK {}", "min_weight": "a"}, TypeError, "min_weight"),
    ("query", {"text": "ASK {}", "max_rows": -1}, ValueError, "max_rows"),
    ("query", {"text": "ASK {}", "max_rows": 1.0}, TypeError, "max_rows"),
    ("query", {"text": "ASK {}", "threads": "2"}, TypeError, "threads"),
    ("query", {"text": "ASK {}", "union_default_graph": 1}, TypeError, "union_default_graph"),
    ("query", {"text": "ASK {}", "default_graphs": 5}, TypeError, "default_graphs"),
    ("query", {"text": "ASK {}", "named_graphs": [[]]}, TypeError, "named_graphs"),
    ("query", {"text": "ASK {}", "base_iri": b"x"}, TypeError, "base_iri"),
    ("query", {"text": "ASK {}", "values": 1}, TypeError, "values"),
    ("query", {"text": "ASK {}", "language": 1}, TypeError, "language"),
    ("match", {"subject": []}, TypeError, "subject"),
    ("match", {"graph": {}}, TypeError, "graph"),
    ("match", {"order_by": "size"}, ValueError, "order_by"),
    ("match", {"order_by": 5}, TypeError, "order_by"),
    ("match", {"limit": "5"}, TypeError, "limit"),
    ("match", {"limit": -5}, ValueError, "limit"),
    ("match", {"descending": 0}, TypeError, "descending"),
    ("match", {"metadata": "yes"}, TypeError, "metadata"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "weight": "x"}, TypeError, "weight"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "metadata": []}, TypeError, "metadata"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "metadata": {"a": {1}}}, ValueError, "metadata"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "metadata": {"a": float("nan")}}, ValueError, "metadata"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "edge": 2**32}, ValueError, "edge"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "valid_from": 5}, TypeError, "valid_from"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "source": 5}, TypeError, "source"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "durability": "sometimes"}, ValueError, "durability"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "idempotency_key": 5}, TypeError, "idempotency_key"),
    ("add", {"subject": "s", "predicate": "p", "object": "o", "skip_duplicates": None or 3}, TypeError, "skip_duplicates"),
    ("add_all", {"statements": "abc"}, TypeError, "statements"),
    ("add_all", {"statements": 5}, TypeError, "statements"),
    ("remove", {"subject": "s", "predicate": None, "object": "o"}, TypeError, "predicate"),
    ("clear", {"graph": []}, TypeError, "graph"),
    ("update", {"text": b"x"}, TypeError, "text"),
    ("update", {"text": "CLEAR ALL", "memory_bytes": "x"}, TypeError, "memory_bytes"),
    ("snapshot", {"as_of": []}, TypeError, "as_of"),
    ("history", {"subject": "s", "predicate": "p", "object": []}, TypeError, "object"),
    ("history", {"subject": "s", "predicate": "p", "object": "o", "edge": "1"}, TypeError, "edge"),
    ("prepare", {"text": None}, TypeError, "text"),
    ("load", {"source": 5}, TypeError, "source"),
    ("load", {"source": b"", "format": "odt"}, ValueError, "format"),
    ("load", {"source": "x.odt"}, ValueError, "format"),
    ("load", {"source": b"", "format": "turtle", "progress": 5}, TypeError, "progress"),
    ("load", {"source": b"", "format": "turtle", "csv_columns": 5}, TypeError, "csv_columns"),
    ("bulk_load", {"statements": 5}, TypeError, "statements"),
    ("bulk_load", {}, TypeError, "subject"),
    ("bulk_load", {"subject": ["a"], "predicate": "p", "object": ["b", "c"]}, ValueError, "columns"),
    ("bulk_load", {"subject": "a", "predicate": "p", "object": "o"}, TypeError, "subject"),
    ("export", {"path": 5}, TypeError, "path"),
    ("export", {"format": "odt"}, ValueError, "format"),
]


@pytest.mark.parametrize("method, arguments, error, name", WRONG)
def test_a_wrong_argument_is_named(shared_graph, method, arguments, error, name):
    with pytest.raises(error, match="^" + name + ": "):
        getattr(shared_graph, method)(**arguments)


@pytest.mark.parametrize("arguments, error, name", [
    ({"path": 5}, TypeError, "path"),
    ({"path": "x", "read_only": 1}, TypeError, "read_only"),
    ({"path": "x", "create": "yes"}, TypeError, "create"),
    ({"path": "x", "durability": "x"}, ValueError, "durability"),
    ({"path": "x", "memory_budget_bytes": "1G"}, TypeError, "memory_budget_bytes"),
    ({"path": "x", "log_kept_for": "1h"}, TypeError, "log_kept_for"),
    ({"path": "x", "history_kept_for": datetime.timedelta(-1)}, ValueError, "history_kept_for"),
])
def test_wrong_arguments_of_open(arguments, error, name):
    with pytest.raises(error, match="^" + name + ": "):
        skg.open(**arguments)
