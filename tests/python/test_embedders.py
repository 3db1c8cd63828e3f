"""Embedders of Python: what they give and raise, and ends while they run."""

import gc
import importlib.util
import os
import threading
import weakref

import numpy
import pytest
import skg

from conftest import SMALL
from test_interrupt import Interrupt
from test_lifetime import run


class Lengths:
    """A text's vector: its length, and whether it has an x."""

    dimension = 2
    name = "lengths"

    def __init__(self, then=None):
        self.texts, self.threads, self.then = [], set(), then

    def embed(self, texts):
        assert type(texts) is list and all(type(text) is str for text in texts)
        self.texts += texts
        self.threads.add(threading.get_ident())
        if self.then is not None:
            return self.then(texts)
        return [[len(text), "x" in text] for text in texts]


def opened(tmp_path, embedder, **options):
    engine = skg.open(tmp_path / "own", embedders={"mine": embedder}, **SMALL, **options)
    graph = engine.graph()
    graph.create_vector_index(embedder="mine", dimension=2, kind="flat", metric="l2")
    return engine, graph


def test_searching_by_text(tmp_path):
    mine = Lengths()
    engine, graph = opened(tmp_path, mine)
    with engine:
        graph.put_vectors(["short", "long"], [[2, 0], [40, 0]])
        assert graph.search_vectors("ab", top_k=1)[0].owner == "short"
        assert graph.search_vectors("ö" * 50, top_k=1)[0].owner == "long"
        assert graph.search(similar_to="abc", top_k=1)[0].owner == "short"
        assert mine.texts == ["ab", "ö" * 50, "abc"]
        assert threading.get_ident() not in mine.threads
        mine.then = lambda texts: numpy.array([[1, 2]], numpy.float64)
        assert len(graph.search_vectors("any kind of numbers")) == 2


def test_following_the_graph(tmp_path):
    mine = Lengths()
    with skg.open(tmp_path / "data", embedders={"mine": mine}, **SMALL) as engine:
        graph = engine.graph()
        graph.create_vector_index(
            embedder="mine", dimension=2, kind="flat", metric="l2", auto_embed=True)
        graph.add_all((f"node{i}", "is", "x") for i in range(300))
        graph.wait_for_embeddings(timeout=60)
        assert graph.vectors(["node7"]).shape == (1, 2)
        assert len(mine.texts) >= 300
    # Without it the index is searched by vectors only.
    with skg.open(tmp_path / "data", **SMALL) as engine:
        with pytest.raises(skg.FailedPreconditionError):
            engine.graph().search_vectors("x")
        assert len(engine.graph().search_vectors([5, 1])) == 10


RAISED = [
    (ConnectionRefusedError("no server"), skg.UnavailableError),
    (TimeoutError("slow server"), skg.UnavailableError),
    (OSError(5, "broken"), skg.UnavailableError),
    (skg.PermissionDeniedError("no key"), skg.PermissionDeniedError),
    (skg.DeadlineExceededError("late"), skg.DeadlineExceededError),
    (KeyError("mine"), skg.InvalidArgumentError),
    (MemoryError(), skg.ResourceExhaustedError),
    (SystemExit(3), skg.CancelledError),
    (ValueError("a\0b \udc80"), skg.InvalidArgumentError),
]


def test_what_it_raises(tmp_path):
    mine = Lengths()
    engine, graph = opened(tmp_path, mine)

    def fail(texts):
        raise error

    with engine:
        mine.then = fail
        for error, kind in RAISED:
            with pytest.raises(skg.Error) as caught:
                graph.search_vectors("text")
            assert type(caught.value) is kind
            assert f"embedder 'lengths': {type(error).__name__}: " in str(caught.value)
        with pytest.raises(skg.InvalidArgumentError, match="KeyError: 'mine'"):
            error = KeyError("mine")
            graph.search_vectors("text")


