#!/usr/bin/env python3
"""Compares libskg's centrality with igraph and networkx, value by value.

    benchmarks/peers/centrality.py --bench build/release/bin/skg-bench --data ../shared/data

Every graph of --data (communities/*.gml, graphs/*) is written as a file of
edges that all three read. For each measure the greatest difference of a score
is printed, relative to the greatest score, with the processor time of all (our
view and its reverse are made before). It fails where a difference is beyond
--tolerance. igraph and networkx are Debian's python3-igraph and
python3-networkx; what is not installed is left out, and networkx is asked for
slow measures only where a graph has at most --slow edges.

Where a peer has another convention, its scores are brought to ours:
- igraph scales eigenvectors, hubs and authorities to a maximum of 1; closeness
  it gives without Wasserman's and Faust's factor, which is applied here.
- networkx takes a weight as a strength or a length as each measure does; its
  degree counts as ours; its harmonic centrality is not divided by n - 1.
"""
import argparse
import csv
import gzip
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import time

try:
    import igraph
except ImportError:
    igraph = None
try:
    import networkx
except ImportError:
    networkx = None


def read_gml(path):
    """Pairs of node ids; undirected graphs in both directions."""
    text = read_text(path)
    pairs = [(int(s), int(t)) for s, t in
             re.findall(r"edge\s*\[\s*(?:id\s+\d+\s*)?source\s+(\d+)\s+target\s+(\d+)", text)]
    if not re.search(r"\bdirected\s+1", text):
        pairs += [(t, s) for s, t in pairs]
    return pairs


def read_metis(path):
    lines = read_text(path).split("\n")
    count = int(lines[0].split()[0])
    return [(v, int(w) - 1) for v in range(count) for w in lines[v + 1].split()]


def read_csv(path):
    return [(int(row[0]), int(row[1])) for row in csv.reader(read_text(path).splitlines())]


