#!/usr/bin/env python3
"""Loads one N-Triples file into libskg and into peers, in one run.

    build/release/bin/skg-bench generate --triples 5000000 --output 5m.nt
    benchmarks/peers/load.py 5m.nt --skg build/release/bin/skg --data .

Each loader starts with an empty store, one after the other, --repeat rounds
of all of them. The clock runs from the start of the load to the moment when
everything is durable on disk (in memory, for a store that has no disk). What
is then in the store is counted and must be the number of lines; otherwise the
program fails. A loader that is not installed is named and left out; one that
takes longer than --timeout seconds is ended and counts as a failure.

Prints, for each loader: triples/s (median, least, most), bytes on disk a
triple, and peak resident memory.
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


class NotInstalled(Exception):
    """The loader cannot run here; the message says what is missing."""


class Failed(Exception):
    """The loader ran and did not do what it should."""


class Child:
    """A process whose end and peak memory are waited for."""

    def __init__(self, command, deadline, **options):
        self.command = [str(part) for part in command]
        self.deadline = deadline
        self.process = subprocess.Popen(self.command, start_new_session=True,
                                        **options)
        self.peak_bytes = 0

    def wait(self):
        while True:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid != 0:
                break
            if time.monotonic() > self.deadline:
                os.killpg(self.process.pid, signal.SIGKILL)
                os.wait4(self.process.pid, 0)
                raise Failed(f"{self.command[0]}: out of time")
            time.sleep(0.005)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.peak_bytes = usage.ru_maxrss * 1024
        if self.process.returncode != 0:
            raise Failed(f"{self.command[0]}: exit status "
                         f"{self.process.returncode}")


def run(command, deadline, **options):
    """Runs to the end; returns (standard output, peak bytes)."""
    with tempfile.TemporaryFile() as out:
        child = Child(command, deadline, stdout=out, **options)
        child.wait()
        out.seek(0)
        return out.read().decode(), child.peak_bytes


def disk_bytes(directory):
    return sum(file.stat().st_size for file in directory.rglob("*")
               if file.is_file())


def program(name, package):
    found = shutil.which(name)
    if found is None:
        raise NotInstalled(f"{name} ({package})")
    return found


def load_skg(options, directory, deadline):
    """`skg load`, as a user runs it; it returns when all is durable."""
    if options.skg is None or not pathlib.Path(options.skg).exists():
        raise NotInstalled("skg (give --skg build/release/bin/skg)")
    store = directory / "store"
    start = time.monotonic()
    _, peak = run([options.skg, "load", "--data", store, "--graph",
                   "bench/load", options.file], deadline)
    seconds = time.monotonic() - start
    stats, _ = run([options.skg, "stats", "--data", store, "--graph",
                    "bench/load", "--results", "json"], deadline)
    counted = json.loads(stats)["graphs"][0]["statements"]
    return seconds, counted, disk_bytes(store), peak


VIRTUOSO_INI = """
[Database]
DatabaseFile = {0}/virtuoso.db
ErrorLogFile = {0}/virtuoso.log
TransactionFile = {0}/virtuoso.trx
xa_persistent_file = {0}/virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
[TempDatabase]
DatabaseFile = {0}/temp.db
TransactionFile = {0}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{1}
DirsAllowed = {0}
ServerThreads = 10
NumberOfBuffers = {2}
MaxDirtyBuffers = {3}
CheckpointInterval = 0
ThreadsPerQuery = 2
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def load_virtuoso(options, directory, deadline):
    """Its bulk loader: one loader a processor, each with its part of the
    file, buffers as its documentation advises for the memory, and the
    checkpoint at the end, which makes it durable."""
    server = program("virtuoso-t", "package virtuoso-opensource-7-bin")
    isql = program("isql-vt", "package virtuoso-opensource-7-bin")
    parts = directory / "parts"
    parts.mkdir()
    loaders = min(2, os.cpu_count() or 1)
    run(["split", "-n", f"l/{loaders}", "--additional-suffix=.nt",
         options.file, parts / "part"], deadline)
    port = free_port()
    buffers = options.memory_mib * 85  # 85,000 a GiB, says its documentation
    ini = directory / "virtuoso.ini"
    ini.write_text(VIRTUOSO_INI.format(directory, port, buffers,
                                       buffers * 3 // 4))
    daemon = Child([server, "+configfile", ini, "+foreground"], deadline,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(statement):
        return run([isql, f"127.0.0.1:{port}", "dba", "dba", "VERBOSE=OFF",
                    "BANNER=OFF", "PROMPT=OFF", f"exec={statement}"],
                   deadline, stderr=subprocess.DEVNULL)[0]

    try:
        while True:
            with contextlib.suppress(Failed):
                ask("status();")
                break
            if time.monotonic() > deadline:
                raise Failed("virtuoso-t does not answer")
            time.sleep(0.2)
        ask(f"ld_dir('{parts}', '*.nt', 'urn:skg:load');")
        start = time.monotonic()
        running = [Child([isql, f"127.0.0.1:{port}", "dba", "dba",
                          "exec=rdf_loader_run();"], deadline,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                   for _ in range(loaders)]
        for child in running:
            child.wait()
        ask("checkpoint;")
        seconds = time.monotonic() - start
        answer = ask("SPARQL SELECT COUNT(*) FROM <urn:skg:load> "
                     "WHERE { ?s ?p ?o };")
        counted = next((int(line) for line in answer.split()
                        if line.isdigit()), None)
        # The file grows far ahead of what is in it.
        pages, free = map(int, re.search(r"(\d+) pages, (\d+) free",
                                         ask("status();")).groups())
        with contextlib.suppress(Failed):  # it hangs up before it answers
            ask("shutdown;")
        daemon.wait()
    finally:
        if daemon.process.returncode is None:
            os.killpg(daemon.process.pid, signal.SIGKILL)
            os.wait4(daemon.process.pid, 0)
    return seconds, counted, (pages - free) * 8192, daemon.peak_bytes


def load_oxigraph(options, directory, deadline):
    """The npm package, which keeps its store in memory."""
    del directory
    node = program("node", "Node.js")
    script = HERE / "oxigraph" / "load.mjs"
    if not (HERE / "oxigraph" / "node_modules" / "oxigraph").exists():
        raise NotInstalled("oxigraph (npm install in benchmarks/peers/oxigraph)")
    answer, peak = run([node, "--max-old-space-size=4096", script,
                        options.file], deadline)
    seconds, counted = answer.split()
    return float(seconds), int(counted), None, peak


LOADERS = {"skg": load_skg, "virtuoso": load_virtuoso,
           "oxigraph-npm": load_oxigraph}


def report(name, runs, triples):
    rates = [triples / seconds for seconds, _, _, _ in runs]
    disk = runs[-1][2]
    on_disk = "in memory" if disk is None else f"{disk / triples:.1f}"
    peak = max(peak for _, _, _, peak in runs)
    print(f"{name:14}{statistics.median(rates):12,.0f}{min(rates):12,.0f}"
          f"{max(rates):12,.0f}{on_disk:>12}{peak / 2**20:12,.0f}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--skg", help="the skg program")
    parser.add_argument("--data", default=".", help="where stores are made")
    parser.add_argument("--only", nargs="+", choices=LOADERS, default=LOADERS)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=600,
                        help="seconds a load may take")
    parser.add_argument("--memory-mib", type=int, default=1024,
                        help="what Virtuoso's buffers may take")
    options = parser.parse_args()
    with open(options.file, "rb") as lines:
        triples = sum(chunk.count(b"\n")
                      for chunk in iter(lambda: lines.read(1 << 20), b""))
    runs = {}
    failed = False
    left_out = set()
    for turn in range(options.repeat):
        for name in options.only:
            if name in left_out:
                continue
            with tempfile.TemporaryDirectory(prefix="skg-load-",
                                             dir=options.data) as directory:
                try:
                    result = LOADERS[name](
                        options, pathlib.Path(directory).resolve(),
                        time.monotonic() + options.timeout)
                    if result[1] != triples:
                        raise Failed(f"{result[1]} triples are stored, "
                                     f"not {triples}")
                except NotInstalled as missing:
                    print(f"{name}: left out: not installed: {missing}",
                          file=sys.stderr)
                    left_out.add(name)
                    continue
                except Failed as failure:
                    print(f"{name}: FAILED: {failure}", file=sys.stderr)
                    failed = True
                    left_out.add(name)
                    continue
            print(f"{name}: run {turn + 1}: {triples / result[0]:,.0f} "
                  "triples/s", file=sys.stderr)
            runs.setdefault(name, []).append(result)
    print(f"{options.file.name}: {triples:,} triples, counted in each store")
    print(f"{'':14}{'triples/s':>12}{'least':>12}{'most':>12}"
          f"{'disk B/t':>12}{'peak MiB':>12}")
    for name, results in runs.items():
        report(name, results, triples)
    if "skg" in runs:
        for name in runs:
            if name == "skg":
                continue
            ratios = [peer[0] / own[0]
                      for own, peer in zip(runs["skg"], runs[name])]
            print(f"ratio skg / {name}: {statistics.median(ratios):.2f}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
