"""The rdflib store, beside rdflib's own."""

import pytest

rdflib = pytest.importorskip("rdflib")

import random  # noqa: E402

import skg  # noqa: E402
import rdflib.compare  # noqa: E402
import skg.rdflib_store  # noqa: E402
from rdflib import BNode, Literal, URIRef  # noqa: E402
from rdflib.namespace import RDFS, XSD  # noqa: E402

EX = rdflib.Namespace("https://example.org/")

NODES = [EX.a, EX.b, URIRef("urn:skg:name"), URIRef("urn:skg:a%20b"), BNode("x"), BNode()]
OBJECTS = NODES + [
    Literal("text"), Literal("Text", lang="de"), Literal(5), Literal("005", datatype=XSD.integer, normalize=False),
    Literal(1.5), Literal(True), Literal('a "quote"\n\\ and é'), Literal("x", datatype=EX.type)]


@pytest.fixture
def store(graph):
    return skg.rdflib_store.SkgStore(graph)


def test_the_plugin(tmp_path):
    graph = rdflib.Graph(store="skg")
    assert graph.open(str(tmp_path / "data") + "#acme/people", create=True) == 1
    graph.add((EX.a, RDFS.label, Literal("A")))
    graph.close()
    with skg.open(tmp_path / "data") as engine:
        assert engine.graph("acme/people", create=False).count() == 1
    graph = rdflib.Graph(store="skg")
    assert graph.open(str(tmp_path / "none"), create=False) == -1
    with pytest.raises(ValueError, match="not open"):
        graph.add((EX.a, EX.p, EX.b))


def test_random_operations(store):
    """What rdflib's store in memory gives, ours gives."""
    ours, theirs = rdflib.Graph(store=store), rdflib.Graph()
    choose = random.Random(1)
    for step in range(300):
        triple = (choose.choice(NODES), choose.choice([EX.p, EX.q]), choose.choice(OBJECTS))
        pattern = tuple(node if choose.random() < 0.5 else None for node in triple)
        if choose.random() < 0.7:
            ours.add(triple)
            theirs.add(triple)
        else:
            ours.remove(pattern)
            theirs.remove(pattern)
        assert len(ours) == len(theirs)
        assert set(ours.triples(pattern)) == set(theirs.triples(pattern))
        assert (triple in ours) == (triple in theirs)
    assert set(ours) == set(theirs) and len(theirs) > 3


def test_parsing_and_writing(store):
    turtle = """@prefix : <https://example.org/> . :a :p 1, "x"@en, [ :q ( :b 2.5 ) ] ."""
    ours, theirs = rdflib.Graph(store=store), rdflib.Graph()
    ours.parse(data=turtle, format="turtle")
    theirs.parse(data=turtle, format="turtle")
    assert rdflib.compare.isomorphic(ours, theirs)
    assert rdflib.compare.isomorphic(rdflib.Graph().parse(data=ours.serialize(format="xml"), format="xml"), theirs)


def test_queries_are_run_by_skg(store, monkeypatch):
    graph = rdflib.Graph(store=store)
    for i in range(5):
        graph.add((EX[f"s{i}"], EX.n, Literal(i)))
    monkeypatch.setattr("rdflib.plugins.sparql.processor.evalQuery", None)
    graph.bind("ex", EX)
    rows = list(graph.query("SELECT ?s ?n { ?s ex:n ?n FILTER(?n > 2) } ORDER BY ?n"))
    assert [(row.s, row.n.toPython()) for row in rows] == [(EX.s3, 3), (EX.s4, 4)]
    assert [row.n.value for row in graph.query(
        "SELECT ?n { ?s ?p ?n }", initBindings={"s": EX.s2, "unused": EX.a})] == [2]
    assert graph.query("ASK { ?s ?p 3 }").askAnswer
    assert not graph.query("ASK { ?s ?p 9 }").askAnswer
    made = graph.query("CONSTRUCT { ?s ex:is ?n } { ?s ex:n ?n }")
    assert (EX.s1, EX["is"], Literal(1)) in made.graph and len(made.graph) == 5
    empty, = graph.query("SELECT ?s ?none { ?s ex:n 1 }")
    assert empty.none is None
    graph.update("INSERT { ?s ex:twice ?m } WHERE { ?s ex:n ?n BIND(?n * 2 AS ?m) }")
    assert graph.value(EX.s4, EX.twice) == Literal(8)
    with pytest.raises(skg.InvalidArgumentError):
        graph.query("SELECT {")


def test_a_prepared_query_is_run_by_rdflib(store):
    graph = rdflib.Graph(store=store)
    graph.add((EX.a, EX.p, Literal(1)))
    prepared = rdflib.plugins.sparql.prepareQuery("SELECT ?o { ?s ?p ?o }")
    assert [row.o for row in graph.query(prepared)] == [Literal(1)]


