// Quotas: how much a tenant or a graph may hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "skg/export.h"

namespace skg {

// Unset: no limit. Values up to 2^63 - 1.
struct QuotaLimits {
  std::optional<uint64_t> max_statements;
  // On disk, with indexes, dictionary, history and log.
  std::optional<uint64_t> max_bytes;
  friend bool operator==(const QuotaLimits&, const QuotaLimits&) = default;
};

// What may be held and what is: of a tenant the sum over its graphs.
struct Quota {
  QuotaLimits limits;
  uint64_t statements = 0;  // exact
  // About: what is deleted counts until the store has compacted its files.
  uint64_t bytes = 0;
};

// Why a commit was refused.
struct QuotaExceeded {
  enum class Resource : uint8_t { kStatements, kBytes };
  std::string owner;  // tenant "acme", or graph "acme/main": as in a message
  Resource resource = Resource::kStatements;
  uint64_t limit = 0;
  uint64_t present = 0;
  uint64_t wanted = 0;  // what the commit would have added
  friend bool operator==(const QuotaExceeded&, const QuotaExceeded&) = default;
};

// What a status of code kResourceExhausted carries if a quota was its cause.
[[nodiscard]] SKG_EXPORT std::optional<QuotaExceeded> QuotaExceededOf(
    const absl::Status& status);

}  // namespace skg
