#include "storage/logged_ends.h"

#include <algorithm>
#include <span>

#include "base/status.h"

namespace skg::storage {

absl::StatusOr<const LoggedEnds::Entry*> LoggedEnds::Read(uint64_t commit) {
  const auto [it, added] = entries_.try_emplace(commit);
  Entry& entry = it->second;
  if (!added) return &entry;
  const auto header = log_.Read(
      commit,
      [&](std::span<const LoggedChange> changes) {
        for (const LoggedChange& change : changes) {
          if (change.operation == RowOperation::kRemove)
            entry.removed.insert(change.key);
        }
        return absl::OkStatus();
      },
      at_);
  // Who checks the log tells what is wrong with an entry.
  entry.logged = header.ok();
  if (header.ok()) {
    entry.clears = header->clears;
  } else if (!absl::IsOutOfRange(header.status()) &&
             !absl::IsDataLoss(header.status())) {
    entries_.erase(commit);
    return header.status();
  }
  return &entry;
}

absl::StatusOr<bool> LoggedEnds::Cleared(uint64_t commit,
                                         const ClearScope& scope) {
  SKG_ASSIGN_OR_RETURN(const Entry* entry, Read(commit));
  return !entry->logged || std::find(entry->clears.begin(), entry->clears.end(),
                                     scope) != entry->clears.end();
}

absl::StatusOr<bool> LoggedEnds::MayHaveEnded(uint64_t commit,
                                              const StatementKey& key) {
  SKG_ASSIGN_OR_RETURN(const Entry* entry, Read(commit));
  return !entry->logged || entry->removed.contains(key) ||
         std::any_of(
             entry->clears.begin(), entry->clears.end(),
             [&](const ClearScope& scope) { return scope.Covers(key.graph); });
}

}  // namespace skg::storage
