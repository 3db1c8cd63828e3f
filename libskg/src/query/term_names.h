// The names of terms, decoded in batches and remembered within a bound.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "query/evaluation.h"
#include "rdf/term_id.h"

namespace skg::query {

// Not thread-safe.
class TermNames {
 public:
  explicit TermNames(Evaluation& evaluation) : evaluation_(evaluation) {}
  ~TermNames() { Forget(); }
  TermNames(const TermNames&) = delete;
  TermNames& operator=(const TermNames&) = delete;

  // Until the next call, Name knows all of `ids` (and may forget others).
  // Unbound ids have the empty name.
  // Errors: kDataLoss, kResourceExhausted, kDeadlineExceeded, kCancelled.
  [[nodiscard]] absl::Status Load(std::span<const rdf::TermId> ids);
  [[nodiscard]] const std::string& Name(rdf::TermId id) const {
    static const std::string kEmpty;
    const auto found = known_.find(id.bits);
    return found == known_.end() ? kEmpty : found->second;
  }

 private:
  void Forget();

  Evaluation& evaluation_;
  absl::flat_hash_map<uint64_t, std::string> known_;
  uint64_t bytes_ = 0;
};

}  // namespace skg::query
