"""Engine: one data directory, open in this process."""

import datetime
import os
from typing import Any, Dict, Iterable, List, Mapping, Optional, Union

import skg._skg as _skg
from skg import _arguments, _backup, _embedders
from skg._administration import Administered
from skg._arguments import Timeout
from skg._backup import BackupInfo, Path, Report
from skg._graph import Graph
from skg._handle import Handle

__all__ = ["Engine", "open"]

Span = Union[int, float, datetime.timedelta, None]


class Engine(Handle, Administered):
    """One data directory: many tenants, each with its graphs. Made by
    ``skg.open``; a context manager that closes it.

    All methods may be called from any thread. Of all processes one has a
    directory open for writing; any number of others read it with
    ``skg.open(path, read_only=True)``. An engine is of no use in a process
    forked after it was opened (ForkedError there).
    """

    __slots__ = ("_path",)

    _raw: "_skg.Engine"

    def __init__(self, raw: "_skg.Engine", path: str):
        super().__init__(raw)
        self._path = path

    def _shown(self) -> str:
        state = ", closed" if self._raw.closed else ""
        return f"{self._path!r}{state}"

    def close(self) -> None:
        """Cancels what runs, waits for it, and closes all graphs, views,
        transactions and results of this engine: using one raises ClosedError.
        Closing twice is no error; where Ctrl-C ended it, close it again.
        Background tasks that can be resumed go on when the directory is opened
        again."""
        self._raw.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._raw.closed

    @property
    def path(self) -> str:
        """The data directory, as it was given."""
        return self._path

    def graph(
        self,
        name: str = "main",
        *,
        create: bool = True,
        base_namespace: str = "urn:skg:",
        statement_ids: bool = True,
    ) -> Graph:
        """Opens a graph, made if there is none.

        name: ``"graph"`` of the tenant ``public``, or ``"tenant/graph"``.
        create: make it if there is none; False: NotFoundError. A reader never
            makes one.
        base_namespace: fixed at creation: where names live.
        statement_ids: fixed at creation: keep the index from ids to statements.
        Errors: NotFoundError, InvalidArgumentError (the name).
        """
        raw = self._raw.graph(_arguments.text("name", name), {
            "create": create,
            "base_namespace": base_namespace,
            "statement_ids": statement_ids,
        })
        return Graph(raw)

    def create_graphs(
        self,
        names: Iterable[str],
        *,
        base_namespace: str = "urn:skg:",
        statement_ids: bool = True,
    ) -> None:
        """Makes those of these graphs that are not there yet; all are durable
        when it returns, by one write for all of them.

        names: each "graph" or "tenant/graph".
        base_namespace, statement_ids: of all that are made, as in ``graph``.
        Errors: InvalidArgumentError (a name); some may be there then.
        """
        if isinstance(names, (str, bytes)):
            raise TypeError(f"names: expected a list of str, got {type(names).__name__}")
        self._raw.create_graphs([_arguments.text("names", name) for name in names], {
            "base_namespace": base_namespace,
            "statement_ids": statement_ids,
        })

    def graphs(self, tenant: str = "") -> List[Dict[str, Any]]:
        """The graphs of a tenant, or of all (""), sorted by tenant and name:
        dicts of tenant, name, uuid, base_namespace, statement_ids,
        last_commit (its number), statements (exact). A tenant without graphs
        has none: []."""
        return self._raw.graphs(_arguments.text("tenant", tenant))

    def drop_graph(self, name: str) -> None:
        """Drops the graph ``name`` with all its data and its past; durable when
        it returns, while the disk space comes back later. Handles of it raise
        NotFoundError. Errors: NotFoundError."""
        self._raw.drop_graph(_arguments.text("name", name))

    def restore_graph(
        self,
        name: str,
        source: Any,
        *,
        uuid: str = "keep_if_free",
        check: bool = True,
        progress: Report = None,
    ) -> Graph:
        """Makes a new graph of what ``Graph.save`` wrote, gzipped or not: its
        states, log, times and indexes. It is there, durably, when this returns;
        on an error there is nothing.

        source: a path; bytes; or what has ``read(n)``, such as a binary file:
            what that raises ends the call and comes through.
        uuid: "keep_if_free": that of the saved graph, and with it the ids of
            all statements, unless a graph here has it; "keep" (else
            AlreadyExistsError); "new": a copy with ids of its own.
        check: verify every invariant before the graph appears. False saves
            about half of the time, for files whose maker is trusted; checksums
            are looked at in any case.
        progress: called now and then with (bytes, of how many; 0: not known);
            False cancels.
        Errors: AlreadyExistsError (the name), InvalidArgumentError (a bad name,
        no graph file), FailedPreconditionError (of a newer version),
        DataLossError (damaged or cut short), NotFoundError (no such file),
        CancelledError, QuotaExceededError, ResourceExhaustedError (the disk).
        """
        return Graph(_backup.restore(self._raw, _arguments.text("name", name), source, {
            "uuid": uuid,
            "check": check,
            "progress": _arguments.report_numbers(progress),
        }))

    def backup(self, path: Path, *, keep: int = 0, progress: Report = None) -> BackupInfo:
        """Adds a backup of the whole data directory to a backup directory,
        which is made if there is none, while reads and writes go on: it holds
        every commit that was acknowledged before the call. What an earlier
        backup has is not copied again. ``skg.restore_backup`` makes a data
        directory of it.

        path: on another disk, best of all; not inside the data directory.
        keep: afterwards, remove all but so many, the newest; 0: keep all.
        progress: called now and then with (bytes, of how many); False cancels.
        Errors: InvalidArgumentError, FailedPreconditionError (no backup
        directory, or in use), DataLossError (a list in it is damaged),
        CancelledError, ResourceExhaustedError (the disk), UnavailableError.
        """
        return BackupInfo(*_skg.backup(self._raw, _arguments.path("path", path), {
            "keep": keep,
            "progress": _arguments.report_numbers(progress),
        }))

    def tasks(self) -> List[Dict[str, Any]]:
        """Work in the background, running, waiting and ended, by id: dicts of

        - id, kind ("analyze", "backup", "load" ...), pool, title, graph;
        - state: "queued", "running", "succeeded", "failed", "cancelled" or
          "interrupted" (its process ended first);
        - created, started, finished: ISO 8601 in UTC, or None; attempts;
        - progress: a dict of done, total (None: not known), unit, rate (units a
          second), remaining_seconds;
        - result: a dict, or None; error: a dict of code and message, or None;
        - persistent: whether it outlasts the process; storage_error.

        The last 1000 that have ended are kept, for 30 days."""
        return self._raw.tasks()

    def task(self, id: int) -> Dict[str, Any]:
        """The task with this id, as in ``tasks``. Errors: NotFoundError (none,
        or forgotten)."""
        return self._raw.task(_arguments.whole("id", id))

    def wait_task(self, id: int, *, timeout: Timeout = None) -> Dict[str, Any]:
        """Waits until the task with this id has ended, and gives it, as in
        ``tasks``. One that failed or was cancelled raises nothing: look at its
        "state" and "error".

        timeout: seconds or a timedelta; None: as long as it takes.
        Errors: NotFoundError, DeadlineExceededError (the task goes on).
        """
        return self._raw.wait_task(_arguments.whole("id", id), timeout)

    def cancel_task(self, id: int) -> None:
        """Asks the task with this id to end, which it does soon, if it has not
        ended first: ``wait_task`` tells. Errors: NotFoundError,
        FailedPreconditionError (it has ended)."""
        self._raw.cancel_task(_arguments.whole("id", id))

    def prune_tasks(self, before: Union[str, datetime.datetime, None] = None) -> int:
        """Forgets tasks that ended before this time (a datetime, or ISO 8601;
        None: all that have ended); how many those were."""
        return self._raw.prune_tasks(before)

    def check(self, *, deep: bool = False) -> Dict[str, Any]:
        """Verifies every invariant of every graph. Reads everything, in bounded
        memory; nothing ends it before.

        deep: decode every term and record, read every vector and posting, too.
        A dict of graphs, statements, terms, commits (numbers of what was looked
        at) and "findings", which is [] where all is well: (graph, what is
        wrong), at most 1000.
        """
        return self._raw.check(_arguments.flag("deep", deep))

    def sync(self) -> None:
        """Makes every acknowledged commit durable (matters with
        ``durability="none"``)."""
        self._raw.sync()

    def catch_up(self) -> None:
        """Of a reader: what is read from now on shows every commit that was
        acknowledged before the call, by whatever process. Of a writer: nothing.
        Errors: ResourceExhaustedError (views of three states are open)."""
        self._raw.catch_up()

    def disk_bytes(self) -> int:
        """What the data directory takes on disk, in bytes."""
        return self._raw.disk_bytes()

    def memory_use(self) -> Dict[str, Any]:
        """Where the memory budget goes, in bytes: a dict of limit_bytes,
        free_bytes (reserved by nobody), blocks_bytes, terms_bytes, runs_bytes
        (caches, in use now) and "reserved": (for what, how many)."""
        return self._raw.memory_use()


