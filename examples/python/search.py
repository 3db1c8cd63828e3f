"""Hybrid search, filtered by the graph.

    python3 examples/python/search.py DIRECTORY WORDS...

DIRECTORY holds types.en.json and entity2types.json.gz of CoDEx
(https://github.com/tsafavi/codex): types of things with labels and
descriptions, and which things are of them. What is found are types by words and
by likeness of their texts, and only those that many things are of. Without
these files a graph of some scientists (examples/data) is searched.
"""

import gzip
import json
import sys
import tempfile
from pathlib import Path

import skg

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
folder, words = Path(sys.argv[1]), " ".join(sys.argv[2:])


def statements(most=20000):
    """Texts of types, and the types of so many things."""
    for name, type_ in json.loads((folder / "types.en.json").read_text()).items():
        yield (name, LABEL, skg.Literal(type_["label"], language="en"))
        if type_["description"]:
            yield (name, "description", skg.Literal(type_["description"], language="en"))
    with gzip.open(folder / "entity2types.json.gz", "rt") as file:
        for thing, types in list(json.load(file).items())[:most]:
            for type_ in types:
                yield (thing, "is", type_)


with tempfile.TemporaryDirectory() as data, skg.open(data) as engine:
    graph = engine.graph()
    if (folder / "types.en.json").exists():
        print(graph.bulk_load(statements()).inserted, "statements")
        often = "SELECT ?t { { SELECT ?t (COUNT(*) AS ?n) { ?x :is ?t } GROUP BY ?t } FILTER(?n >= 20) }"
    else:
        print(graph.load(folder / "science.ttl").inserted, "statements")
        often = "SELECT ?who { ?who :influenced ?other }"
    graph.create_text_index(predicates=[LABEL, "description"], names=False)
    graph.create_vector_index(
        embedder="hashing", dimension=256, auto_embed=True, properties=["description"])
    graph.wait_for_embeddings(timeout=300)
    for hit in graph.search(text=words, similar_to=words, filter=often, top_k=5):
        label = graph.query(
            "SELECT ?l { ?t <http://www.w3.org/2000/01/rdf-schema#label> ?l FILTER(LANG(?l) = 'en') }",
            {"t": hit.owner}).fetchone()
        parts = [name for name in ("text", "vector") if getattr(hit, name)]
        print(f"{hit.score:.4f}  {label[0] if label else hit.owner}  by {' and '.join(parts)}")
