"""Results as arrays: NumPy, pandas, the Arrow C stream."""

import datetime

import numpy
import pandas
import pytest
import skg

from arrow_reader import read_stream


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    """5000 rows: more than one batch."""
    with skg.open(tmp_path_factory.mktemp("numbers") / "data") as engine:
        graph = engine.graph()
        graph.add_all(
            (f"s{i}", "n", i) for i in range(5000))
        graph.add_all((f"s{i}", "half", i / 2) for i in range(5000))
        graph.add_all((f"s{i}", "even", i % 2 == 0) for i in range(5000))
        graph.add_all((f"s{i}", "some", i) for i in range(0, 5000, 2))
        graph.add_all((f"s{i}", "yes", True) for i in range(0, 5000, 2))
        graph.add_all((f"s{i}", "float", float(i)) for i in range(0, 5000, 2))
        graph.add_all((f"s{i}", "mixed", i if i < 4000 else skg.Literal(str(i))) for i in range(5000))
        graph.add_all((f"s{i}", "wide", i if i < 4000 else i + 0.5) for i in range(5000))
        yield graph


def column(numbers, predicate, optional=False, **how):
    triple = "{ ?s :%s ?x }" % predicate
    pattern = "?s :n ?i . " + ("OPTIONAL " + triple if optional else triple)
    result = numbers.query("SELECT ?x { %s } ORDER BY ?i" % pattern)
    return result.to_numpy(**how)["x"]


def test_plain_columns(numbers):
    assert column(numbers, "n").dtype == numpy.int64
    assert (column(numbers, "n") == numpy.arange(5000)).all()
    assert column(numbers, "half").dtype == numpy.float64
    assert (column(numbers, "half") == numpy.arange(5000) / 2).all()
    assert column(numbers, "even").dtype == bool
    assert (column(numbers, "even") == (numpy.arange(5000) % 2 == 0)).all()


def test_unbound_values(numbers):
    some = column(numbers, "some", optional=True)
    assert isinstance(some, numpy.ma.MaskedArray) and some.dtype == numpy.int64
    assert some.count() == 2500 and some[4] == 4 and some[5] is numpy.ma.masked
    yes = column(numbers, "yes", optional=True)
    assert yes.dtype == bool and yes.count() == 2500
    floats = column(numbers, "float", optional=True)
    assert numpy.isnan(floats[1::2]).all() and (floats[::2] == numpy.arange(0, 5000, 2)).all()
    none = column(numbers, "never", optional=True)
    assert none.dtype == object and all(value is None for value in none)


def test_mixed_columns(numbers):
    mixed = column(numbers, "mixed")
    assert mixed.dtype == object
    assert mixed[0] == 0 and type(mixed[0]) is int
    assert mixed[4999] == "4999" and type(mixed[4999]) is skg.Literal
    wide = column(numbers, "wide")
    assert wide.dtype == numpy.float64 and wide[0] == 0 and wide[4999] == 4999.5


def test_texts_and_ids(numbers):
    texts = column(numbers, "n")
    result = numbers.query("SELECT ?s ?x { ?s :n ?x } ORDER BY ?x").to_numpy()
    assert list(result["s"][:3]) == ["s0", "s1", "s2"] and (result["x"] == texts).all()
    ids = numbers.query("SELECT ?s ?p { ?s ?p ?x } ").to_numpy(ids=True)
    assert ids["s"].dtype == numpy.uint64
    assert len(numpy.unique(ids["s"])) == 5000 and len(numpy.unique(ids["p"])) == 8


def test_the_arrays_own_their_memory(numbers):
    result = numbers.query("SELECT ?x { ?s :n ?x } ORDER BY ?x")
    array = result.to_numpy()["x"]
    result.close()
    del result
    array += 1
    assert array.sum() == sum(range(1, 5001))


def test_what_was_taken_is_left_out(numbers):
    result = numbers.query("SELECT ?x { ?s :n ?x } ORDER BY ?x")
    first = next(iter(result.fetch_rows()))
    rest = result.to_numpy()["x"]
    assert len(first) + len(rest) == 5000 and rest[0] == len(first)
    assert len(result.to_numpy()["x"]) == 0


def test_batches(numbers):
    batches = list(numbers.query("SELECT ?s ?x { ?s :n ?x }").fetch_batches(1000))
    assert sum(len(batch["x"]) for batch in batches) == 5000
    assert all(len(batch["x"]) >= 1000 for batch in batches[:-1])
    assert all(batch["x"].dtype == numpy.int64 for batch in batches)
    with pytest.raises(ValueError, match="^rows: "):
        next(numbers.query("ASK {}").fetch_batches(0))


def test_pandas(numbers):
    frame = numbers.query(
        "SELECT ?s ?n ?some ?yes ?float { ?s :n ?n OPTIONAL { ?s :some ?some ; :yes ?yes ; :float ?float } }"
        " ORDER BY ?n").to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert [str(kind) for kind in frame.dtypes] == ["object", "int64", "Int64", "boolean", "float64"]
    assert list(frame.columns) == ["s", "n", "some", "yes", "float"]
    assert frame["some"].isna().sum() == 2500 and frame["yes"].sum() == 2500
    assert frame.iloc[4]["s"] == "s4"
    assert numbers.query("SELECT ?s ?n { ?s :none ?n }").to_pandas().shape == (0, 2)


def test_arrow(numbers):
    stream = numbers.query(
        "SELECT ?s ?n ?half ?even ?some ?wide ?mixed { ?s :n ?n ; :half ?half ; :even ?even ; :wide ?wide ; "
        ":mixed ?mixed OPTIONAL { ?s :some ?some } } ORDER BY ?n").__arrow_c_stream__()
    formats, columns = read_stream(stream)
    assert formats == {"s": "U", "n": "l", "half": "g", "even": "b", "some": "l", "wide": "U", "mixed": "U"}
    assert columns["s"][:2] == ["urn:skg:s0", "urn:skg:s1"]
    assert columns["n"] == list(range(5000))
    assert columns["half"] == [i / 2 for i in range(5000)]
    assert columns["even"] == [i % 2 == 0 for i in range(5000)]
    assert columns["some"] == [i if i % 2 == 0 else None for i in range(5000)]
    # A batch of integers and decimals alike has no one type.
    assert [float(text) for text in columns["wide"]] == [
        i if i < 4000 else i + 0.5 for i in range(5000)]
    assert columns["mixed"] == [str(i) for i in range(5000)]


def test_an_empty_arrow_stream(numbers):
    formats, columns = read_stream(
        numbers.query("SELECT ?s ?n { ?s :none ?n }").__arrow_c_stream__())
    assert formats == {"s": "U", "n": "U"} and columns == {"s": [], "n": []}
    # Let go of without having been read.
    numbers.query("SELECT ?s ?n { ?s :n ?n }").__arrow_c_stream__()


def test_dates_are_objects(graph):
    graph.add("a", "b", datetime.date(2024, 1, 2))
    assert graph.query("SELECT ?o { ?s ?p ?o }").to_numpy()["o"][0] == datetime.date(2024, 1, 2)
