"""Loads, bulk loads and exports."""

import gzip
import io
import subprocess
import sys
import time

import numpy
import pandas
import pytest
import skg

from test_interrupt import Interrupt

TURTLE = b"""
@prefix : <urn:skg:> .
:Curie :discovered :Polonium, :Radium ; :age 66 .
"""


def test_documents(graph, tmp_path):
    loaded = graph.load(TURTLE, "turtle")
    assert (loaded.statements, loaded.inserted, loaded.errors) == (3, 3, [])
    assert graph.count("Curie", "age", 66) == 1
    path = tmp_path / "x.ttl.gz"
    path.write_bytes(gzip.compress(TURTLE))
    assert graph.load(path, graph="g").inserted == 3
    assert graph.count(graph="g") == 3
    assert graph.load(io.BytesIO(TURTLE), "turtle", skip_duplicates=True).duplicates == 3
    assert graph.load(io.StringIO("a\tb\tc\n"), "tsv").inserted == 1
    with pytest.raises(skg.NotFoundError):
        graph.load(tmp_path / "none.ttl")


def test_malformed_documents(graph):
    with pytest.raises(skg.InvalidArgumentError, match="3"):
        graph.load(b"<urn:a> <urn:b> 1 .\n\n<urn:a", "turtle")
    assert len(graph) == 0
    loaded = graph.load(b"<urn:a> <urn:b> <urn:c> .\nx\n", "nt", continue_on_error=True)
    assert (loaded.inserted, loaded.skipped) == (1, 1)
    assert loaded.errors[0][0] == 2


def test_a_format_that_nobody_says(graph, tmp_path):
    for source in ("people.txt", tmp_path / "people", b"<urn:a> <urn:b> <urn:c> ."):
        with pytest.raises(ValueError, match="format: .* does not tell.*'turtle', .*'json'"):
            graph.load(source)
    with pytest.raises(ValueError, match="'n3' is none of 'turtle'"):
        graph.load(b"", "n3")
    with pytest.raises(ValueError, match="people.*does not tell"):
        graph.export(tmp_path / "people")


def test_a_document_that_is_no_bytes(graph, tmp_path, monkeypatch):
    for text in ("<a> <b> <c> .", " @prefix : <urn:a> .", "_:a <b> <c> .", "a\tb\tc\n",
                 "{\"subject\": 1}", "<\0", "<" * 5000):
        for format in (None, "ntriples"):
            with pytest.raises(ValueError, match="source: .*as bytes"):
                graph.load(text, format)
    # Such a name is a path where there is such a file.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "@a.nt").write_bytes(b"<urn:a> <urn:b> <urn:c> .\n")
    assert graph.load("@a.nt").inserted == 1


def test_csv(graph):
    graph.load(b"id,name\nx,Ada\n", "csv", csv_key="id")
    assert list(graph.triples()) == [("x", "name", "Ada")]


