// Query and Update: what one request asks for, parsed, names resolved, terms
// not yet looked up in any graph.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "query/algebra.h"
#include "rdf/term.h"

namespace skg::query {

// The names of variables, without `?`. Those that no text can name (blank nodes
// of patterns, aggregates, parts of paths) begin with a dot.
struct VariableTable {
  std::vector<std::string> names;
  [[nodiscard]] bool internal(Variable v) const {
    return names[v].starts_with('.');
  }
};

[[nodiscard]] inline bool NamesGraph(const rdf::Term& term) {
  return term.kind == rdf::TermKind::kIri ||
         term.kind == rdf::TermKind::kBlankNode;
}

// FROM and FROM NAMED (USING and USING NAMED in updates).
struct DatasetClause {
  // IRIs; from outside of the text blank nodes, too.
  std::vector<rdf::Term> default_graphs, named_graphs;
  // The named graphs are those of the store, and `named_graphs` says nothing:
  // WITH changes the default graph alone.
  bool all_named_graphs = false;
  [[nodiscard]] bool empty() const {
    return default_graphs.empty() && named_graphs.empty();
  }
};

// A quad of a template; no graph: the default one (or WITH's).
struct QuadPattern {
  std::optional<PatternTerm> graph;
  TriplePattern triple;
};

struct Query {
  enum class Form : uint8_t { kSelect, kAsk, kConstruct, kDescribe };
  Form form = Form::kSelect;
  VariableTable variables;
  DatasetClause dataset;
  AlgebraPtr pattern;                    // Project on top for kSelect
  std::vector<Variable> result;          // kSelect: columns, in order
  std::vector<TriplePattern> construct;  // kConstruct; blank nodes of the
                                         // template are blank node terms
  std::vector<PatternTerm> describe;     // kDescribe
  std::string base_iri;                  // for IRI(); empty: there is none
  // As written, for output: prefix (without colon) and namespace.
  std::vector<std::pair<std::string, std::string>> prefixes;
};

// One operation of an update.
struct InsertData {
  std::vector<QuadPattern> quads;
};
struct DeleteData {
  std::vector<QuadPattern> quads;
};
// DELETE/INSERT ... WHERE, and DELETE WHERE.
struct Modify {
  std::optional<std::string> with;
  std::vector<QuadPattern> remove, insert;
  DatasetClause usings;
  AlgebraPtr where;
  std::string base_iri;  // for IRI(); empty: there is none
};
struct GraphTarget {
  enum class Kind : uint8_t { kDefault, kNamed, kAllNamed, kAll };
  Kind kind = Kind::kDefault;
  std::string iri;  // kNamed
};
struct LoadDocument {
  bool silent = false;
  std::string source;
  GraphTarget into;  // kDefault or kNamed
};
struct Clear {
  bool silent = false;
  GraphTarget target;
};
struct Drop {
  bool silent = false;
  GraphTarget target;
};
struct Create {
  bool silent = false;
  std::string iri;
};
struct Transfer {
  enum class Kind : uint8_t { kAdd, kMove, kCopy };
  Kind kind = Kind::kAdd;
  bool silent = false;
  GraphTarget from, to;  // kDefault or kNamed
};
using UpdateOperation =
    std::variant<InsertData, DeleteData, Modify, LoadDocument, Clear, Drop,
                 Create, Transfer>;

struct Update {
  VariableTable variables;
  std::vector<UpdateOperation> operations;
};

}  // namespace skg::query
