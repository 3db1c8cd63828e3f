#!/usr/bin/env python3
"""Asks libskg and its peers the queries of benchmarks/sparql/, in one run.

    build/release/bin/skg-bench generate --triples 1000000 --output 1m.nt
    benchmarks/peers/sparql.py 1m.nt --bin build/release/bin --data . --repeat 5

Each engine is loaded with the same N-Triples file. Every query is first asked
once of each, and the answers are compared: the number of rows and a sum over
rows that no order changes (numbers by value, to nine digits). Then --repeat
rounds are timed, one engine after the other, query by query.

  skg           in process: text to the last byte of SPARQL JSON
  skg-http      `skg serve`, over a loopback connection that stays open
  virtuoso      over HTTP the same way
  virtuoso-own  what its isql says that a query took (no rows are shown)
  oxigraph      the npm package, in process: text to an array of terms

A query that takes longer than --slow seconds is not repeated; one that takes
longer than --timeout fails. Prints a table of medians in milliseconds, the
geometric means of the ratios, and where a peer is faster.
"""
import argparse
import contextlib
import hashlib
import http.client
import json
import math
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

from load import (Child, Failed, NotInstalled, VIRTUOSO_INI, free_port,
                  program, run)

HERE = pathlib.Path(__file__).resolve().parent
QUERIES = HERE.parent / "sparql"
GRAPH = "urn:skg:dblp"
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {XSD + name for name in (
    "integer", "decimal", "double", "float", "int", "long", "short", "byte",
    "nonNegativeInteger", "positiveInteger")}


def canonical(term):
    """A term so that what differs in writing only is the same."""
    kind, value = term["type"], term["value"]
    if kind == "bnode":
        return "_:"
    if kind == "uri":
        return f"<{value}>"
    datatype = term.get("datatype", XSD + "string")
    if datatype in NUMBERS:
        return f"{float(value):.9g}"
    if datatype == XSD + "string" and "xml:lang" not in term:
        return json.dumps(value)
    return f"{json.dumps(value)}@{term.get('xml:lang', '')}^{datatype}"


def checksum(rows):
    """(number of rows, sum of their hashes)."""
    count = total = 0
    for row in rows:
        text = "\t".join(f"{name}={canonical(term)}"
                         for name, term in sorted(row.items()))
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        total += int.from_bytes(digest, "big")
        count += 1
    return count, f"{total % 2**64:016x}"


TERM = re.compile(r'<([^>]*)>|_:(\S+)|"((?:[^"\\]|\\.)*)"(?:@(\S+)|\^\^<([^>]*)>)?')


def rows_of(text):
    """Rows of SPARQL JSON, of a row of JSON a line, or of N-Triples."""
    text = text.strip()
    if text.startswith("{"):
        try:
            answer = json.loads(text)
        except json.JSONDecodeError:  # more than one line
            answer = None
        if answer is None or not {"head", "boolean"} & answer.keys():
            return [json.loads(line) for line in text.splitlines()]
        if "boolean" in answer:
            return [{"boolean": {"type": "uri",
                                 "value": str(answer["boolean"])}}]
        return answer["results"]["bindings"]
    rows = []
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        rows.append({name: {"type": "uri", "value": found.group(0)}
                     for name, found in zip("spo", TERM.finditer(line))})
    for row in rows:
        for name, term in row.items():
            if term["value"].startswith("<"):
                row[name] = {"type": "uri", "value": term["value"][1:-1]}
    return rows


class Engine:
    """start(), ask(kind, file) -> (seconds, rows or None),
    answer(file) -> checksum, stop()."""


