"""JSON query documents: their answers as rows, columns and documents."""

import datetime
import json

import pytest
import skg

from conftest import fill_endless

BORN = datetime.date(1867, 11, 7)


@pytest.fixture
def people(graph):
    graph.add_all([
        ("Curie", "discovered", "Polonium", 0.5), ("Curie", "discovered", "Radium", 0.75),
        ("Curie", "born", BORN), ("Curie", "field", "Physics", 0.25),
        ("Meitner", "field", "Physics", 1.0), ("Curie", "knows", "Meitner", 0.5)])
    return graph


def test_one_pattern(people):
    result = people.query({"pattern": ["Curie", "discovered", None]}, language="json")
    assert (result.form, bool(result)) == ("statements", True)
    assert result.columns == ["subject", "predicate", "object", "weight"]
    assert list(result) == [
        ("Curie", "discovered", "Radium", 0.75), ("Curie", "discovered", "Polonium", 0.5)]
    assert list(result) == []
    assert [s.object for s in result.statements] == ["Radium", "Polonium"]
    assert all(s.id and s.metadata is None for s in result.statements)
    text = json.dumps({"pattern": ["Curie", "discovered", None], "k": 1})
    assert people.query(text, language="pattern").fetchall() == [
        ("Curie", "discovered", "Radium", 0.75)]


def test_terms_are_values(people):
    people.add(skg.IRI("https://example.org/x"), "label", skg.Literal("Röntgen", language="de"))
    asked = [
        {"pattern": [None, "born", BORN]},
        {"pattern": [skg.IRI("https://example.org/x"), "label", "*"]},
        {"pattern": [None, "label", skg.Literal("Röntgen", language="de")]},
        {"patterns": [{"object": {"value": "1867-11-07", "type": "xsd:date"}}]},
        {"patterns": [{"predicate": "born", "object": BORN}], "as_of": 1},
        {"pattern": ["Curie", "born", None], "valid_at": datetime.datetime(2020, 1, 1)}]
    assert [len(people.query(document, language="json").fetchall()) for document in asked] == [1] * 6
    born, = people.query({"pattern": [None, "born", None]}, language="json")
    assert born[2] == BORN and type(born[2]) is datetime.date
    born, = people.query({"pattern": [None, "born", None]}, language="json", values=False)
    assert born[2].startswith('"1867-11-07"^^<')


def test_variables(people):
    document = {
        "patterns": [
            {"subject": "?who", "predicate": "field", "object": "Physics"},
            {"subject": "?who", "predicate": "discovered", "object": "?what"}],
        "order_by": "weight_desc"}
    result = people.query(document, language="json")
    assert (result.form, result.columns) == ("solutions", ["who", "what"])
    assert sorted(result.to_dicts(), key=lambda row: row["what"]) == [
        {"who": "Curie", "what": "Polonium"}, {"who": "Curie", "what": "Radium"}]
    assert [s.weight for s in result.statements] == [0.75, 0.5, 0.25]
    either = people.query({
        "patterns": [{"subject": "?a", "predicate": "born"}, {"predicate": "knows", "object": "?b"}],
        "operator": "OR"}, language="json")
    assert sorted(either, key=str) == [("Curie", None), (None, "Meitner")]
    nobody = people.query(
        {"patterns": [{"subject": "?who", "predicate": "nothing"}]}, language="json")
    assert (nobody.columns, nobody.fetchall(), nobody.statements) == (["who"], [], [])


def test_a_walk(people):
    result = people.query(
        {"start_entity": "Meitner", "max_depth": 2, "direction": "in"}, language="json")
    assert (result.form, result.statements) == ("paths", [])
    assert result.columns == ["source", "target", "predicate", "depth", "weight"]
    assert result.fetchall() == [("Meitner", "Curie", "knows", 1, 0.5)]
    walk = {"start_entity": skg.IRI("urn:skg:Curie"), "relationship_types": ["knows", "field"]}
    reached = people.query(walk, language="json").to_dicts()
    assert {row["target"] for row in reached} == {"Meitner", "Physics"}


def test_columns(people):
    numpy = pytest.importorskip("numpy")
    pandas = pytest.importorskip("pandas")
    walk = {"start_entity": "Curie", "max_depth": 1, "direction": "out"}
    arrays = people.query(walk, language="json").to_numpy()
    assert {name: array.dtype.kind for name, array in arrays.items()} == {
        "source": "O", "target": "O", "predicate": "O", "depth": "i", "weight": "f"}
    assert arrays["depth"].tolist() == [1] * 5 and arrays["weight"].sum() == 3.0
    frame = people.query({"pattern": ["Curie", "knows", None]}, language="json").to_pandas()
    assert frame.equals(pandas.DataFrame({
        "subject": ["Curie"], "predicate": ["knows"], "object": ["Meitner"], "weight": [0.5]}))
    either = people.query({
        "patterns": [{"subject": "?a", "predicate": "born"}, {"predicate": "knows", "object": "?b"}],
        "operator": "OR"}, language="json").to_numpy()
    assert sorted(map(str, either["a"])) == ["Curie", "None"]
    people.add_all(("n", "size", i) for i in range(5000))
    sizes = people.query({"patterns": [{"subject": "n", "object": "?size"}], "limit": 5000},
                         language="json")
    batches = list(sizes.fetch_batches(2000))
    assert [len(batch["size"]) for batch in batches] == [2048, 2048, 904]
    assert sorted(numpy.concatenate([b["size"] for b in batches]).tolist()) == list(range(5000))
    empty = people.query({"pattern": ["x", "y", "z"]}, language="json").to_pandas()
    assert list(empty.columns) == ["subject", "predicate", "object", "weight"] and empty.empty


