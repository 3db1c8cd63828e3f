"""The process does not grow over a million answers.

Each way to take an answer, or to let go of one, is a phase of its own: after its
first tenth, what the process holds may not grow by more than 8 MiB. In phases of
50,000 that is 190 bytes an answer.
"""

import gc
import os

import pytest
import skg

from arrow_reader import read_stream
from conftest import SMALL

BOUND = 8 << 20

pytestmark = [
    pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc here"),
    pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""),
                       reason="the address sanitizer keeps what was freed"),
]


def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """One for all: opening has its own tests."""
    with skg.open(tmp_path_factory.mktemp("leaks") / "data", **SMALL) as opened:
        graph = opened.graph()
        graph.add_all((f"s{i % 100}", "n", i) for i in range(3000))
        graph.add_all((f"s{i}", "name", skg.Literal(f"name of {i}, longer than what fits in place"))
                      for i in range(100))
        graph.add_all((f"s{i}", "next", f"s{i + 1}") for i in range(20))
        yield opened


@pytest.fixture(scope="module")
def graph(engine):
    return engine.graph()


SMALL_QUERY = "SELECT ?name { ?s :name ?name }"
# More than what is fetched at first.
LARGE_QUERY = "SELECT ?s ?n { ?s :n ?n }"


def prepared(graph):
    query = graph.prepare(SMALL_QUERY)

    def one(i):
        assert len(query({"s": f"s{i % 100}"}).fetchall()) == 1

    return one


def of_a_snapshot(graph):
    def one(i):
        with graph.snapshot() as view:
            row, = view.query(SMALL_QUERY, {"s": f"s{i % 100}"})
        assert type(row[0]) is skg.Literal or type(row[0]) is str

    return one


def as_dicts(graph):
    def one(i):
        row, = graph.query(SMALL_QUERY, {"s": f"s{i % 100}"}).to_dicts()
        assert "name" in row

    return one


def half_read(graph):
    query = graph.prepare(LARGE_QUERY)

    def one(i):
        rows = iter(query())
        next(rows)
        if i % 2:
            next(rows)  # and let go of it in another state

    return one


def never_read(graph):
    query = graph.prepare(LARGE_QUERY)
    return lambda i: query()


def errors(graph):
    query = graph.prepare(LARGE_QUERY)
    calls = [
        lambda: graph.query("SELECT ?s { ?s"),
        lambda: graph.query(SMALL_QUERY, {"s": object()}),
        lambda: graph.query(SMALL_QUERY, {"s": "<no iri"}),
        lambda: query(max_rows=1).fetchall(),
        lambda: query(as_of=10**9),
        lambda: graph.match("<no iri"),
        lambda: query(no_such_option=1),
        lambda: graph.no_such_attribute,
    ]

    def one(i):
        with pytest.raises((skg.Error, TypeError, AttributeError)):
            calls[i % len(calls)]()

    return one


def raised_by_the_caller(graph):
    def statements(i):
        yield "x", "y", i
        raise KeyError(i)

    def one(i):
        with pytest.raises(KeyError):
            graph.add_all(statements(i))

    return one


def to_numpy(graph):
    def one(i):
        arrays = graph.query("SELECT ?n ?name { ?s :n ?n ; :name ?name }", {"s": f"s{i % 100}"}).to_numpy()
        assert len(arrays["n"]) == 30 and arrays["name"].dtype == object

    return one


def to_arrow(graph):
    query = graph.prepare("SELECT ?n ?name { ?s :n ?n ; :name ?name }")

    def one(i):
        stream = query({"s": f"s{i % 100}"}).__arrow_c_stream__()
        if i % 2:  # else let go of unread
            assert len(read_stream(stream)[1]["n"]) == 30

    return one


def kept_beyond_their_graph(graph, engine):
    def one(i):
        mine = engine.graph()
        result = mine.query(SMALL_QUERY, {"s": f"s{i % 100}"})
        mine.close()
        del mine
        assert len(list(result)) == 1

    return one


def statements(graph):
    def one(i):
        if i % 100 == 0:
            next(graph.match(predicate="n"))  # thousands are fetched at once
        elif i % 2:
            assert len(list(graph.match(f"s{i % 100}", "name"))) == 1
        else:
            assert len(list(graph.triples(f"s{i % 100}", "name"))) == 1

    return one


def transactions(graph):
    def one(i):
        with pytest.raises(ZeroDivisionError):
            with graph.begin() as transaction:
                transaction.add("x", "y", i)
                assert transaction.count("x") == 1
                raise ZeroDivisionError

    return one


def views(graph):
    def one(i):
        view = graph.view(predicates=["next"])
        if i % 2:
            assert len(view.pagerank()) == 21

    return one


PHASES = {
    prepared: 300_000, of_a_snapshot: 100_000, as_dicts: 100_000, half_read: 50_000,
    never_read: 50_000, errors: 80_000, raised_by_the_caller: 50_000, to_numpy: 70_000,
    to_arrow: 50_000, kept_beyond_their_graph: 50_000, statements: 50_000, transactions: 30_000,
    views: 20_000,
}


def test_there_are_a_million():
    assert sum(PHASES.values()) == 1_000_000


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.__name__)
def test_the_process_does_not_grow(graph, engine, phase):
    one = phase(graph, engine) if phase is kept_beyond_their_graph else phase(graph)
    count = PHASES[phase]
    for i in range(count // 10):
        one(i)
    before = resident()
    for i in range(count - count // 10):
        one(i)
    grown = resident() - before
    print(f"{phase.__name__}: {grown / 1024:.0f} KiB")
    assert grown < BOUND
