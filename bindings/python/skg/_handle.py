"""Handle: what is open until it is closed."""

from types import TracebackType
from typing import Any, Optional, Type, TypeVar

_Self = TypeVar("_Self", bound="Handle")


class Handle:
    """A context manager that closes what it stands for."""

    __slots__ = ("_raw", "__weakref__")

    _raw: Any

    def __init__(self, raw: Any):
        self._raw = raw

    def __enter__(self: _Self) -> _Self:
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
            shown = self._shown()
        except Exception:  # closed: what is shown must not raise
            shown = "closed"
        return f"<skg.{type(self).__name__} {shown}>"

    def _shown(self) -> str:
        """What tells it from others, while it is open."""
        return "open"

    def close(self) -> None:
        """Closes it; once more is no error."""
        self._raw.close()
