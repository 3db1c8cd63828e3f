"""The Python package beside Oxigraph, Kuzu and rdflib: the same data, in one run.

    (cd benchmarks/python/peers && npm install --no-package-lock)
    PYTHONPATH=build/release/bindings/python python3 benchmarks/python/peers.py [STATEMENTS]

People with a score, a group and others whom they know. Each is loaded by all,
then asked the same, one engine after the other, in five rounds after one that is
not counted; every answer is compared with one that NumPy computes. rdflib gets a
tenth of the statements. What is not installed is named and left out.
"""

import gc
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import skg

ROUNDS = 5
POINTS = 2000
PEERS = pathlib.Path(__file__).resolve().parent / "peers"
BASE = "urn:skg:"
DOUBLE = "http://www.w3.org/2001/XMLSchema#double"
CALLS = ("rows", "points", "groups", "hops")


class Data:
    """Columns, files of them, and the answers that are right."""

    def __init__(self, folder, statements):
        self.folder = folder
        self.statements = statements // 4 * 4
        n = self.n = statements // 4
        random = numpy.random.default_rng(1)
        self.people = numpy.array([f"person{i}" for i in range(n)], dtype=object)
        self.groups = numpy.array([f"group{i}" for i in range(1000)], dtype=object)
        self.score = numpy.arange(n) + 0.5
        self.member = random.integers(0, 1000, n)
        # Some know more than others; each pair once.
        pairs = numpy.unique((random.random(3 * n) ** 2 * n).astype(numpy.int64) * n
                             + random.integers(0, n, 3 * n))
        pairs = random.permutation(pairs)[:2 * n]
        self.knows_from, self.knows_to = pairs // n, pairs % n
        predicates = numpy.array(["score", "member", "knows"], dtype=object)
        self.columns = {
            "subject": numpy.concatenate([self.people, self.people, self.people[self.knows_from]]),
            "predicate": numpy.repeat(predicates, [n, n, len(self.knows_to)]),
            "object": numpy.concatenate([
                self.score.astype(object), self.groups[self.member], self.people[self.knows_to]]),
        }
        self.asked = [f"person{i}" for i in random.integers(0, n, POINTS)]
        self.right = self.answers()

    def answers(self):
        def lengths(names):
            return numpy.array([len(name) for name in names])

        members = numpy.bincount(self.member, minlength=1000)
        into = numpy.bincount(self.knows_to, minlength=self.n)
        out = numpy.bincount(self.knows_from, minlength=self.n)
        person, group = lengths(self.people), lengths(self.groups)
        return {
            "rows": (self.n, float((self.score * (person + group[self.member])).sum())),
            "points": (POINTS, sum(int(name[6:]) + 0.5 for name in self.asked)),
            "groups": (int((members > 0).sum()), int((members * group).sum())),
            "hops": (1, int((into * out).sum())),
        }

    def write(self):
        """N-Triples for stores of triples, CSV for Kuzu."""
        score = map(repr, self.score.tolist())
        with open(self.folder / "all.nt", "w") as file:
            for i, (x, group) in enumerate(zip(score, self.member)):
                file.write(f'<{BASE}person{i}> <{BASE}score> "{x}"^^<{DOUBLE}> .\n'
                           f"<{BASE}person{i}> <{BASE}member> <{BASE}group{group}> .\n")
            for a, b in zip(self.knows_from, self.knows_to):
                file.write(f"<{BASE}person{a}> <{BASE}knows> <{BASE}person{b}> .\n")
        lines = {
            "people": (f"person{i},{x!r}" for i, x in enumerate(self.score.tolist())),
            "groups": self.groups,
            "member": (f"person{i},group{g}" for i, g in enumerate(self.member)),
            "knows": (f"person{a},person{b}" for a, b in zip(self.knows_from, self.knows_to)),
        }
        for name, rows in lines.items():
            (self.folder / f"{name}.csv").write_text("\n".join(rows) + "\n")


class Skg:
    """load() and the calls give (count, sum)."""

    def __init__(self, data, store, durability="none", columns=True, ids=True):
        self.data, self.columns = data, columns
        self.engine = skg.open(store, durability=durability)
        self.graph = self.engine.graph(statement_ids=ids)

    def load(self):
        """In one call: an empty graph takes statements quickest."""
        if self.columns:
            self.graph.bulk_load(**self.data.columns)
        else:
            self.graph.load(self.data.folder / "all.nt")

    def rows(self):
        count = total = 0
        for s, g, x in self.graph.query("SELECT ?s ?g ?x { ?s :member ?g ; :score ?x }"):
            count += 1
            total += x * (len(s) + len(g))
        return count, total

    def points(self):
        query = self.graph.prepare("SELECT ?x { ?s :score ?x }")
        return POINTS, sum(query({"s": s}).fetchone()[0] for s in self.data.asked)

    def groups(self):
        rows = self.graph.query("SELECT ?g (COUNT(*) AS ?n) { ?s :member ?g } GROUP BY ?g").fetchall()
        return len(rows), sum(n * len(g) for g, n in rows)

    def hops(self):
        (n,), = self.graph.query("SELECT (COUNT(*) AS ?n) { ?a :knows ?b . ?b :knows ?c }")
        return 1, n

    def close(self):
        self.engine.close()


