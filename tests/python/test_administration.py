"""Tenants, quotas and settings."""

import pytest
import skg

from conftest import SMALL


def test_quotas(engine):
    graph = engine.graph("acme/main")
    graph.add_all(("s", "p", i) for i in range(5))
    engine.set_graph_quota("acme/main", max_statements=6)
    quota = engine.graph_quota("acme/main")
    assert (quota.max_statements, quota.max_bytes, quota.statements) == (6, None, 5)
    assert quota.bytes >= 0
    graph.add("s", "p", 5)
    with pytest.raises(skg.QuotaExceededError) as caught:
        graph.add("s", "p", 6)
    error = caught.value
    assert (error.owner, error.resource, error.limit, error.present, error.wanted) == (
        'graph "acme/main"', "statements", 6, 6, 1)
    graph.remove("s", "p", 0)
    engine.set_graph_quota("acme/main")
    engine.set_tenant_quota("acme", max_statements=7, max_bytes=1 << 40)
    assert engine.graph_quota("acme/main").max_statements is None
    engine.graph("acme/other").add_all([("a", "b", "c"), ("a", "b", "d")])
    assert engine.tenant_quota("acme")[:3] == (7, 1 << 40, 7)
    with pytest.raises(skg.QuotaExceededError, match='tenant "acme"'):
        graph.add("s", "p", 7)
    assert engine.tenant_quota("nobody") == skg.Quota(None, None, 0, 0)


def test_tenants(engine):
    engine.graph("main").add("a", "b", "c")
    engine.graph("acme/one")
    engine.graph("acme/two").add_all([("a", "b", 1), ("a", "b", 2)])
    engine.set_tenant_quota("later", max_bytes=5)
    assert engine.tenants() == [
        {"name": "acme", "graphs": 2, "statements": 2, "max_statements": None, "max_bytes": None},
        {"name": "later", "graphs": 0, "statements": 0, "max_statements": None, "max_bytes": 5},
        {"name": "public", "graphs": 1, "statements": 1, "max_statements": None, "max_bytes": None}]


def test_many_graphs(engine):
    engine.graph("acme/one").add("a", "b", "c")
    engine.create_graphs((f"acme/{name}" for name in ("one", "two", "three")),
                         base_namespace="https://example.org/")
    assert [(info["name"], info["statements"]) for info in engine.graphs("acme")] == [
        ("one", 1), ("three", 0), ("two", 0)]
    assert engine.graph("acme/two", create=False).base_namespace == "https://example.org/"
    with pytest.raises(skg.InvalidArgumentError):
        engine.create_graphs(["no such name"])
    for wrong in ("acme/four", [5]):
        with pytest.raises(TypeError, match="^names: expected"):
            engine.create_graphs(wrong)


def test_settings(tmp_path):
    with skg.open(tmp_path / "data", **SMALL) as engine:
        assert engine.settings() == []
        engine.put_setting("app.colour", "grün")
        engine.put_setting("app.key", b"\x00\xff")
        engine.put_setting("other", "")
        engine.put_setting("gone", "x")
        engine.delete_setting("gone")
        engine.delete_setting("never")
    with skg.open(tmp_path / "data", **SMALL) as engine:
        assert engine.settings() == ["app.colour", "app.key", "other"]
        assert engine.settings("app.") == ["app.colour", "app.key"]
        assert engine.get_setting("app.colour").decode() == "grün"
        assert engine.get_setting("app.key") == b"\x00\xff"
        assert engine.get_setting("other") == b""
        with pytest.raises(skg.NotFoundError):
            engine.get_setting("gone")
        with pytest.raises(skg.InvalidArgumentError):
            engine.put_setting("k" * 256, "v")
        with pytest.raises(skg.InvalidArgumentError):
            engine.put_setting("k", b"v" * (1 << 17))


@pytest.mark.parametrize("call, error, name", [
    (lambda e: e.set_tenant_quota(5), TypeError, "tenant"),
    (lambda e: e.set_tenant_quota("a", max_statements="5"), TypeError, "max_statements"),
    (lambda e: e.set_tenant_quota("a", max_bytes=-1), ValueError, "max_bytes"),
    (lambda e: e.set_graph_quota(None), TypeError, "name"),
    (lambda e: e.set_graph_quota("a", max_bytes=1.5), TypeError, "max_bytes"),
    (lambda e: e.tenant_quota(b"a"), TypeError, "tenant"),
    (lambda e: e.graph_quota(5), TypeError, "name"),
    (lambda e: e.put_setting(5, "x"), TypeError, "key"),
    (lambda e: e.put_setting("x", 5), TypeError, "value"),
    (lambda e: e.get_setting(5), TypeError, "key"),
    (lambda e: e.delete_setting(5), TypeError, "key"),
    (lambda e: e.settings(5), TypeError, "prefix"),
])
def test_wrong_arguments(engine, call, error, name):
    with pytest.raises(error, match=f"^{name}: "):
        call(engine)


def test_refused_names(engine):
    for call in (lambda: engine.set_tenant_quota("No Such Name"),
                 lambda: engine.graph_quota("a/b/c"),
                 lambda: engine.set_tenant_quota("a", max_bytes=2**63)):
        with pytest.raises(skg.InvalidArgumentError):
            call()
    engine.close()
    for call in (engine.tenants, engine.settings, lambda: engine.tenant_quota("a"),
                 lambda: engine.put_setting("a", "b")):
        with pytest.raises(skg.ClosedError):
            call()
