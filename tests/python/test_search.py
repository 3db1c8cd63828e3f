"""Text, vector and hybrid search."""

import numpy
import pytest
import skg

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"


@pytest.fixture
def animals(graph):
    for name, text in (
            ("Cat", "A small cat that hunts mice"), ("Lion", "A large cat that hunts deer"),
            ("Mouse", "A small rodent"), ("Oak", "A tree with acorns")):
        graph.add(name, LABEL, skg.Literal(text))
        graph.add(name, "is", "Plant" if name == "Oak" else "Animal")
    graph.add("Cat", "eats", "Mouse")
    return graph


def test_text(animals):
    animals.create_text_index(predicates=LABEL, names=False)
    assert [entry["name"] for entry in animals.text_indexes()] == ["default"]
    hits = animals.search_text("small cat", all_words=True, mark=("[", "]"))
    assert [hit.owner for hit in hits] == ["Cat"] and hits[0].score > 0
    assert hits[0].highlighted == "A [small] [cat] that hunts mice"
    assert {hit.owner for hit in animals.search_text("hunts -deer")} == {"Cat"}
    assert len(animals.search_text("small", top_k=1)) == 1
    assert [hit.owner for hit in animals.search_text(
        "cat", filter="SELECT ?x { ?x :eats ?y }")] == ["Cat"]
    before = animals.snapshot()
    animals.add("Tiger", LABEL, skg.Literal("A striped cat"))
    assert len(animals.search_text("cat")) == 3 and len(before.search_text("cat")) == 2
    animals.drop_text_index()
    with pytest.raises(skg.NotFoundError):
        animals.search_text("cat")


def test_vectors(animals):
    animals.create_vector_index("v", dimension=3, kind="flat", metric="l2")
    owners = ["Cat", "Lion", "Mouse", "Oak"]
    vectors = numpy.arange(12, dtype=numpy.float32).reshape(4, 3)
    assert animals.put_vectors(owners, vectors, index="v").commit > 0
    assert (animals.vectors(owners[::-1], index="v") == vectors[::-1]).all()
    assert animals.vectors([], index="v").shape[0] == 0
    best, second = animals.search_vectors(vectors[1] + 0.1, index="v", top_k=2)
    assert best.owner == "Lion" and best.score > second.score
    # Other layouts and types give the same.
    for other in (vectors[1].astype("float64"), list(vectors[1]), vectors[:, ::-1][1][::-1]):
        assert animals.search_vectors(other, index="v", top_k=1)[0].owner == "Lion"
    assert [hit.owner for hit in animals.search_vectors(
        vectors[0], index="v", filter="SELECT ?x { ?x :is :Plant }")] == ["Oak"]
    info, = animals.vector_indexes()
    assert (info["dimension"], info["vectors"]) == (3, 4)
    animals.put_vectors(["Cat"], numpy.asfortranarray([[9, 9, 9.5]]), index="v")
    assert animals.vectors(["Cat"], index="v").tolist() == [[9, 9, 9.5]]
    animals.remove_vectors(["Cat"], index="v")
    with pytest.raises(skg.NotFoundError):
        animals.vectors(["Cat"], index="v")
    animals.drop_vector_index("v")


def test_similar_texts(animals):
    animals.create_vector_index(
        embedder="hashing", dimension=64, kind="flat", auto_embed=True)
    animals.wait_for_embeddings(timeout=60)
    hit = animals.search_vectors("a tree with acorns", top_k=1)[0]
    assert hit.owner == "Oak"


def test_hybrid(animals):
    animals.create_text_index(predicates=LABEL, names=False)
    animals.create_vector_index(dimension=2, kind="flat")
    animals.put_vectors(["Cat", "Lion"], [[1, 0], [0, 1]])
    hits = animals.search(text="cat", vector=[1, 0.1], near="Mouse")
    assert hits[0].owner == "Cat" and hits[0].text and hits[0].vector and hits[0].near
    assert hits[0].matched_text.startswith("A small cat")
    lion = next(hit for hit in hits if hit.owner == "Lion")
    assert lion.vector[0] == 2
    assert animals.search(text="acorns", fusion="weighted_scores")[0].vector is None
    assert [hit.owner for hit in animals.search(
        text="cat", filter="SELECT ?x { ?x :eats ?y }")] == ["Cat"]


@pytest.mark.parametrize("call, error, name", [
    (lambda g: g.search_text(5), TypeError, "query"),
    (lambda g: g.search_text("a", index=5), TypeError, "index"),
    (lambda g: g.search_text("a", top_k="5"), TypeError, "top_k"),
    (lambda g: g.search_vectors(object()), TypeError, "vector"),
    (lambda g: g.search_vectors([[1, 2]]), ValueError, "vector"),
    (lambda g: g.search(vector="abc"), TypeError, "vector"),
    (lambda g: g.search(vector=[1], similar_to="a"), TypeError, "similar_to"),
    (lambda g: g.search(text="a", fusion="sum"), ValueError, "fusion"),
    (lambda g: g.search(near=5), TypeError, "near"),
    (lambda g: g.put_vectors("Cat", [[1]]), TypeError, "owners"),
    (lambda g: g.put_vectors(["Cat"], [1]), ValueError, "vectors"),
    (lambda g: g.put_vectors(["Cat"], [[1], [2]]), ValueError, "vectors"),
    (lambda g: g.put_vectors(["Cat"], "abc"), TypeError, "vectors"),
    (lambda g: g.put_vectors([[]], [[1]]), TypeError, "owners"),
    (lambda g: g.vectors(5), TypeError, "owners"),
    (lambda g: g.create_vector_index(kind="tree"), ValueError, "kind"),
    (lambda g: g.create_vector_index(dimension=-1), ValueError, "dimension"),
    (lambda g: g.create_text_index(over="all"), ValueError, "over"),
    (lambda g: g.create_text_index(5), TypeError, "name"),
])
def test_wrong_arguments_are_named(shared_graph, call, error, name):
    with pytest.raises(error, match="^" + name + ": "):
        call(shared_graph)


def test_wrong_dimension(animals):
    animals.create_vector_index(dimension=3)
    with pytest.raises(skg.InvalidArgumentError):
        animals.put_vectors(["Cat"], [[1, 2]])
    with pytest.raises(skg.InvalidArgumentError):
        animals.put_vectors(["Cat"], [[1, 2, float("nan")]])
