"""Engine, Graph, ReadView and Transaction."""

import datetime

import pytest
import skg

UTC = datetime.timezone.utc


def triples(readable):
    return sorted(readable.triples())


def test_add_and_match(graph):
    before = datetime.datetime.now(UTC) - datetime.timedelta(minutes=1)
    commit = graph.add(
        "Curie", "discovered", "Polonium", weight=0.75, graph="chemistry",
        metadata={"page": 3, "by": ["x", None]}, source="a book",
        valid_from=datetime.datetime(1898, 7, 1, tzinfo=UTC), valid_to="1999-01-01")
    assert commit.commit == 1 and commit.inserted == 1
    assert before < commit.time and commit.time.tzinfo is UTC
    statement, = graph.match(metadata=True)
    assert statement[:5] == ("Curie", "discovered", "Polonium", "chemistry", 0.75)
    assert statement.metadata == {"page": 3, "by": ["x", None]}
    assert statement.source == "a book"
    assert statement.valid_from == datetime.datetime(1898, 7, 1, tzinfo=UTC)
    assert statement.valid_to == datetime.datetime(1999, 1, 1, tzinfo=UTC)
    assert statement.version == 1 and statement.created_at == commit.time
    assert statement.triple == ("Curie", "discovered", "Polonium")
    assert graph.get(statement.id).triple == statement.triple
    bare, = graph.match(identity=False)
    assert (bare.metadata, bare.id, bare.created_at) == (None, None, None)


def test_adding_again_replaces(graph):
    graph.add("a", "b", "c", weight=0.5)
    assert graph.add("a", "b", "c", weight=0.25).replaced == 1
    assert graph.add("a", "b", "c", skip_duplicates=True).duplicates == 1
    assert [s.weight for s in graph.match()] == [0.25]


def test_add_all_takes_many_forms(graph):
    graph.add("x", "y", "z", metadata={"k": 1}, source="s")
    whole, = graph.match("x", metadata=True)
    commit = graph.add_all([
        ("a", "b", 1), ["a", "b", 2], ("a", "b", 3, 0.5),
        {"subject": "a", "predicate": "b", "object": 4, "graph": "g"},
        whole._replace(subject="x2")])
    assert commit.inserted == 5
    assert graph.count("a") == 4 and graph.count("a", graph="g") == 1
    copy, = graph.match("x2", metadata=True)
    assert (copy.metadata, copy.source) == ({"k": 1}, "s")


@pytest.mark.parametrize("item, error, message", [
    (("a", "b"), TypeError, r"statements\[1\]: expected \(subject"),
    (5, TypeError, r"statements\[1\]: expected \(subject"),
    (("a", "b", []), TypeError, r"statements\[1\]: object: expected a name"),
    (("a", "b", "c", "heavy"), TypeError, r"statements\[1\]: weight: expected a number"),
    ({"subject": "a"}, ValueError, r"statements\[1\]: predicate: is missing"),
    ({"subjects": "a"}, ValueError, r"statements\[1\]: subjects: .* no such field"),
])
def test_add_all_says_which(graph, item, error, message):
    with pytest.raises(error, match=message):
        graph.add_all([("s", "p", "o"), item])
    assert len(graph) == 0


def test_remove_and_clear(graph):
    graph.add_all([("a", "b", i) for i in range(10)])
    graph.add("a", "b", 1, graph="g")
    assert graph.remove("a", "b", 1).removed == 1
    assert graph.remove("a", "b", 1).absent == 1
    assert graph.count(graph="g") == 1
    graph.remove("a", "b", 1, graph="g")
    graph.add("a", "b", 1, graph="g")
    assert graph.clear("").removed == 9
    assert len(graph) == 1
    graph.clear()
    assert len(graph) == 0


def test_match_options(graph):
    graph.add_all([("a", "p", i, i / 10) for i in range(10)])
    graph.add("b", "q", "x", graph="g")
    assert [s.object for s in graph.match("a", order_by="weight", descending=True, limit=3)] == [9, 8, 7]
    assert [s.object for s in graph.match("a", order_by="weight", limit=2, offset=4)] == [4, 5]
    assert graph.count("a", weight_min=0.35) == 6
    assert graph.count(weight_max=0.0) == 1
    assert [s.graph for s in graph.match(graph="g")] == ["g"]
    assert graph.count(graph="") == 10
    graph.add("t", "p", 1, valid_from="2020-01-01", valid_to="2021-01-01")
    assert graph.count("t", valid_at="2020-06-01") == 1
    assert graph.count("t", valid_at="2022-06-01") == 0
    assert len(list(graph.match())) == len(graph) == 12


def test_long_answers_stream(graph):
    graph.add_all([(f"s{i}", "p", i) for i in range(5000)])
    assert sorted(s.object for s in graph.match()) == list(range(5000))
    assert sorted(o for _, _, o in graph.triples()) == list(range(5000))
    assert graph.stats() == {
        "statements": 5000, "triples": 5000, "subjects": 5000, "predicates": 1, "objects": 5000}