def read_text(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return file.read()


def graphs(data):
    for path in sorted((data / "communities").glob("*.gml*")):
        yield path.name.split(".")[0], read_gml(path)
    for path in sorted((data / "graphs").glob("*/edges.csv*")):
        yield path.parent.name, read_csv(path)
    for path in sorted((data / "graphs").glob("*.graph*")):
        yield path.name.split(".")[0], read_metis(path)


class Graph:
    """Edges once each, vertices numbered from 0 without gaps, and lengths."""

    def __init__(self, name, pairs):
        self.name = name
        names = {v: i for i, v in enumerate(sorted({v for pair in pairs for v in pair}))}
        self.edges = sorted({(names[s], names[t]) for s, t in pairs})
        self.n = len(names)
        # Eighths: sums of them are equal or not in any sequence.
        self.lengths = [(1 + (s * 7 + t * 13) % 16) / 8 for s, t in self.edges]

    def write(self, path, weighted):
        with open(path, "w", encoding="utf-8") as file:
            for (s, t), length in zip(self.edges, self.lengths):
                file.write(f"{s} {t} {length}\n" if weighted else f"{s} {t}\n")

    def igraph(self):
        graph = igraph.Graph(self.n, self.edges, directed=True)
        graph.es["length"] = self.lengths
        return graph

    def networkx(self):
        graph = networkx.DiGraph()
        graph.add_nodes_from(range(self.n))
        for (s, t), length in zip(self.edges, self.lengths):
            graph.add_edge(s, t, length=length)
        return graph


def by_node(scores):
    return [scores[v] for v in range(len(scores))]


def of_length_1(scores):
    length = math.sqrt(sum(x * x for x in scores))
    return [x / length for x in scores]


def of_sum_1(scores):
    total = sum(scores)
    return [x / total for x in scores]


def pairs_of(graph, undirected=False):
    return (graph.n - 1) * (graph.n - 2) / (2 if undirected else 1)


def with_reach(graph, scores):
    """igraph's closeness times the share of vertices that reach the vertex."""
    reach = [size - 1 for size in graph.neighborhood_size(order=graph.vcount(), mode="in")]
    others = graph.vcount() - 1
    return [0.0 if r == 0 else s * r / others for s, r in zip(scores, reach)]


def igraph_measures(graph):
    """Name -> a call that is timed, and what makes its answer ours."""
    g = graph.igraph()
    undirected = g.as_undirected(mode="collapse")
    same = lambda x: x
    return {
        "pagerank": (lambda: g.pagerank(damping=.85, implementation="prpack"), same),
        "degree": (lambda: g.degree(), lambda d: [x / (graph.n - 1) for x in d]),
        "betweenness": (lambda: g.betweenness(),
                        lambda b: [x / pairs_of(graph) for x in b]),
        "betweenness-undirected": (lambda: undirected.betweenness(directed=False),
                                   lambda b: [x / pairs_of(graph, True) for x in b]),
        "betweenness-weighted": (lambda: g.betweenness(weights="length"),
                                 lambda b: [x / pairs_of(graph) for x in b]),
        "closeness": (lambda: g.closeness(mode="in"), lambda c: with_reach(g, c)),
        "closeness-weighted": (lambda: g.closeness(mode="in", weights="length"),
                               lambda c: with_reach(g, c)),
        "harmonic": (lambda: g.harmonic_centrality(mode="in"), same),
        "eigenvector": (lambda: g.eigenvector_centrality(directed=True), of_length_1),
        "hits": (lambda: (g.hub_score(), g.authority_score()),
                 lambda ha: tuple(map(of_sum_1, ha))),
    }


def networkx_measures(graph, alpha, slow):
    g = graph.networkx()
    measures = {
        "pagerank": (lambda: networkx.pagerank(g, tol=1e-12 / graph.n, max_iter=1000), by_node),
        "degree": (lambda: networkx.degree_centrality(g), by_node),
        "eigenvector": (lambda: networkx.eigenvector_centrality_numpy(g), by_node),
    }
    if len(graph.edges) <= slow:
        undirected = g.to_undirected()
        measures.update({
            "katz": (lambda: networkx.katz_centrality_numpy(g, alpha=alpha), by_node),
            "betweenness": (lambda: networkx.betweenness_centrality(g), by_node),
            "betweenness-undirected": (lambda: networkx.betweenness_centrality(undirected), by_node),
            "betweenness-weighted": (lambda: networkx.betweenness_centrality(g, weight="length"), by_node),
            "closeness": (lambda: networkx.closeness_centrality(g), by_node),
            "closeness-weighted": (lambda: networkx.closeness_centrality(g, distance="length"), by_node),
            "harmonic": (lambda: networkx.harmonic_centrality(g),
                         lambda h: [x / (graph.n - 1) for x in by_node(h)]),
            "hits": (lambda: networkx.hits(g, max_iter=10000, tol=1e-12),
                     lambda ha: tuple(map(by_node, ha))),
        })
    return measures


def difference(ours, theirs):
    """The greatest, over the greatest score; what a peer leaves out as nan is 0."""
    if isinstance(theirs, tuple):
        return max(difference(a, b) for a, b in zip(ours, theirs))
    theirs = [0.0 if math.isnan(x) else x for x in theirs]
    most = max(map(abs, theirs)) or 1
    if len(ours) != len(theirs):
        raise SystemExit(f"{len(ours)} scores, but the peer has {len(theirs)}")
    return max(abs(a - b) for a, b in zip(ours, theirs)) / most


class Bench:
    def __init__(self, program, folder, threads):
        self.program, self.folder, self.threads = program, folder, threads

    def ask(self, graph, kernel):
        path = self.folder / ("lengths" if kernel.endswith("weighted") else "edges")
        line = subprocess.run([self.program, "scores", str(path), "--kernel", kernel,
                               "--threads", str(self.threads)],
                              check=True, capture_output=True, text=True).stdout
        answer = json.loads(line)
        if answer["vertices"] != graph.n:
            raise SystemExit(f"{graph.name}: {answer['vertices']} vertices, not {graph.n}")
        return answer


KERNELS = ["pagerank", "degree", "betweenness", "betweenness-undirected", "betweenness-weighted",
           "closeness", "closeness-weighted", "harmonic", "eigenvector", "katz", "hits"]


def compare(graph, bench, arguments):
    failed = 0
    graph.write(bench.folder / "edges", weighted=False)
    graph.write(bench.folder / "lengths", weighted=True)
    kernels = arguments.measures or KERNELS
    answers = {kernel: bench.ask(graph, kernel) for kernel in [*kernels, "katz"]}
    peers = []
    if igraph:
        peers.append(("igraph", igraph_measures(graph)))
    if networkx:
        peers.append(("networkx", networkx_measures(graph, answers["katz"]["alpha"], arguments.slow)))
    for kernel in kernels:
        answer = answers[kernel]
        ours = (answer["hubs"], answer["authorities"]) if kernel == "hits" else answer["scores"]
        for peer, measures in peers:
            if kernel not in measures:
                continue
            call, convert = measures[kernel]
            start = time.process_time()
            try:
                theirs = call()
            except Exception as error:  # what a peer cannot do is no failure of ours
                print(f"{graph.name:14} {kernel:22} {peer:9} cannot: {error}")
                continue
            seconds = time.process_time() - start
            off = difference(ours, convert(theirs))
            wrong = off > arguments.tolerance
            failed += wrong
            print(f"{graph.name:14} {kernel:22} {peer:9} differs by {off:.1e}"
                  f"   ours {answer['seconds'] * 1e3:9.2f} ms   {peer} {seconds * 1e3:10.2f} ms"
                  f"   {seconds / max(answer['seconds'], 1e-6):8.1f}x{'   WRONG' if wrong else ''}", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bench", required=True, help="the program skg-bench")
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--graphs", nargs="*", help="only these")
    parser.add_argument("--measures", nargs="*", choices=KERNELS, help="only these")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--slow", type=int, default=6000)
    parser.add_argument("--tolerance", type=float, default=1e-6)
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments.bench, pathlib.Path(folder), arguments.threads)
        for name, pairs in graphs(arguments.data):
            if not arguments.graphs or name in arguments.graphs:
                failed += compare(Graph(name, pairs), bench, arguments)
    print(f"{failed} wrong" if failed else "all equal")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
