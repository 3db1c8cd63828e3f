"""ReadView: a state of a graph."""

import datetime
from types import TracebackType
from typing import Optional, Type

import skg._skg as _skg
from skg._reading import Readable

__all__ = ["ReadView"]


class ReadView(Readable):
    """A state of a graph, which never changes. Made by ``Graph.snapshot``; a
    context manager that lets go of it. An open one keeps old versions on
    disk."""

    __slots__ = ("__weakref__",)

    _raw: "_skg.ReadView"

    def __init__(self, raw: "_skg.ReadView"):
        self._raw = raw

    def __enter__(self) -> "ReadView":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        try:
            return f"<skg.ReadView commit {self.commit}>"
        except Exception:  # closed: what is shown must not raise
            return "<skg.ReadView closed>"

    def close(self) -> None:
        """Lets go of the state."""
        self._raw.close()

    @property
    def commit(self) -> int:
        """The last commit that it shows; 0: nothing was ever written."""
        return self._raw.commit

    @property
    def time(self) -> Optional[datetime.datetime]:
        """That commit's, in UTC."""
        return self._raw.time
