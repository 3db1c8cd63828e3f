// The names of terms, decoded in batches and remembered within a bound.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "query/values/term_space.h"
#include "rdf/name.h"
#include "rdf/term_id.h"

namespace skg::query {

// Not thread-safe.
class TermNames {
 public:
  // Both outlive this. Names are charged to the memory of `terms`.
  TermNames(TermSpace& terms, const rdf::NameSpace& names)
      : terms_(terms), names_(names) {}
  ~TermNames() { Forget(); }
  TermNames(const TermNames&) = delete;
  TermNames& operator=(const TermNames&) = delete;

  // Until the next call, Name knows all of `ids` (and may forget others).
  // Unbound ids have the empty name. Errors: kDataLoss, kResourceExhausted.
  [[nodiscard]] absl::Status Load(std::span<const rdf::TermId> ids);
  [[nodiscard]] const std::string& Name(rdf::TermId id) const {
    static const std::string kEmpty;
    const auto found = known_.find(id.bits);
    return found == known_.end() ? kEmpty : found->second;
  }

 private:
  void Forget();

  TermSpace& terms_;
  const rdf::NameSpace& names_;
  absl::flat_hash_map<uint64_t, std::string> known_;
  uint64_t bytes_ = 0;
};

}  // namespace skg::query
