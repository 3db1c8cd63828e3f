// Context: what all operators of one running query share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "query/exec/dataset.h"
#include "query/exec/query_options.h"
#include "query/values/evaluator.h"
#include "query/values/term_space.h"
#include "storage/read_view.h"

namespace skg::query::plan {
struct PlanNode;
}

namespace skg::query::exec {

// Values of parameters: variables that whoever runs a plan gives it.
class Parameters {
 public:
  void Set(Variable v, rdf::TermId value) {
    for (auto& [variable, old] : values_) {
      if (variable == v) {
        old = value;
        return;
      }
    }
    values_.emplace_back(v, value);
  }
  // Unbound where it is none.
  [[nodiscard]] rdf::TermId Get(Variable v) const {
    for (const auto& [variable, value] : values_) {
      if (variable == v) return value;
    }
    return {};
  }
  [[nodiscard]] const std::vector<std::pair<Variable, rdf::TermId>>& values()
      const {
    return values_;
  }

 private:
  std::vector<std::pair<Variable, rdf::TermId>> values_;
};

// What one operator did. Times include those of its inputs.
struct OperatorProfile {
  // What another thread did of the same step.
  void Add(const OperatorProfile& other) {
    rows += other.rows;
    batches += other.batches;
    nanoseconds += other.nanoseconds;
    most_bytes += other.most_bytes;
    seeks += other.seeks;
    read.blocks_read += other.read.blocks_read;
    read.blocks_skipped += other.read.blocks_skipped;
  }

  uint64_t runs = 0;
  uint64_t rows = 0, batches = 0;
  int64_t nanoseconds = 0;
  size_t most_bytes = 0;
  uint64_t seeks = 0;          // scans: skips
  storage::ReadCounters read;  // scans, counts and paths
};

// Not thread-safe. Outlives all operators; must not move.
class Context {
 public:
  Context(const storage::ReadView& view, TermSpace& terms, MemoryBudget& memory,
          const QueryOptions& options, Dataset dataset,
          VariableTable variables);

  const storage::ReadView& view;
  TermSpace& terms;
  MemoryBudget& memory;
  const QueryOptions& options;
  const Dataset dataset;
  // `patterns` is each operator's own.
  EvaluationContext evaluation;

  // For steps that cost a batch, a seek or more.
  [[nodiscard]] absl::Status Check() const {
    return options.cancellation == nullptr ? absl::OkStatus()
                                           : options.cancellation->Check();
  }
  // For loops over rows: looks at the clock now and then.
  [[nodiscard]] absl::Status Tick() {
    constexpr uint32_t kTicksPerCheck = 4096;
    return ++ticks_ % kTicksPerCheck == 0 ? Check() : absl::OkStatus();
  }

  // A variable that no text can name.
  [[nodiscard]] Variable NewVariable() {
    variables_.names.emplace_back(".");
    return static_cast<Variable>(variables_.names.size() - 1);
  }
  [[nodiscard]] bool internal(Variable v) const {
    return variables_.internal(v);
  }
  [[nodiscard]] const std::string& NameOf(Variable v) const {
    return variables_.names[v];
  }

  // Another each time; see EvaluationContext::solution_scope.
  [[nodiscard]] uint64_t NewSolutionScope() { return ++solution_scopes_; }
  // A context of a part that another thread runs: the same moment, and scopes
  // of its own.
  [[nodiscard]] std::unique_ptr<Context> ForThread() {
    auto context = std::make_unique<Context>(view, terms, memory, options,
                                             dataset, variables_);
    context->evaluation.now = evaluation.now;
    context->solution_scopes_ = NewSolutionScope() * 0x9E3779B97F4A7C15u;
    return context;
  }

  // The plan of EXISTS for a pattern, what it runs under being `key`; null
  // until it is set. Operators come and go, these stay.
  [[nodiscard]] std::shared_ptr<const plan::PlanNode>& ExistsPlan(
      const Algebra* pattern, const std::vector<uint64_t>& key) {
    return exists_plans_[{pattern, key}];
  }

  // Null: nobody asks for one.
  [[nodiscard]] OperatorProfile* ProfileOf(const plan::PlanNode& node);
  // Where the reads of the node are counted; null: nobody asks.
  [[nodiscard]] storage::ReadCounters* CountersOf(const plan::PlanNode& node) {
    OperatorProfile* const profile = ProfileOf(node);
    return profile == nullptr ? nullptr : &profile->read;
  }
  // Null: none was kept.
  [[nodiscard]] const OperatorProfile* FindProfile(
      const plan::PlanNode& node) const;

 private:
  uint32_t ticks_ = 0;
  uint64_t solution_scopes_ = 0;
  absl::flat_hash_map<std::pair<const Algebra*, std::vector<uint64_t>>,
                      std::shared_ptr<const plan::PlanNode>>
      exists_plans_;
  VariableTable variables_;
  absl::flat_hash_map<const plan::PlanNode*, std::unique_ptr<OperatorProfile>>
      profiles_;
};

// The memory that one operator holds, taken from the query's in steps.
// Not thread-safe.
class MemoryCharge {
 public:
  MemoryCharge(Context& context, std::string_view use)
      : context_(context), use_(use) {}
  // kResourceExhausted names the operator and says what to do.
  [[nodiscard]] absl::Status Add(size_t bytes) {
    used_ += bytes;
    return used_ <= taken_ ? absl::OkStatus() : Grow();
  }
  void Release(size_t bytes) { used_ -= bytes; }
  [[nodiscard]] size_t used() const { return used_; }
  [[nodiscard]] Context& context() const { return context_; }

 private:
  absl::Status Grow();

  Context& context_;
  std::string_view use_;  // a literal
  size_t used_ = 0, taken_ = 0;
  MemoryReservation reservation_;
  bool reserved_ = false;
};

}  // namespace skg::query::exec
