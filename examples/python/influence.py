"""Who influenced science most: PageRank of a graph, drawn.

    python3 examples/python/influence.py examples/data/science.ttl influence.png

The picture shows who influenced whom; a node is larger the higher its rank.
"""

import sys
import tempfile

import matplotlib

matplotlib.use("Agg")  # draws into files
import matplotlib.pyplot as plot
import networkx
import numpy
import skg

turtle, picture = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder, skg.open(folder) as engine:
    graph = engine.graph()
    graph.load(turtle)
    # Rank flows along edges: from who was influenced to who influenced them.
    graph.update("INSERT { ?b :learned_from ?a } WHERE { ?a :influenced ?b }")
    view = graph.view(predicates="learned_from")
    names = view.names()
    ranks = view.pagerank()
    print(f"{view.vertices} people, {view.edges} influences")
    for vertex in numpy.argsort(-ranks, kind="stable")[:5]:
        print(f"{ranks[vertex]:.3f}  {names[vertex]}")

    # The largest part that hangs together: others would be drawn over it.
    whole = view.to_networkx()
    drawn = whole.subgraph(max(networkx.weakly_connected_components(whole), key=len))
    size = dict(zip(names, ranks))
    plot.figure(figsize=(12, 8))
    networkx.draw_networkx(
        drawn, networkx.kamada_kawai_layout(drawn.to_undirected(as_view=True)), font_size=8,
        node_size=[12000 * size[name] for name in drawn],
        node_color=[size[name] for name in drawn], cmap="YlOrRd", edge_color="#999999",
        labels={name: name.replace("_", " ") for name in drawn})
    plot.title("Who learned from whom: the size is the PageRank")
    plot.axis("off")
    plot.tight_layout()
    plot.savefig(picture, dpi=80)
