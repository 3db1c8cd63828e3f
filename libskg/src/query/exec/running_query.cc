#include "query/exec/running_query.h"

#include <atomic>
#include <cstdint>
#include <random>
#include <utility>

#include "base/status.h"
#include "query/exec/statement_filter.h"

namespace skg::query::exec {
namespace {

// Another one each time; to ask the system for each would take longer than a
// small query does.
uint64_t NewSeed() {
  static const uint64_t process = [] {
    std::random_device device;
    return uint64_t{device()} << 32 | device();
  }();
  static std::atomic<uint64_t> queries{0};
  // SplitMix64 (Steele, Lea, Flood 2014).
  uint64_t mixed = process + ++queries * 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

}  // namespace

RunningQuery::RunningQuery(VariableTable variables,
                           const storage::ReadView& view,
                           const QueryOptions& options)
    : view_(view),
      options_(options),
      variables_(std::move(variables)),
      memory_(options.memory_bytes, options.memory, "queries") {
  while (options_.seed == 0) options_.seed = NewSeed();
  // They count what is stored.
  if (FiltersStatements(options_)) options_.plan.shortcuts = false;
}

absl::Status RunningQuery::Start(const DatasetClause& dataset) {
  SKG_ASSIGN_OR_RETURN(term_memory_, memory_.Reserve("computed terms", 0));
  terms_.emplace(view_, &term_memory_);
  SKG_ASSIGN_OR_RETURN(
      Dataset resolved,
      MakeDataset(options_.dataset.empty() ? dataset : options_.dataset,
                  options_.union_default_graph, *terms_));
  context_.emplace(view_, *terms_, memory_, options_, std::move(resolved),
                   std::move(variables_));
  return absl::OkStatus();
}

}  // namespace skg::query::exec
