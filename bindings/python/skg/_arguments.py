"""Checks of arguments, with messages that name them."""

import datetime
import os
from typing import Any, Callable, Optional, Union

Timeout = Union[int, float, datetime.timedelta, None]
PointInTime = Union[int, str, datetime.datetime, None]


def text(name: str, value: Any) -> str:
    """A str, or TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected a str, got {type(value).__name__}")
    return value


def whole(name: str, value: Any, least: int = 0) -> int:
    """An int of at least so much, or TypeError, ValueError."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name}: expected an int, got {type(value).__name__}")
    number = value.__index__()
    if not least <= number < 2**64:
        raise ValueError(f"{name}: a number from {least} to 2**64 - 1 is expected, got {number}")
    return int(number)


def flag(name: str, value: Any) -> bool:
    """A bool, or TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f"{name}: expected a bool, got {type(value).__name__}")
    return value


def path(name: str, value: Any) -> str:
    """A str, bytes or PathLike as a str, or TypeError."""
    try:
        return os.fsdecode(value)
    except TypeError:
        raise TypeError(
            f"{name}: expected a path (str, bytes, PathLike), got {type(value).__name__}"
        ) from None


def source_path(name: str, value: Any) -> str:
    """As ``path``; a str that must be a document is a ValueError."""
    if isinstance(value, str) and (
            "\n" in value or value.lstrip().startswith(("<", "@", "_:", "{"))
    ) and not os.path.exists(value):
        raise ValueError(
            f"{name}: a str is a path, and {value[:40]!r} seems to be a document; "
            "give it as bytes: text.encode()")
    return path(name, value)


def callback(name: str, value: Any) -> Optional[Any]:
    """A callable or None, or TypeError."""
    if value is not None and not callable(value):
        raise TypeError(f"{name}: expected a callable, got {type(value).__name__}")
    return value


def report_numbers(report: Any) -> Optional[Callable[[float, float], Any]]:
    """The argument "progress" as what tells it whole numbers, or TypeError."""
    if callback("progress", report) is None:
        return None
    return lambda done, total: report(int(done), int(total))