@pytest.mark.parametrize("given, message", [
    ([[1, 2], [3, 4]], r"shape \(2, 2\), not \(1, 2\)"),
    ([[1, 2, 3]], r"shape \(1, 3\), not \(1, 2\)"),
    ([1, 2], r"shape \(2,\), not \(1, 2\)"),
    ([], r"shape \(0,\)"),
    (None, "embed"),
    ([["a", "b"]], "ValueError"),
    ([[1], [2, 3]], "ValueError"),
    ([[1, float("nan")]], "vector 0 with what is no finite number"),
    ([[1, 1e300]], "vector 0 with what is no finite number"),
])
@pytest.mark.filterwarnings("ignore:overflow")
def test_what_is_no_vector(tmp_path, given, message):
    engine, graph = opened(tmp_path, Lengths(lambda texts: given))
    with engine, pytest.raises(skg.InvalidArgumentError, match=message):
        graph.search_vectors("text")


def test_the_cause_is_told(tmp_path):
    def fail(texts):
        raise ConnectionError("the server sleeps")

    with skg.open(tmp_path / "data", embedders={"mine": Lengths(fail)}, **SMALL) as engine:
        graph = engine.graph()
        graph.add("a", "b", "c")
        graph.create_vector_index(embedder="mine", dimension=2, auto_embed=True)
        with pytest.raises(skg.DeadlineExceededError, match="the server sleeps"):
            while True:
                graph.wait_for_embeddings(timeout=1)


