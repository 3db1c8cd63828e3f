// Algebra: what a query means, whatever language it was written in. Operators
// are named and defined as in SPARQL 1.1 Query, section 18.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "query/expression.h"
#include "query/record_property.h"
#include "query/statement_field.h"
#include "rdf/term.h"

namespace skg::query {

class TableFunction;  // query/tables/table_function.h
struct TripleTermPattern;

// What stands in a place of a pattern: a variable, a term, or a triple term
// that has variables in it (RDF 1.2). Blank nodes of patterns are variables
// that nothing can name.
struct PatternTerm {
  std::variant<Variable, rdf::Term, std::shared_ptr<const TripleTermPattern>>
      value;

  [[nodiscard]] bool is_variable() const { return value.index() == 0; }
  [[nodiscard]] bool is_term() const { return value.index() == 1; }
  [[nodiscard]] Variable variable() const { return std::get<0>(value); }
  [[nodiscard]] const rdf::Term& term() const { return std::get<1>(value); }
  [[nodiscard]] const TripleTermPattern& triple() const {
    return *std::get<2>(value);
  }
};

struct TriplePattern {
  PatternTerm subject, predicate, object;
};

struct TripleTermPattern {
  PatternTerm subject, predicate, object;
};

// SPARQL 1.1 Query, section 9.
struct PropertyPath {
  enum class Kind : uint8_t {
    kLink,         // `iri`
    kInverse,      // of parts[0]
    kSequence,     // parts, one after the other
    kAlternative,  // any of parts
    kZeroOrMore,
    kOneOrMore,
    kZeroOrOne,  // of parts[0]
    kNegated,    // any link but `iri`s of parts: kLink, or kInverse of one
  };
  Kind kind = Kind::kLink;
  std::string iri;
  std::vector<PropertyPath> parts;
};

using AlgebraPtr = std::unique_ptr<Algebra>;

// A stored statement and its record, as properties of its implicit reifier:
// one solution for each statement of the active graph(s), parallel edges apart,
// that fits `triple` and has all of `properties`.
struct RecordPattern {
  struct Value {
    RecordProperty property;
    PatternTerm term;
  };
  TriplePattern triple;
  PatternTerm reifier;                 // a variable or an IRI
  std::optional<PatternTerm> reified;  // `triple` as a triple term
  std::vector<Value> properties;
};
// The triples that fit `triple`, each once, with the first of their statements
// that weighs as asked: one of the default graph before those of named graphs,
// the lowest edge first.
struct StatementPattern {
  TriplePattern triple;
  // Of the default graph and all named graphs of the store together, whatever
  // the active graph and the dataset are.
  bool all_graphs = false;
  float min_weight = 0, max_weight = 1;  // inclusive
  // Variables of their own: nothing else may bind them.
  std::vector<std::pair<StatementField, Variable>> columns;
};
struct Bgp {
  std::vector<TriplePattern> triples;
  std::vector<RecordPattern> records;
  std::vector<StatementPattern> statements;
  // It has one empty solution.
  [[nodiscard]] bool empty() const {
    return triples.empty() && records.empty() && statements.empty();
  }
};
struct PathPattern {
  PatternTerm subject;
  PropertyPath path;
  PatternTerm object;
};
struct Join {
  std::vector<AlgebraPtr> inputs;  // two or more; order means nothing
};
struct LeftJoin {
  AlgebraPtr left, right;
  std::optional<Expression> condition;
};
struct Filter {
  AlgebraPtr input;
  Expression condition;
};
struct Union {
  std::vector<AlgebraPtr> inputs;  // two or more
};
// Matches `input` in the named graph(s); never in the default one.
struct GraphPattern {
  PatternTerm graph;  // a variable or an IRI
  AlgebraPtr input;
};
struct Minus {
  AlgebraPtr left, right;
};
struct Extend {
  AlgebraPtr input;
  Variable variable = 0;
  Expression expression;
};
// VALUES; an unset place is UNDEF.
struct Values {
  std::vector<Variable> variables;
  std::vector<std::vector<std::optional<rdf::Term>>> rows;
};
struct Aggregate {
  Variable variable = 0;
  Aggregation aggregation = Aggregation::kCount;
  bool distinct = false;
  std::optional<Expression> argument;  // unset: COUNT(*)
  std::string separator;               // kGroupConcat
};
// No keys: one group, which is there even if the input is empty.
struct Group {
  AlgebraPtr input;
  std::vector<std::pair<Variable, Expression>> keys;
  std::vector<Aggregate> aggregates;
};
// What a comparison of terms goes by.
enum class Collation : uint8_t {
  kTerm,  // the order of SPARQL (query/values/term_order.h)
  kId,  // ids: the values of inline terms of one type; else about the order in
        // which terms came to the graph
  kName,  // the names of terms (rdf/name.h), by code point
};
struct OrderBy {
  struct Key {
    Expression expression;
    bool descending = false;
    Collation collation = Collation::kTerm;
  };
  AlgebraPtr input;
  std::vector<Key> keys;
};
struct Project {
  AlgebraPtr input;
  std::vector<Variable> variables;
};
struct Distinct {
  AlgebraPtr input;
};
struct Reduced {
  AlgebraPtr input;
};
struct Slice {
  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();
  AlgebraPtr input;
  uint64_t offset = 0;
  uint64_t limit = kNoLimit;
};
// A pattern that another endpoint answers.
struct Service {
  PatternTerm endpoint;
  bool silent = false;
  AlgebraPtr input;
  // What to send, as a whole SELECT with absolute IRIs; empty inside of another
  // Service, whose text has it.
  std::string text;
};

// The rows of a table function, in the order in which it gives them.
struct TableCall {
  std::shared_ptr<const TableFunction> function;
  std::vector<Variable> columns;  // of its own, one for each column
};

struct Algebra {
  std::variant<Bgp, PathPattern, Join, LeftJoin, Filter, Union, GraphPattern,
               Minus, Extend, Values, Group, OrderBy, Project, Distinct,
               Reduced, Slice, Service, TableCall>
      node;
};

template <typename Node>
[[nodiscard]] AlgebraPtr MakeAlgebra(Node node) {
  return std::make_unique<Algebra>(Algebra{std::move(node)});
}

}  // namespace skg::query
