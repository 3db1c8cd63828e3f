"""Errors: one hierarchy, one class for each status code of the library."""

from typing import Dict, List, NamedTuple, Optional, Tuple, Type

__all__ = [
    "AbortedError", "AlreadyExistsError", "CancelledError", "ClosedError",
    "DataLossError", "DeadlineExceededError", "Error",
    "FailedPreconditionError", "FieldError", "ForkedError", "InternalError",
    "InvalidArgumentError", "NotFoundError", "OutOfRangeError",
    "PermissionDeniedError", "QuotaExceededError", "ResourceExhaustedError",
    "UnauthenticatedError", "UnavailableError", "UnimplementedError",
    "UnknownError",
]


class FieldError(NamedTuple):
    """What is wrong with one field of what was given.

    path: from the document's root: ``("patterns", "0", "weight_min")``.
    message: what is wrong and what would be right.
    type: "missing", "unknown_field", "wrong_type", "out_of_range", "too_long",
        "too_short", "malformed" or "not_allowed".
    """

    path: Tuple[str, ...]
    message: str
    type: str


class Error(Exception):
    """The base of all errors of skg. A wrong type of an argument is a
    TypeError, as everywhere in Python.

    code: the status code, as Abseil and gRPC name it ("NOT_FOUND"), a str.
    fields: a list of FieldError: which fields of the arguments are wrong; often
        empty.
    """

    code: str = "UNKNOWN"
    fields: List[FieldError]

    def __init__(self, message: str = "", fields: Optional[List[FieldError]] = None):
        super().__init__(message)
        self.fields = list(fields or [])


class CancelledError(Error):
    """The call was cancelled: by a callback, another thread, a closing engine."""

    code = "CANCELLED"


class UnknownError(Error):
    """Another system, such as a SPARQL endpoint, failed in a way of its own."""

    code = "UNKNOWN"


class InvalidArgumentError(Error, ValueError):
    """A text, term or option that is not allowed; the message says where."""

    code = "INVALID_ARGUMENT"


class DeadlineExceededError(Error, TimeoutError):
    """The call took longer than its timeout."""

    code = "DEADLINE_EXCEEDED"


class NotFoundError(Error, LookupError):
    """No such graph, index, statement, task or directory."""

    code = "NOT_FOUND"


class AlreadyExistsError(Error):
    """There is one of that name."""

    code = "ALREADY_EXISTS"


class PermissionDeniedError(Error):
    """A file or a server does not let us."""

    code = "PERMISSION_DENIED"


class ResourceExhaustedError(Error):
    """Memory, disk, or a limit that was set."""

    code = "RESOURCE_EXHAUSTED"


class QuotaExceededError(ResourceExhaustedError):
    """A commit would go over the quota of a tenant or graph.

    owner: ``tenant "acme"`` or ``graph "acme/main"``.
    resource: "statements" or "bytes".
    limit, present, wanted: what is allowed, what is there, what the commit would
        have added.
    """

    owner: str = ""
    resource: str = ""
    limit: int = 0
    present: int = 0
    wanted: int = 0


class FailedPreconditionError(Error):
    """Not in this state: a directory in use, an index that is being built."""

    code = "FAILED_PRECONDITION"


class ClosedError(FailedPreconditionError):
    """The engine, graph, view, transaction or result was closed."""


class ForkedError(FailedPreconditionError):
    """The process was forked after an engine was opened; the parent's objects
    are of no use in the child, and neither is the module."""


class AbortedError(Error):
    """What a transaction had read was changed by another commit: run it again."""

    code = "ABORTED"


class OutOfRangeError(Error):
    """A state or a change that is not there yet, or not any more."""

    code = "OUT_OF_RANGE"


class UnimplementedError(Error, NotImplementedError):
    """Valid, but not made yet."""

    code = "UNIMPLEMENTED"


class InternalError(Error):
    """A fault of skg. Please report it."""

    code = "INTERNAL"


class UnavailableError(Error):
    """Not now: a later try may work."""

    code = "UNAVAILABLE"


class DataLossError(Error):
    """Damaged bytes on disk; the message says where."""

    code = "DATA_LOSS"


class UnauthenticatedError(Error):
    """A server wants another key."""

    code = "UNAUTHENTICATED"


# By number; the table test goes through all of them.
BY_CODE: Dict[int, Type[Error]] = {
    1: CancelledError,
    2: UnknownError,
    3: InvalidArgumentError,
    4: DeadlineExceededError,
    5: NotFoundError,
    6: AlreadyExistsError,
    7: PermissionDeniedError,
    8: ResourceExhaustedError,
    9: FailedPreconditionError,
    10: AbortedError,
    11: OutOfRangeError,
    12: UnimplementedError,
    13: InternalError,
    14: UnavailableError,
    15: DataLossError,
    16: UnauthenticatedError,
}


def error_of(
    code: int,
    message: str,
    fields: List[Tuple[Tuple[str, ...], str, str]],
    quota: Optional[Tuple[str, str, int, int, int]],
) -> Error:
    """The exception of a status; called by the extension module."""
    found = [FieldError(*field) for field in fields]
    if quota is not None:
        exceeded = QuotaExceededError(message, found)
        (exceeded.owner, exceeded.resource, exceeded.limit, exceeded.present,
         exceeded.wanted) = quota
        return exceeded
    return BY_CODE.get(code, UnknownError)(message, found)
