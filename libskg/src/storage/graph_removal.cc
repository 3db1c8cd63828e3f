#include "storage/graph_removal.h"

#include <utility>

#include "base/status.h"
#include "storage/keys.h"

namespace skg::storage {

namespace {

// Rows of a graph that are deleted one by one: each range that is deleted as
// such costs every later read a little until it is compacted away.
constexpr size_t kFewRows = 32;
// Below this a range is left to the compactions that come anyway.
constexpr uint64_t kWorthCompactingBytes = 1 << 20;

// Consecutive graphs with many rows in one family.
struct Stretch {
  uint32_t first = 0, last = 0;
};

absl::Status DeleteFromFamily(KvStore& kv, Family family,
                              std::span<const uint32_t> graphs, KvBatch& batch,
                              std::vector<Stretch>* large) {
  const auto rows =
      kv.NewIterator(family, {.snapshot = nullptr,
                              .lower = GraphPrefix(graphs.front()),
                              .upper = PrefixEnd(GraphPrefix(graphs.back())),
                              .fill_cache = false});
  std::vector<std::string> keys;
  for (const uint32_t graph : graphs) {
    const std::string prefix = GraphPrefix(graph);
    keys.clear();
    for (rows->Seek(prefix); rows->Valid() && keys.size() <= kFewRows &&
                             rows->key().substr(0, prefix.size()) == prefix;
         rows->Next()) {
      keys.emplace_back(rows->key());
    }
    SKG_RETURN_IF_ERROR(rows->status());
    if (keys.size() <= kFewRows) {
      for (const std::string& key : keys) batch.Delete(family, key);
    } else if (!large->empty() && large->back().last + 1 == graph) {
      large->back().last = graph;
    } else {
      large->push_back({graph, graph});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<DeletedRange>> DeleteGraphRows(
    KvStore& kv, std::span<const uint32_t> graphs) {
  std::vector<DeletedRange> deleted;
  if (graphs.empty()) return deleted;
  const auto batch = kv.NewBatch();
  for (size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    if (family == Family::kCatalog) continue;
    std::vector<Stretch> large;
    SKG_RETURN_IF_ERROR(DeleteFromFamily(kv, family, graphs, *batch, &large));
    for (const Stretch& stretch : large) {
      DeletedRange range{family, GraphPrefix(stretch.first),
                         PrefixEnd(GraphPrefix(stretch.last))};
      const bool worth = kv.ApproximateBytes(family, range.begin, range.end) >=
                         kWorthCompactingBytes;
      batch->DeleteRange(family, range.begin, range.end);
      if (worth) deleted.push_back(std::move(range));
    }
  }
  for (const uint32_t graph : graphs) {
    batch->Delete(Family::kCatalog,
                  CatalogKey(kDroppedKind, GraphPrefix(graph)));
  }
  SKG_RETURN_IF_ERROR(kv.Write(*batch, WriteMode::kBuffered));
  return deleted;
}

absl::Status ReclaimSpace(KvStore& kv, const std::vector<DeletedRange>& ranges,
                          std::atomic<bool>* stop) {
  for (const DeletedRange& range : ranges) {
    if (stop != nullptr && *stop) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(kv.Compact(range.family, range.begin, range.end, stop));
  }
  return absl::OkStatus();
}

absl::Status ReclaimSpace(KvStore& kv, uint32_t graph) {
  // First into files, all families at once: so the log is let go as well.
  SKG_RETURN_IF_ERROR(kv.Flush());
  const std::string begin = GraphPrefix(graph);
  const std::string end = PrefixEnd(begin);
  for (size_t i = 0; i < kFamilyCount; ++i) {
    SKG_RETURN_IF_ERROR(
        kv.Compact(static_cast<Family>(i), begin, end, nullptr));
  }
  return absl::OkStatus();
}

}  // namespace skg::storage
