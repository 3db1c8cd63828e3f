"""Terms: what is given comes back."""

import datetime
import decimal
import pickle
import uuid

import pytest
import skg
from hypothesis import given
from hypothesis import strategies as st

XSD = "http://www.w3.org/2001/XMLSchema#"
UTC = datetime.timezone.utc

# No lone surrogates, and no NUL nor others that no RDF text may hold.
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40)
times = st.datetimes(
    min_value=datetime.datetime(1, 1, 2), max_value=datetime.datetime(9999, 12, 30),
    timezones=st.one_of(st.none(), st.just(UTC), st.just(
        datetime.timezone(datetime.timedelta(hours=-5, minutes=30)))))
values = st.one_of(
    st.integers(), st.integers(-2**80, 2**80), st.booleans(),
    st.floats(allow_nan=False), st.binary(max_size=30), st.uuids(), times,
    st.dates(), st.times(),
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
    texts.map(skg.Literal),
    st.builds(lambda t: skg.Literal(t, language="de-CH"), texts))


def stored(graph, value):
    """What the graph gives of an object, by match and by query."""
    graph.clear()
    graph.add("s", "p", value)
    statement, = graph.match("s", "p")
    (row,), = graph.query("SELECT ?o { :s :p ?o }")
    assert type(row) is type(statement.object)
    assert row == statement.object or row != row
    return statement.object


@given(values)
def test_values_come_back(shared_graph, value):
    back = stored(shared_graph, value)
    assert back == value
    assert type(back) is type(value)
    if isinstance(value, skg.Literal):
        assert back.n3() == value.n3()
    # And a pattern with the value finds it.
    assert shared_graph.count(object=value) == 1
    assert shared_graph.count("s", "p", back) == 1


@given(texts)
def test_names_come_back(shared_graph, name):
    if name == "" or name[0] in "<\"\\" or name.startswith("_:"):
        name = "\\" + name
    graph = shared_graph
    graph.clear()
    try:
        graph.add(name, "p", "o")
    except skg.InvalidArgumentError:  # an empty name
        assert name == "\\"
        return
    assert [s.subject for s in graph.match()] == [
        name if name[0] != "\\" or name[1:2] in ("<", '"', "\\", "_") else name[1:]]


def test_special_floats(shared_graph):
    assert stored(shared_graph, float("inf")) == float("inf")
    assert stored(shared_graph, float("-inf")) == float("-inf")
    nan = stored(shared_graph, float("nan"))
    assert nan != nan
    zero = stored(shared_graph, -0.0)
    assert str(zero) == "-0.0"


def test_numpy_scalars(shared_graph):
    numpy = pytest.importorskip("numpy")
    assert stored(shared_graph, numpy.int64(5)) == 5
    assert type(stored(shared_graph, numpy.float32(0.5))) is float
    assert stored(shared_graph, numpy.bool_(True)) is True
    assert stored(shared_graph, numpy.str_("name")) == "name"
    when = numpy.datetime64("2024-05-06T07:08:09")
    assert stored(shared_graph, when) == datetime.datetime(2024, 5, 6, 7, 8, 9)


@pytest.mark.parametrize("lexical, datatype, value", [
    ("007", XSD + "integer", 7),
    ("+5", XSD + "int", 5),
    ("1e3", XSD + "double", 1000.0),
    ("INF", XSD + "float", float("inf")),
    ("1", XSD + "boolean", True),
    ("1.50", XSD + "decimal", decimal.Decimal("1.50")),
    ("2024-01-02T03:04:05.5Z", XSD + "dateTime",
     datetime.datetime(2024, 1, 2, 3, 4, 5, 500000, UTC)),
    ("2024-01-02", XSD + "date", datetime.date(2024, 1, 2)),
    ("03:04:05", XSD + "time", datetime.time(3, 4, 5)),
    ("0aFF", XSD + "hexBinary", b"\x0a\xff"),
    ("aGk=", XSD + "base64Binary", b"hi"),
])
def test_other_forms_are_values(shared_graph, lexical, datatype, value):
    literal = skg.Literal(lexical, datatype=datatype)
    assert literal.value == value
    back = stored(shared_graph, literal)
    assert back == value and type(back) is type(value)


