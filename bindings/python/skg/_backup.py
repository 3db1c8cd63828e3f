"""Backups of data directories, and graphs as files."""

import builtins
import contextlib
import datetime
import io
import os
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple, Union

import skg._skg as _skg
from skg import _arguments
from skg._errors import UnavailableError

__all__ = [
    "BackupInfo", "SaveResult", "list_backups", "prune_backups", "restore_backup",
    "verify_backup",
]

Path = Union[str, "os.PathLike[str]"]
Report = Optional[Callable[[int, int], Any]]


class BackupInfo(NamedTuple):
    """One backup in a backup directory.

    number: 1, 2, ...
    time: it holds what had been written by then; in UTC.
    files: how many it has.
    bytes: of all its files.
    new_bytes: of those that no earlier backup had.
    """

    number: int
    time: datetime.datetime
    files: int
    bytes: int
    new_bytes: int


class SaveResult(NamedTuple):
    """What a graph file holds.

    commit: the last one in it.
    bytes: of the file.
    terms: different ones.
    rows: statements of the last state.
    past_rows: versions of statements that were replaced or removed.
    records: metadata, valid times, sources.
    logged_commits: which ``watch`` can tell of.
    """

    commit: int
    bytes: int
    terms: int
    rows: int
    past_rows: int
    records: int
    logged_commits: int


def _writer(file: Any) -> Callable[[bytes], None]:
    """Writes all of some bytes."""
    write = file.write

    def put(data: bytes) -> None:
        while data:
            count = write(data)
            if not isinstance(count, int) or not 0 < count < len(data):
                return
            data = data[count:]

    return put


def _reader(name: str, file: Any) -> Callable[[int], bytes]:
    """Reads at most so many bytes; b"" is the end."""
    read = file.read

    def get(size: int) -> bytes:
        data = read(size)
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(
                f"{name}: read() is expected to give bytes (a binary file), got "
                + type(data).__name__)
        if len(data) > size:
            raise ValueError(f"{name}: read({size}) gave {len(data)} bytes")
        return bytes(data)

    return get


class _NewFile:
    """A file that appears under its name once all of it is on the disk. What is
    no regular file (a pipe, a device) is written as it is."""

    def __init__(self, path: str):
        self._path = os.path.realpath(path)
        self._as_it_is = os.path.exists(self._path) and not os.path.isfile(self._path)
        self._partial = f"{self._path}.{os.getpid()}.{id(self)}.partial"
        self._file: Any = None

    def _try(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except OSError as error:
            raise UnavailableError(
                f"cannot write {self._path}: {error.strerror or error}") from error

    def __enter__(self) -> "_NewFile":
        path = self._path if self._as_it_is else self._partial
        self._file = self._try(lambda: builtins.open(path, "wb"))
        return self

    def write(self, data: bytes) -> None:
        self._try(lambda: self._file.write(data))

    def _finish(self) -> None:
        self._file.flush()
        if not self._as_it_is:
            os.fsync(self._file.fileno())
        self._file.close()
        if not self._as_it_is:
            os.replace(self._partial, self._path)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            if kind is None:
                self._try(self._finish)
        finally:
            with contextlib.suppress(OSError):  # of what is given up
                self._file.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._partial)


def save(raw: "_skg.Graph", file: Any, options: Dict[str, Any]) -> SaveResult:
    """Writes a graph to a path or a binary file."""
    if hasattr(file, "write"):
        return SaveResult(*_skg.save(raw, _writer(file), options))
    with _NewFile(_arguments.path("file", file)) as new:
        return SaveResult(*_skg.save(raw, new.write, options))


def restore(raw: "_skg.Engine", name: str, source: Any, options: Dict[str, Any]) -> "_skg.Graph":
    """Makes a graph of a path, bytes or a binary file."""
    options["total_bytes"] = 0
    if isinstance(source, (bytes, bytearray, memoryview)):
        options["total_bytes"] = len(source)
        source = io.BytesIO(source)
    if hasattr(source, "read"):
        return _skg.restore_graph(raw, name, None, _reader("source", source), options)
    path = _arguments.path("source", source)
    if os.path.isfile(path):
        options["total_bytes"] = os.path.getsize(path)
    return _skg.restore_graph(raw, name, path, None, options)


def list_backups(path: Path) -> List[BackupInfo]:
    """The backups in the backup directory ``path``, by number.

    Errors: NotFoundError (no such directory), FailedPreconditionError (no
    backup directory, or of a newer version), DataLossError (a list is damaged;
    the message names it).
    """
    return [BackupInfo(*one) for one in _skg.list_backups(_arguments.path("path", path))]


def verify_backup(path: Path, *, number: int = 0, progress: Report = None) -> List[Tuple[int, str]]:
    """Reads backups and compares them with their checksums: (number, what is
    wrong) for each file that is not as it was written. []: all is well.

    path: the backup directory.
    number: only this one; 0: all.
    progress: called now and then with (bytes, of how many); False cancels.
    Errors: as ``list_backups``; NotFoundError (no such number), CancelledError,
    UnavailableError (the disk).
    """
    return _skg.verify_backup(_arguments.path("path", path), {
        "number": number,
        "progress": _arguments.report_numbers(progress),
    })


def prune_backups(path: Path, keep: int) -> int:
    """Removes all but the ``keep`` newest backups (at least 1) of the backup
    directory ``path``; how many those were. Errors: as ``list_backups``;
    InvalidArgumentError (keep), FailedPreconditionError (a backup is being
    made)."""
    return _skg.prune_backups(_arguments.path("path", path), _arguments.whole("keep", keep))


def restore_backup(
    path: Path, data_directory: Path, *, number: int = 0, progress: Report = None
) -> BackupInfo:
    """Makes a data directory of a backup, to be opened with ``skg.open``. Every
    file is verified; on an error nothing stays.

    path: the backup directory.
    data_directory: must not exist, or be empty, or hold what an interrupted
        restore left.
    number: which backup; 0: the newest.
    progress: as that of ``verify_backup``.
    Errors: as ``list_backups``; NotFoundError (no such number),
    FailedPreconditionError (the directory is not empty), DataLossError (the
    backup is damaged), CancelledError, ResourceExhaustedError (the disk).
    """
    return BackupInfo(*_skg.restore_backup(
        _arguments.path("path", path), _arguments.path("data_directory", data_directory), {
            "number": number,
            "progress": _arguments.report_numbers(progress),
        }))
