#!/usr/bin/env python3
"""rdflib (SPARQLStore, SPARQLUpdateStore) and SPARQLWrapper against a server.

Usage: rdflib_client.py SERVER_URL KEY      (Debian: python3-rdflib, python3-sparqlwrapper)
Prints one line a check; the exit status is 1 if any fails.
"""
import sys
import urllib.error
import urllib.parse
import urllib.request

from rdflib import BNode, ConjunctiveGraph, Graph, Literal, URIRef
from rdflib.namespace import FOAF, XSD
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, JSON, N3, POST, POSTDIRECTLY, RDFXML, TURTLE, XML
from SPARQLWrapper import SPARQLWrapper

SERVER, KEY = sys.argv[1].rstrip("/"), sys.argv[2]
ENDPOINT = SERVER + "/databases/main/sparql"
STORE = SERVER + "/databases/main/rdf-graph"
HEADERS = {"X-API-Key": KEY}
failures = 0


def check(name, got, want):
    global failures
    good = got == want
    failures += not good
    print(f"{'ok  ' if good else 'FAIL'} {name}" + ("" if good else f": {got!r}, not {want!r}"))


def http(method, url, body=None, content_type=None, accept=None):
    headers = dict(HEADERS)
    if content_type:
        headers["Content-Type"] = content_type
    if accept:
        headers["Accept"] = accept
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def update_store():
    store = SPARQLUpdateStore(ENDPOINT, ENDPOINT, headers=dict(HEADERS), autocommit=True)
    graph = ConjunctiveGraph(store)
    graph.update("CLEAR ALL")
    people = graph.get_context(URIRef("http://example.org/people"))
    ann = URIRef("http://example.org/ann")
    people.add((ann, FOAF.name, Literal("Ann \"A\" \u00c4\n", lang="en")))
    people.add((ann, FOAF.age, Literal(41)))
    people.add((ann, FOAF.knows, URIRef("http://example.org/bob")))
    people.addN([(ann, FOAF.nick, Literal(f"n{i}"), people) for i in range(50)])
    check("update store: added", len(people), 53)
    check("update store: literal", people.value(ann, FOAF.name), Literal("Ann \"A\" \u00c4\n", lang="en"))
    check("update store: number", people.value(ann, FOAF.age), Literal(41))
    people.remove((ann, FOAF.nick, None))
    check("update store: removed", len(people), 3)
    store.update("INSERT DATA { GRAPH <http://example.org/other> { <a:s> <a:p> 1 } }")
    check("update store: contexts", sorted(str(c.identifier) for c in graph.contexts()),
          ["http://example.org/other", "http://example.org/people"])
    check("update store: transaction", _transaction(), 2)


def _transaction():
    store = SPARQLUpdateStore(ENDPOINT, ENDPOINT, headers=dict(HEADERS), autocommit=False)
    graph = Graph(store, URIRef("http://example.org/t"))
    graph.add((URIRef("a:s"), URIRef("a:p"), Literal(1)))
    graph.add((URIRef("a:s"), URIRef("a:p"), Literal(2)))
    store.commit()
    return len(graph)


def read_store():
    for method in ("GET", "POST", "POST_FORM"):
        for kind in ("xml", "json", "csv", "tsv"):
            store = SPARQLStore(ENDPOINT, headers=dict(HEADERS), method=method, returnFormat=kind)
            rows = list(store.query(
                "SELECT ?age { GRAPH ?g { ?s <http://xmlns.com/foaf/0.1/age> ?age } }"))
            check(f"store: {method} {kind}", [str(row[0]) for row in rows], ["41"])
    store = SPARQLStore(ENDPOINT, headers=dict(HEADERS))
    check("store: ask", bool(store.query("ASK { GRAPH ?g { ?s ?p 41 } }")), True)
    check("store: construct", len(store.query(
        "CONSTRUCT { ?s ?p ?o } { GRAPH <http://example.org/people> { ?s ?p ?o } }").graph), 3)
    check("store: init bindings", len(store.query(
        "SELECT ?o { GRAPH ?g { ?s ?p ?o } }",
        initBindings={"p": FOAF.age})), 1)
    graph = Graph(store, URIRef("http://example.org/people"))
    check("store: triples", len(list(graph.triples((None, None, None)))), 3)


def wrapper():
    def ask(query, form, method=None, request=None):
        client = SPARQLWrapper(ENDPOINT)
        client.addCustomHttpHeader("X-API-Key", KEY)
        client.setReturnFormat(form)
        if method:
            client.setMethod(method)
        if request:
            client.setRequestMethod(request)
        client.setQuery(query)
        return client.query()

    select = "SELECT ?o { GRAPH ?g { ?s <http://xmlns.com/foaf/0.1/age> ?o } }"
    check("wrapper: json", ask(select, JSON).convert()["results"]["bindings"][0]["o"]["value"], "41")
    check("wrapper: json, direct", len(ask(select, JSON, POST, POSTDIRECTLY).convert()["results"]["bindings"]), 1)
    check("wrapper: xml", "<literal" in ask(select, XML).convert().toxml(), True)
    check("wrapper: csv", ask(select, CSV).convert().split(), [b"o", b"41"])
    construct = "CONSTRUCT { ?s ?p ?o } { GRAPH <http://example.org/people> { ?s ?p ?o } }"
    check("wrapper: rdf/xml", len(ask(construct, RDFXML).convert()), 3)
    check("wrapper: turtle", len(Graph().parse(data=ask(construct, TURTLE).convert(), format="turtle")), 3)
    check("wrapper: n3", b"ann" in ask(construct, N3).convert(), True)
    done = ask("INSERT DATA { <a:s> <a:p> <a:o> }", JSON, POST)
    check("wrapper: update", done.convert()["inserted"], 1)


def graph_store():
    g = STORE + "?graph=" + urllib.parse.quote("http://example.org/gsp", safe="")
    graph = Graph()
    graph.add((BNode(), FOAF.name, Literal("Zo\u00eb")))
    graph.add((URIRef("http://example.org/zoe"), FOAF.age, Literal("7", datatype=XSD.integer)))
    http("DELETE", g)
    for form, content_type in (("turtle", "text/turtle"), ("nt", "application/n-triples"),
                               ("xml", "application/rdf+xml")):
        data = graph.serialize(format=form)
        data = data.encode() if isinstance(data, str) else data
        status, _ = http("PUT", g, data, content_type)
        check(f"graph store: put {form}", status in (200, 201), True)
        status, body = http("GET", g, accept=content_type)
        back = Graph().parse(data=body, format=form)
        check(f"graph store: get {form}", (status, back.isomorphic(graph)), (200, True))
    check("graph store: delete", http("DELETE", g)[0], 200)
    check("graph store: gone", http("GET", g)[0], 404)
    check("description", len(Graph().parse(data=http("GET", ENDPOINT)[1], format="turtle")) > 10, True)


update_store()
read_store()
wrapper()
graph_store()
sys.exit(1 if failures else 0)
