"""Queries and their results."""

import datetime
import decimal

import pytest
import skg

from conftest import ENDLESS, fill_endless


@pytest.fixture
def people(graph):
    graph.add_all([
        ("Ada", "age", 36), ("Ada", "height", 1.65), ("Ada", "knows", "Bob", 0.5),
        ("Bob", "age", 41), ("Bob", "alive", True),
        ("Ada", "name", skg.Literal("Ada", language="en")),
        ("Bob", "paid", decimal.Decimal("19.90"))])
    return graph


def test_rows(people):
    result = people.query("SELECT ?who ?age { ?who :age ?age } ORDER BY ?age")
    assert (result.columns, result.form, bool(result)) == (["who", "age"], "solutions", True)
    assert list(result) == [("Ada", 36), ("Bob", 41)]
    assert list(result) == []
    assert repr(result) == "<skg.Result solutions ['who', 'age']>"


def test_unbound_and_mixed_values(people):
    rows = people.query(
        "SELECT ?p ?o ?none { ?s ?p ?o } ORDER BY ?p ?o").fetchall()
    assert rows == [
        ("age", 36, None), ("age", 41, None), ("alive", True, None), ("height", 1.65, None),
        ("knows", "Bob", None), ("name", "Ada", None), ("paid", decimal.Decimal("19.90"), None)]
    assert [type(row[1]) for row in rows] == [
        int, int, bool, float, str, skg.Literal, decimal.Decimal]


def test_other_forms(people):
    assert people.query("ASK { :Ada :age 36 }").boolean is True
    assert not people.query("ASK { :Ada :age 37 }")
    graph = people.query("CONSTRUCT { ?a :years ?n } { ?a :age ?n }")
    assert (graph.form, graph.columns) == ("graph", ["subject", "predicate", "object"])
    assert sorted(graph) == [("Ada", "years", 36), ("Bob", "years", 41)]
    graph = people.query("CONSTRUCT { ?a :years ?n } { ?a :age ?n }")
    assert sorted(graph.to_numpy()["object"]) == [36, 41]
    turtle = people.query_document(
        "CONSTRUCT { :a :years ?n } { :Ada :age ?n }", format="turtle")
    assert b"36" in turtle


def test_to_dicts_and_documents(people):
    query = "SELECT ?who ?age { ?who :age ?age } ORDER BY ?age"
    assert people.query(query).to_dicts() == [
        {"who": "Ada", "age": 36}, {"who": "Bob", "age": 41}]
    assert people.query_document(query, format="csv") == b"who,age\r\nurn:skg:Ada,36\r\nurn:skg:Bob,41\r\n"
    assert b'"bindings"' in people.query_document(query)
    assert b"true" in people.query_document("ASK { ?s :age 36 }")
    with pytest.raises(skg.InvalidArgumentError):
        people.query_document(query, format="turtle")
    with pytest.raises(ValueError, match="^format: 'odt' is none of"):
        people.query_document(query, format="odt")
    assert people.query(query).fetchone() == ("Ada", 36)


def test_parameters(people):
    query = "SELECT ?o { ?s ?p ?o }"
    assert people.query(query, {"s": "Ada", "p": "age"}).fetchall() == [(36,)]
    evil = skg.Literal('x" } ; DROP ALL')
    people.add("Eve", "says", evil)
    assert people.query("SELECT ?s { ?s :says ?t }", {"t": evil}).fetchall() == [("Eve",)]
    with pytest.raises(TypeError, match=r"^params\['s'\]: expected a name"):
        people.query(query, {"s": []})
    with pytest.raises(TypeError, match="^params: expected a dict"):
        people.query(query, ["s"])
    with pytest.raises(skg.InvalidArgumentError) as caught:
        people.query(query, {"nobody": 1})
    assert caught.value.fields[0].path == ("parameters", "nobody")


def test_prepared(people):
    prepared = people.prepare("SELECT ?n { ?who :age ?n }")
    assert prepared.columns == ["n"]
    assert prepared({"who": "Ada"}).fetchall() == [(36,)]
    people.add("Cid", "age", 7)
    assert prepared({"who": "Cid"}).fetchall() == [(7,)]
    assert prepared.run({"who": "Cid"}, as_of=1).fetchall() == []
    with people.snapshot() as view:
        of_view = view.prepare("SELECT ?n { :Cid :age ?n }")
        people.remove("Cid", "age", 7)
        assert of_view().fetchall() == [(7,)]


