// Catalog: which graphs there are, the format version, and small settings.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/kv.h"
#include "storage/quota.h"
#include "storage/rows.h"
#include "storage/store.h"

namespace skg::storage {

// The on-disk format that this program writes and reads.
inline constexpr uint64_t kFormatVersion = 2;

// Where graphs stand, one a number; unset: it is dropped. Any thread.
[[nodiscard]] absl::StatusOr<std::vector<std::optional<Head>>> ReadHeads(
    const KvStore& kv, std::span<const uint32_t> graphs);
// The store is of the format that this program reads. Errors: as Catalog::Open.
[[nodiscard]] absl::Status CheckFormat(const KvStore& kv, const KvSnapshot* at);
// False: it was dropped.
[[nodiscard]] absl::StatusOr<bool> IsListed(const KvStore& kv, uint32_t graph,
                                            const KvSnapshot* at);

// Rows of family `catalog`. Not thread-safe: the Store calls it under its lock.
class Catalog {
 public:
  explicit Catalog(KvStore& kv) : kv_(kv) {}

  // Writes the format row in an empty store, else checks it. Errors:
  // kFailedPrecondition (another version; says which), kDataLoss; of a
  // read-only store also kNotFound (there is none yet).
  [[nodiscard]] absl::Status Open();

  // Unset: no such graph.
  [[nodiscard]] absl::StatusOr<std::optional<GraphDescription>> Find(
      std::string_view tenant, std::string_view name,
      const KvSnapshot* at = nullptr) const;
  // Makes those that are not there, in one batch: durable with kSync.
  [[nodiscard]] absl::Status Create(std::span<const Store::GraphName> names,
                                    const Store::CreateOptions& options,
                                    WriteMode mode);
  // Takes a number for a graph that is being restored. Its rows are those of a
  // dropped graph until Publish.
  [[nodiscard]] absl::StatusOr<uint32_t> Reserve();
  // Gives a reserved number its name. Durable.
  [[nodiscard]] absl::Status Publish(const GraphDescription& graph);
  // Takes the name away and remembers that the rows are still to be deleted.
  [[nodiscard]] absl::Status Drop(const GraphDescription& graph);
  [[nodiscard]] absl::StatusOr<std::vector<GraphDescription>> List() const;
  // At most `count` of them, of numbers from `first` on, by number.
  [[nodiscard]] absl::StatusOr<std::vector<GraphDescription>> ListFrom(
      uint32_t first, size_t count) const;
  // Their numbers. O(graphs of the tenant).
  [[nodiscard]] absl::StatusOr<std::vector<uint32_t>> GraphsOf(
      std::string_view tenant) const;

  // Graphs that were dropped and whose rows are still there.
  [[nodiscard]] absl::StatusOr<std::vector<uint32_t>> Dropped() const;

  [[nodiscard]] absl::Status PutSetting(std::string_view key,
                                        std::string_view value);
  [[nodiscard]] absl::Status DeleteSetting(std::string_view key);
  [[nodiscard]] absl::StatusOr<std::string> GetSetting(
      std::string_view key) const;
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> ListSettings(
      std::string_view prefix) const;

  // `owner`: "tenant" or "tenant/graph". Durable; no limits: no row.
  [[nodiscard]] absl::Status PutQuota(std::string_view owner,
                                      const QuotaLimits& limits);
  [[nodiscard]] absl::StatusOr<std::vector<std::pair<std::string, QuotaLimits>>>
  Quotas() const;

 private:
  [[nodiscard]] absl::StatusOr<uint32_t> NextNumber() const;

  KvStore& kv_;
};

}  // namespace skg::storage
