#!/usr/bin/env python3
"""Asks libskg and Oxigraph random queries over random small graphs.

    benchmarks/peers/differential.py --bin build/release/bin --graphs 50

Each of --graphs graphs is loaded into both, and --queries queries are asked of
each: joins, OPTIONAL, UNION, MINUS, FILTER, EXISTS, BIND, VALUES, property
paths, aggregates, DISTINCT, subqueries and ORDER BY with LIMIT over all
variables. The number of rows and a sum of row hashes must be equal; where they
are not, graph and query are kept in --keep. --seed makes the same ones again.

Left out, because Oxigraph 0.5.11 has other answers than the standard: paths
with | and with ^ inside ! (it gives what both sides find once), paths of length
zero that end in a literal, < between what is no number (it compares IRIs).
"""
import argparse
import pathlib
import random
import re
import sys
import tempfile
import time

import sparql
from load import Failed, program, run

PREFIX = "PREFIX : <urn:x:>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
NODES = [f":n{i}" for i in range(7)]
PREDICATES = [":p", ":q", ":r"]
LITERALS = ['"a"', '"b"', '"ab"', '"A"@en', '"a"@de', "1", "2", "-3", "10",
            "1.5", "2.0", "1e0", "2.5e0", "true", "false",
            '"2020-01-01"^^xsd:date', '"2021-05-05"^^xsd:date',
            '"2020-01-01T00:00:00Z"^^xsd:dateTime', '"x"^^<urn:x:t>']
VARIABLES = ["?a", "?b", "?c", "?d"]
XSD = "http://www.w3.org/2001/XMLSchema#"


def ntriples(term):
    if term.startswith(":"):
        return f"<urn:x:{term[1:]}>"
    if term in ("true", "false"):
        return f'"{term}"^^<{XSD}boolean>'
    if not term.startswith('"'):
        kind = "double" if "e" in term else "decimal" if "." in term else \
            "integer"
        return f'"{term}"^^<{XSD}{kind}>'
    return term.replace("^^xsd:", f"^^<{XSD}") + (">" if "^^xsd:" in term
                                                 else "")


class Maker:
    def __init__(self, chance):
        self.chance = chance

    def one(self, values):
        return self.chance.choice(values)

    def graph(self):
        triples = set()
        for _ in range(self.chance.randrange(5, 60)):
            objects = NODES if self.chance.random() < 0.6 else LITERALS
            triples.add((self.one(NODES), self.one(PREDICATES),
                         self.one(objects)))
        return "".join(" ".join(map(ntriples, triple)) + " .\n"
                       for triple in sorted(triples))

    def node(self):
        return self.one(VARIABLES) if self.chance.random() < 0.85 \
            else self.one(NODES)

    def path(self, depth=2):
        kind = self.chance.randrange(8) if depth else 0
        inner = self.path(depth - 1) if depth else ""
        if kind < 3:
            return self.one(PREDICATES)
        if kind == 3:
            return f"^({inner})"
        if kind == 4:
            return f"({inner})/({self.path(depth - 1)})"
        if kind == 5:
            return self.one(["!:p", "!(:p|:q)"])
        return f"({inner}){self.one(['+', '*', '?'])}"

    def triple(self):
        if self.chance.random() < 0.15:
            predicate = self.one(VARIABLES)
        elif self.chance.random() < 0.2:
            predicate = self.path()
        else:
            predicate = self.one(PREDICATES)
        last = self.one(LITERALS) if self.chance.random() < 0.15 and \
            predicate in PREDICATES else self.node()
        return f"{self.node()} {predicate} {last} . "

    def value(self):
        return self.one(VARIABLES) if self.chance.random() < 0.6 \
            else self.one(NODES + LITERALS)

    def expression(self, depth=2):
        kind = self.chance.randrange(13)
        if depth and kind < 2:
            return (f"({self.expression(depth - 1)} {self.one(['&&', '||'])} "
                    f"{self.expression(depth - 1)})")
        if depth and kind == 2:
            return f"(!{self.expression(depth - 1)})"
        if kind < 7:
            if self.chance.random() < 0.3:
                number = self.one(VARIABLES)
                return (f"(isNUMERIC({number}) && {number} "
                        f"{self.one(['<', '>', '<=', '>='])} 2)")
            return f"({self.value()} {self.one(['=', '!='])} {self.value()})"
        if kind == 7:
            return f"BOUND({self.one(VARIABLES)})"
        if kind == 8:
            return f"isIRI({self.one(VARIABLES)})"
        if kind == 9:
            return f"({self.value()} IN ({self.value()}, {self.value()}))"
        if kind == 10:
            return f'CONTAINS(STR({self.one(VARIABLES)}), "{self.one("ab2n")}")'
        if kind == 11:
            return f'REGEX(STR({self.one(VARIABLES)}), "[{self.one("ab12")}]$")'
        return f'(LANG({self.one(VARIABLES)}) = "")'

    def group(self, depth):
        text = "".join(self.triple()
                       for _ in range(self.chance.randrange(1, 4)))
        for _ in range(self.chance.randrange(3) if depth else 0):
            inner = self.group(depth - 1)
            text += self.one([
                f"OPTIONAL {{ {inner} }} ",
                f"{{ {inner} }} UNION {{ {self.group(depth - 1)} }} ",
                f"MINUS {{ {inner} }} ",
                f"FILTER EXISTS {{ {inner} }} ",
                f"FILTER NOT EXISTS {{ {inner} }} ",
                f"{{ {inner} }} ",
                f"{{ {self.select(depth - 1)} }} "])
        if self.chance.random() < 0.4:
            text += f"FILTER ({self.expression()}) "
        if self.chance.random() < 0.15:
            text += (f"VALUES ({self.one(VARIABLES)}) {{ ({self.one(NODES)}) "
                     f"({self.one(NODES + LITERALS)}) }} ")
        return text

    def select(self, depth):
        body = self.group(depth)
        kind = self.chance.randrange(6)
        chosen = sorted(self.chance.sample(VARIABLES,
                                           self.chance.randrange(1, 4)))
        if kind == 0:
            return f"SELECT DISTINCT {' '.join(chosen)} WHERE {{ {body} }}"
        if kind == 1:
            key = chosen[0]
            counted = self.one(["*", "?b", "DISTINCT ?b", "DISTINCT ?c"])
            return (f"SELECT {key} (COUNT({counted}) AS ?n{depth}) WHERE "
                    f"{{ {body} }} GROUP BY {key}")
        if kind == 2:
            how = self.one(["COUNT(*)", "COUNT(?a)", "COUNT(DISTINCT ?a)"])
            return f"SELECT ({how} AS ?n{depth}) WHERE {{ {body} }}"
        return f"SELECT {' '.join(chosen)} WHERE {{ {body} }}"

    def query(self):
        kind = self.chance.randrange(8)
        if kind == 0:
            return (f"SELECT ?a (SUM(?b) AS ?n) (MIN(?c) AS ?m) "
                    f"WHERE {{ {self.group(1)} FILTER (isNUMERIC(?b) && "
                    f"isIRI(?c)) }} GROUP BY ?a")
        if kind == 1:
            return f"ASK {{ {self.group(2)} }}"
        if kind == 2:
            return (f"SELECT DISTINCT ?a ?b WHERE {{ {self.group(1)} "
                    f"FILTER (isIRI(?a) && isIRI(?b)) }} "
                    f"ORDER BY DESC(?a) ?b LIMIT 3")
        if kind == 3:
            return (f"SELECT * WHERE {{ {self.group(1)} "
                    f"BIND ({self.expression()} AS ?e) }}")
        return self.select(2)


