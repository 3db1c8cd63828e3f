"""Measures what the Python package costs. Beside others: peers.py.

    PYTHONPATH=build/release/bindings/python python3 benchmarks/python/package.py [STATEMENTS]

Prints medians of five runs. Build the package for release first.
"""

import gc
import statistics
import sys
import tempfile
import time

import numpy
import skg

RUNS = 5


def median(name, unit, count, call):
    """How much of `count` a second `call` does, or the time of one where the
    unit is one of time."""
    times = []
    call()
    for _ in range(RUNS):
        gc.collect()
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    middle = statistics.median(times)
    spread = f"({min(times):.3f} to {max(times):.3f} s)"
    if unit == "us":
        print(f"{name:44} {middle / count * 1e6:10.1f} us {spread}")
    else:
        print(f"{name:44} {count / middle / 1e6:10.2f} M {unit}/s {spread}")


def load(folder, n):
    engine = skg.open(folder, durability="none")
    graph = engine.graph()
    subjects = numpy.array([f"person{i}" for i in range(n)], dtype=object)
    begin = time.perf_counter()
    graph.bulk_load(subject=subjects, predicate="score", object=numpy.arange(n) + 0.5)
    print(f"{'bulk_load of numpy columns':44} {time.perf_counter() - begin:10.2f} s for {n} statements")
    groups = numpy.array([f"group{i % 1000}" for i in range(n)], dtype=object)
    graph.bulk_load(subject=subjects, predicate="member", object=groups)
    graph.compact()
    return engine, graph


def of_skg(folder, n):
    engine, graph = load(folder, n)
    both = "SELECT ?s ?g ?x { ?s :member ?g ; :score ?x }"

    def iterate():
        assert sum(1 for _ in graph.query(both)) == n

    median("iterate (str, str, float)", "rows", n, iterate)
    floats = "SELECT ?x { ?s :score ?x }"
    median("to_numpy, one float column", "values", n, lambda: graph.query(floats).to_numpy())
    median("to_numpy, two columns of ids", "values", 2 * n, lambda: graph.query(
        "SELECT ?s ?g { ?s :member ?g }").to_numpy(ids=True))
    median("to_numpy, str, str, float", "rows", n, lambda: graph.query(both).to_numpy())
    median("triples()", "rows", n, lambda: sum(1 for _ in graph.triples(predicate="score")))
    prepared = graph.prepare("SELECT ?x { ?s :score ?x }")

    def small(ask):
        for i in range(2000):
            ask(i)

    median("small query, prepared", "us", 2000, lambda: small(
        lambda i: prepared({"s": f"person{i}"}).fetchall()))
    median("small query, by text", "us", 2000, lambda: small(
        lambda i: graph.query("SELECT ?x { ?s :score ?x }", {"s": f"person{i}"}).fetchall()))
    median("count of one statement", "us", 2000, lambda: small(
        lambda i: graph.count(f"person{i}", "score")))
    median("add, durability none", "us", 2000, lambda: small(
        lambda i: graph.add(f"new{i}", "score", i)))
    engine.close()


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        of_skg(folder, n)


if __name__ == "__main__":
    main()
