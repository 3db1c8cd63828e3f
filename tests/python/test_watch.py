"""Watching changes, in threads and in asyncio."""

import asyncio
import threading

import pytest
import skg

from test_interrupt import Interrupt


def test_the_past_and_what_comes(graph):
    graph.add("a", "p", 1, weight=0.5)
    graph.add("a", "p", 1, weight=0.25)
    changes = graph.watch(after_commit=0)
    first, second = next(changes), next(changes)
    assert (first.kind, first.commit, first.statement.weight) == ("inserted", 1, 0.5)
    assert (second.kind, second.statement.weight) == ("replaced", 0.25)
    writer = threading.Timer(0.1, graph.remove, ("a", "p", 1))
    writer.start()
    third = next(changes)
    assert (third.kind, third.statement.triple) == ("removed", ("a", "p", 1))
    writer.join()
    changes.close()


def test_patterns_and_timeouts(graph):
    changes = graph.watch("a", timeout=0.3)
    graph.add("b", "p", 1)
    graph.add_all([("a", "p", n) for n in range(3000)])
    assert [change.statement.object for change in changes] == list(range(3000)) or len(
        list(graph.match("a"))) == 3000
    assert list(graph.watch(timeout=0)) == []
    with pytest.raises(skg.InvalidArgumentError):
        graph.watch(after_commit=99)


def test_all_of_a_large_commit_come(graph):
    graph.add_all([("a", "p", n) for n in range(5000)])
    objects = [c.statement.object for c in graph.watch(after_commit=0, timeout=1)]
    assert sorted(objects) == list(range(5000))


def test_what_is_there_needs_no_time(graph):
    graph.add_all([("a", "p", n) for n in range(5000)])
    for n in range(300):
        graph.add("b", "p", n)
    assert len(list(graph.watch(after_commit=0, timeout=0))) == 5300
    assert [c.statement.object for c in graph.watch("b", "p", 299, after_commit=0, timeout=0)] == [299]
    assert list(graph.watch("none", after_commit=0, timeout=0)) == []

    async def take():
        return [change async for change in graph.watch_async("b", after_commit=0, timeout=0)]

    assert len(asyncio.run(take())) == 300


def test_ctrl_c(graph):
    with pytest.raises(KeyboardInterrupt):
        with Interrupt() as interrupt:
            next(graph.watch())
    assert interrupt.took < 10


def test_closing_the_engine_ends_it(tmp_path):
    engine = skg.open(tmp_path / "data", durability="none")
    graph = engine.graph()
    ended = []

    def wait():
        try:
            ended.append(list(graph.watch()))
        except skg.ClosedError as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    threading.Event().wait(0.2)
    engine.close()
    thread.join()
    assert len(ended) == 1


def test_letting_go_of_a_full_one(graph):
    """Its thread waits for room when nobody takes any more."""
    graph.add_all([("a", "p", n) for n in range(5000)])
    changes = graph.watch(after_commit=0)
    next(changes)
    del changes


def test_asyncio(graph):
    async def main():
        async def take(count):
            taken = []
            async for change in graph.watch_async("a", after_commit=0):
                taken.append(change.statement.object)
                if len(taken) == count:
                    return taken

        taking = asyncio.create_task(take(20))
        for n in range(20):
            await asyncio.to_thread(graph.add, "a", "p", n)
            await asyncio.sleep(0)
        assert await asyncio.wait_for(taking, 60) == list(range(20))
        # Without a change it ends by its timeout, and can be cancelled.
        assert [c async for c in graph.watch_async("none", timeout=0.2)] == []
        waiting = asyncio.create_task(take(1000))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(main())


@pytest.mark.parametrize("arguments, error, name", [
    ({"subject": []}, TypeError, "subject"),
    ({"after_commit": "1"}, TypeError, "after_commit"),
    ({"after_commit": -1}, ValueError, "after_commit"),
    ({"timeout": "1"}, TypeError, "timeout"),
    ({"timeout": -1}, ValueError, "timeout"),
])
def test_wrong_arguments_are_named(shared_graph, arguments, error, name):
    with pytest.raises(error, match="^" + name + ": "):
        shared_graph.watch(**arguments)
