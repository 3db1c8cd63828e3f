"""Graphs saved as files, backups of data directories, and what they restore."""

import gzip
import io
import os
import signal
import threading

import pytest
import skg

from conftest import SMALL
from test_interrupt import Interrupt


@pytest.fixture
def filled(graph):
    graph.add_all(("s", "p", i) for i in range(3000))
    graph.remove("s", "p", 0)
    graph.create_vector_index(dimension=2)
    graph.put_vectors(["s"], [[1, 2]])
    return graph


def test_a_file(engine, filled, tmp_path):
    path = tmp_path / "main.skg"
    told = []
    saved = filled.save(path, progress=lambda *numbers: told.append(numbers))
    assert saved.commit == 4 and saved.rows == 2999 and saved.past_rows > 0
    assert saved.bytes == path.stat().st_size
    assert all(type(n) is int for pair in told for n in pair)
    assert [p.name for p in tmp_path.glob("main*")] == ["main.skg"]
    told.clear()
    copy = engine.restore_graph(
        "acme/copy", path, progress=lambda *numbers: told.append(numbers))
    assert (copy.tenant, copy.name, copy.count()) == ("acme", "copy", 2999)
    assert copy.uuid != filled.uuid and {total for _, total in told} <= {0, saved.bytes}
    assert copy.count(as_of=1) == 3000
    assert copy.vectors(["s"]).tolist() == [[1, 2]]
    past = tmp_path / "past.skg"
    assert filled.save(str(past), as_of=1).commit == 1
    assert engine.restore_graph("past", past).count() == 3000


def test_files_of_python(engine, filled, tmp_path):
    file = io.BytesIO()
    filled.save(file)
    packed = io.BytesIO(gzip.compress(file.getvalue()))
    assert engine.restore_graph("a", packed).count() == 2999
    assert engine.restore_graph("b", file.getvalue(), check=False).count() == 2999
    with open(tmp_path / "x", "wb", buffering=0) as raw:
        filled.save(raw)
    with open(tmp_path / "x", "rb", buffering=0) as raw:
        assert engine.restore_graph("c", raw, uuid="new").count() == 2999

    class Slow:
        """Takes and gives a few bytes at a time."""

        def __init__(self):
            self.data, self.at = bytearray(), 0

        def write(self, data):
            taken = min(len(data), 1000)
            self.data += data[:taken]
            return taken

        def read(self, size):
            piece = self.data[self.at:self.at + min(size, 1000)]
            self.at += len(piece)
            return piece

    slow = Slow()
    filled.save(slow)
    assert engine.restore_graph("d", slow).count() == 2999


def test_a_reader_saves(engine, filled, tmp_path):
    with skg.open(tmp_path / "data", read_only=True, memory_budget_bytes=64 << 20) as reader:
        file = io.BytesIO()
        reader.graph().save(file)
        with pytest.raises(skg.FailedPreconditionError):
            reader.restore_graph("copy", file.getvalue())
        with pytest.raises(skg.FailedPreconditionError):
            reader.backup(tmp_path / "backups")
    assert engine.restore_graph("copy", file.getvalue()).count() == 2999


def test_another_process_has_the_same_ids(filled, tmp_path):
    file = io.BytesIO()
    filled.save(file)
    with skg.open(tmp_path / "other", **SMALL) as other:
        copy = other.restore_graph("main", file.getvalue())
        assert copy.uuid == filled.uuid
        assert copy.get(next(filled.match("s", "p", 7)).id).object == 7
        with pytest.raises(skg.AlreadyExistsError):
            other.restore_graph("main", file.getvalue())
        with pytest.raises(skg.AlreadyExistsError):
            other.restore_graph("main2", file.getvalue(), uuid="keep")


class Broken(io.RawIOBase):
    def __init__(self, error, at=0):
        super().__init__()
        self.error, self.left = error, at

    def write(self, data):
        self.left -= 1
        if self.left < 0:
            raise self.error
        return len(data)

    def read(self, size=-1):
        raise self.error


