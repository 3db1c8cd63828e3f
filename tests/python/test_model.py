"""Random operations against a dict of statements."""

import shutil
import tempfile

import skg
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from conftest import SMALL

names = st.sampled_from(["a", "b", "c", "d e", "<urn:x>"])
predicates = st.sampled_from(["p", "q"])
objects = st.one_of(
    names, st.integers(-3, 3), st.booleans(), st.sampled_from([0.5, 1e300]),
    st.sampled_from([skg.Literal("a"), skg.Literal("a", language="en")]))
graphs = st.sampled_from(["", "g"])
weights = st.sampled_from([0.0, 0.25, 1.0])
statements = st.tuples(names, predicates, objects, graphs, weights)


def key(s, p, o, g=""):
    """Terms apart that Python takes for equal: 1, True, 1.0, "a"."""
    return (s, p, o.n3() if isinstance(o, skg.Literal) else (type(o).__name__, o), g)


class Machine(RuleBasedStateMachine):
    """The graph, and what it should hold: from key to weight."""

    @initialize()
    def begin(self):
        self.folder = tempfile.mkdtemp()
        self.model = {}
        self.past = []
        self.open()

    def open(self):
        self.engine = skg.open(self.folder + "/data", **SMALL)
        self.graph = self.engine.graph()

    def teardown(self):
        self.engine.close()
        shutil.rmtree(self.folder)

    def state(self, readable, **options):
        return {key(*s[:4]): s.weight for graph in ("", "g")
                for s in readable.match(graph=graph, order_by="key", **options)}

    @rule(statement=statements)
    def add(self, statement):
        s, p, o, g, w = statement
        known = key(s, p, o, g) in self.model
        commit = self.graph.add(s, p, o, graph=g, weight=w)
        assert commit.inserted == (not known)
        self.model[key(s, p, o, g)] = w

    @rule(batch=st.lists(statements, max_size=20), bulk=st.booleans())
    def add_many(self, batch, bulk):
        items = [skg.Statement(*statement) for statement in batch]
        if bulk:
            self.graph.bulk_load(items)
        else:
            self.graph.add_all(items)
        for s, p, o, g, w in batch:
            self.model[key(s, p, o, g)] = w

    @rule(statement=statements)
    def remove(self, statement):
        s, p, o, g, _ = statement
        removed = self.graph.remove(s, p, o, graph=g).removed
        assert removed == (self.model.pop(key(s, p, o, g), None) is not None)

    @rule(adds=st.lists(statements, max_size=5), removes=st.lists(statements, max_size=5),
          commit=st.booleans())
    def transact(self, adds, removes, commit):
        model = dict(self.model)
        transaction = self.graph.begin()
        for s, p, o, g, w in adds:
            transaction.add(s, p, o, graph=g, weight=w)
            model[key(s, p, o, g)] = w
        for s, p, o, g, _ in removes:
            transaction.remove(s, p, o, graph=g)
            model.pop(key(s, p, o, g), None)
        if commit:
            transaction.commit()
            self.model = model
        else:
            transaction.rollback()

    @rule(graph=st.sampled_from([None, "", "g"]))
    def clear(self, graph):
        self.graph.clear(graph)
        self.model = {} if graph is None else {
            k: w for k, w in self.model.items() if k[3] != graph}

    @rule()
    def remember(self):
        self.past.append((self.graph.snapshot(), dict(self.model)))
        self.past = self.past[-3:]

    @rule()
    def look_back(self):
        for view, model in self.past:
            assert self.state(view) == model
            assert self.state(self.graph.snapshot(view.commit)) == model

    @rule()
    def reopen(self):
        self.past = []
        self.engine.close()
        self.open()

    @rule(s=st.none() | names, p=st.none() | predicates, o=st.none() | objects)
    def match(self, s, p, o):
        wanted = sorted(
            repr(k) for k in self.model if k[3] == ""
            and (s is None or k[0] == s) and (p is None or k[1] == p)
            and (o is None or k[2] == key("", "", o)[2]))
        found = sorted(repr(key(*m[:3])) for m in self.graph.match(s, p, o, graph=""))
        assert found == wanted
        assert self.graph.count(s, p, o, graph="") == len(wanted)

    @rule()
    def query(self):
        rows = self.graph.query("SELECT ?s ?p ?o { ?s ?p ?o }").fetchall()
        assert sorted(repr(key(*row)) for row in rows) == sorted(
            repr(k) for k in self.model if k[3] == "")

    @invariant()
    def holds_what_it_should(self):
        if hasattr(self, "graph"):
            assert self.state(self.graph) == self.model


Machine.TestCase.settings = settings(max_examples=40, stateful_step_count=30)
TestModel = Machine.TestCase
