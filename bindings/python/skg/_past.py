"""The past of a graph: states, what differs between them, how much is kept."""

import datetime
from typing import Any, Iterator, List, NamedTuple, Optional, Union

import skg._skg as _skg
from skg import _arguments
from skg._arguments import PointInTime, Timeout
from skg._read_view import ReadView
from skg._reading import When, batches
from skg._statements import Change, Statement

__all__ = ["Difference", "HistoryLimits"]

State = Union[PointInTime, ReadView]


class Difference(NamedTuple):
    """A statement that is not the same in two states.

    kind: "added", "removed" or "changed" (weight, metadata, valid time, source).
    before: the Statement as it was; None: it was added.
    after: as it is; None: it was removed.
    """

    kind: str
    before: Optional[Statement]
    after: Optional[Statement]


class HistoryLimits(NamedTuple):
    """How far back the past of a graph reaches.

    first_state: the first commit whose state can still be shown; 0: all can.
    first_change: the first commit whose changes ``watch`` can still tell.
    kept_for: seconds for which superseded states are kept (inf: for ever);
        None: as the engine was opened with.
    """

    first_state: int
    first_change: int
    kept_for: Optional[float]


def _raw_state(state: Any) -> Any:
    return state._raw if isinstance(state, ReadView) else state


class Remembering:
    """States and changes of the past."""

    __slots__ = ()

    _raw: Any

    def snapshot(self, as_of: PointInTime = None) -> ReadView:
        """A state that never changes: the present one, or that of a commit or
        time.

        as_of: a commit's number; a datetime, or ISO 8601 (naive: UTC); None: now.
        Errors: OutOfRangeError (not there yet, or forgotten).
        """
        return ReadView(self._raw.view(as_of))

    def diff(
        self,
        before: State,
        after: State = None,
        *,
        subject: Any = None,
        predicate: Any = None,
        object: Any = None,
        graph: Any = None,
        weight_min: float = 0.0,
        weight_max: float = 1.0,
        valid_at: When = None,
        metadata: bool = False,
        identity: bool = True,
        timeout: Timeout = None,
    ) -> Iterator[Difference]:
        """What differs between two states, as an iterator of Difference: the
        statements that match in one of them alone, and those whose weight,
        metadata, valid time or source is another.

        before, after: commits, times or snapshots, in either order of time;
            None: the present.
        graph: as that of ``match``; None: all, each graph by itself.
        subject to timeout: as those of ``match``; metadata and identity fill in
            the statements, and have no say in what differs.
        The whole range of the pattern is read in both states.
        Errors: OutOfRangeError (a state), InvalidArgumentError (a snapshot of
        another graph), DeadlineExceededError.
        """
        cursor = _skg.diff(self._raw, _raw_state(before), _raw_state(after), {
            "subject": subject,
            "predicate": predicate,
            "object": object,
            "graph": graph,
            "weight_min": weight_min,
            "weight_max": weight_max,
            "valid_at": valid_at,
            "metadata": metadata,
            "identity": identity,
            "timeout": timeout,
        })
        return (Difference(*one) for one in batches(cursor))

    def history(
        self,
        subject: Any,
        predicate: Any,
        object: Any,
        *,
        graph: Any = "",
        edge: int = 0,
    ) -> List[Change]:
        """What commits did to one statement, oldest first.

        subject, predicate, object, graph, edge: as those of ``add``.
        Errors: NotFoundError (there never was one, or it was removed before the
        history that is kept begins).
        """
        changes: List[Change] = self._raw.history(
            (subject, predicate, object), graph, _arguments.whole("edge", edge))
        return changes

    def history_of(self, id: str) -> List[Change]:
        """The same of the statement with this id, removed or not. Errors:
        NotFoundError, InvalidArgumentError (no UUID), FailedPreconditionError
        (the graph keeps no ids)."""
        changes: List[Change] = self._raw.history_of_id(_arguments.text("id", str(id)))
        return changes

    def history_limits(self) -> HistoryLimits:
        """How far back the graph's past reaches."""
        return HistoryLimits(*_skg.history_limits(self._raw))

    def keep_history_for(self, kept_for: Union[int, float, datetime.timedelta, None]) -> None:
        """How long superseded states are kept from now on. Durable.

        kept_for: seconds or a timedelta (``float("inf")``: for ever); None: as
            the engine was opened with.
        """
        _skg.keep_history_for(self._raw, kept_for)

    def forget_history_before(self, point: Union[int, str, datetime.datetime]) -> None:
        """Forgets the states before this commit or time, for good; their disk
        space comes back with later merges, or ``compact``.

        point: a commit's number; a datetime, or ISO 8601 (naive: UTC).
        Errors: InvalidArgumentError (they are forgotten already),
        OutOfRangeError (it is not there yet).
        """
        _skg.forget_history_before(self._raw, point)

    def forget_changes_before(self, commit: int) -> None:
        """Drops the changes of commits before ``commit``, a number, from the log,
        but never those of the last one: ``watch`` no longer reaches back to them.
        States are not touched."""
        _skg.forget_changes_before(self._raw, _arguments.whole("commit", commit))
