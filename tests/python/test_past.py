"""What differs between states, and how much of the past is kept."""

import datetime
import math

import pytest
import skg

from conftest import SMALL


@pytest.fixture
def changed(graph):
    """Commit 1 and 2."""
    graph.add_all([("a", "p", 1), ("b", "p", 2, 0.5), ("c", "q", 3)])
    with graph.begin() as transaction:
        transaction.remove("a", "p", 1)
        transaction.add("b", "p", 2, weight=0.25, metadata={"why": "better"})
        transaction.add("d", "p", 4)
    return graph


def test_diff(changed):
    found = sorted(changed.diff(1, 2), key=lambda one: one.kind)
    assert [(one.kind, one.before and one.before.triple, one.after and one.after.triple)
            for one in found] == [
        ("added", None, ("d", "p", 4)), ("changed", ("b", "p", 2), ("b", "p", 2)),
        ("removed", ("a", "p", 1), None)]
    assert (found[1].before.weight, found[1].after.weight) == (0.5, 0.25)
    assert found[1].after.metadata is None and found[1].after.id
    back = sorted(changed.diff(2, 1), key=lambda one: one.kind)
    assert [one.kind for one in back] == ["added", "changed", "removed"]
    assert back[0].after.triple == ("a", "p", 1)
    assert list(changed.diff(2)) == [] and len(list(changed.diff(1))) == 3
    assert len(list(changed.diff(0, 1))) == 3


def test_diff_of_some(changed):
    one, = changed.diff(1, subject="b", metadata=True, identity=False)
    assert one.after.metadata == {"why": "better"} and one.after.id is None
    assert len(list(changed.diff(1, predicate="q"))) == 0
    assert len(list(changed.diff(1, weight_min=0.6))) == 2
    with changed.snapshot(1) as first, changed.snapshot() as second:
        changed.clear()
        assert len(list(changed.diff(first, second))) == 3
        assert len(list(changed.diff(second))) == 3
        assert len(list(changed.diff(first, 2, object=4))) == 1


def test_diff_of_much(graph):
    graph.add_all(("s", "p", i) for i in range(6000))
    assert sorted(one.after.object for one in graph.diff(0)) == list(range(6000))
    some = graph.diff(0)
    next(some)
    graph.close()
    assert sum(1 for one in some) == 5999  # it holds what it reads


def test_wrong_states(changed, tmp_path):
    with pytest.raises(skg.OutOfRangeError):
        changed.diff(1, 99)
    with pytest.raises(TypeError, match="^before: expected a commit"):
        changed.diff(1.5)
    with pytest.raises(ValueError, match="^after: "):
        changed.diff(1, "yesterday")
    with pytest.raises(TypeError, match="^metadata: expected a bool"):
        changed.diff(1, metadata=1)
    with pytest.raises(skg.DeadlineExceededError):
        list(changed.diff(1, timeout=0))
    with skg.open(tmp_path / "other", **SMALL) as engine:
        elsewhere = engine.graph()
        with pytest.raises(ValueError, match="^before: is a view of another engine"):
            changed.diff(elsewhere.snapshot())
        with pytest.raises(skg.InvalidArgumentError):
            elsewhere.diff(engine.graph("second").snapshot())
        left = elsewhere.diff(0)
    with pytest.raises(skg.ClosedError):
        list(left)
    with pytest.raises(skg.ClosedError):
        elsewhere.history_limits()


def test_limits(changed):
    assert changed.history_limits() == skg.HistoryLimits(0, 1, None)
    for given, kept in [(3600, 3600.0), (datetime.timedelta(days=2), 172800.0),
                        (float("inf"), math.inf), (None, None)]:
        changed.keep_history_for(given)
        assert changed.history_limits().kept_for == kept
    changed.add("e", "p", 5)
    changed.forget_changes_before(3)
    assert changed.history_limits().first_change == 3
    with pytest.raises(skg.OutOfRangeError):
        list(changed.watch(after_commit=0, timeout=1))
    changed.forget_history_before(2)
    assert changed.history_limits().first_state == 2
    assert changed.count(as_of=2) == 3
    with pytest.raises(skg.OutOfRangeError):
        changed.count(as_of=1)
    with pytest.raises(skg.InvalidArgumentError):
        changed.forget_history_before(1)
    with pytest.raises(skg.OutOfRangeError):
        changed.forget_history_before(99)
    changed.forget_history_before(datetime.datetime.now(datetime.timezone.utc))
    assert changed.history_limits().first_state == 3


def test_wrong_limits(graph):
    for call, error, name in [
            (lambda: graph.keep_history_for("1h"), TypeError, "kept_for"),
            (lambda: graph.keep_history_for(-1), ValueError, "kept_for"),
            (lambda: graph.forget_history_before(None), TypeError, "point"),
            (lambda: graph.forget_history_before(1.5), TypeError, "point"),
            (lambda: graph.forget_changes_before("1"), TypeError, "commit"),
            (lambda: graph.forget_changes_before(-1), ValueError, "commit")]:
        with pytest.raises(error, match=f"^{name}: "):
            call()
