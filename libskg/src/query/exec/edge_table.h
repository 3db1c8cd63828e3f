// EdgeTable: the links of one predicate, looked up or held.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "query/exec/context.h"
#include "query/plan/plan_node.h"

namespace skg::query::exec {

// Starts with a scan for each node; once these have cost as much as reading all
// links of the predicate would, it reads them into rows of neighbours.
// Not thread-safe.
class EdgeTable {
 public:
  // From subjects to objects if `forward`, else the other way.
  EdgeTable(Context& context, const plan::ActiveGraph& graph,
            rdf::TermId predicate, bool forward, MemoryCharge& charge,
            storage::ReadCounters* counters)
      : context_(context),
        graph_(graph),
        predicate_(predicate),
        forward_(forward),
        charge_(charge),
        counters_(counters) {}

  // Appends the neighbours of a node. Errors: kResourceExhausted,
  // kDeadlineExceeded, kCancelled, kDataLoss.
  [[nodiscard]] absl::Status Add(rdf::TermId node,
                                 std::vector<rdf::TermId>* neighbours);

 private:
  absl::Status Scan(rdf::TermId node, std::vector<rdf::TermId>* neighbours);
  absl::Status MaybeLoad();
  absl::Status Load();

  Context& context_;
  const plan::ActiveGraph graph_;
  const rdf::TermId predicate_;
  const bool forward_;
  MemoryCharge& charge_;
  storage::ReadCounters* const counters_;  // may be null
  storage::StatementBatch batch_;          // of one scan after the other

  uint64_t cost_ = 0;  // of the scans, in rows
  uint64_t try_at_ = 2048;
  bool loaded_ = false;
  // Neighbours of node number i: targets_[first_[i]] to targets_[first_[i +
  // 1]].
  absl::flat_hash_map<rdf::TermId, uint32_t> numbers_;
  std::vector<uint64_t> first_;
  std::vector<rdf::TermId> targets_;
};

}  // namespace skg::query::exec
