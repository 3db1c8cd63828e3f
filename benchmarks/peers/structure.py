#!/usr/bin/env python3
"""Components, cores, triangles and paths: libskg beside igraph and networkx.

    benchmarks/peers/structure.py --bench build/release/bin/skg-bench \\
        --shared ../shared --graph rmat-both:16 --graph random:10000:100000

Each graph (those of shared/data and those that skg-bench makes) is written to
one file of edges with weights, which all read. Answers must be equal: integers
as they are, numbers within 1e-9 of their size; else the program ends with 1.
Times are medians of --repeat runs of the kernel alone, one thread. networkx is
asked for graphs of up to --networkx edges.

Needs python3-igraph and python3-networkx of the system.
"""
import argparse
import gzip
import json
import math
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import igraph
    import networkx
except ImportError as missing:
    sys.exit(f"structure.py: {missing}; apt-get install python3-igraph "
             "python3-networkx, and run it with the system's python3")

SHARED = ["communities/karate.gml", "communities/football.gml",
          "communities/polblogs.gml", "communities/eu-core.gml",
          "graphs/email-Eu-core", "graphs/wiki-Vote", "graphs/bitcoin-otc",
          "graphs/grqc", "graphs/PGPgiantcompo.graph", "graphs/astro-ph.graph"]
K = 10
PRIME = 2**31 - 1


def text_of(path):
    if path.exists():
        return path.read_text()
    return gzip.open(f"{path}.gz", "rt").read()


def shared_edges(path):
    if path.suffix == ".gml":
        text = text_of(path)
        ids = re.findall(r"node\s*\[\s*id\s+(\d+)", text)
        pairs = re.findall(r"source\s+(\d+)\s+target\s+(\d+)", text)
    elif path.suffix == ".graph":
        lines = text_of(path).split("\n")
        ids = [str(v) for v in range(1, int(lines[0].split()[0]) + 1)]
        pairs = [(v, target) for v, line in zip(ids, lines[1:])
                 for target in line.split()]
    else:
        ids = text_of(path / "nodes.csv").split()
        pairs = [line.split(",")[:2]
                 for line in text_of(path / "edges.csv").split()]
    number = {name: v for v, name in enumerate(ids)}
    return [(number[source], number[target]) for source, target in pairs]


def weight(source, target):
    """In eighths: sums are exact. The same both ways."""
    return (1 + (7 * source * target + source + target) % 8) / 8


class Peer:
    """A simple directed graph, and its undirected one without loops."""

    def __init__(self, edges):
        self.vertices = 1 + max(max(edge) for edge in edges)
        self.edges = sorted(set(edges))
        self.source = self.edges[0][0]
        self.target = max(target for _, target in self.edges)
        self.weights = [weight(*edge) for edge in self.edges]


def summed(distances):
    reached = [d for d in distances if d < math.inf]
    return {"reached": len(reached), "sum": sum(reached)}


def components(sizes):
    return {"components": len(sizes), "largest": max(sizes),
            "squares": sum(size * size for size in sizes)}


