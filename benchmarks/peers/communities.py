#!/usr/bin/env python3
"""Communities by libskg, igraph and networkx, on the same graphs.

    bin=build/release/bin
    $bin/skg-bench kernels sbm:100000:1000000:1000:0.5 --write sbm.txt
    $bin/skg-bench kernels rmat-both:16 --write rmat.txt
    benchmarks/peers/communities.py sbm.txt rmat.txt --bin $bin
    benchmarks/peers/communities.py ../shared/data/communities/* --bin $bin

A graph is a file of lines "source target", or a .gml (or .gml.gz) whose nodes
have a `gt`, the community that is known. All are read as undirected, without
loops and parallel edges, and given to every program alike. The programs run in
turn, --repeat times; peers with a new seed each time, libskg with its default
one (its answers must not differ). The table shows processor seconds (median)
and quality (mean; of the known communities in the first line):

  louvain   modularity; igraph community_multilevel, networkx
            louvain_communities
  leiden    modularity; igraph community_leiden with the objective "modularity"
            (without it, it optimises CPM, which is another thing)
  infomap   codelength; igraph community_infomap, one trial. It codes
            teleportation, also on undirected graphs: our figures beside it are
            of the same flow (kernel infomap-recorded)
  labels    modularity; igraph community_label_propagation, networkx
            asyn_lpa_communities

and, where communities are known, the normalised mutual information with them
(arithmetic mean), beside it that of libskg's undirected Infomap. networkx runs
where the graph has at most --networkx edges. Ends with status 1 where libskg's
quality is worse than igraph's by more than --within.

Needs python3-igraph, python3-networkx of Debian; their versions are printed.
"""
import argparse
import gzip
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

import igraph
import networkx

# Our kernel, and whether less is better.
METHODS = {
    "louvain": ("louvain", "modularity", False),
    "leiden": ("leiden", "modularity", False),
    "infomap": ("infomap-recorded", "codelength", True),
    "labels": ("label-propagation", "modularity", False),
}