def test_progress(graph):
    document = b"".join(b"<urn:s%d> <urn:p> <urn:o> .\n" % i for i in range(200000))
    told = []
    graph.load(document, "ntriples", progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told) and all(type(n) is int for pair in told for n in pair)
    graph.clear()
    with pytest.raises(skg.CancelledError):
        graph.bulk_load(endless(), progress=lambda done, total: done < 10000)
    with pytest.raises(ZeroDivisionError):
        graph.bulk_load(endless(), progress=lambda done, total: 1 // 0)
    assert len(graph) == 0


def endless():
    i = 0
    while True:
        yield (f"s{i}", "p", i)
        i += 1


def test_iterables(graph):
    loaded = graph.bulk_load((f"s{i}", "p", i, 0.5) for i in range(10000))
    assert loaded.inserted == 10000 and len(graph) == 10000
    assert graph.count(weight_max=0.5) == 10000
    assert graph.bulk_load([]).statements == 0
    statements = list(graph.match(limit=5))
    assert graph.bulk_load(statements, skip_duplicates=True).duplicates == 5


def test_an_iterable_that_fails(graph):
    def failing():
        for i in range(10000):
            yield ("s", "p", i)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        graph.bulk_load(failing())
    with pytest.raises(TypeError, match=r"^statements\[5000\]: object: expected"):
        graph.bulk_load(("s", "p", i if i != 5000 else []) for i in range(10000))
    with pytest.raises(skg.InvalidArgumentError):
        graph.bulk_load([("s", '"literal"', "o")])
    assert len(graph) == 0


def test_numpy_columns(graph):
    n = 10000
    loaded = graph.bulk_load(
        subject=numpy.array([f"s{i}" for i in range(n)]), predicate="p",
        object=numpy.arange(n), weight=numpy.linspace(0, 1, n))
    assert loaded.inserted == n
    assert graph.count("s77", "p", 77) == 1
    statement, = graph.match("s9999")
    assert statement.object == 9999 and statement.weight == 1
    graph.bulk_load(
        subject="s", predicate=["a", "b"], object=numpy.array([0.5, 1.5]), graph="g",
        metadata=[{"k": 1}, None], source=["here", None])
    first, second = graph.match("s", metadata=True)
    assert (first.object, first.graph, first.metadata, first.source) == (0.5, "g", {"k": 1}, "here")
    assert (second.object, second.metadata, second.source) == (1.5, {}, "")
    graph.bulk_load(subject="t", predicate="at", object=numpy.array(["2024-01-02T03:04:05"], "datetime64[ns]"))
    assert [s.object.year for s in graph.match("t")] == [2024]
    with pytest.raises(TypeError, match="^row 1: object: "):
        graph.bulk_load(subject="s", predicate="p", object=["a", None])
    with pytest.raises(ValueError, match="^object: .* one dimension"):
        graph.bulk_load(subject="s", predicate="p", object=numpy.zeros((2, 2)))


def test_data_frames(graph):
    frame = pandas.DataFrame({
        "subject": ["a", "b"], "predicate": "p", "object": [1, 2], "weight": [0.25, 0.5]})
    assert graph.bulk_load(frame).inserted == 2
    assert sorted((s.subject, s.object, s.weight) for s in graph.match()) == [("a", 1, 0.25), ("b", 2, 0.5)]
    with pytest.raises(ValueError, match="no column 'object'"):
        graph.bulk_load(frame[["subject", "predicate"]])
    with pytest.raises(ValueError, match="'size' is none of"):
        graph.bulk_load(frame.assign(size=1))
    back = graph.query("SELECT ?subject ?object { ?subject :p ?object } ORDER BY ?object").to_pandas()
    assert back.equals(frame[["subject", "object"]])


def test_export(graph, tmp_path):
    graph.load(TURTLE, "turtle")
    graph.add("a", "b", "c", graph="g")
    text = graph.export()
    assert text.count(b"\n") == 4 and b"<urn:skg:g>" in text
    assert graph.export(format="turtle", graph="").count(b"discovered") == 1
    assert graph.export(tmp_path / "out.nq") == b""
    assert sorted((tmp_path / "out.nq").read_bytes().splitlines()) == sorted(text.splitlines())
    assert graph.export(as_of=1).count(b"\n") == 3


def test_a_file_that_cannot_be_written_and_why(graph, tmp_path):
    graph.bulk_load(subject="a", predicate="b", object=list(range(30000)))
    (tmp_path / "folder.nq").mkdir()
    for path, why in [(tmp_path / "none" / "out.nq", "No such file or directory"),
                      (tmp_path / "folder.nq", "Is a directory"),
                      (tmp_path / "folder.nq" / ("x" * 300 + ".nq"), "File name too long")]:
        with pytest.raises(skg.UnavailableError, match="cannot write .*\\.nq: " + why):
            graph.export(path)
    with pytest.raises(skg.ResourceExhaustedError, match="/dev/full: No space left"):
        graph.export("/dev/full", "nquads")
    graph.clear()
    graph.add("a", "b", "c")  # so little is written when the file is closed
    with pytest.raises(skg.ResourceExhaustedError, match="/dev/full: No space left"):
        graph.export("/dev/full", "nquads")


def test_a_limit_of_files_is_a_full_disk(tmp_path):
    """As "ulimit -f" sets it."""
    program = """
import resource, sys, skg
with skg.open(sys.argv[1], durability="none") as engine:
    graph = engine.graph()
    graph.add("a", "b", "c")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
    try:
        graph.bulk_load((f"s{n * 7919 % 10007}", f"p{n}", n) for n in range(200000))
    except skg.ResourceExhaustedError as error:
        assert "File too large" in str(error), error
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        assert list(graph.triples()) == [("a", "b", "c")]
        print("told")
"""
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "data"],
                          capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("told\n", "")


def test_a_load_that_its_statements_end_is_cancelled(graph, engine):
    def some():
        yield from (("a", "p", n) for n in range(10000))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        graph.bulk_load(some())
    with pytest.raises(TypeError):
        graph.bulk_load([("a", "p", 1), ("a", "p")])
    with pytest.raises(KeyboardInterrupt):
        with Interrupt():
            graph.bulk_load(endless())
    deadline = time.monotonic() + 60
    tasks = []
    while len(tasks) < 3 and time.monotonic() < deadline:  # an interrupt waits for no end
        tasks = [t for t in engine.tasks() if t["kind"] == "load" and t["finished"]]
    assert [task["state"] for task in tasks] == ["cancelled"] * 3
    assert len(graph) == 0