def test_contexts(store):
    graph = rdflib.ConjunctiveGraph(store=store)
    one, two = graph.get_context(EX.one), graph.get_context(EX.two)
    one.add((EX.a, EX.p, EX.b))
    two.add((EX.a, EX.p, EX.b))
    two.add((EX.a, EX.p, EX.c))
    graph.add((EX.a, EX.p, EX.d))
    assert (len(one), len(two), len(graph)) == (1, 2, 3)
    assert {c.identifier for c in graph.contexts((EX.a, EX.p, EX.b))} == {EX.one, EX.two}
    assert {EX.one, EX.two} <= {c.identifier for c in graph.contexts()}
    assert len(list(graph.query("SELECT ?o { ?s ?p ?o }"))) == 3
    assert len(list(two.query("SELECT ?o { ?s ?p ?o }"))) == 2
    assert {(row.g, row.o) for row in graph.query("SELECT ?g ?o { GRAPH ?g { ?s ?p ?o } }")} == {
        (EX.one, EX.b), (EX.two, EX.b), (EX.two, EX.c)}
    graph.remove((EX.a, EX.p, EX.b))
    assert (len(one), len(two)) == (0, 1)
    graph.remove_context(two)
    assert len(graph) == 1


def test_datasets(store):
    dataset = rdflib.Dataset(store=store)
    named = dataset.graph(EX.named)
    named.add((EX.a, EX.p, EX.b))
    dataset.add((EX.a, EX.p, EX.c))
    assert len(named) == 1 and len(dataset.default_context) == 1
    assert {context.identifier for context in dataset.contexts()} >= {EX.named}
    dataset.remove_graph(EX.named)
    assert len(named) == 0


def test_empty_graphs_are_listed(store):
    dataset = rdflib.Dataset(store=store)
    default = dataset.default_context.identifier

    def names():
        return {context.identifier for context in dataset.contexts()}

    named = dataset.graph(EX.named)
    assert names() == {EX.named, default}
    named.add((EX.a, EX.p, EX.b))
    named.remove((EX.a, EX.p, EX.b))
    assert names() == {EX.named, default}
    dataset.remove_graph(EX.named)
    assert names() == {default}


def test_graphs_without_a_name_are_apart(store):
    one, two = rdflib.Graph(store=store), rdflib.Graph(store=store)
    one.add((EX.a, EX.p, EX.b))
    two.add((EX.a, EX.p, EX.c))
    assert (len(one), len(two)) == (1, 1)
    assert list(two.objects()) == [EX.c]
    assert [row.o for row in two.query("SELECT ?o { ?s ?p ?o }")] == [EX.c]
    two.remove((None, None, None))
    assert (len(one), len(two)) == (1, 0)
    # What is in the default graph is what a store that is opened anew shows.
    again = rdflib.Graph(store=skg.rdflib_store.SkgStore(store._graph))
    assert list(again.objects()) == [EX.b]


def test_blank_graph_names(store):
    trig = "@prefix : <https://example.org/> . _:g { :a :p 1 } _:h { :a :p 2 } :a :p 3 ."
    store._graph.load(trig.encode(), "trig")
    graph = rdflib.ConjunctiveGraph(store=store)
    found = {context.identifier: list(context.objects()) for context in graph.contexts()}
    assert sorted(value.value for objects in found.values() for value in objects) == [1, 2, 3]
    assert len(found) == 3


def test_n3(store):
    graph = rdflib.Graph(store=store)
    graph.parse(data="@prefix : <https://example.org/> . :a :p 1 ; = :b .", format="n3")
    assert len(graph) == 2
    with pytest.raises(NotImplementedError, match="formula"):
        graph.parse(data="@prefix : <https://example.org/> . { :a :p 1 } => { :a :q 1 } .", format="n3")


def test_prefixes(store):
    one, two = EX["one/"], EX["two/"]
    store.bind("ex", one)
    store.bind("other", one, override=False)
    store.bind("ex", two, override=False)
    assert list(store.namespaces()) == [("ex", one)]
    store.bind("new", one)
    assert list(store.namespaces()) == [("new", one)] and store.prefix(one) == "new"
    store.bind("new", two)
    assert store.namespace("new") == two and store.prefix(one) is None
    assert store.namespace("ex") is None


def test_opening_and_destroying(tmp_path):
    folder = str(tmp_path / "data")
    graph = rdflib.Graph(store="skg")
    graph.open(folder, create=True)
    graph.add((EX.a, EX.p, EX.b))
    with pytest.raises(ValueError, match="the store is open"):
        graph.open(folder)
    graph.close()
    assert rdflib.Graph(store="skg").open(folder + "#none/such", create=False) == -1
    graph.destroy(folder)
    again = rdflib.Graph(store="skg")
    assert again.open(folder, create=False) == 1 and len(again) == 0
    again.close()


def test_events(store):
    told = []
    store.dispatcher.subscribe(rdflib.store.TripleAddedEvent, lambda event: told.append(event.triple))
    graph = rdflib.Graph(store=store)
    graph.add((EX.a, EX.p, EX.b))
    graph.addN([(EX.a, EX.p, EX.c, graph)])
    assert told == [(EX.a, EX.p, EX.b), (EX.a, EX.p, EX.c)]


def test_what_makes_it_durable(tmp_path, monkeypatch):
    synced = []
    sync = skg.Engine.sync
    monkeypatch.setattr(skg.Engine, "sync", lambda engine: (sync(engine), synced.append(engine)))
    graph = rdflib.Graph(store="skg")
    graph.open(str(tmp_path / "data"), create=True)
    graph.add((EX.a, EX.p, EX.b))
    assert not synced
    graph.commit()
    assert len(synced) == 1
    graph.close()
    assert len(synced) == 2
