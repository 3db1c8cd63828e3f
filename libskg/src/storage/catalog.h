// Catalog: which graphs there are, the format version, and small settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/kv.h"
#include "storage/store.h"

namespace skg::storage {

// The on-disk format that this program writes and reads.
inline constexpr uint64_t kFormatVersion = 1;

// Rows of family `catalog`. Not thread-safe: the Store calls it under its lock.
class Catalog {
 public:
  explicit Catalog(KvStore& kv) : kv_(kv) {}

  // Writes the format row in an empty store, else checks it. Errors:
  // kFailedPrecondition (another version; says which), kDataLoss.
  [[nodiscard]] absl::Status Open();

  // Unset: no such graph.
  [[nodiscard]] absl::StatusOr<std::optional<GraphDescription>> Find(
      std::string_view tenant, std::string_view name) const;
  [[nodiscard]] absl::StatusOr<GraphDescription> Create(
      std::string_view tenant, std::string_view name,
      const Store::CreateOptions& options);
  // Takes a number for a graph that is being restored. Its rows are those of a
  // dropped graph until Publish.
  [[nodiscard]] absl::StatusOr<uint32_t> Reserve();
  // Gives a reserved number its name. Durable.
  [[nodiscard]] absl::Status Publish(const GraphDescription& graph);
  // Takes the name away and remembers that the rows are still to be deleted.
  [[nodiscard]] absl::Status Drop(const GraphDescription& graph);
  [[nodiscard]] absl::StatusOr<std::vector<GraphDescription>> List() const;

  // Graphs that were dropped and whose rows are still there.
  [[nodiscard]] absl::StatusOr<std::vector<uint32_t>> Dropped() const;
  // Deletes all rows of a dropped graph.
  [[nodiscard]] absl::Status DeleteRows(uint32_t graph);

  [[nodiscard]] absl::Status PutSetting(std::string_view key,
                                        std::string_view value);
  [[nodiscard]] absl::Status DeleteSetting(std::string_view key);
  [[nodiscard]] absl::StatusOr<std::string> GetSetting(
      std::string_view key) const;
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> ListSettings(
      std::string_view prefix) const;

 private:
  [[nodiscard]] absl::StatusOr<uint32_t> NextNumber() const;

  KvStore& kv_;
};

}  // namespace skg::storage
