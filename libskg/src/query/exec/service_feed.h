// What a SERVICE pattern is joined with, so that its endpoint is asked for the
// partners of those rows alone.
#pragma once

#include <memory>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "query/exec/operator.h"
#include "query/exec/row_table.h"

namespace skg::query::exec {

// The distinct values of some columns among the rows that the other side of a
// join has; read ahead of the join if need be. Not thread-safe.
class ServiceFeed {
 public:
  using Tuple = std::vector<rdf::TermId>;
  // More rows are not read ahead, and more tuples not kept: the endpoint is
  // asked for everything then.
  static constexpr size_t kMostRows = 16384;
  static constexpr size_t kMostTuples = 4096;

  explicit ServiceFeed(std::vector<Variable> columns)
      : columns_(std::move(columns)) {}

  [[nodiscard]] const std::vector<Variable>& columns() const {
    return columns_;
  }
  // Null: there are too many. Errors: those of reading the rows.
  [[nodiscard]] absl::StatusOr<const absl::flat_hash_set<Tuple>*> Values();

 private:
  friend class FedOperator;
  void Collect(const Batch& batch, const std::vector<size_t>& columns);

  const std::vector<Variable> columns_;
  class FedOperator* reader_ = nullptr;  // null: not any more
  absl::flat_hash_set<Tuple> tuples_;
  bool complete_ = false, too_many_ = false;
};

// The rows of `input`, which the feed sees, too.
[[nodiscard]] OperatorPtr MakeFed(OperatorPtr input,
                                  std::shared_ptr<ServiceFeed> feed,
                                  Context& context);

// Where one side of a join is a SERVICE pattern, makes the other one feed it,
// if that leaves the join's solutions as they are.
void FeedServices(const plan::HashJoinStep& step, Context& context,
                  OperatorPtr& left, OperatorPtr& right);

}  // namespace skg::query::exec