class LineEngine(Engine):
    """A program that answers lines; see oxigraph/answer.mjs."""

    def __init__(self, command, options):
        self.options = options
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, bufsize=0)
        self.buffer = b""
        if self.line(600) != "ready":
            raise Failed(f"{command[0]} does not begin")

    def line(self, timeout):
        deadline = time.monotonic() + timeout
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(0, deadline - time.monotonic()))
            if not ready:
                self.stop()
                raise Failed("out of time")
            read = os.read(self.process.stdout.fileno(), 1 << 16)
            if not read:
                raise Failed("it ended")
            self.buffer += read
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def send(self, *words):
        if self.process.poll() is not None:
            raise Failed("it ended")
        self.process.stdin.write((" ".join(map(str, words)) + "\n").encode())
        reply = json.loads(self.line(self.options.timeout))
        if "error" in reply:
            raise Failed(reply["error"])
        return reply

    def ask(self, kind, file):
        reply = self.send(kind, file)
        return reply["seconds"], reply["rows"]

    def answer(self, file):
        with tempfile.NamedTemporaryFile(dir=self.options.data) as out:
            self.send("query", file, out.name)
            return checksum(rows_of(pathlib.Path(out.name).read_text()))

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class HttpEngine(Engine):
    """SPARQL 1.1 Protocol over one connection."""

    def __init__(self, port, path, options, defaults=None):
        self.options = options
        self.path = path
        self.defaults = defaults or {}
        self.port = port
        self.connection = None

    def connect(self):
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=self.options.timeout)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP,
                                        socket.TCP_NODELAY, 1)

    def send(self, kind, text, accept):
        body = urllib.parse.urlencode({kind: text, **self.defaults})
        if self.connection is None:
            self.connect()
        # Without this the kernel waits 40 ms before it acknowledges a part,
        # and a server that has not turned Nagle's algorithm off waits too.
        self.connection.sock.setsockopt(socket.IPPROTO_TCP,
                                        socket.TCP_QUICKACK, 1)
        start = time.monotonic()
        try:
            self.connection.request(
                "POST", self.path, body,
                {"Content-Type": "application/x-www-form-urlencoded",
                 "Accept": accept})
            response = self.connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            raise Failed(f"{type(error).__name__}: {error}") from error
        seconds = time.monotonic() - start
        if response.will_close:
            self.connection = None
        if response.status >= 300:
            raise Failed(f"HTTP {response.status}: "
                         f"{answer[:300].decode(errors='replace')}")
        return seconds, answer

    @staticmethod
    def accept(text):
        return ("application/n-triples" if "CONSTRUCT" in text
                else "application/sparql-results+json")

    def ask(self, kind, file):
        text = file.read_text()
        return self.send(kind, text, self.accept(text))[0], None

    def answer(self, file):
        text = file.read_text()
        return checksum(rows_of(
            self.send("query", text, self.accept(text))[1].decode()))


