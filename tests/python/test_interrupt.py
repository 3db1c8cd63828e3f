"""Ctrl-C ends what runs, soon; other signals and callbacks get their turn.

How long it took is printed, and bounded only loosely: machines that test are
busy. What must be quick is measured by benchmarks.
"""

import os
import signal
import threading
import time

import pytest
import skg

from conftest import ENDLESS, fill_endless


class Interrupt:
    """Sends this process SIGINT after a while; measures how long a block took
    to notice."""

    def __init__(self, after=0.2, number=signal.SIGINT):
        self.after, self.number = after, number

    def __enter__(self):
        def send():
            self.sent = time.monotonic()
            os.kill(os.getpid(), self.number)

        self.timer = threading.Timer(self.after, send)
        self.timer.start()
        return self

    def __exit__(self, *_):
        self.took = time.monotonic() - self.sent
        self.timer.join()
        print(f"{self.took * 1000:.1f} ms")


@pytest.fixture
def endless(graph):
    fill_endless(graph)
    return graph


CALLS = {
    "query": lambda graph: graph.query(ENDLESS),
    "ask": lambda graph: graph.query("ASK" + ENDLESS[9:]),
    "update": lambda graph: graph.update(
        "INSERT { ?a :q ?b } WHERE " + ENDLESS[10:]),
    "document": lambda graph: graph.query_document(ENDLESS, format="csv"),
    "numpy": lambda graph: graph.query(
        "SELECT ?a ?b ?c ?d { ?a :p ?w . ?b :p ?x . ?c :p ?y . ?d :p ?z }").to_numpy(ids=True),
    "rows": lambda graph: sum(1 for _ in graph.query(
        "SELECT ?a ?b ?c ?d { ?a :p ?w . ?b :p ?x . ?c :p ?y . ?d :p ?z }")),
    "bulk_load": lambda graph: graph.bulk_load(
        (f"s{i}", "p", i) for i in iter(int, 1)),
}


@pytest.mark.parametrize("name", CALLS)
def test_ctrl_c(endless, name):
    with pytest.raises(KeyboardInterrupt):
        with Interrupt() as interrupt:
            CALLS[name](endless)
    assert interrupt.took < 10
    assert len(endless) == 200
    assert endless.query("ASK {}").boolean


def test_ctrl_c_in_a_document(graph):
    graph.add_all((f"s{i}", "p", "hub") for i in range(2000))
    document = {"patterns": [
        {"subject": name, "predicate": "p", "object": "?hub"} for name in ("?a", "?b", "?c")]}
    with pytest.raises(KeyboardInterrupt):
        with Interrupt() as interrupt:
            graph.query(document, language="json")
    assert interrupt.took < 10
    assert len(graph) == 2000


def test_ctrl_c_in_a_call_that_is_not_cancelled(tmp_path):
    """Waiting for a task: the call is left behind, and the engine closes."""
    with skg.open(tmp_path / "data", durability="none") as engine:
        graph = engine.graph()
        fill_endless(graph)
        started = threading.Event()
        stop = threading.Event()

        def slow():
            started.set()
            while not stop.is_set():
                yield from (("a", "b", i) for i in range(1000))
                time.sleep(0.01)

        loader = threading.Thread(target=lambda: graph.bulk_load(slow()))
        loader.start()
        started.wait()
        while not (running := [t for t in engine.tasks() if t["kind"] == "load"]):
            time.sleep(0.01)
        with pytest.raises(KeyboardInterrupt):
            with Interrupt() as interrupt:
                engine.wait_task(running[0]["id"])
        assert interrupt.took < 10
        stop.set()
        loader.join()


def test_a_handler_of_its_own(endless):
    """One that does not raise: the query goes on to its timeout."""
    seen = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(time.monotonic()))
    try:
        with Interrupt() as interrupt, pytest.raises(skg.DeadlineExceededError):
            endless.query(ENDLESS, timeout=2)
        assert len(seen) == 1
        assert seen[0] - interrupt.sent < 1.5  # while the query ran
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_signal(endless):
    class Alarm(Exception):
        pass

    def ring(number, frame):
        raise Alarm

    def run_in_a_handler(number, frame):
        assert endless.count() == 200

    before = signal.signal(signal.SIGALRM, ring)
    try:
        # A call without a way to cancel it runs in a helper: handlers run.
        signal.signal(signal.SIGALRM, run_in_a_handler)
        with Interrupt(0.1, signal.SIGALRM):
            endless.bulk_load((f"s{i}", "p", i) for i in range(100000))
        assert len(endless) == 100000
        signal.signal(signal.SIGALRM, ring)
        with pytest.raises(Alarm):
            with Interrupt(0.05, signal.SIGALRM):
                endless.bulk_load((f"s{i}", "p", i) for i in iter(int, 1))
    finally:
        signal.signal(signal.SIGALRM, before)


def test_threads_are_not_interrupted(endless):
    """Ctrl-C is the main thread's; what others ask goes on."""
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(sum(1 for _ in endless.query(
            "SELECT ?a ?b ?c { ?a :p ?x . ?b :p ?y . ?c :p ?z FILTER(?z < 20) }"))))
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        with Interrupt(0.05):
            endless.query(ENDLESS)
    thread.join()
    assert answers == [200 * 200 * 20]
