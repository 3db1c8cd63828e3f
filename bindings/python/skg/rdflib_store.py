"""A store for rdflib that is a graph of skg.

    import skg.rdflib_store                 # not needed where a wheel is installed
    graph = rdflib.Graph(store="skg")
    graph.open("folder")                    # or "folder#tenant/graph"

Contexts (of rdflib.ConjunctiveGraph, rdflib.Dataset) are the named graphs of one
skg graph. Its default graph is that of a Dataset, or the first context with a
blank node for a name that a store is asked for: ``rdflib.Graph`` gives itself a new
one each time. SPARQL queries and updates that are text are run by skg, over the
context that they are asked of. ``rdflib.Graph(store=SkgStore(graph))`` uses an open
``skg.Graph``.

``add`` is a commit each, ``addN`` one for all. A folder that the store opens itself
is on the disk for certain after ``graph.commit()`` and ``graph.close()``: rdflib adds
triple by triple, and would wait for the disk each time. Blank nodes keep the labels of the
caller while the store is open. Relative IRIs, which rdflib does not resolve, are
kept as absolute ones that begin with ``rdflib:///``. N3 is read as far as it has
no formulae.
"""

# mypy: ignore-errors
# (rdflib is typed in part, and differently in each version.)

import hashlib
import re
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

import rdflib
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.query import Result
from rdflib.store import NO_STORE, VALID_STORE, Store, TripleAddedEvent

from skg._engine import Engine, open as _open
from skg._errors import NotFoundError
from skg._graph import Graph

__all__ = ["SkgStore"]