class SkgHttp(HttpEngine):
    def __init__(self, options, store):
        self.process = subprocess.Popen(
            [options.bin / "skg", "serve", "--data", store, "--port", "0",
             "--no-auth", "--rate-limit", "0"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True)
        line = self.process.stdout.readline().decode()
        super().__init__(int(line.rsplit(":", 1)[1].strip("/\n ")),
                         "/databases/dblp/sparql", options)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


class Virtuoso(HttpEngine):
    """Loaded as load.py does, then asked over HTTP."""

    def __init__(self, options, directory):
        self.isql = program("isql-vt", "package virtuoso-opensource-7-bin")
        server = program("virtuoso-t", "package virtuoso-opensource-7-bin")
        self.sql_port, port = free_port(), free_port()
        buffers = options.memory_mib * 85
        ini = directory / "virtuoso.ini"
        ini.write_text(VIRTUOSO_INI.format(
            directory, self.sql_port, buffers, buffers * 3 // 4) + f"""
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {directory}
ServerThreads = 4
KeepAliveTimeout = 600
MaxKeepAlives = 10
[SPARQL]
DefaultGraph = {GRAPH}
ResultSetMaxRows = 100000000
MaxQueryCostEstimationTime = 1000000
MaxQueryExecutionTime = {int(options.timeout)}
""")
        parts = directory / "parts"
        parts.mkdir()
        run(["split", "-n", "l/2", "--additional-suffix=.nt", options.file,
             parts / "part"], time.monotonic() + 600)
        self.daemon = subprocess.Popen(
            [server, "+configfile", str(ini), "+foreground"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(Failed):
                self.sql("status();")
                break
            if time.monotonic() > deadline:
                raise Failed("virtuoso-t does not answer")
            time.sleep(0.2)
        self.sql(f"ld_dir('{parts}', '*.nt', '{GRAPH}');")
        loaders = [Child([self.isql, f"127.0.0.1:{self.sql_port}", "dba",
                          "dba", "exec=rdf_loader_run();"],
                         time.monotonic() + 3600, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL) for _ in range(2)]
        for child in loaders:
            child.wait()
        for grant in ("GRANT SPARQL_UPDATE TO \"SPARQL\";",
                      "DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 7);",
                      "checkpoint;"):
            self.sql(grant)
        shutil.rmtree(parts)
        super().__init__(port, "/sparql", options,
                         {"default-graph-uri": GRAPH})

    def sql(self, statement, timeout=3600):
        return run([self.isql, f"127.0.0.1:{self.sql_port}", "dba", "dba",
                    "BANNER=OFF", "PROMPT=OFF", f"exec={statement}"],
                   time.monotonic() + timeout, stderr=subprocess.DEVNULL)[0]

    def ask(self, kind, file):
        if kind == "query":
            return super().ask(kind, file)
        text = file.read_text()
        # It needs the graph named.
        prologue = "".join(re.findall(r"^PREFIX.*\n", text, re.MULTILINE))
        body = re.sub(r"^PREFIX.*\n", "", text, flags=re.MULTILINE)
        parts = []
        for part in body.split(" ;\n"):
            if "DATA {" in part:
                part = part.replace("INSERT DATA {",
                                    f"INSERT DATA {{ GRAPH <{GRAPH}> {{"
                                    ).rstrip() + " }"
            elif part.startswith("DELETE WHERE {"):
                part = f"WITH <{GRAPH}> DELETE {{ ?s bench:p ?o }} " + part[7:]
            else:
                part = f"WITH <{GRAPH}> " + part
            parts.append(part)
        seconds = 0.0
        for part in parts:
            seconds += self.send("query", prologue + part,
                                 "application/sparql-results+json")[0]
        return seconds, None

    def own(self, file):
        text = " ".join(file.read_text().split())
        answer = self.sql(f"SPARQL define input:default-graph-uri <{GRAPH}> "
                          f"{text};")
        found = re.findall(r"-- (\d+) msec", answer)
        if not found:
            raise Failed("isql gives no time")
        return int(found[-1]) / 1e3

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.daemon.pid, signal.SIGKILL)
        self.daemon.wait()


def start_skg(options, directory):
    store = directory / "store"
    run([options.bin / "skg", "load", "--data", store, "--graph",
         "public/dblp", "--no-statement-ids", options.file],
        time.monotonic() + 3600)
    return store


def start(options, directory):
    engines = {}
    store = directory / "skg" / "store"
    store.parent.mkdir()
    wanted = options.engines
    if {"skg", "skg-http"} & set(wanted):
        start_skg(options, store.parent)
    if "skg-http" in wanted:
        copy = directory / "skg-http"
        shutil.copytree(store, copy)
        engines["skg-http"] = SkgHttp(options, copy)
    if "skg" in wanted:
        engines["skg"] = LineEngine([options.bin / "skg-bench", "answer",
                                     "--store", store], options)
    for name in wanted:
        try:
            if name == "virtuoso":
                place = directory / "virtuoso"
                place.mkdir()
                engines[name] = Virtuoso(options, place)
            elif name == "oxigraph":
                if not (HERE / "oxigraph/node_modules/oxigraph").exists():
                    raise NotInstalled(
                        "oxigraph (npm install in benchmarks/peers/oxigraph)")
                engines[name] = LineEngine(
                    [program("node", "Node.js"), "--max-old-space-size=4096",
                     HERE / "oxigraph/answer.mjs", options.file], options)
        except NotInstalled as missing:
            print(f"{name}: left out: not installed: {missing}",
                  file=sys.stderr)
        if name in engines:
            print(f"{name}: loaded", file=sys.stderr)
    return {name: engines[name] for name in wanted if name in engines}


def short(text):
    return " ".join(str(text).split())[:160]


class Runs:
    """Times and answers of all queries, engine by engine."""

    def __init__(self):
        self.seconds, self.answers, self.failures = {}, {}, {}

    def fail(self, name, file, why):
        self.failures.setdefault(file.stem, {})[name] = short(why)
        print(f"{file.stem}: {name}: FAILED: {short(why)}", file=sys.stderr)

    def failed(self, name, file):
        return name in self.failures.get(file.stem, {})


def compare(runs, engines, file):
    for name, engine in engines.items():
        try:
            answer = engine.answer(file)
        except Failed as failure:
            runs.fail(name, file, failure)
            continue
        # Without an order any rows will do.
        if file.stem.startswith("limit-"):
            answer = (answer[0], "any")
        runs.answers.setdefault(file.stem, {})[name] = answer
    answers = runs.answers.get(file.stem, {})
    if len(set(answers.values())) > 1:
        print(f"{file.stem}: ANSWERS DIFFER: {answers}", file=sys.stderr)


def time_all(runs, engines, file, options):
    kind = "update" if file.suffix == ".ru" else "query"
    if kind == "query":
        compare(runs, engines, file)
    slow = set()
    for turn in range(options.repeat):
        for name, engine in engines.items():
            if runs.failed(name, file) or name in slow:
                continue
            try:
                seconds, _ = engine.ask(kind, file)
                times = runs.seconds.setdefault(file.stem, {})
                times.setdefault(name, []).append(seconds)
                if seconds > options.slow:
                    slow.add(name)
                if name == "virtuoso" and options.own and kind == "query":
                    times.setdefault("virtuoso-own", []).append(
                        engine.own(file))
            except Failed as failure:
                runs.fail(name, file, failure)


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def report(runs, options):
    names = [name for name in ("skg", "skg-http", "virtuoso", "virtuoso-own",
                               "oxigraph")
             if any(name in times for times in runs.seconds.values())]
    medians = {query: {name: statistics.median(values) * 1e3
                       for name, values in times.items()}
               for query, times in runs.seconds.items()}
    print(f"| query | rows | {' | '.join(names)} | checked |")
    print("|---|---:|" + "---:|" * len(names) + "---|")
    for query in sorted(medians):
        times = medians[query]
        answers = runs.answers.get(query, {})
        ours = answers.get("skg") or answers.get("skg-http")
        rows = "" if ours is None else str(ours[0])
        different = [name for name, answer in answers.items()
                     if answer != ours]
        checked = ("differs: " + ", ".join(different) if different else
                   "equal" if len(answers) > 1 else "")
        cells = [f"{times[name]:.2f}" if name in times else
                 "failed" if name in runs.failures.get(query, {}) else ""
                 for name in names]
        print(f"| {query} | {rows} | {' | '.join(cells)} | {checked} |")
    for own in ("skg", "skg-http"):
        for peer in names:
            if own not in names or peer.startswith("skg"):
                continue
            ratios = {query: times[peer] / times[own]
                      for query, times in medians.items()
                      if peer in times and own in times
                      # isql tells whole milliseconds.
                      and times[peer] > 0}
            if not ratios:
                continue
            slower = sorted((value, query) for query, value in ratios.items()
                            if value < 1)
            print(f"\n{own} is {geometric_mean(ratios.values()):.2f} times as "
                  f"fast as {peer} (geometric mean of {len(ratios)}); slower "
                  f"on {len(slower)}: " +
                  ", ".join(f"{query} ({value:.2f})"
                            for value, query in slower))
    for query, failures in runs.failures.items():
        for name, why in failures.items():
            print(f"\n{query}: {name} failed: {why}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--bin", type=lambda text: pathlib.Path(text).resolve(),
                        required=True, help="where skg and skg-bench are")
    parser.add_argument("--data", default=".", help="where stores are made")
    parser.add_argument("--engines", nargs="+",
                        default=["skg", "skg-http", "virtuoso", "oxigraph"],
                        choices=["skg", "skg-http", "virtuoso", "oxigraph"])
    parser.add_argument("--only", default="",
                        help="queries whose name fits this expression")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--slow", type=float, default=2)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--own", action="store_true",
                        help="also Virtuoso's own time")
    parser.add_argument("--memory-mib", type=int, default=2048,
                        help="what Virtuoso's buffers may take")
    parser.add_argument("--json", help="write all times there, too")
    options = parser.parse_args()
    runs = Runs()
    with tempfile.TemporaryDirectory(prefix="skg-sparql-",
                                     dir=options.data) as directory:
        engines = {}
        try:
            engines = start(options, pathlib.Path(directory).resolve())
            files = sorted(QUERIES.glob("*.rq")) + sorted(QUERIES.glob("*.ru"))
            for file in files:
                if re.search(options.only, file.stem):
                    time_all(runs, engines, file, options)
        finally:
            for engine in engines.values():
                engine.stop()
    report(runs, options)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            {"seconds": runs.seconds, "answers": runs.answers,
             "failures": runs.failures}, indent=1))
    return 1 if any("skg" in names for names in runs.failures.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