class Igraph(Peer):
    name = "igraph"

    def __init__(self, edges):
        super().__init__(edges)
        self.graph = igraph.Graph(self.vertices, self.edges, directed=True)
        self.graph.es["weight"] = self.weights
        self.both = self.graph.as_undirected().simplify()

    def weak_components(self):
        return components(self.graph.connected_components("weak").sizes())

    def strong_components(self):
        return components(self.graph.connected_components("strong").sizes())

    def cores(self):
        cores = self.both.coreness()
        return {"greatest": max(cores), "sum": sum(cores)}

    def triangles(self):
        ratio = self.both.transitivity_undirected(mode="zero")
        pairs = sum(d * (d - 1) // 2 for d in self.both.degree())
        return {"triangles": round(ratio * pairs / 3)}

    def clustering(self):
        return {"average": self.both.transitivity_avglocal_undirected("zero"),
                "transitivity": self.both.transitivity_undirected("zero")}

    def bfs(self):
        distances = self.graph.distances(self.source)[0]
        told = summed(distances)
        return told | {"depth": max(d for d in distances if d < math.inf)}

    def sssp(self):
        return summed(self.graph.distances(self.source, weights="weight")[0])

    def all_shortest_paths(self):
        paths = self.graph.get_all_shortest_paths(self.source, self.target)
        return {"count": len(paths), "length": len(paths[0]) - 1 if paths else 0}

    def shortest_path(self):
        length = self.graph.distances(self.source, self.target,
                                      weights="weight")[0][0]
        return {"length": length if length < math.inf else 0}

    def k_shortest_paths(self):
        if self.graph.distances(self.source, self.target)[0][0] == math.inf:
            return {"lengths": []}
        paths = self.graph.get_k_shortest_paths(
            self.source, self.target, K, weights="weight", output="epath")
        lengths = [sum(self.weights[e] for e in path) for path in paths]
        return {"lengths": sorted(lengths)}


class Networkx(Peer):
    name = "networkx"

    def __init__(self, edges):
        super().__init__(edges)
        self.graph = networkx.DiGraph()
        self.graph.add_nodes_from(range(self.vertices))
        self.graph.add_weighted_edges_from(
            (s, t, w) for (s, t), w in zip(self.edges, self.weights))
        self.both = networkx.Graph(self.graph)
        self.both.remove_edges_from(list(networkx.selfloop_edges(self.both)))

    def weak_components(self):
        return components([
            len(c) for c in networkx.weakly_connected_components(self.graph)])

    def strong_components(self):
        return components([
            len(c) for c in networkx.strongly_connected_components(self.graph)])

    def cores(self):
        cores = networkx.core_number(self.both).values()
        return {"greatest": max(cores), "sum": sum(cores)}

    def triangles(self):
        return {"triangles": sum(networkx.triangles(self.both).values()) // 3}

    def clustering(self):
        return {"average": networkx.average_clustering(self.both),
                "transitivity": networkx.transitivity(self.both)}

    def bfs(self):
        distances = networkx.single_source_shortest_path_length(
            self.graph, self.source).values()
        return summed(distances) | {"depth": max(distances)}

    def dfs(self):
        value = 0
        orders = [list(networkx.dfs_preorder_nodes(self.graph, self.source)),
                  list(networkx.dfs_postorder_nodes(self.graph, self.source))]
        for v in orders[0] + orders[1]:
            value = (value * 31 + v) % PRIME
        return {"met": len(orders[0]), "hash": value}

    def sssp(self):
        return summed(networkx.single_source_dijkstra_path_length(
            self.graph, self.source).values())

    def all_shortest_paths(self):
        if not networkx.has_path(self.graph, self.source, self.target):
            return {"count": 0, "length": 0}
        paths = list(networkx.all_shortest_paths(self.graph, self.source,
                                                 self.target))
        return {"count": len(paths), "length": len(paths[0]) - 1}

    def shortest_path(self):
        try:
            return {"length": networkx.dijkstra_path_length(
                self.graph, self.source, self.target)}
        except networkx.NetworkXNoPath:
            return {"length": 0}


KERNELS = ["weak-components", "strong-components", "cores", "triangles",
           "clustering", "bfs", "dfs", "sssp", "all-shortest-paths",
           "shortest-path", "k-shortest-paths"]


def ours(options, path):
    """Answers and seconds by kernel."""
    lines = subprocess.run(
        [options.bench, "kernels", str(path), "--weighted", "--threads", "1",
         "--repeat", str(options.repeat), "--kernels", ",".join(KERNELS)],
        check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    told = [json.loads(line) for line in lines[1:]]
    return {line["kernel"]: (line["answer"], line["cpu_seconds"])
            for line in told}


def timed(call, repeat):
    seconds = []
    for _ in range(repeat):
        begin = time.process_time()
        answer = call()
        seconds.append(time.process_time() - begin)
        if sum(seconds) > 5:
            break
    return answer, statistics.median(seconds)


def same(a, b):
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)


def compare(options, name, path, edges):
    mine = ours(options, path)
    peers = [Igraph(edges)]
    if len(edges) <= options.networkx:
        peers.append(Networkx(edges))
    wrong = 0
    for kernel in KERNELS:
        answer, seconds = mine[kernel]
        row = [f"{name:24} {kernel:20} {seconds * 1000:11.3f} ms"]
        for peer in peers:
            call = getattr(peer, kernel.replace("-", "_"), None)
            if call is None:
                continue
            theirs, their_seconds = timed(call, options.repeat)
            row.append(f"{peer.name} {their_seconds * 1000:11.3f} ms")
            for key, value in theirs.items():
                if not same(answer[key], value):
                    wrong += 1
                    row.append(f"DIFFERENT {key}: {answer[key]}, not {value}")
        print("  ".join(row), flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", default="build/release/bin/skg-bench")
    parser.add_argument("--shared", type=pathlib.Path,
                        help="the folder shared; its graphs are compared")
    parser.add_argument("--graph", action="append", default=[],
                        help="one that skg-bench makes; may be repeated")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--networkx", type=int, default=200_000,
                        help="up to so many edges (default: %(default)s)")
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "edges"
        for name in (SHARED if options.shared else []) + options.graph:
            if name in SHARED:
                edges = shared_edges(options.shared / "data" / name)
            else:
                subprocess.run([options.bench, "kernels", name, "--write",
                                str(path)], check=True)
                edges = [tuple(map(int, line.split()))
                         for line in path.read_text().splitlines()]
            edges = sorted(set(edges))
            with path.open("w") as out:
                for source, target in edges:
                    out.write(f"{source} {target} {weight(source, target)}\n")
            wrong += compare(options, name, path, edges)
    if wrong:
        sys.exit(f"{wrong} answers differ")
    print("all answers are equal")


if __name__ == "__main__":
    main()
