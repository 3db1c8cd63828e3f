#include "storage/history.h"

#include "base/bytes.h"
#include "base/status.h"
#include "storage/keys.h"
#include "storage/rows.h"

namespace skg::storage {

namespace {

// How the time that a state is kept stands in the row; microseconds follow
// from kFinite on.
constexpr uint64_t kUnset = 0;
constexpr uint64_t kForever = 1;
constexpr uint64_t kFinite = 2;

}  // namespace

std::string EncodeHistory(const History& history) {
  std::string out(1, kPlainFormat);
  AppendVarint(history.horizon, out);
  uint64_t kept = kUnset;
  if (history.kept_for) {
    kept = *history.kept_for == absl::InfiniteDuration()
               ? kForever
               : kFinite + static_cast<uint64_t>(
                               absl::ToInt64Microseconds(*history.kept_for));
  }
  AppendVarint(kept, out);
  return out;
}

absl::StatusOr<History> DecodeHistory(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kPlainFormat)
    return absl::DataLossError("damaged history row");
  ByteReader in(bytes.substr(1));
  History history;
  history.horizon = in.Varint();
  const uint64_t kept = in.Varint();
  if (!in.ok() || !in.empty() || kept > uint64_t{INT64_MAX})
    return absl::DataLossError("damaged history row");
  if (kept == kForever) {
    history.kept_for = absl::InfiniteDuration();
  } else if (kept != kUnset) {
    history.kept_for = absl::Microseconds(static_cast<int64_t>(kept - kFinite));
  }
  return history;
}

absl::StatusOr<History> ReadHistory(const KvStore& kv, uint32_t graph,
                                    const KvSnapshot* snapshot) {
  std::string value;
  SKG_ASSIGN_OR_RETURN(const bool found, kv.Get(Family::kLog, HistoryKey(graph),
                                                &value, snapshot));
  if (!found) return History{};
  return DecodeHistory(value);
}

}  // namespace skg::storage
