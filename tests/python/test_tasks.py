"""Work in the background: analyses and indexes."""

import pytest
import skg


@pytest.fixture
def ring(graph):
    graph.add_all((f"n{i}", "next", f"n{(i + 1) % 50}", 0.5) for i in range(50))
    graph.add("n0", "says", skg.Literal("polonium and radium"))
    return graph


def test_analyses(engine, ring):
    task = engine.wait_task(ring.start_analysis(
        "pagerank", predicates="next", result_rows=5, damping=0.5), timeout=60)
    assert (task["kind"], task["state"]) == ("analyze", "succeeded")
    assert task["result"]["rows"] == 50 and len(task["result"]["results"]) == 5
    assert task["result"]["commit"] == 2 and "written" not in task["result"]
    task = engine.wait_task(ring.start_analysis(
        "pagerank", predicates=["next"], write_to="rank", named_graph="ranks"), timeout=60)
    assert task["result"]["written"] == 50
    assert ring.count(predicate="rank", graph="ranks") == 50
    task = engine.wait_task(
        ring.start_analysis("closeness", predicates="next", write_to=""), timeout=60)
    assert task["result"]["written"] == 50 and ring.count(predicate="closeness") == 50
    task = engine.wait_task(ring.start_analysis(
        "pagerank", predicates="next", graph="none", write_to="nothing"), timeout=60)
    assert task["result"]["rows"] == 0


def test_wrong_analyses(ring):
    with pytest.raises(skg.InvalidArgumentError) as caught:
        ring.start_analysis("pagerank", damping=7)
    assert caught.value.fields[0].path[-1] == "damping"
    with pytest.raises(skg.InvalidArgumentError):
        ring.start_analysis("astrology")
    with pytest.raises(skg.InvalidArgumentError):
        ring.start_analysis("pagerank", result_rows=5000)
    for arguments, error, name in [
            ({"algorithm": 5}, TypeError, "algorithm"),
            ({"predicates": 5}, TypeError, "predicates"),
            ({"weighted": "yes"}, TypeError, "weighted"),
            ({"parallel_edges": "best"}, ValueError, "parallel_edges"),
            ({"result_rows": "5"}, TypeError, "result_rows"),
            ({"write_to": 5}, TypeError, "write_to"),
            ({"named_graph": "g"}, TypeError, "write_to"),
            ({"damping": object()}, TypeError, "damping")]:
        with pytest.raises(error, match=f"^{name}: "):
            ring.start_analysis(**{"algorithm": "pagerank", **arguments})


def test_text_indexes(engine, ring):
    task = engine.wait_task(ring.start_text_index("words", predicates="says"), timeout=60)
    assert task["state"] == "succeeded" and task["result"]["commit"] > 2
    assert [hit.owner for hit in ring.search_text("radium", index="words")] == ["n0"]
    with pytest.raises(skg.AlreadyExistsError):
        ring.start_text_index("words")
    task = engine.wait_task(ring.start_text_index_rebuild("words"), timeout=60)
    assert task["kind"] == "text-index" and task["state"] == "succeeded"
    assert len(ring.search_text("polonium", index="words")) == 1
    with pytest.raises(skg.NotFoundError):
        ring.start_text_index_rebuild()
    with pytest.raises(skg.InvalidArgumentError):
        ring.start_text_index("other", language="no tag at all")
    for arguments, error, name in [
            ({"name": 5}, TypeError, "name"), ({"over": "edges"}, ValueError, "over"),
            ({"predicates": 5}, TypeError, "predicates"), ({"stemming": 1}, TypeError, "stemming")]:
        with pytest.raises(error, match=f"^{name}: "):
            ring.start_text_index(**arguments)


def test_vector_indexes(engine, ring):
    ring.create_vector_index(dimension=2)
    ring.put_vectors(["n0", "n1"], [[1, 0], [0, 1]])
    ring.remove_vectors(["n1"])
    task = engine.wait_task(ring.start_vector_index_rebuild(), timeout=60)
    assert task["kind"] == "vector-index" and task["state"] == "succeeded"
    assert [hit.owner for hit in ring.search_vectors([0, 1])] == ["n0"]
    with pytest.raises(skg.NotFoundError):
        ring.start_vector_index_rebuild("other")
    with pytest.raises(TypeError, match="^name: "):
        ring.start_vector_index_rebuild(5)


def test_rebuilds_that_are_waited_for(ring):
    ring.create_text_index()
    before = ring.snapshot().commit
    assert ring.rebuild_text_index(timeout=60).commit > before
    assert [hit.owner for hit in ring.search_text("radium")] == ["n0"]
    ring.create_vector_index(dimension=2)
    ring.put_vectors(["n0"], [[1, 0]])
    ring.rebuild_vector_index(timeout=60)
    assert ring.search_vectors([1, 0])[0].owner == "n0"
    assert ring.node_text("n0").startswith("n0") and ring.node_text("nobody") == ""
    for call, error in [
            (lambda: ring.rebuild_text_index("other"), skg.NotFoundError),
            (lambda: ring.rebuild_vector_index("other"), skg.NotFoundError),
            (lambda: ring.node_text("n0", index="other"), skg.NotFoundError),
            (lambda: ring.rebuild_text_index(timeout=0), skg.DeadlineExceededError),
            (lambda: ring.rebuild_text_index(5), TypeError),
            (lambda: ring.rebuild_vector_index(timeout="1"), TypeError),
            (lambda: ring.node_text(None), TypeError)]:
        with pytest.raises(error):
            call()


def test_tasks_are_forgotten(engine, ring):
    engine.wait_task(ring.start_analysis("pagerank"))
    assert engine.prune_tasks("2020-01-01") == 0
    assert engine.prune_tasks() >= 1
    assert [task for task in engine.tasks() if task["kind"] == "analyze"] == []
    with pytest.raises(TypeError, match="^before: expected a datetime"):
        engine.prune_tasks(5)


def test_of_a_closed_engine(engine, ring):
    engine.close()
    for call in (lambda: ring.start_analysis("pagerank"), ring.start_text_index,
                 ring.start_text_index_rebuild, ring.start_vector_index_rebuild):
        with pytest.raises(skg.ClosedError):
            call()