def test_many_threads_at_once(tmp_path):
    together = threading.Barrier(4, timeout=60)

    def meet(texts):
        together.wait()
        return [[0, 0]]

    engine, graph = opened(tmp_path, Lengths(meet))
    with engine:
        threads = [threading.Thread(target=graph.search_vectors, args=("x",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not together.broken


def test_timeouts_and_ctrl_c(tmp_path):
    go_on = threading.Event()

    def wait(texts):
        go_on.wait(60)
        return [[0, 0]]

    engine, graph = opened(tmp_path, Lengths(wait))
    with pytest.raises(skg.DeadlineExceededError):
        graph.search_vectors("x", timeout=0.1)
    with pytest.raises(KeyboardInterrupt), Interrupt() as interrupt:
        graph.search_vectors("x")
    assert interrupt.took < 10
    go_on.set()
    assert graph.search_vectors("x") == []
    engine.close()


def test_it_may_ask_its_engine(tmp_path):
    raised = []

    def ask(texts):
        try:
            engine.close()
        except skg.FailedPreconditionError as error:
            raised.append(str(error))
        return [[graph.count(), 0]]

    engine, graph = opened(tmp_path, Lengths(ask))
    with engine:
        graph.put_vectors(["one"], [[0, 0]])
        assert [hit.owner for hit in graph.search_vectors("x")] == ["one"]
    assert raised == ["an embedder cannot close an engine"]


def test_closing_waits_for_it(tmp_path):
    begun, ended = threading.Event(), []

    def slow(texts):
        begun.set()
        threading.Event().wait(0.3)
        ended.append(True)
        return [[0, 0]] * len(texts)

    engine, graph = opened(tmp_path, Lengths(slow))
    answers = []

    def search():
        try:
            answers.append(graph.search_vectors("x"))
        except skg.Error as error:
            answers.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    begun.wait()
    engine.close()
    assert ended
    thread.join()
    assert answers == [[]]


def test_ctrl_c_while_closing(tmp_path):
    begun, go_on = threading.Event(), threading.Event()

    def wait(texts):
        begun.set()
        go_on.wait(60)
        return [[0, 0]]

    engine, graph = opened(tmp_path, Lengths(wait))
    thread = threading.Thread(target=graph.search_vectors, args=("x",))
    thread.start()
    begun.wait()
    with pytest.raises(KeyboardInterrupt), Interrupt() as interrupt:
        engine.close()
    assert interrupt.took < 10 and engine.closed
    go_on.set()
    engine.close()
    thread.join()
    skg.open(tmp_path / "own", **SMALL).close()


def test_it_is_let_go_of(tmp_path):
    mine = Lengths()
    gone = weakref.ref(mine)
    engine, graph = opened(tmp_path, mine)
    graph.search_vectors("x")
    del mine
    assert gone() is not None
    engine.close()
    assert gone() is None
    mine = Lengths()
    gone = weakref.ref(mine)
    with pytest.raises(skg.NotFoundError):
        skg.open(tmp_path / "none" / "deeper", create=False, embedders={"mine": mine})
    del mine
    while gone() is not None:  # a thread that opened it may still hold it
        skg.open(tmp_path / "own", **SMALL).close()
        gc.collect()


PROGRAM = """
    import sys, threading, time, numpy, skg
    class Mine:
        dimension = 2
        def embed(self, texts):
            begun.set()
            {body}
            return numpy.zeros((len(texts), 2))
    begun = threading.Event()
    engine = skg.open(sys.argv[1], durability="none", embedders=dict(mine=Mine()))
    graph = engine.graph()
    graph.create_vector_index(embedder="mine", dimension=2, metric="l2", auto_embed=True)
    graph.add("a", "b", "c")
    begun.wait()
    """


@pytest.mark.parametrize("body, end", [
    ("time.sleep(0.5)", "pass"), ("time.sleep(0.5)", "engine.close()"),
    ("time.sleep(100)", "pass"),  # given up after some seconds
    ("for i in iter(int, 1): pass", "sys.exit(0)"),
    ("engine.close()", "time.sleep(0.2)"),
    ("globals().pop('engine', None); globals().pop('graph', None)",
     "globals().pop('engine', None); globals().pop('graph', None); time.sleep(0.5)")])
def test_ending_while_it_runs(tmp_path, body, end):
    run(tmp_path, PROGRAM.format(body=body) + end + "\n")
    with skg.open(tmp_path / "own", **SMALL) as engine:
        assert engine.graph().count() == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_while_it_runs(tmp_path):
    output = run(tmp_path, PROGRAM.format(body="time.sleep(0.3)") + """
    import os
    child = os.fork()
    if child == 0:
        try:
            graph.search_vectors("x")
        except skg.ForkedError:
            print("told", flush=True)
        del graph, engine
        sys.exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    graph.wait_for_embeddings(timeout=60)
    engine.close()
    """)
    assert output == "told\n"


class NoDimension:
    def embed(self, texts):
        return []


class WrongDimension(NoDimension):
    dimension = 5000


class NoEmbed:
    dimension = 2


@pytest.mark.parametrize("call, error, message", [
    (lambda: skg.open("x", embedders=[1]), TypeError, "embedders: expected a dict"),
    (lambda: skg.open("x", embedders={1: Lengths()}), TypeError, "embedders: expected a str"),
    (lambda: skg.open("x", embedders={"a": len}), TypeError, r"embedders\['a'\]: expected an object"),
    (lambda: skg.open("x", embedders={"a": NoDimension()}), TypeError, r"embedders\['a'\]: "),
    (lambda: skg.open("x", embedders={"a": NoEmbed()}), TypeError, r"embedders\['a'\]: "),
    (lambda: skg.open("x", embedders={"a": WrongDimension()}), ValueError,
     r"embedders\['a'\].dimension: a number from 1 to 4096"),
    (lambda: skg.hashing_embedder("5"), TypeError, "dimension: "),
    (lambda: skg.hashing_embedder(9999), ValueError, "dimension: "),
    (lambda: skg.http_embedder(base_url=5, model="m"), TypeError, "base_url: "),
    (lambda: skg.http_embedder(base_url="http://x", model="m", most_attempts=-1), ValueError,
     "most_attempts: "),
    (lambda: skg.http_embedder(base_url="http://x", model="m", first_pause="1"), TypeError,
     "first_pause: "),
    (lambda: skg.hashing_embedder().embed("text"), TypeError, "texts: "),
    (lambda: skg.hashing_embedder().embed([5]), TypeError, "texts: "),
    (lambda: skg.hashing_embedder().embed(["a"], timeout="1"), TypeError, "timeout: "),
])
def test_wrong_arguments(call, error, message):
    with pytest.raises(error, match="^" + message):
        call()


def test_without_numpy(tmp_path, monkeypatch):
    class Own:
        dimension = 2

        def embed(self, texts):
            raise AssertionError("never asked")

    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec",
        lambda name, *more: None if name == "numpy" else find(name, *more))
    with pytest.raises(ImportError, match=r"embedders\['own'\].*NumPy"):
        skg.open(tmp_path / "data", embedders={"own": Own()})
    assert not (tmp_path / "data").exists()


def test_another_dimension_than_the_index(tmp_path):
    with skg.open(tmp_path / "data", embedders={"mine": Lengths()}, **SMALL) as engine:
        with pytest.raises(skg.InvalidArgumentError, match="makes vectors of 2 numbers"):
            engine.graph().create_vector_index(embedder="mine", dimension=3, auto_embed=True)
