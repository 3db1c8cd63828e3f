"""Graph views: arrays, SciPy, NetworkX, analyses."""

import gc

import networkx
import numpy
import pytest
import scipy.sparse
import skg

from conftest import SMALL


@pytest.fixture(scope="module")
def random_graph(tmp_path_factory):
    """The same edges as a skg graph and a NetworkX one."""
    expected = networkx.gnp_random_graph(60, 0.08, seed=7, directed=True)
    expected = networkx.relabel_nodes(expected, lambda i: f"n{i}")
    expected.remove_nodes_from(list(networkx.isolates(expected)))
    with skg.open(tmp_path_factory.mktemp("random") / "data", **SMALL) as engine:
        graph = engine.graph()
        graph.add_all(
            (s, "edge", t, (i % 8) / 8 + 0.125) for i, (s, t) in enumerate(expected.edges))
        for i, (s, t) in enumerate(expected.edges):
            expected[s][t]["weight"] = (i % 8) / 8 + 0.125
        graph.add("n1", "label", skg.Literal("not a node"))
        yield graph, expected


def test_names_and_vertices(random_graph):
    graph, expected = random_graph
    with graph.view(predicates="edge") as view:
        assert (view.vertices, view.edges) == (len(expected), expected.number_of_edges())
        assert repr(view) == f"<skg.GraphView {len(expected)} vertices, {view.edges} edges>"
        names = view.names()
        assert sorted(names) == sorted(expected)
        assert [view.find(name) for name in names] == list(range(len(names)))
        assert view.find("nobody") is None
        assert view.names([3, 1]) == [names[3], names[1]] and view.names([]) == []
        assert view.names(numpy.array([0], dtype="int64")) == names[:1]
        with pytest.raises(skg.InvalidArgumentError):
            view.names([len(names)])
        for wrong, error in ((5, TypeError), ([0.5], TypeError), ([-1], ValueError)):
            with pytest.raises(error, match="^vertices: "):
                view.names(wrong)
    with pytest.raises(skg.ClosedError, match="the graph view is closed"):
        view.names()


def test_scipy(random_graph):
    graph, expected = random_graph
    view = graph.view(predicates=["edge"], weighted=True)
    matrix = view.to_scipy()
    assert isinstance(matrix, scipy.sparse.csr_matrix) and matrix.dtype == numpy.float32
    matrix.check_format(full_check=True)
    wanted = networkx.to_scipy_sparse_array(expected, nodelist=view.names(), dtype="float32")
    assert (matrix != wanted).nnz == 0
    offsets, targets, weights = view.csr()
    assert numpy.shares_memory(matrix.indices, targets)
    assert numpy.shares_memory(matrix.data, weights)
    assert not targets.flags.writeable and not offsets.flags.writeable
    assert offsets.dtype == numpy.uint64 and len(offsets) == view.vertices + 1
    assert (view.to_scipy("in") != matrix.T.tocsr()).nnz == 0
    both = view.to_scipy("both")
    assert (both != both.T.tocsr()).nnz == 0
    plain = graph.view(predicates="edge").to_scipy()
    assert plain.sum() == view.edges
    with pytest.raises(ValueError, match="^direction: "):
        view.csr("sideways")


def test_arrays_outlive_the_engine(tmp_path):
    engine = skg.open(tmp_path / "data", **SMALL)
    graph = engine.graph()
    graph.add_all([("a", "p", "b"), ("b", "p", "c")])
    view = graph.view()
    offsets, targets, _ = view.csr()
    engine.close()
    with pytest.raises(skg.ClosedError):
        view.csr()
    del view, graph, engine
    gc.collect()
    assert offsets.tolist()[-1] == 2 and len(targets) == 2
    with pytest.raises(skg.FailedPreconditionError):
        skg.open(tmp_path / "data", **SMALL)
    del offsets, targets
    gc.collect()
    skg.open(tmp_path / "data", **SMALL).close()


def test_networkx(random_graph):
    graph, expected = random_graph
    back = graph.view(predicates="edge", weighted=True).to_networkx()
    assert networkx.utils.graphs_equal(back, expected)
    plain = graph.view(predicates="edge").to_networkx()
    assert set(plain.edges) == set(expected.edges)


def test_kernels_agree_with_networkx(random_graph):
    graph, expected = random_graph
    view = graph.view(predicates="edge")
    names = view.names()

    def by_name(array):
        return dict(zip(names, array.tolist()))

    ranks = view.pagerank(tolerance=1e-12, max_iterations=1000)
    assert ranks.dtype == numpy.float64 and ranks.shape == (view.vertices,)
    wanted = networkx.pagerank(expected, weight=None, tol=1e-12, max_iter=1000)
    assert by_name(ranks) == pytest.approx(wanted, abs=1e-8)
    wanted = networkx.betweenness_centrality(expected, normalized=False)
    assert by_name(view.betweenness(normalised=False)) == pytest.approx(wanted)
    assert by_name(view.degree(kind="out", normalised=False)) == dict(expected.out_degree)
    assert set(by_name(view.closeness())) == set(expected)
    for communities in (view.louvain(), view.leiden()):
        assert communities.shape == (view.vertices,) and communities.dtype == numpy.uint64