def test_states(people):
    document = {"pattern": [None, "knows", None]}
    with people.snapshot() as view:
        people.remove("Curie", "knows", "Meitner")
        assert people.query(document, language="json").fetchall() == []
        assert len(people.query(document, language="json", as_of=1).fetchall()) == 1
        assert len(view.query(document, language="json").fetchall()) == 1
        assert len(people.query({**document, "as_of": 1}, language="json").fetchall()) == 1
        with pytest.raises(ValueError, match="^as_of: a view is one state"):
            view.query(document, language="json", as_of=1)
        with pytest.raises(skg.InvalidArgumentError):
            view.query({**document, "as_of": 1}, language="json")
    with pytest.raises(skg.ClosedError, match="the view is closed"):
        view.query(document, language="json")
    with pytest.raises(skg.OutOfRangeError):
        people.query(document, language="json", as_of=99)


def test_explain_and_documents(people):
    document = {"patterns": [{"subject": "?who", "predicate": "knows"}], "include_metadata": True}
    assert "scan" in people.explain(document, language="json")
    plan = people.query(document, language="json").explain()
    assert "scan" in plan and "ms" not in plan
    profiled = people.query(document, language="json", profile=True)
    assert "ms" in profiled.explain() and json.loads(profiled.explain(json=True))
    assert profiled.statements[0].metadata == {}
    answer = json.loads(people.query_document(document, language="json"))
    assert answer["bindings"] == [{"who": "Curie"}] and answer["total"] == 1
    with pytest.raises(skg.InvalidArgumentError):
        people.query_document(document, language="json", format="csv")


def test_what_is_wrong_is_named(people):
    with pytest.raises(skg.InvalidArgumentError) as caught:
        people.query({"patterns": [{}, {"subject": "a", "weight_min": 7}]}, language="json")
    assert ("patterns", "1", "weight_min") in [field.path for field in caught.value.fields]
    with pytest.raises(skg.InvalidArgumentError) as caught:
        people.query({"pattern": ["a", "b", "c"], "size": 5}, language="json")
    assert [field.path for field in caught.value.fields] == [("size",)]
    with pytest.raises(skg.InvalidArgumentError, match="line 1"):
        people.query("{", language="json")
    with pytest.raises(skg.InvalidArgumentError) as caught:
        people.query({"pattern": ["a", None, None], "k": 20}, language="json", max_rows=10)
    assert caught.value.fields[0].path == ("k",)
    for wrong, message in [(5, "^text: expected a dict or a str of JSON, got int"),
                           ({"pattern": ["a", "b", {1}]}, "^text: set is nothing")]:
        with pytest.raises(TypeError, match=message):
            people.query(wrong, language="json")
    with pytest.raises(ValueError, match="^text: "):
        people.query({"pattern": ["a", "b", "c"], "min_weight": float("nan")}, language="json")
    for name, value in [("params", {"s": 1}), ("valid_at", "2020-01-01"), ("min_weight", 0.5),
                        ("threads", 1), ("union_default_graph", True), ("default_graphs", "g")]:
        with pytest.raises(TypeError, match=f"^{name}: is of language 'sparql' alone"):
            people.query({"pattern": ["a", "b", "c"]}, language="json", **{name: value})
    with pytest.raises(ValueError, match="^language: 'sql' is none of 'sparql', 'json', 'pattern'"):
        people.query("x", language="sql")
    assert people.query("ASK {}").statements == []


def test_bounds(graph):
    fill_endless(graph)
    document = {"patterns": [{"subject": f"?{v}", "predicate": "p"} for v in "abcd"]
                + [{"subject": "?a", "object": "?b"}, {"subject": "?c", "object": "?d"}]}
    with pytest.raises(skg.DeadlineExceededError):
        graph.query(document, language="json", timeout=0)
    with pytest.raises(skg.ResourceExhaustedError):
        graph.query({"patterns": [{"subject": "?a", "object": "?b"}]}, language="json",
                    memory_bytes=1000)
    result = graph.query({"pattern": [None, None, None]}, language="json")
    result.cancel()
    with pytest.raises(skg.CancelledError):
        result.fetchall()
    result.close()
    with pytest.raises(skg.ClosedError):
        result.statements