def test_transactions(graph):
    graph.add("a", "b", 1)
    with graph.begin() as transaction:
        transaction.remove("a", "b", 1)
        transaction.add("a", "b", 2, weight=0.5)
        transaction.add("a", "b", 3, if_absent=True)
        assert len(transaction) == 3
        assert sorted(o for _, _, o in transaction.triples()) == [2, 3]
        assert [s.weight for s in transaction.match("a", "b", 2)] == [0.5]
        assert transaction.count() == 2
        assert graph.count() == 1
    assert transaction.result.inserted == 2
    assert triples(graph) == [("a", "b", 2), ("a", "b", 3)]
    with pytest.raises(RuntimeError, match="mine"):
        with graph.begin() as transaction:
            transaction.add("x", "y", "z")
            raise RuntimeError("mine")
    assert graph.count("x") == 0
    with pytest.raises(skg.ClosedError):
        transaction.add("x", "y", "z")


def test_a_conflict_aborts(graph):
    graph.add("a", "n", 1)
    transaction = graph.begin()
    assert transaction.count("a", "n") == 1
    transaction.add("a", "seen", 1)
    graph.add("a", "n", 2)
    with pytest.raises(skg.AbortedError):
        transaction.commit()
    with pytest.raises(skg.FailedPreconditionError):
        transaction.commit()
    assert graph.count("a", "seen") == 0


def test_states_of_the_past(graph):
    first = graph.add("a", "b", 1)
    with graph.snapshot() as view:
        second = graph.add("a", "b", 2)
        graph.remove("a", "b", 1)
        assert triples(view) == [("a", "b", 1)]
        assert view.commit == first.commit and view.time == first.time
        assert view.query("SELECT ?o { :a :b ?o }").fetchall() == [(1,)]
        with pytest.raises(ValueError, match="^as_of: "):
            view.query("SELECT ?o { :a :b ?o }", as_of=1)
    assert graph.count(as_of=first.commit) == 1
    assert graph.count(as_of=second.time) == 2
    assert list(graph.triples(as_of=0)) == []
    assert graph.query("SELECT ?o { :a :b ?o }", as_of=second.commit).to_dicts() == [
        {"o": 1}, {"o": 2}]
    assert [c.kind for c in graph.history("a", "b", 1)] == ["inserted", "removed"]
    statement, = graph.match()
    assert [c.commit for c in graph.history_of(statement.id)] == [second.commit]
    with pytest.raises(skg.OutOfRangeError):
        graph.snapshot(99)


def test_idempotency_keys(graph):
    once = graph.add("a", "b", "c", idempotency_key="k")
    again = graph.add("a", "b", "c", idempotency_key="k")
    assert again.replayed and again.commit == once.commit
    with pytest.raises(skg.InvalidArgumentError):
        graph.add("a", "b", "d", idempotency_key="k")


def test_graphs_of_an_engine(engine, tmp_path):
    graph = engine.graph("acme/people", base_namespace="https://acme.example/")
    graph.add("a", "b", "c")
    assert (graph.tenant, graph.name, graph.base_namespace) == (
        "acme", "people", "https://acme.example/")
    assert repr(graph) == "<skg.Graph acme/people>"
    listed, = engine.graphs("acme")
    assert listed["uuid"] == graph.uuid and listed["statements"] == 1
    with pytest.raises(skg.NotFoundError):
        engine.graph("none", create=False)
    engine.drop_graph("acme/people")
    with pytest.raises(skg.NotFoundError):
        graph.add("a", "b", "c")
    assert engine.graphs("acme") == []
    assert engine.check(deep=True)["findings"] == []
    assert engine.disk_bytes() > 0
    assert engine.memory_use()["limit_bytes"] == 256 << 20
    assert engine.path == str(tmp_path / "data")


def test_a_reader_beside_the_writer(engine, graph):
    graph.add("a", "b", "c")
    engine.sync()
    with skg.open(engine.path, read_only=True, catch_up_interval=0) as reader:
        shown = reader.graph("main", create=False)
        assert triples(shown) == [("a", "b", "c")]
        graph.add("a", "b", "d")
        reader.catch_up()
        assert shown.count() == 2
        with pytest.raises(skg.FailedPreconditionError):
            shown.add("a", "b", "e")


def test_reopening_keeps_all(tmp_path):
    with skg.open(tmp_path / "d") as engine:
        engine.graph().add("a", "b", "c")
        with pytest.raises(skg.FailedPreconditionError):
            skg.open(tmp_path / "d")
    with skg.open(tmp_path / "d") as engine:
        assert triples(engine.graph()) == [("a", "b", "c")]
    with pytest.raises(skg.NotFoundError):
        skg.open(tmp_path / "none", create=False)


def test_updates(graph):
    graph.add("a", "n", 1)
    result = graph.update(
        "DELETE { ?s :n ?x } INSERT { ?s :n ?y } WHERE { ?s :n ?x BIND(?x + 1 AS ?y) }")
    assert (result.inserted, result.removed) == (1, 1)
    graph.update("INSERT { ?s :called ?name } WHERE { ?s :n ?x }", {"name": skg.Literal("A")})
    assert triples(graph) == [("a", "called", "A"), ("a", "n", 2)]
    with pytest.raises(skg.InvalidArgumentError, match="1:"):
        graph.update("INSERT { ?s }")


def test_compact(graph):
    graph.add_all([("a", "b", i) for i in range(1000)])
    graph.compact()
    assert graph.count() == 1000
