// A statement as term ids, and the patterns and rows of it.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "rdf/term_id.h"

namespace skg::storage {

using rdf::TermId;

// Which statement: its named graph (unbound: the default graph), its three
// terms, and its edge number. Ordered as the `gspo` key is.
struct StatementKey {
  TermId graph, subject, predicate, object;
  uint32_t edge = 0;
  friend auto operator<=>(const StatementKey&, const StatementKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const StatementKey& k) {
    return H::combine(std::move(h), k.graph, k.subject, k.predicate, k.object,
                      k.edge);
  }
};

// Which part of the dataset a scan sees.
enum class GraphScope : uint8_t {
  kUnion,    // default graph and all named ones, every (graph, s, p, o, edge)
  kDefault,  // the default graph only
  kNamed,    // all named graphs, not the default one
  kOne,      // the named graph `ScanPattern::graph`
};

// Unbound terms match everything.
struct ScanPattern {
  GraphScope scope = GraphScope::kUnion;
  TermId graph;  // for kOne
  TermId subject, predicate, object;

  [[nodiscard]] bool Matches(const StatementKey& key) const {
    switch (scope) {
      case GraphScope::kUnion:
        break;
      case GraphScope::kDefault:
        if (key.graph.bound()) return false;
        break;
      case GraphScope::kNamed:
        if (!key.graph.bound()) return false;
        break;
      case GraphScope::kOne:
        if (key.graph != graph) return false;
        break;
    }
    return (!subject.bound() || subject == key.subject) &&
           (!predicate.bound() || predicate == key.predicate) &&
           (!object.bound() || object == key.object);
  }
};

// What a live statement's newest row says.
struct StatementRow {
  StatementKey key;
  uint64_t commit = 0;  // that wrote this row: the statement's version
  float weight = 1.0f;
  bool has_record = false;  // a row of family `records` belongs to it
};

// Leaves what resize() adds as it is: columns are filled right after that, and
// filling them twice would cost as much as reading them.
template <typename Value>
struct UninitializedAllocator : std::allocator<Value> {
  template <typename Other>
  struct rebind {
    using other = UninitializedAllocator<Other>;
  };
  template <typename Other>
  void construct(Other* /*at*/) noexcept {}
  template <typename Other, typename... Args>
  void construct(Other* at, Args&&... args) {
    std::construct_at(at, std::forward<Args>(args)...);
  }
};
template <typename Value>
using BatchColumn = std::vector<Value, UninitializedAllocator<Value>>;

// Up to kBatchRows live statements, column-wise: entry i of each column is
// statement i.
struct StatementBatch {
  static constexpr size_t kBatchRows = 2048;
  // So many rows are enough for whoever has it filled; at least one.
  size_t wanted = kBatchRows;
  BatchColumn<TermId> graph, subject, predicate, object;
  BatchColumn<uint32_t> edge;
  BatchColumn<uint64_t> commit;
  BatchColumn<float> weight;
  BatchColumn<uint8_t> has_record;

  [[nodiscard]] size_t size() const { return subject.size(); }
  void Clear() {
    graph.clear();
    subject.clear();
    predicate.clear();
    object.clear();
    edge.clear();
    commit.clear();
    weight.clear();
    has_record.clear();
  }
  void Append(const StatementRow& row) {
    graph.push_back(row.key.graph);
    subject.push_back(row.key.subject);
    predicate.push_back(row.key.predicate);
    object.push_back(row.key.object);
    edge.push_back(row.key.edge);
    commit.push_back(row.commit);
    weight.push_back(row.weight);
    has_record.push_back(row.has_record ? 1 : 0);
  }
  [[nodiscard]] StatementRow Row(size_t i) const {
    return {{graph[i], subject[i], predicate[i], object[i], edge[i]},
            commit[i],
            weight[i],
            has_record[i] != 0};
  }
};

}  // namespace skg::storage
