"""Objects that are closed, forked processes, the end of the interpreter."""

import gc
import os
import subprocess
import sys
import textwrap
import threading

import pytest
import skg

from conftest import ENDLESS, SMALL, fill_endless


def run(tmp_path, code, *arguments):
    """A program of its own; what it prints. It must not die by a signal."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "own"), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    assert done.returncode == 0, (done.returncode, done.stdout)
    return done.stdout


def test_a_closed_engine_closes_all(tmp_path):
    engine = skg.open(tmp_path / "data", **SMALL)
    graph = engine.graph()
    graph.add_all(("a", "b", i) for i in range(5000))
    view = graph.snapshot()
    transaction = graph.begin()
    result = graph.query("SELECT ?o { ?s ?p ?o }")
    fetched = next(iter(result))
    prepared = graph.prepare("ASK {}")
    matches = graph.match()
    assert next(matches).subject == "a"
    engine.close()
    engine.close()
    assert engine.closed and fetched
    for use in (
            graph.count, view.count, transaction.count, prepared, lambda: list(result),
            lambda: graph.add("a", "b", "c"), engine.graphs, lambda: graph.name,
            lambda: view.commit, lambda: engine.graph("main"), engine.tasks,
            lambda: result.columns, lambda: graph.bulk_load([("a", "b", "c")])):
        with pytest.raises(skg.ClosedError, match="the engine is closed"):
            use()
    with pytest.raises(skg.ClosedError):
        list(matches)  # what had been fetched, then the error
    assert "closed" in repr(engine) and "closed" in repr(graph) and "closed" in repr(view)
    # The directory is free.
    skg.open(tmp_path / "data", **SMALL).close()


def test_closing_one_object(graph):
    graph.add("a", "b", "c")
    view = graph.snapshot()
    view.close()
    view.close()
    with pytest.raises(skg.ClosedError, match="the view is closed"):
        view.count()
    prepared = graph.prepare("ASK {}")
    prepared.close()
    with pytest.raises(skg.ClosedError, match="the prepared query is closed"):
        prepared()
    with graph:
        pass
    with pytest.raises(skg.ClosedError, match="the graph is closed"):
        graph.count()


def test_letting_go_in_any_order(tmp_path):
    engine = skg.open(tmp_path / "data", **SMALL)
    graph = engine.graph()
    graph.add_all(("a", "b", i) for i in range(5000))
    result = graph.query("SELECT ?o { ?s ?p ?o }")
    del engine, graph
    gc.collect()
    assert len(list(result)) == 5000
    del result
    gc.collect()
    skg.open(tmp_path / "data", **SMALL).close()


def test_closing_ends_what_runs(tmp_path):
    engine = skg.open(tmp_path / "data", **SMALL)
    graph = engine.graph()
    fill_endless(graph)
    ended = []
    begun = threading.Barrier(3)

    def ask(text, call):
        begun.wait()
        try:
            call(text)
        except skg.Error as error:
            ended.append(type(error))

    threads = [
        threading.Thread(target=ask, args=(ENDLESS, graph.query)),
        threading.Thread(target=ask, args=("ASK" + ENDLESS[9:], graph.query))]
    for thread in threads:
        thread.start()
    begun.wait()
    threading.Event().wait(0.1)
    engine.close()
    for thread in threads:
        thread.join()
    assert len(ended) == 2 and set(ended) <= {skg.CancelledError, skg.ClosedError}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_is_told(tmp_path):
    output = run(tmp_path, """
        import os, sys, skg
        engine = skg.open(sys.argv[1], durability="none")
        graph = engine.graph()
        graph.add("a", "b", "c")
        view, result = graph.snapshot(), graph.query("SELECT * { ?s ?p ?o }")
        begun = graph.begin()
        child = os.fork()
        if child == 0:
            told = 0
            for use in (graph.count, view.count, lambda: list(result), begun.commit,
                        engine.close, engine.graphs, lambda: skg.open(sys.argv[1] + "2")):
                try:
                    use()
                except skg.ForkedError as error:
                    told += 1
            print("told", told, flush=True)
            del begun, result, view, graph, engine
            sys.exit(7)  # as a program ends, not os._exit
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print("child", code, "parent", graph.count(), len(list(result)))
        engine.close()
        """)
    assert output.split("\n")[:2] == ["told 7", "child 7 parent 1 1"]


def test_a_fork_before_opening_may_open(tmp_path):
    assert run(tmp_path, """
        import os, sys, skg
        child = os.fork()
        if child == 0:
            with skg.open(sys.argv[1]) as engine:
                engine.graph().add("a", "b", "c")
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        with skg.open(sys.argv[1]) as engine:
            print(engine.graph().count())
        """) == "1\n"


@pytest.mark.parametrize("end", ["pass", "sys.exit(0)", "raise SystemExit"])
def test_ending_with_open_handles(tmp_path, end):
    run(tmp_path, f"""
        import sys, skg
        engine = skg.open(sys.argv[1], durability="none")
        graph = engine.graph()
        graph.add_all(("a", "b", i) for i in range(5000))
        view, result = graph.snapshot(), graph.query("SELECT * {{ ?s ?p ?o }}")
        next(iter(result))
        transaction = graph.begin()
        transaction.add("x", "y", "z")
        matches = graph.match()
        next(matches)
        cycle = [graph, result]
        cycle.append(cycle)
        {end}
        """)
    with skg.open(tmp_path / "own") as engine:
        assert engine.graph().count() == 5000


def test_ending_while_threads_ask(tmp_path):
    run(tmp_path, """
        import sys, threading, time, skg
        sys.path.insert(0, sys.argv[2])
        from conftest import ENDLESS, fill_endless
        engine = skg.open(sys.argv[1], durability="none")
        graph = engine.graph()
        fill_endless(graph)
        def ask():
            try:
                graph.query(ENDLESS)
            except skg.Error:
                pass
        def write():
            try:
                while True:
                    graph.add("a", "b", "c")
            except skg.Error:
                pass
        for call in (ask, ask, write):
            threading.Thread(target=call, daemon=True).start()
        time.sleep(0.2)
        """, os.path.dirname(__file__))


def test_importing_twice_and_reloading(tmp_path):
    run(tmp_path, """
        import sys, importlib, skg
        engine = skg.open(sys.argv[1], durability="none")
        graph = engine.graph()
        importlib.reload(skg)
        assert graph.count() == 0 and skg.open is not None
        """)


def test_the_version():
    root = os.path.join(os.path.dirname(__file__), "..", "..", "CMakeLists.txt")
    with open(root) as file:
        assert f"VERSION {skg.__version__} " in file.read()


def test_importing_is_quick(tmp_path):
    # No heavy module comes along; how long it takes is measured elsewhere.
    output = run(tmp_path, """
        import sys, skg
        print([name for name in ("numpy", "pandas", "scipy", "networkx", "rdflib", "asyncio")
               if name in sys.modules])
        """)
    assert output == "[]\n"