def differ(options, directory, maker, number):
    """Queries asked, refused by both, with different answers, and those where
    Oxigraph is known to be wrong."""
    data = directory / "graph.nt"
    data.write_text(maker.graph())
    store = directory / f"store{number}"
    run([options.bin / "skg", "load", "--data", store, "--graph",
         "public/dblp", data], time.monotonic() + 60)
    peers = [sparql.LineEngine([options.bin / "skg-bench", "answer", "--store",
                                store, "--memory", "64"], options),
             sparql.LineEngine([program("node", "Node.js"), sparql.HERE /
                                "oxigraph/answer.mjs", data], options)]
    asked = refused = wrong = known = 0
    try:
        for i in range(options.queries):
            file = directory / "query.rq"
            file.write_text(PREFIX + maker.query() + "\n")
            answers = []
            for peer in peers:
                try:
                    answers.append(peer.answer(file))
                except Failed as failure:
                    answers.append(str(failure))
            if all(isinstance(answer, str) for answer in answers):
                refused += 1
                continue
            asked += 1
            if answers[0] == answers[1]:
                continue
            # Where it sees that nothing can match, it forgets the one group.
            if answers[1][0] == 0 and re.search(
                    r"COUNT\([^)]*\) AS \?n\d\) WHERE .*}\s*$",
                    file.read_text()):
                known += 1
                continue
            wrong += 1
            print(f"graph {number}, query {i}: {answers}\n"
                  f"{file.read_text()}", file=sys.stderr)
            if options.keep:
                keep = pathlib.Path(options.keep)
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{number}-{i}.rq").write_text(file.read_text())
                (keep / f"{number}.nt").write_text(data.read_text())
    finally:
        for peer in peers:
            peer.stop()
    return asked, refused, wrong, known


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bin", type=lambda text: pathlib.Path(text).resolve(),
                        required=True, help="where skg and skg-bench are")
    parser.add_argument("--data", default=".", help="where stores are made")
    parser.add_argument("--graphs", type=int, default=20)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=20)
    parser.add_argument("--keep", help="where to keep what differs")
    options = parser.parse_args()
    maker = Maker(random.Random(options.seed))
    totals = [0, 0, 0, 0]
    with tempfile.TemporaryDirectory(prefix="skg-differential-",
                                     dir=options.data) as directory:
        for number in range(options.graphs):
            found = differ(options, pathlib.Path(directory).resolve(), maker,
                           number)
            totals = [a + b for a, b in zip(totals, found)]
    print(f"seed {options.seed}: {totals[0]} queries over {options.graphs} "
          f"graphs, {totals[2]} with different answers "
          f"({totals[3]} where Oxigraph gives an aggregate of nothing no row; "
          f"{totals[1]} refused by both)")
    return 1 if totals[2] else 0


if __name__ == "__main__":
    sys.exit(main())
