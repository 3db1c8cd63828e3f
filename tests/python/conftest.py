"""Fixtures: an engine in a folder of its own, and its graph main."""

import pytest
import skg
from hypothesis import HealthCheck, settings

# The same examples in every run; a busy machine is slow.
settings.register_profile(
    "skg", database=None, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
settings.load_profile("skg")

SMALL = {"memory_budget_bytes": 256 << 20, "durability": "none"}


@pytest.fixture
def engine(tmp_path):
    with skg.open(tmp_path / "data", **SMALL) as opened:
        yield opened


@pytest.fixture
def graph(engine):
    return engine.graph("main")


@pytest.fixture(scope="module")
def shared_graph(tmp_path_factory):
    """One for tests that only add what is theirs."""
    with skg.open(tmp_path_factory.mktemp("shared") / "data", **SMALL) as opened:
        yield opened.graph("main")


# A SELECT over the graph that `fill_endless` makes that takes hours, and gives
# its first row at the end.
ENDLESS = (
    "SELECT ?a { ?a :p ?x . ?b :p ?y . ?c :p ?z . ?d :p ?w "
    "FILTER(STRLEN(CONCAT(STR(?x), STR(?y), STR(?z), STR(?w))) > 1000) }")


def fill_endless(graph):
    graph.add_all((f"s{i}", "p", i) for i in range(200))
