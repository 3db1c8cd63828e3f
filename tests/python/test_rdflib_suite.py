"""rdflib's own examples (the doctests of the installed package), run with skg in
the place of its store in memory; and random operations on both stores."""

import doctest
import importlib
import pkgutil
import random
import warnings

import pytest

rdflib = pytest.importorskip("rdflib")

import skg  # noqa: E402
import skg.rdflib_store  # noqa: E402
from conftest import SMALL  # noqa: E402
from rdflib import BNode, ConjunctiveGraph, Dataset, Literal, URIRef  # noqa: E402
from rdflib.plugins.stores.memory import Memory as RdflibMemory  # noqa: E402
from rdflib.store import Store  # noqa: E402

EX = rdflib.Namespace("https://example.org/")


class Stores:
    """Each store that is asked for is a graph of its own."""

    def __init__(self, folder):
        self.engine = skg.open(folder, **SMALL)
        self.count = 0

    def new(self):
        self.count += 1
        return skg.rdflib_store.SkgStore(self.engine.graph(f"own/g{self.count}"))


@pytest.fixture
def stores(tmp_path):
    made = Stores(tmp_path / "data")
    yield made
    made.engine.close()


def examples():
    """All doctests of rdflib whose modules can be imported."""
    for module in pkgutil.walk_packages(rdflib.__path__, "rdflib."):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                loaded = importlib.import_module(module.name)
        except Exception:  # what it needs is not installed, or it is a program
            continue
        for test in doctest.DocTestFinder().find(loaded):
            if test.examples:
                yield test


def failed():
    """(name, line of the example) of what fails, and how many were tried."""
    lines, tried = set(), 0
    for test in examples():
        class Runner(doctest.DocTestRunner):
            def report_failure(self, out, tested, example, got):
                lines.add((tested.name, example.lineno))

            def report_unexpected_exception(self, out, tested, example, error):
                lines.add((tested.name, example.lineno))

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tried += Runner(verbose=False).run(test, out=lambda text: None).attempted
    return lines, tried


def test_rdflibs_own_examples(stores, monkeypatch):
    theirs, tried = failed()
    opened = []

    class Memory(skg.rdflib_store.SkgStore):  # examples print the class's name
        def __init__(self, configuration=None, identifier=None):
            super().__init__(stores.new()._graph, identifier)
            opened.append(self)

    Memory.__module__, Memory.__qualname__ = RdflibMemory.__module__, "Memory"
    monkeypatch.setattr(rdflib.plugins.stores.memory, "Memory", Memory)
    kept = dict(rdflib.plugin._plugins)
    try:
        for name in ("default", "Memory"):
            rdflib.plugin.register(name, Store, Memory.__module__, "Memory")
        ours, tried_with_ours = failed()
    finally:
        rdflib.plugin._plugins.clear()
        rdflib.plugin._plugins.update(kept)
    assert ours - theirs == set()
    # Of rdflib 6.1.1: that they were found, and asked our store.
    assert tried == tried_with_ours and tried > 400 and len(opened) > 80, (tried, len(opened))


NAMES = [EX.one, EX.two, URIRef("relative"), BNode("blank1"), BNode("blank2")]
SUBJECTS = [EX.a, URIRef("relative"), BNode("b")]
PREDICATES = [EX.p, URIRef("likes")]
OBJECTS = SUBJECTS + [Literal(1), Literal("x", lang="en")]
KINDS = {
    "conjunctive": lambda store: ConjunctiveGraph(store=store, identifier=BNode("default")),
    "dataset": lambda store: Dataset(store=store),
    "union": lambda store: Dataset(store=store, default_union=True),
}


def change(graph, kind, triple, pattern, name):
    """One of the ways to write."""
    context = graph.get_context(name)
    if kind == 0:
        graph.add(triple)
    elif kind in (1, 2):
        context.add(triple)
    elif kind == 3:
        graph.remove(pattern)
    elif kind == 4:
        context.remove(pattern)
    elif kind == 5:
        graph.addN([(*triple, name), (*triple[:2], EX.many, name)])
    elif kind == 6:
        graph.add((*triple, name))
    elif kind == 7 and isinstance(graph, Dataset):
        graph.remove_graph(name)
    elif kind == 7:
        graph.remove_context(context)


def seen(graph, triple, pattern, name):
    """What all ways to read show. The store in memory lists contexts that were
    emptied, too, and as a triple's contexts in quads() all that it has."""
    def contexts(of=None):
        return sorted(str(c.identifier) for c in graph.contexts(of) if len(c))

    def asked(text):
        return sorted(tuple(map(str, row)) for row in graph.query(text))

    return {
        "size": len(graph),
        "triples": sorted(graph.triples(pattern)),
        "quads": sorted((q[:3], str(getattr(q[3], "identifier", q[3])))
                        for q in graph.quads((*pattern, None))),
        "quads of one": sorted({q[:3] for q in graph.quads((*pattern, name))}),
        "contexts": (contexts(), contexts(triple)),
        "each": [(len(graph.get_context(n)), sorted(graph.get_context(n).triples(pattern)))
                 for n in NAMES],
        "in": (triple in graph, (*triple, name) in graph),
        "choices": sorted(graph.triples_choices((None, triple[1], [triple[2], EX.many]))),
        "asked": asked("SELECT ?s ?o { ?s <https://example.org/p> ?o }"),
        "asked relative": asked("SELECT ?s ?o { ?s <likes> ?o }"),
        "asked a graph": asked("SELECT ?s ?o { GRAPH <https://example.org/one> { ?s ?p ?o } }"),
        "asked one": sorted(map(tuple, graph.get_context(name).query("SELECT ?s ?p ?o { ?s ?p ?o }"))),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_contexts_are_those_of_the_store_in_memory(stores, kind, seed):
    ours, theirs = KINDS[kind](stores.new()), KINDS[kind]("default")
    choose = random.Random(seed)
    for graph in (ours, theirs):
        graph.add((EX.a, EX.p, EX.first))
    for step in range(40):
        triple = (choose.choice(SUBJECTS), choose.choice(PREDICATES), choose.choice(OBJECTS))
        pattern = tuple(node if choose.random() < 0.5 else None for node in triple)
        name, what = choose.choice(NAMES), choose.randrange(8)
        for graph in (ours, theirs):
            change(graph, what, triple, pattern, name)
        assert seen(ours, triple, pattern, name) == seen(theirs, triple, pattern, name), step