@pytest.mark.parametrize("lexical, datatype", [
    ("seven", XSD + "integer"),
    ("12", XSD + "gMonth"),
    ("-0044-03-15T12:00:00Z", XSD + "dateTime"),  # a year that datetime lacks
    ("2024-01-02T24:00:00Z", XSD + "dateTime"),
    ("2024-01-02Z", XSD + "date"),
    ("x", "https://example.org/type"),
])
def test_what_python_lacks_stays_a_literal(shared_graph, lexical, datatype):
    back = stored(shared_graph, skg.Literal(lexical, datatype=datatype))
    assert isinstance(back, skg.Literal)
    assert (str(back), back.datatype, back.language) == (lexical, datatype, None)
    assert back.value == back


def test_literals():
    text = skg.Literal("Ulm")
    assert text == "Ulm" and hash(text) == hash("Ulm") and {"Ulm": 1}[text] == 1
    assert (text.datatype, text.language, text.value) == (XSD + "string", None, "Ulm")
    german = skg.Literal("Ulm", language="DE")
    assert german.language == "de" and german.n3() == '"Ulm"@de'
    assert german.datatype.endswith("#langString")
    assert skg.Literal("x", language="ar--rtl").datatype.endswith("#dirLangString")
    assert skg.Literal(5).n3() == '"5"^^<' + XSD + "integer>"
    assert skg.Literal(skg.Literal(5)).n3() == skg.Literal(5).n3()
    assert skg.Literal('a"\n\\').n3() == '"a\\"\\n\\\\"'
    for literal in (text, german, skg.Literal(5)):
        assert eval(repr(literal)).n3() == literal.n3()
        assert pickle.loads(pickle.dumps(literal)).n3() == literal.n3()
    with pytest.raises(ValueError, match="language"):
        skg.Literal("x", datatype=XSD + "string", language="de")
    with pytest.raises(TypeError, match="value"):
        skg.Literal([])


def test_iris(shared_graph):
    iri = skg.IRI("https://example.org/a")
    assert iri == "https://example.org/a" and iri.n3() == "<https://example.org/a>"
    assert eval(repr(iri)) == iri
    assert stored(shared_graph, iri) == "<https://example.org/a>"
    own = uuid.UUID("12345678-1234-5678-1234-567812345678")
    assert stored(shared_graph, own) == own
    # Not a UUID: the IRI as it is.
    odd = "<urn:uuid:zzzzzzzz-1234-5678-1234-567812345678>"
    assert stored(shared_graph, odd) == odd


def test_statements_about_statements(shared_graph):
    about = skg.Statement(skg.IRI("urn:a"), skg.IRI("urn:b"), skg.Literal("c"))
    back = stored(shared_graph, about)
    assert back == '<<( <urn:a> <urn:b> "c" )>>'
    assert shared_graph.count(object=about) == 1


def test_exact_texts(shared_graph):
    shared_graph.clear()
    shared_graph.add("s", "p", '"007"^^<' + XSD + "integer>")
    query = "SELECT ?s ?o { ?s ?p ?o }"
    assert shared_graph.query(query).fetchall() == [("s", 7)]
    assert shared_graph.query(query, values=False).fetchall() == [
        ("s", '"007"^^<' + XSD + "integer>")]


@pytest.mark.parametrize("value", [None, [], {}, object(), 1j, (1, 2)])
@pytest.mark.parametrize("argument", ["subject", "predicate", "object"])
def test_what_is_no_term_is_named(shared_graph, argument, value):
    terms = {"subject": "s", "predicate": "p", "object": "o", argument: value}
    with pytest.raises(TypeError, match="^" + argument + ": expected a name"):
        shared_graph.add(**terms)


def test_values_that_no_literal_has(shared_graph):
    with pytest.raises(ValueError, match="^object: .*NaN"):
        shared_graph.add("s", "p", decimal.Decimal("NaN"))
    with pytest.raises(ValueError, match="^object: .*surrogate"):
        shared_graph.add("s", "p", "\ud800")