def test_analyses(random_graph):
    graph, expected = random_graph
    view = graph.view(predicates="edge")
    ranks = view.analyze("pagerank", damping=0.9)
    assert (ranks.algorithm, ranks.kind, len(ranks)) == ("pagerank", "scores", view.vertices)
    assert ranks.summary["converged"] is True
    best, score = ranks.top(1)[0]
    assert score == ranks.by_vertex().max() == ranks.by_vertex()[view.find(best)]
    frame = ranks.to_pandas()
    assert frame.shape == (view.vertices, 2) and frame.iloc[0, 0] == best
    hits = view.analyze("hits")
    assert len(hits.columns) == 3 and hits.by_vertex("hub").shape == (view.vertices,)
    distances = view.analyze("distances", source=best).by_vertex()
    reached = networkx.single_source_shortest_path_length(expected, best)
    assert (distances != numpy.iinfo("uint64").max if distances.dtype == "uint64"
            else ~numpy.isnan(distances)).sum() == len(reached)
    assert view.find("nobody") is None
    assert len(view.analyze("distances", source="nobody")) == 0
    assert len(view.analyze("shortest_paths", source=best, target="nobody")) == 0
    paths = view.analyze("shortest_path", source=best, target=best)
    with pytest.raises(ValueError, match="^column: "):
        paths.by_vertex()
    with pytest.raises(ValueError, match="^column: "):
        ranks.by_vertex("hub")
    columns = ranks.columns
    view.close()
    del ranks, view
    gc.collect()
    assert columns["score"].sum() == pytest.approx(1)


def test_all_analyses_are_listed():
    known = skg.analyses()
    assert known["pagerank"]["kind"] == "scores" and known["pagerank"]["meaning"]
    assert known["pagerank"]["parameters"]["damping"][0] == "0.85"


def test_options_and_errors(random_graph):
    graph, _ = random_graph
    heavy = graph.view(predicates="edge", min_weight=0.9)
    assert 0 < heavy.edges < graph.view(predicates="edge").edges
    assert graph.view(literals=True).vertices == graph.view().vertices + 1
    with pytest.raises(skg.InvalidArgumentError) as caught:
        heavy.analyze("pagerank", damping=5)
    assert caught.value.fields[0].path == ("damping",)
    with pytest.raises(skg.InvalidArgumentError):
        heavy.analyze("pagerang")
    with pytest.raises(TypeError, match="^damping: "):
        heavy.analyze("pagerank", damping=[])
    with pytest.raises(TypeError, match="^progress: "):
        heavy.analyze("pagerank", progress=5)
    with pytest.raises(ValueError, match="^parallel_edges: "):
        graph.view(parallel_edges="product")


def test_writing_back(graph):
    graph.add_all([("a", "p", "b"), ("b", "p", "c"), ("c", "p", "a"), ("d", "p", "a")])
    view = graph.view(predicates="p")
    commit = view.write(graph, view.analyze("pagerank"), "rank")
    assert commit.inserted == 4
    rows = graph.query("SELECT ?n ?r { ?n :rank ?r } ORDER BY DESC(?r)").fetchall()
    assert rows == [tuple(row) for row in view.analyze("pagerank").top(4)]


def test_progress_and_cancelling(graph):
    edges = networkx.gnp_random_graph(3000, 0.005, seed=1)
    graph.bulk_load((f"n{s}", "p", f"n{t}") for s, t in edges.edges)
    told = []
    view = graph.view(progress=told.append)
    view.analyze("betweenness", progress=told.append)
    assert all(0 <= share <= 1 for share in told)

    def stop(done):
        return False

    def fail(done):
        raise KeyError("mine")

    slow = {"threads": 1, "directed": False}
    with pytest.raises((skg.CancelledError)):
        for _ in range(1000):
            view.analyze("betweenness", progress=stop, **slow)
    with pytest.raises(KeyError, match="mine"):
        for _ in range(1000):
            view.analyze("betweenness", progress=fail, **slow)
    with pytest.raises(skg.DeadlineExceededError):
        view.analyze("betweenness", timeout=0.01, **slow)


def test_from_networkx(graph):
    source = networkx.DiGraph()
    source.add_edge("a", "b", weight=0.5)
    source.add_edge("b", "c", predicate="knows")
    source.add_node("a", age=36, name=skg.Literal("A"))
    assert skg.from_networkx(graph, source, predicate="to").inserted == 4
    assert sorted((s.subject, s.predicate, s.object, s.weight) for s in graph.match()) == [
        ("a", "age", 36, 1.0), ("a", "name", "A", 1.0), ("a", "to", "b", 0.5), ("b", "knows", "c", 1.0)]
    several = networkx.MultiDiGraph([("x", "y", "likes"), ("x", "y", "hates"), ("x", "y", 0)])
    assert skg.from_networkx(graph, several).inserted == 3
    assert sorted(s.predicate for s in graph.match("x")) == ["edge", "hates", "likes"]
    # There and back.
    weighted = networkx.gnp_random_graph(30, 0.2, seed=3, directed=True)
    weighted = networkx.relabel_nodes(weighted, str)
    for i, (_, _, data) in enumerate(weighted.edges(data=True)):
        data["weight"] = (i % 4) / 4 + 0.25
    skg.from_networkx(graph, weighted, predicate="w")
    back = graph.view(predicates="w", weighted=True).to_networkx()
    assert set(back.edges.data("weight")) == set(weighted.edges.data("weight"))
    with pytest.raises(TypeError, match="^source: "):
        skg.from_networkx(graph, 5)
    with pytest.raises(skg.InvalidArgumentError):
        skg.from_networkx(graph, networkx.path_graph(3))
