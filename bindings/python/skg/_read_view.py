"""ReadView: a state of a graph."""

import datetime
from typing import Optional

import skg._skg as _skg
from skg._handle import Handle
from skg._reading import Readable

__all__ = ["ReadView"]


class ReadView(Handle, Readable):
    """A state of a graph, which never changes. Made by ``Graph.snapshot``; a
    context manager that lets go of it. An open one keeps old versions on
    disk."""

    __slots__ = ()

    _raw: "_skg.ReadView"

    def _shown(self) -> str:
        return f"commit {self.commit}"

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