def read_gml(path):
    """Edges, number of vertices and known communities, of any layout of GML."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt") as file:
        words = file.read().split()
    index, truth, edges, kind, source = {}, [], [], None, None
    for key, value in zip(words, words[1:]):
        if key in ("node", "edge"):
            kind = key
        elif key == "id" and kind == "node":
            index[value] = len(index)
        elif key == "gt":
            truth.append(value)
        elif key == "source":
            source = index[value]
        elif key == "target":
            edges.append((source, index[value]))
    names = {name: number for number, name in enumerate(dict.fromkeys(truth))}
    return igraph.Graph(len(index), edges), [names[name] for name in truth]


def read(path):
    """The graph without isolated vertices, and what is known of the others: a
    file of edges cannot tell of vertices that have none."""
    known = None
    if ".gml" in path.name:
        graph, known = read_gml(path)
    else:
        graph = igraph.Graph.Read_Edgelist(str(path), directed=False)
    graph.simplify()
    kept = [v for v, degree in enumerate(graph.degree()) if degree > 0]
    return graph.subgraph(kept), known and [known[v] for v in kept]


def of_igraph(graph, method):
    """Membership, and quality where igraph alone can tell it."""
    if method == "louvain":
        return graph.community_multilevel().membership, None
    if method == "leiden":
        return graph.community_leiden(
            objective_function="modularity", n_iterations=2).membership, None
    if method == "infomap":
        found = graph.community_infomap(trials=1)
        return found.membership, found.codelength
    return graph.community_label_propagation().membership, None


def of_networkx(graph, method):
    seed = random.randrange(1 << 30)
    if method == "louvain":
        found = networkx.algorithms.community.louvain_communities(graph, seed=seed)
    else:
        found = networkx.algorithms.community.asyn_lpa_communities(graph, seed=seed)
    membership = [0] * graph.number_of_nodes()
    for number, community in enumerate(found):
        for vertex in community:
            membership[vertex] = number
    return membership, None


def of_skg(program, path, kernel, threads):
    """The line that skg-bench prints of the kernel."""
    lines = subprocess.run(
        [program, "kernels", path, "--kernels", kernel, "--repeat", "1",
         "--threads", str(threads)],
        check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return json.loads(lines[1])


def nmi(membership, known):
    return igraph.compare_communities(membership, known, method="nmi")


class Figures:
    """Of one program and one method."""

    def __init__(self):
        self.seconds, self.quality, self.nmi = [], [], []

    def line(self, program, method):
        cells = [f"{program:9} {method:8} {statistics.median(self.seconds):10.4f}"]
        cells.append(f"{statistics.mean(self.quality):10.5f}")
        cells.append(f"{statistics.mean(self.nmi):7.4f}" if self.nmi else "")
        return " ".join(cells)


def add_peer(figures, graph, known, find, method):
    begin = time.process_time()
    membership, quality = find(method)
    figures.seconds.append(time.process_time() - begin)
    figures.quality.append(
        graph.modularity(membership) if quality is None else quality)
    if known:
        figures.nmi.append(nmi(membership, known))


def add_skg(figures, graph, known, line, quality):
    answer = line["answer"]
    figures.seconds.append(line["cpu_seconds"])
    figures.quality.append(answer[quality])
    if "community" not in answer:
        return
    if quality == "modularity":
        # That what is measured is what is compared.
        assert abs(graph.modularity(answer["community"]) - answer[quality]) < 1e-6
    if known:
        figures.nmi.append(nmi(answer["community"], known))


def compare(path, options):
    graph, known = read(path)
    print(f"\n{path.name}: {graph.vcount()} vertices, {graph.ecount()} edges"
          + (f", {len(set(known))} known communities of modularity "
             f"{graph.modularity(known):.4f}" if known else ""))
    print(f"{'program':9} {'method':8} {'cpu s':>10} {'quality':>10} "
          + ("    nmi" if known else ""))
    small = graph.ecount() <= options.networkx
    peers = {"igraph": lambda method: of_igraph(graph, method)}
    if small:
        other = networkx.Graph()
        other.add_nodes_from(range(graph.vcount()))
        other.add_edges_from(graph.get_edgelist())
        peers["networkx"] = lambda method: of_networkx(other, method)
    worse = []
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as edges:
        for source, target in graph.get_edgelist():
            edges.write(f"{source} {target}\n{target} {source}\n")
        edges.flush()
        for method in options.methods:
            kernel, quality, less = METHODS[method]
            figures = {name: Figures() for name in ("skg", *peers)}
            plain = Figures()
            for round_number in range(options.repeat):
                random.seed(round_number)
                add_skg(figures["skg"], graph, known,
                        of_skg(options.program, edges.name, kernel,
                               options.threads), quality)
                if method == "infomap":
                    add_skg(plain, graph, known,
                            of_skg(options.program, edges.name, "infomap",
                                   options.threads), quality)
                for name, find in peers.items():
                    if name == "networkx" and method in ("leiden", "infomap"):
                        continue  # it has none
                    add_peer(figures[name], graph, known, find, method)
            for name, figure in figures.items():
                if figure.seconds:
                    print(figure.line(name, method))
            if plain.seconds:
                print(plain.line("skg", "(undir.)"))
            ours, theirs = (statistics.mean(figures[name].quality)
                            for name in ("skg", "igraph"))
            lost = (ours - theirs if less else theirs - ours) / abs(theirs or 1)
            if lost > options.within and method != "labels":
                worse.append(f"{path.name}: {method}: {ours:.5f}, igraph {theirs:.5f}")
    return worse


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graphs", nargs="+", type=pathlib.Path)
    parser.add_argument("--bin", required=True, type=pathlib.Path,
                        help="where skg-bench is")
    parser.add_argument("--methods", nargs="+", choices=METHODS,
                        default=list(METHODS))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--networkx", type=int, default=200_000)
    parser.add_argument("--within", type=float, default=0.005)
    options = parser.parse_args()
    options.program = options.bin / "skg-bench"
    print(f"igraph {igraph.__version__}, networkx {networkx.__version__}")
    worse = [line for path in options.graphs for line in compare(path, options)]
    for line in worse:
        print("worse:", line)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