def test_what_a_file_raises_comes_through(engine, filled):
    for error in (OSError(28, "no space"), KeyError("mine"), KeyboardInterrupt()):
        for at in (0, 1):
            with pytest.raises(type(error)) as caught:
                filled.save(Broken(error, at))
                raise error  # it was written at once
            assert caught.value is error
        with pytest.raises(type(error)) as caught:
            engine.restore_graph("copy", Broken(error))
        assert caught.value is error
    with pytest.raises(TypeError, match="^source: read.. is expected to give bytes .*, got str"):
        engine.restore_graph("copy", io.StringIO("x"))
    with pytest.raises(TypeError, match="bytes-like|str"):
        filled.save(io.StringIO())

    class Greedy:
        def read(self, size):
            return bytes(size + 1)

    with pytest.raises(ValueError, match="^source: read"):
        engine.restore_graph("copy", Greedy())
    assert [info["name"] for info in engine.graphs()] == ["main"]
    assert filled.save(io.BytesIO()).rows == 2999


def test_wrong_files(engine, filled, tmp_path):
    with pytest.raises(skg.NotFoundError):
        engine.restore_graph("copy", tmp_path / "none")
    with pytest.raises(skg.InvalidArgumentError):
        engine.restore_graph("copy", b"no graph file at all" * 100)
    file = io.BytesIO()
    filled.save(file)
    with pytest.raises(skg.DataLossError):
        engine.restore_graph("copy", file.getvalue()[:-10])
    with pytest.raises(skg.UnavailableError, match="cannot write"):
        filled.save(tmp_path / "none" / "file")
    for path in (tmp_path, "/dev/full"):
        with pytest.raises(skg.UnavailableError, match="cannot write"):
            filled.save(path)
    filled.save(os.devnull)
    assert not os.path.isfile(os.devnull)
    with pytest.raises(skg.OutOfRangeError):
        filled.save(io.BytesIO(), as_of=99)
    (tmp_path / "kept").write_bytes(b"old")
    with pytest.raises(skg.CancelledError):
        filled.save(tmp_path / "kept", progress=lambda done, total: False)
    with pytest.raises(ZeroDivisionError):
        filled.save(tmp_path / "kept", progress=lambda done, total: 1 // 0)
    assert (tmp_path / "kept").read_bytes() == b"old"
    assert [p.name for p in tmp_path.glob("kept*")] == ["kept"]


def test_backups(engine, filled, tmp_path):
    path = tmp_path / "backups"
    told = []
    first = engine.backup(path, progress=lambda *numbers: told.append(numbers))
    assert first.number == 1 and first.new_bytes == first.bytes and all(done <= total for done, total in told)
    filled.add("later", "p", 1)
    second = engine.backup(str(path))
    assert skg.list_backups(path) == [first, second] and second.time > first.time
    assert skg.verify_backup(path) == [] and skg.verify_backup(path, number=2) == []
    restored = skg.restore_backup(path, tmp_path / "first", number=1)
    assert restored == first
    with skg.open(tmp_path / "first", **SMALL) as old:
        assert old.graph().count() == 2999
        assert old.graph().uuid == filled.uuid
    assert skg.restore_backup(path, tmp_path / "newest").number == 2
    with skg.open(tmp_path / "newest", **SMALL) as new:
        assert new.graph().count() == 3000
    assert engine.backup(path, keep=2).number == 3
    assert [one.number for one in skg.list_backups(path)] == [2, 3]
    assert skg.prune_backups(path, 1) == 1
    assert [one.number for one in skg.list_backups(path)] == [3]


def test_damaged_and_absent_backups(engine, filled, tmp_path):
    path = tmp_path / "backups"
    with pytest.raises(skg.NotFoundError):
        skg.list_backups(path)
    with pytest.raises(skg.FailedPreconditionError):
        skg.list_backups(tmp_path)
    engine.backup(path)
    with pytest.raises(skg.NotFoundError):
        skg.restore_backup(path, tmp_path / "new", number=7)
    with pytest.raises(skg.NotFoundError):
        skg.verify_backup(path, number=7)
    with pytest.raises(skg.InvalidArgumentError):
        skg.prune_backups(path, 0)
    with pytest.raises(skg.FailedPreconditionError):
        skg.restore_backup(path, tmp_path)
    assert skg.verify_backup(path, progress=lambda done, total: True) == []
    # A call that is done at once does not ask.
    with pytest.raises(skg.CancelledError):
        while True:
            engine.backup(tmp_path / "b2", progress=lambda done, total: False)
    with pytest.raises(ZeroDivisionError):
        while True:
            engine.backup(tmp_path / "b2", progress=lambda done, total: 1 // 0)
    table = max((p for p in path.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    data = bytearray(table.read_bytes())
    data[len(data) // 2] ^= 1
    table.write_bytes(data)
    (number, message), *_ = skg.verify_backup(path)
    assert number == 1 and message
    with pytest.raises(skg.DataLossError):
        skg.restore_backup(path, tmp_path / "new")


def test_ctrl_c(engine, filled):
    class Endless:
        """Gives the same forever: a file that takes a while."""

        def read(self, size):
            threading.Event().wait(0.01)
            return b""[:size] if self.done else gzip_header

        done = False

    gzip_header = gzip.compress(b"")  # a member without anything, again and again
    with pytest.raises(KeyboardInterrupt):
        with Interrupt() as interrupt:
            engine.restore_graph("copy", Endless())
    assert interrupt.took < 10

    class Slow:
        def write(self, data):
            threading.Event().wait(0.6)

    with pytest.raises(KeyboardInterrupt):
        with Interrupt():
            while True:
                filled.save(Slow())
    assert [info["name"] for info in engine.graphs()] == ["main"]


def test_closing_ends_a_save(tmp_path):
    engine = skg.open(tmp_path / "data", **SMALL)
    graph = engine.graph()
    graph.add_all(("s", "p", i) for i in range(1000))
    begun = threading.Event()
    raised = []

    class Slow:
        def write(self, data):
            begun.set()
            threading.Event().wait(0.2)

    def save():
        try:
            while True:
                graph.save(Slow())
        except skg.Error as error:
            raised.append(type(error))

    thread = threading.Thread(target=save)
    thread.start()
    begun.wait()
    engine.close()
    thread.join()
    assert raised[0] in (skg.CancelledError, skg.ClosedError)


@pytest.mark.parametrize("call, name", [
    (lambda e, g: g.save(5), "file"),
    (lambda e, g: g.save(io.BytesIO(), as_of=1.5), "as_of"),
    (lambda e, g: g.save(io.BytesIO(), progress=5), "progress"),
    (lambda e, g: e.restore_graph(5, b""), "name"),
    (lambda e, g: e.restore_graph("x", 5), "source"),
    (lambda e, g: e.restore_graph("x", b"", uuid=5), "uuid"),
    (lambda e, g: e.restore_graph("x", b"", check=1), "check"),
    (lambda e, g: e.backup(5), "path"),
    (lambda e, g: e.backup("x", keep="1"), "keep"),
    (lambda e, g: skg.list_backups(5), "path"),
    (lambda e, g: skg.verify_backup("x", number="1"), "number"),
    (lambda e, g: skg.verify_backup("x", progress=1), "progress"),
    (lambda e, g: skg.prune_backups("x", "1"), "keep"),
    (lambda e, g: skg.restore_backup("x", 5), "data_directory"),
])
def test_wrong_types(shared_graph, engine, call, name):
    with pytest.raises(TypeError, match=f"^{name}: expected "):
        call(engine, shared_graph)
    with pytest.raises(ValueError, match="^uuid: 'any' is none of"):
        engine.restore_graph("x", b"", uuid="any")


def test_of_a_closed_engine(engine, graph, tmp_path):
    engine.close()
    for use in (lambda: graph.save(io.BytesIO()), lambda: engine.restore_graph("x", b""),
                lambda: engine.backup(tmp_path / "b")):
        with pytest.raises(skg.ClosedError):
            use()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