class Rdflib:
    """Its store in memory, its SPARQL."""

    def __init__(self, data):
        import rdflib

        self.data, self.rdflib, self.graph = data, rdflib, rdflib.Graph()

    def load(self):
        self.graph.parse(str(self.data.folder / "all.nt"), format="nt")

    def select(self, text, **bindings):
        return self.graph.query(f"PREFIX : <{BASE}> {text}", initBindings=bindings)

    def rows(self):
        count = total = 0
        for s, g, x in self.select("SELECT ?s ?g ?x { ?s :member ?g ; :score ?x }"):
            count += 1
            total += x.value * (len(s) + len(g) - 2 * len(BASE))
        return count, total

    def points(self):
        """By its own look-up, which is quicker than its SPARQL."""
        score = self.rdflib.URIRef(BASE + "score")
        return POINTS, sum(
            self.graph.value(self.rdflib.URIRef(BASE + s), score).value for s in self.data.asked)

    def groups(self):
        rows = list(self.select("SELECT ?g (COUNT(*) AS ?n) { ?s :member ?g } GROUP BY ?g"))
        return len(rows), sum(n.value * (len(g) - len(BASE)) for g, n in rows)

    def hops(self):
        (n,), = self.select("SELECT (COUNT(*) AS ?n) { ?a :knows ?b . ?b :knows ?c }")
        return 1, n.value

    def close(self):
        self.graph = None


class Node:
    """A peer of npm, a process of its own; see peers/lines.mjs."""

    def __init__(self, data, script, **load):
        if not (PEERS / "node_modules" / script).exists() or not shutil.which("node"):
            raise ImportError(f"{script}: npm install --no-package-lock in {PEERS.name}/, and node")
        self.load_arguments, self.asked = load, data.asked
        self.process = subprocess.Popen(
            ["node", "--max-old-space-size=8192", PEERS / f"{script}.mjs"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def call(self, name, **arguments):
        """Its own time, without that of the line."""
        self.process.stdin.write(json.dumps({"call": name, **arguments}) + "\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        if "error" in reply:
            raise RuntimeError(reply["error"])
        self.seconds = reply["seconds"]
        return reply.get("count"), reply.get("sum")

    def load(self):
        self.call("load", **self.load_arguments)

    def rows(self):
        return self.call("rows")

    def points(self):
        return self.call("points", people=self.asked)

    def groups(self):
        return self.call("groups")

    def hops(self):
        return self.call("hops")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(engine, name):
    gc.collect()
    begin = time.perf_counter()
    answer = getattr(engine, name)()
    took = time.perf_counter() - begin
    return getattr(engine, "seconds", took), answer


def makers(data, tenth):
    """(name, what makes it with an empty folder for its store, data)"""
    folder = str(data.folder)
    yield "skg", lambda store: Skg(data, store), data
    yield "skg, without ids", lambda store: Skg(data, store, ids=False), data
    yield "skg, durable", lambda store: Skg(data, store, durability="sync"), data
    yield "skg, N-Triples", lambda store: Skg(data, store, columns=False), data
    yield "Kuzu in memory", lambda store: Node(data, "kuzu", folder=folder), data
    yield "Kuzu on disk", lambda store: Node(data, "kuzu", folder=folder, path=f"{store}/kuzu"), data
    yield "Oxigraph", lambda store: Node(data, "oxigraph", file=folder + "/all.nt"), data
    yield "rdflib", lambda store: Rdflib(tenth), tenth


def load(make, folder):
    """The middle of three loads, and the last one that was loaded."""
    times = []
    while True:
        store = tempfile.mkdtemp(dir=folder)
        engine = make(store)
        times.append(timed(engine, "load")[0])
        if len(times) == 3:
            return statistics.median(times), engine
        engine.close()
        shutil.rmtree(store)


def report(name, n, loaded, times, ours):
    rates = {"rows": n / 4, "points": POINTS}
    cells = [f"{loaded:8.2f} s"]
    for call in CALLS:
        middle = statistics.median(times[call]) if times[call] else None
        if middle is None:
            cells.append(" " * 10)
        elif call == "rows":
            cells.append(f"{rates[call] / middle / 1e6:7.3f} M/s")
        elif call == "points":
            cells.append(f"{middle / POINTS * 1e6:7.1f} us")
        else:
            cells.append(f"{middle * 1e3:8.2f} ms")
    print(f"{name:16} {n:9}  " + "  ".join(cells), flush=True)
    if ours and name != "skg":
        per = [statistics.median(times[c]) / statistics.median(ours[c]) for c in CALLS]
        if n != ours["n"]:
            per = [ratio * (ours["n"] / n if c != "points" else 1) for c, ratio in zip(CALLS, per)]
        print(f"{'  over skg':16} {'':9}  {loaded / n * ours['n'] / ours['load']:8.2f}    "
              + "  ".join(f"{ratio:8.2f}  " for ratio in per))


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for name, count in (("all", n), ("tenth", n // 10)):
            (pathlib.Path(folder) / name).mkdir()
            parts.append(Data(pathlib.Path(folder) / name, count))
            parts[-1].write()
        engines, loads, data_of = {}, {}, {}
        for name, make, data in makers(*parts):
            try:
                loads[name], engines[name] = load(make, folder)
                data_of[name] = data
            except ImportError as error:
                print(f"left out: {error}")
        for name in [name for name in engines if name.startswith("skg, ")]:
            engines.pop(name).close()  # one of ours is enough
        times = {name: {call: [] for call in CALLS} for name in loads}
        for call in CALLS:
            for turn in range(ROUNDS + 1):
                for name, engine in engines.items():
                    seconds, answer = timed(engine, call)
                    assert answer == data_of[name].right[call], (name, call, answer, data_of[name].right[call])
                    if turn:
                        times[name][call].append(seconds)
        print(f"{'':16} statements  {'load':>10}  {'rows':>10}  {'a look-up':>10}  "
              f"{'groups':>10}  {'two hops':>10}")
        ours = {**times["skg"], "load": loads["skg"], "n": parts[0].statements}
        for name in loads:
            filled = name in engines
            report(name, data_of[name].statements, loads[name], times[name], ours if filled else None)
        for engine in engines.values():
            engine.close()


if __name__ == "__main__":
    main()