def test_explain(people):
    assert "scan" in people.explain("SELECT ?s { ?s :age ?n }")
    result = people.query("SELECT ?s { ?s :age ?n }", profile=True)
    assert len(result.fetchall()) == 2
    assert "ms" in result.explain()
    assert result.explain(json=True).startswith("{")


def test_a_graph_that_a_blank_node_names(graph):
    graph.load(b"@prefix : <urn:skg:> . _:g { :a :p 1 } _:h { :a :p 2 }", "trig")
    ((name,),) = graph.query("SELECT ?g { GRAPH ?g { :a :p 1 } }").fetchall()
    assert name.startswith("_:")
    text = "SELECT ?n { GRAPH ?g { :a :p ?n } }"
    assert graph.query(text, {"g": name}).fetchall() == [(1,)]
    assert graph.query(text, named_graphs=[name]).fetchall() == [(1,)]
    assert graph.query("SELECT ?n { :a :p ?n }", default_graphs=[name]).fetchall() == [(1,)]
    assert list(graph.triples(graph=name)) == [("a", "p", 1)]
    assert [s.object for s in graph.match(graph=name)] == [1]
    graph.update("DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }", {"g": name})
    assert sorted(s.object for s in graph.match()) == [2]


def test_options(people):
    people.add("Bob", "age", 42, graph="g")
    assert len(people.query("SELECT ?n { :Bob :age ?n }").fetchall()) == 1
    assert len(people.query("SELECT ?n { :Bob :age ?n }", union_default_graph=True).fetchall()) == 2
    assert people.query("SELECT ?n { :Bob :age ?n }", default_graphs="g").fetchall() == [(42,)]
    assert people.query("SELECT ?o { :Ada :knows ?o }", min_weight=0.6).fetchall() == []
    with pytest.raises(skg.ResourceExhaustedError):
        people.query("SELECT * { ?s ?p ?o }", max_rows=2).fetchall()
    people.add("Cid", "in", "Rome", valid_from="2020-01-01", valid_to="2021-01-01")
    query = "SELECT ?o { :Cid :in ?o }"
    assert len(people.query(query, valid_at="2020-05-05").fetchall()) == 1
    assert people.query(query, valid_at=datetime.datetime(2023, 1, 1)).fetchall() == []
    with pytest.raises(ValueError, match="^language: 'prolog' is none of"):
        people.query("x", language="prolog")


def test_a_timeout_ends_it(graph):
    fill_endless(graph)
    with pytest.raises(skg.DeadlineExceededError) as caught:
        graph.query(ENDLESS, timeout=0.05)
    assert isinstance(caught.value, TimeoutError) and caught.value.code == "DEADLINE_EXCEEDED"
    with pytest.raises(skg.DeadlineExceededError):
        graph.query(ENDLESS, timeout=datetime.timedelta(milliseconds=20))
    with pytest.raises(skg.DeadlineExceededError):
        graph.update("INSERT { ?a :q ?b } WHERE " + ENDLESS[10:], timeout=0.05)


def test_many_rows(graph):
    graph.add_all([(f"s{i}", "p", i) for i in range(5000)])
    result = graph.query("SELECT ?s ?n { ?s :p ?n } ORDER BY ?n")
    assert list(result) == [(f"s{i}", i) for i in range(5000)]
    sizes = [len(rows) for rows in graph.query("SELECT ?s { ?s :p ?n }").fetch_rows()]
    assert sum(sizes) == 5000 and max(sizes) <= 2048


def test_a_closed_result(people):
    with people.query("SELECT * { ?s ?p ?o }") as result:
        pass
    with pytest.raises(skg.ClosedError, match="the result is closed"):
        list(result)
    assert repr(result) == "<skg.Result closed>"
    result = people.query("SELECT * { ?s ?p ?o }")
    result.cancel()
    assert len(list(result)) == 7  # they had been fetched