def open(
    path: Union[str, "os.PathLike[str]"],
    *,
    read_only: bool = False,
    create: bool = True,
    durability: str = "sync",
    memory_budget_bytes: int = 0,
    max_term_bytes: Optional[int] = None,
    resume_tasks: bool = True,
    log_kept_for: Span = None,
    log_max_commits: Optional[int] = None,
    log_max_bytes: Optional[int] = None,
    history_kept_for: Span = None,
    background_io_bytes: Optional[int] = None,
    catch_up_interval: Span = None,
    embedders: Optional[Mapping[str, Any]] = None,
) -> Engine:
    """Opens a data directory, made if there is none.

    path: a folder.
    read_only: beside the process that writes, if any; changes nothing.
    create: make it if there is none; False: NotFoundError.
    durability: what a write waits for: "sync" (the disk), "group" (a disk
        write shared with others, some ms), "none" (the kernel).
    memory_budget_bytes: for caches and what calls hold; 0: a quarter of the
        machine's memory. At least 16 MiB.
    max_term_bytes: longer terms are refused (default 16 MiB).
    resume_tasks: go on with tasks that an earlier process left unfinished.
    log_kept_for, log_max_commits, log_max_bytes: how far ``watch`` reaches
        back (default 7 days, at most about 1 GiB).
    history_kept_for: how long superseded states are kept (default: for ever).
    background_io_bytes: a second, for the background's writes; 0: no bound.
    catch_up_interval: of a reader: how old what it shows may be (0.1 s).
    embedders: what ``create_vector_index(embedder=...)`` may name besides
        "hashing": from names to ``skg.hashing_embedder()``,
        ``skg.http_embedder(...)``, or any object with

        - ``dimension``: of its vectors, an int; and perhaps ``name``;
        - ``embed(texts)``, which gives numbers of shape (texts, dimension) for
          a list of str.

        ``embed`` is called from threads that are not Python's, perhaps from
        several at a time. ConnectionError, TimeoutError and other OSErrors are
        an UnavailableError, skg's errors are what they are, others an
        InvalidArgumentError. An index that follows its graph tries again after
        a pause of a second, later of up to a minute, also what was not done in
        10 seconds (then it has 20, and so on up to two minutes);
        ``wait_for_embeddings`` tells why. Closing the engine waits for the
        calls that run, at the interpreter's end for 5 seconds at most; they
        cannot close it themselves. A reader has none of them.
    Spans of time are seconds or timedeltas.

    Errors: NotFoundError (no such directory), FailedPreconditionError (open for
    writing already, here or in another process; no data directory, or of a newer
    version), InvalidArgumentError (an option out of its range), DataLossError,
    ForkedError.
    """
    directory = _arguments.path("path", path)
    options = {
        "create": create,
        "durability": durability,
        "memory_budget_bytes": memory_budget_bytes,
        "max_term_bytes": max_term_bytes,
        "resume_tasks": resume_tasks,
        "log_kept_for": log_kept_for,
        "log_max_commits": log_max_commits,
        "log_max_bytes": log_max_bytes,
        "history_kept_for": history_kept_for,
        "background_io_bytes": background_io_bytes,
        "catch_up_interval": catch_up_interval,
        "embedders": _embedders.given(embedders),
    }
    raw = _skg.open(directory, _arguments.flag("read_only", read_only), options)
    return Engine(raw, directory)
