"""Changes as they are committed."""

from typing import Any, AsyncIterator, Iterator, Optional

import skg._skg as _skg
from skg import _arguments
from skg._arguments import Timeout
from skg._statements import Change

_LOOK = 0.1
"""Seconds: an asyncio task that is cancelled leaves a thread waiting for so
long."""


class Watched:
    """Changes of a graph."""

    __slots__ = ()

    _raw: Any

    def _watch(self, pattern: Any, after_commit: Optional[int]) -> "_skg.Subscription":
        if after_commit is None:
            with_view = self._raw.view(None)
            after_commit = with_view.commit
            with_view.close()
        return _skg.watch(self._raw, pattern, _arguments.whole("after_commit", after_commit))

    def watch(
        self,
        subject: Any = None,
        predicate: Any = None,
        object: Any = None,
        *,
        graph: Any = None,
        after_commit: Optional[int] = None,
        timeout: Timeout = None,
    ) -> Iterator[Change]:
        """Every matching change of every commit, in order, each exactly once,
        as an iterator that waits for the next one.

        subject, predicate, object, graph: what matches, as in ``match``.
        after_commit: the changes of later commits than this one; 0: from the
            beginning; None: what is committed from this call on.
        timeout: seconds without a change, after which it ends; None: never. What
            is committed already is looked through first, also with 0 and however
            long it takes.
        Errors: OutOfRangeError (the log does not reach back so far),
        InvalidArgumentError (that commit is not there yet), ClosedError (the
        engine was closed).
        """
        pattern = {"subject": subject, "predicate": predicate, "object": object, "graph": graph}
        seconds = _seconds(timeout)
        return _changes(self._watch(pattern, after_commit), seconds)

    def watch_async(
        self,
        subject: Any = None,
        predicate: Any = None,
        object: Any = None,
        *,
        graph: Any = None,
        after_commit: Optional[int] = None,
        timeout: Timeout = None,
    ) -> AsyncIterator[Change]:
        """The same for asyncio: ``async for change in graph.watch_async()``.
        Arguments (subject to timeout) and errors as those of ``watch``. It waits
        in a thread of the loop's executor; a task that is cancelled leaves it
        within 0.1 s."""
        pattern = {"subject": subject, "predicate": predicate, "object": object, "graph": graph}
        seconds = _seconds(timeout)
        return _changes_async(self._watch(pattern, after_commit), seconds)


def _seconds(timeout: Any) -> float:
    if timeout is None:
        return 1e9
    if hasattr(timeout, "total_seconds"):
        timeout = timeout.total_seconds()
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(
            f"timeout: expected seconds (int, float) or a timedelta, got {type(timeout).__name__}")
    if not timeout >= 0:
        raise ValueError("timeout: 0 or more seconds, or None")
    return min(float(timeout), 1e9)


def _changes(subscription: "_skg.Subscription", seconds: float) -> Iterator[Change]:
    try:
        while True:
            changes = subscription.next(seconds)
            if not changes:
                return
            yield from changes
    finally:
        subscription.close()


async def _changes_async(
    subscription: "_skg.Subscription", seconds: float
) -> AsyncIterator[Change]:
    import asyncio  # takes longer than all of skg to import

    try:
        waited = 0.0
        while waited <= seconds:
            changes = await asyncio.get_running_loop().run_in_executor(
                None, subscription.next, min(_LOOK, seconds))
            waited = 0.0 if changes else waited + _LOOK
            for change in changes:
                yield change
    finally:
        subscription.close()
