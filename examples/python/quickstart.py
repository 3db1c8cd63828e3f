"""A knowledge graph in 20 lines.

    PYTHONPATH=build/release/bindings/python python3 examples/python/quickstart.py
"""

import tempfile

import skg

with tempfile.TemporaryDirectory() as folder, skg.open(folder) as engine:
    graph = engine.graph("science")
    graph.add("Marie Curie", "discovered", "Polonium", weight=0.98, source="her thesis")
    graph.add("Marie Curie", "born", 1867)
    with graph.begin() as transaction:  # all or nothing
        transaction.add("Pierre Curie", "discovered", "Polonium", weight=0.9)
        transaction.add("Pierre Curie", "born", 1859)

    rows = graph.query(
        "SELECT ?who ?year { ?who :discovered ?what ; :born ?year } ORDER BY ?year",
        {"what": "Polonium"}, timeout=1)
    for who, year in rows:
        print(f"{who}, born {year}")

    graph.remove("Pierre Curie", "born", 1859)
    print(graph.count(), "statements,", graph.count(as_of=3), "before the last commit")