_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<(.*)>)?$', re.S)
_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|\\^`%]')
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_OWN_LABEL = re.compile(r"skg[0-9a-f]{16}x[1-9]\d{0,17}")
_RELATIVE = "rdflib:///"
_TRIPLE = "{ ?s ?p ?o }"
_NAMED = "{ GRAPH ?g { ?s ?p ?o } }"


def _unescaped(text: str) -> str:
    def one(found: Any) -> str:
        escape = found.group(1)
        if len(escape) > 1:
            return chr(int(escape[1:], 16))
        return _ESCAPES.get(escape, escape)

    return _ESCAPE.sub(one, text)


class SkgStore(Store):
    """See the module. Errors are those of skg; text that is no SPARQL is an
    InvalidArgumentError."""

    context_aware = True
    formula_aware = True  # or rdflib refuses N3, even without any
    graph_aware = True
    transaction_aware = False

    def __init__(self, configuration: Any = None, identifier: Any = None) -> None:
        self._engine: Optional[Engine] = None
        self._graph: Optional[Graph] = None
        self._labels: Dict[str, str] = {}  # from skg's blank nodes to the caller's
        self._prefixes: Dict[str, Any] = {}
        self._namespaces: Dict[Any, str] = {}
        self._added: Dict[Any, None] = {}  # graphs that may have no triple yet
        self._default: Any = None  # what the caller calls the default graph
        if isinstance(configuration, Graph):
            self._graph, configuration = configuration, None
        super().__init__(configuration, identifier)

    def open(self, configuration: str, create: bool = True) -> int:
        """Opens "folder" (its graph main) or "folder#tenant/graph"."""
        if self._graph is not None:
            raise ValueError(f"{configuration!r}: the store is open; close it, or make another")
        folder, _, name = str(configuration).partition("#")
        try:
            self._engine = _open(folder, create=create, durability="none")
            self._graph = self._engine.graph(name or "main", create=create)
        except NotFoundError:
            self.close()
            return int(NO_STORE)
        return int(VALID_STORE)

    def close(self, commit_pending_transaction: bool = False) -> None:
        """Closes the folder; an ``skg.Graph`` that was given stays open."""
        if self._engine is not None:
            self.commit()
            self._engine.close()
            self._engine = self._graph = None

    def commit(self) -> None:
        """Returns when all that was written is on the disk. Of an ``skg.Graph``
        that was given its engine's durability decides."""
        if self._engine is not None:
            self._engine.sync()

    def destroy(self, configuration: Any = None) -> None:
        """Removes all triples of the open store, or of the one that the
        configuration says; the folder stays."""
        if self._graph is not None:
            self._graph.clear()
        elif self.open(configuration, create=False) == VALID_STORE:
            self._opened.clear()
            self.close()

    @property
    def _opened(self) -> Graph:
        if self._graph is None:
            raise ValueError("the store is not open: graph.open(folder), or SkgStore(graph)")
        return self._graph

    # ---- terms --------------------------------------------------------------

    def _text(self, node: Any) -> str:
        """The term of a node."""
        if isinstance(node, rdflib.BNode):
            label = str(node)
            if not _OWN_LABEL.fullmatch(label):
                # skg's form of a label: the same node wherever it is written.
                stable = "skg" + hashlib.sha256(label.encode()).hexdigest()[:16] + "x1"
                self._labels[stable] = label
                label = stable
            return "_:" + label
        if isinstance(node, rdflib.Literal):
            return self._literal(node)
        if isinstance(node, rdflib.URIRef):
            absolute = node if _SCHEME.match(node) else rdflib.URIRef(_RELATIVE + node)
            return str(absolute.n3())
        raise TypeError(f"{node!r}: expected a URIRef, BNode or Literal, got {type(node).__name__}")

    @staticmethod
    def _literal(node: Any) -> str:
        from skg._terms import Literal

        if node.language:
            return Literal(str(node), language=node.language).n3()
        return Literal(str(node), datatype=node.datatype and str(node.datatype)).n3()

    def _node(self, text: str) -> Any:
        """The node of a term as skg writes it."""
        if text.startswith("<") and not text.startswith("<<"):
            begin = len(_RELATIVE) if text.startswith(_RELATIVE, 1) else 0
            return rdflib.URIRef(text[1 + begin:-1])
        if text.startswith("_:"):
            return rdflib.BNode(self._labels.get(text[2:], text[2:]))
        found = _LITERAL.match(text)
        if found:
            lexical, language, datatype = found.groups()
            return rdflib.Literal(
                _unescaped(lexical), lang=language and language.partition("--")[0],
                datatype=datatype and rdflib.URIRef(datatype), normalize=False)
        name = text[1:] if text.startswith("\\") else text

        def encoded(forbidden: Any) -> str:
            return "".join(f"%{byte:02X}" for byte in forbidden.group().encode())

        return rdflib.URIRef(self._opened.base_namespace + _FORBIDDEN.sub(encoded, name))

    def _context(self, context: Any) -> Optional[str]:
        """A named graph, "" for the default one, None for all."""
        identifier = getattr(context, "identifier", context)
        if identifier is None:
            return None
        if identifier == DATASET_DEFAULT_GRAPH_ID or (
                self._default is None and isinstance(identifier, rdflib.BNode)
                and not _OWN_LABEL.fullmatch(identifier)):
            self._default = identifier
        return "" if identifier == self._default else self._text(identifier)

    def _of(self, identifier: Any) -> Any:
        """The context of an identifier. rdflib expects graphs."""
        return rdflib.Graph(store=self, identifier=identifier)

    @staticmethod
    def _dataset(context: Optional[str]) -> Dict[str, Any]:
        """The options of a query over a context."""
        if context is None:
            return {"union_default_graph": True}
        return {"default_graphs": [context]} if context else {}

    def _bound(self, triple: Any) -> Dict[str, str]:
        return {name: self._text(node) for name, node in zip("spo", triple) if node is not None}

    # ---- triples ------------------------------------------------------------

    def add(self, triple: Any, context: Any, quoted: bool = False) -> None:
        """One commit."""
        if quoted:
            raise NotImplementedError(
                "a formula of N3 (in braces) is not kept; parse it into rdflib's own store")
        super().add(triple, context, quoted)
        self._opened.add(*map(self._text, triple), graph=self._context(context) or "")

    def addN(self, quads: Iterable[Any]) -> None:
        """One commit for all."""
        added = list(quads)
        for s, p, o, context in added:
            self.dispatcher.dispatch(TripleAddedEvent(triple=(s, p, o), context=context))
        self._opened.add_all([
            {"subject": self._text(s), "predicate": self._text(p), "object": self._text(o),
             "graph": self._context(context) or ""}
            for s, p, o, context in added])

    def remove(self, triple: Any, context: Any = None) -> None:
        """One commit; None in a triple matches all, a context of None all of
        them."""
        super().remove(triple, context)
        inside = self._context(context)
        requests: List[str] = []
        if inside is None or inside == "":
            requests.append(f"DELETE {_TRIPLE} WHERE {_TRIPLE}")
        bound = self._bound(triple)
        if inside != "":
            requests.append(f"DELETE {_NAMED} WHERE {_NAMED}")
            if inside:
                bound["g"] = inside
        self._opened.update(" ; ".join(requests), bound)
        if inside and triple == (None, None, None):
            self._added.pop(getattr(context, "identifier", context), None)

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[Tuple[Any, Any]]:
        """((s, p, o), contexts) of what matches."""
        inside = self._context(context)
        for row in self._opened.query(
                f"SELECT ?s ?p ?o {_TRIPLE}", self._bound(triple_pattern), values=False,
                **self._dataset(inside)):
            triple = tuple(map(self._node, row))
            yield triple, iter([context]) if inside is not None else self.contexts(triple)

    def __len__(self, context: Any = None) -> int:
        return self._opened.count(graph=self._context(context))

    def contexts(self, triple: Any = None) -> Iterator[Any]:
        """The graphs that have the triple, or any."""
        bound = self._bound(triple) if triple else {}
        if self._opened.query(f"ASK {_TRIPLE}", bound).boolean:
            yield self._of(self._default or DATASET_DEFAULT_GRAPH_ID)
        found = [self._node(row[0]) for row in self._opened.query(
            f"SELECT DISTINCT ?g {_NAMED}", bound, values=False)]
        yield from map(self._of, found)
        if not triple or not bound:
            yield from (self._of(name) for name in list(self._added) if name not in found)

    def add_graph(self, graph: Any) -> None:
        """Named graphs are there while they have triples; one that was added
        is listed while the store is open."""
        if self._context(graph):
            self._added[getattr(graph, "identifier", graph)] = None

    def remove_graph(self, graph: Any) -> None:
        """Removes its triples."""
        self._added.pop(getattr(graph, "identifier", graph), None)
        self._opened.clear(self._context(graph))

    # ---- SPARQL -------------------------------------------------------------

    def _request(self, text: Any, prefixes: Any, bindings: Any) -> Tuple[str, Dict[str, str]]:
        if not isinstance(text, str):
            raise NotImplementedError  # rdflib runs what it has parsed itself
        known = {name.lower() for name in re.findall(r"(?i)\bPREFIX\s+([^\s:]*)\s*:", text)}
        head = "".join(
            f"PREFIX {name}: <{iri}> " for name, iri in dict(prefixes or {}).items()
            if str(name).lower() not in known)
        values = {
            str(name): self._text(node) for name, node in dict(bindings or {}).items()
            if re.search(r"[?$]" + re.escape(str(name)) + r"\b", text)}
        return head + text, values

    def query(
        self, query: Any, initNs: Any, initBindings: Any, queryGraph: Any, **kwargs: Any
    ) -> Result:
        """Run by skg, if it is text."""
        text, values = self._request(query, initNs, initBindings)
        inside = None if queryGraph == "__UNION__" else self._context(queryGraph)
        if inside and inside.startswith("_:"):
            # It may be a Dataset, which has such a name of its own and is no
            # context: rdflib runs it, pattern by pattern.
            raise NotImplementedError
        answer = self._opened.query(
            text, values, values=False, base_iri=_RELATIVE, **self._dataset(inside))
        if answer.form == "boolean":
            result = Result("ASK")
            result.askAnswer = answer.boolean
            return result
        if answer.form == "graph":
            result = Result("CONSTRUCT")
            result.graph = rdflib.Graph()
            for row in answer:
                result.graph.add(tuple(map(self._node, row)))
            return result
        result = Result("SELECT")
        result.vars = [rdflib.Variable(name) for name in answer.columns]
        result.bindings = [
            {variable: self._node(text) for variable, text in zip(result.vars, row)
             if text is not None}
            for row in answer]
        return result

    def update(
        self, update: Any, initNs: Any, initBindings: Any, queryGraph: Any, **kwargs: Any
    ) -> None:
        """Run by skg, if it is text and asked of the default graph or of all."""
        text, values = self._request(update, initNs, initBindings)
        inside = None if queryGraph == "__UNION__" else self._context(queryGraph)
        if inside:
            raise NotImplementedError  # rdflib runs it, triple by triple
        self._opened.update(
            text, values, base_iri=_RELATIVE, union_default_graph=inside is None)

    # ---- prefixes -----------------------------------------------------------

    def bind(self, prefix: str, namespace: Any, override: bool = True) -> None:
        """Prefixes are kept while the store is open."""
        if override:
            self._prefixes.pop(self._namespaces.pop(namespace, ""), None)
            self._namespaces.pop(self._prefixes.pop(prefix, None), None)
        elif prefix in self._prefixes or namespace in self._namespaces:
            return
        self._prefixes[prefix] = namespace
        self._namespaces[namespace] = prefix

    def prefix(self, namespace: Any) -> Optional[str]:
        """The prefix of a namespace."""
        return self._namespaces.get(namespace)

    def namespace(self, prefix: str) -> Any:
        """The namespace of a prefix."""
        return self._prefixes.get(prefix)

    def namespaces(self) -> Iterator[Tuple[str, Any]]:
        """All of them."""
        return iter(list(self._prefixes.items()))


rdflib.plugin.register("skg", Store, "skg.rdflib_store", "SkgStore")
