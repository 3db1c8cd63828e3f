// A slow, plain evaluator of pattern queries over a vector of statements: what
// the real one is compared with.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "query/patterns/pattern_query.h"
#include "query_fixture.h"
#include "rdf/term_id.h"

namespace skg::query::test {

struct ModelStatement {
  std::array<std::string, 3> names;
  std::array<rdf::TermId, 3> ids;
  std::string graph;
  rdf::TermId graph_id;  // unbound: the default graph
  uint32_t edge = 0;
  float weight = 1.0f;
  uint64_t created = 0;
};

class Model {
 public:
  std::vector<ModelStatement> statements;

  struct Answer {
    std::vector<ModelStatement> rows;
    std::vector<std::string> variables;
    std::vector<std::vector<std::string>> bindings;
  };

  [[nodiscard]] Answer Evaluate(const PatternQuery& query) const;

  struct Edge {
    std::string source, target, predicate;
    uint32_t depth;
    float weight;
    friend bool operator==(const Edge&, const Edge&) = default;
  };
  [[nodiscard]] std::vector<Edge> Traverse(const TraversalQuery& query,
                                           uint64_t limit) const;

 private:
  using Bindings = std::map<std::string, std::string>;
  // One way to match some patterns: the statement of each (by its number in
  // the query), and what the variables are.
  struct Derivation {
    std::map<size_t, ModelStatement> matched;
    Bindings bindings;
  };
  static bool SameTriple(const ModelStatement& a, const ModelStatement& b) {
    return a.names == b.names;
  }
  // The matches of one pattern alone, each triple once.
  [[nodiscard]] std::vector<Derivation> Match(const TextPattern& pattern,
                                              size_t number) const;
};

// Whether a comes before b in the order that the query asks for.
[[nodiscard]] bool Before(const PatternQuery& query, const ModelStatement& a,
                          const ModelStatement& b);

}  // namespace skg::query::test
