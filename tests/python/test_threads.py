"""Several threads, and asyncio."""

import asyncio
import threading
import time

import skg

from conftest import ENDLESS, fill_endless


def in_threads(count, call):
    """call(i) in so many threads at once; raises what one of them raised."""
    errors = []

    def run(i):
        try:
            call(i)
        except BaseException as error:  # noqa: B036: told to the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_readers_beside_writers(graph):
    def work(i):
        for n in range(200):
            if i % 2 == 0:
                graph.add(f"s{i}", "p", n)
            else:
                rows = graph.query("SELECT ?n { :s0 :p ?n } ORDER BY ?n").fetchall()
                assert [row[0] for row in rows] == list(range(len(rows)))

    in_threads(4, work)
    assert len(graph) == 400


def test_one_result_in_two_threads(graph):
    graph.add_all((f"s{i}", "p", i) for i in range(20000))
    result = graph.query("SELECT ?n { ?s :p ?n }")
    taken = [[], []]
    in_threads(2, lambda i: taken[i].extend(row[0] for row in result))
    assert sorted(taken[0] + taken[1]) == list(range(20000))


def test_one_transaction_in_two_threads(graph):
    transaction = graph.begin()
    in_threads(2, lambda i: [transaction.add(f"s{i}", "p", n) for n in range(500)])
    assert transaction.commit().inserted == 1000


def test_others_run_meanwhile(graph):
    fill_endless(graph)
    ticks = []

    def tick(i):
        if i == 1:
            try:
                graph.query(ENDLESS, timeout=0.5)
            except skg.DeadlineExceededError:
                ticks.append("ended")
            return
        while "ended" not in ticks:
            ticks.append(time.monotonic())
            time.sleep(0.01)

    in_threads(2, tick)
    assert len(ticks) > 5  # with the lock held there would be one or two


def test_closing_beside_use(tmp_path):
    for _ in range(5):
        engine = skg.open(tmp_path / "data", durability="none")
        graph = engine.graph()
        graph.add_all((f"s{i}", "p", i) for i in range(3000))

        def work(i):
            try:
                while True:
                    if i == 0:
                        list(graph.match())
                    elif i == 1:
                        graph.query("SELECT ?s ?n { ?s :p ?n }").fetchall()
                    else:
                        graph.add("a", "b", "c")
            except (skg.ClosedError, skg.CancelledError):
                pass

        closer = threading.Timer(0.1, engine.close)
        closer.start()
        in_threads(3, work)
        closer.join()
        assert engine.closed


def test_asyncio(graph):
    graph.add_all((f"s{i}", "p", i) for i in range(1000))

    async def main():
        query = "SELECT ?n { ?s :p ?n } ORDER BY ?n LIMIT %d"
        answers = await asyncio.gather(*(
            asyncio.to_thread(lambda n=n: graph.query(query % n).fetchall()) for n in range(1, 20)))
        assert [len(rows) for rows in answers] == list(range(1, 20))
        fill_endless(graph)
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        ticking = asyncio.create_task(tick())
        try:
            await asyncio.to_thread(graph.query, ENDLESS, timeout=0.5)
        except skg.DeadlineExceededError:
            pass
        ticking.cancel()
        return ticks

    assert asyncio.run(main()) > 5
