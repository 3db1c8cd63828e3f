// QuotaCheck: who is asked before a graph may grow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/quota.h"

namespace skg::storage {

struct GraphDescription;

// What one commit does to its graph.
struct QuotaGrowth {
  // Statements of the graph, exact, including all commits before this one.
  uint64_t statements_before = 0;
  uint64_t statements_after = 0;
  // About what its rows will take; 0: it only removes.
  uint64_t bytes = 0;
};

// Asked by the writers of graphs. Thread safety: called from any thread.
class QuotaCheck {
 public:
  virtual ~QuotaCheck() = default;
  // False: there is nothing to ask about commits of this graph now. Cheap.
  [[nodiscard]] virtual bool Watches(const GraphDescription& graph) = 0;
  // Called for each commit of a watched graph in their order, before anything
  // of it is written. OK: the commit goes on, and what it adds counts from now
  // on. Else kResourceExhausted, see QuotaExceededStatus: it fails alone.
  // A write that fails after all shows in the next call's statements_before.
  [[nodiscard]] virtual absl::Status Admit(const GraphDescription& graph,
                                           const QuotaGrowth& growth) = 0;
  // What the graph held is gone.
  virtual void Dropped(const GraphDescription& graph) = 0;
};

// kResourceExhausted with a message that says all of it, and the payload that
// QuotaExceededOf reads.
[[nodiscard]] absl::Status QuotaExceededStatus(const QuotaExceeded& exceeded);

// Rows of family `catalog`, kind `Q`.
[[nodiscard]] std::string EncodeQuotaLimits(const QuotaLimits& limits);
[[nodiscard]] absl::StatusOr<QuotaLimits> DecodeQuotaLimits(
    std::string_view bytes);

}  // namespace skg::storage
