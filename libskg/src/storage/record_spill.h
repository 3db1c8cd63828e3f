// Records of a load or a transaction that wait in temporary files.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/read_view.h"
#include "storage/spill_file.h"
#include "storage/statement_row.h"

namespace skg::storage {

// Records by where they stand. There is no file before the first one.
// Thread safety: one thread while it is written, then Read from any thread.
class RecordSpill {
 public:
  // `directory`: see SpillFile.
  explicit RecordSpill(std::string directory)
      : directory_(std::move(directory)) {}

  // Its place plus one. Errors: as SpillFile.
  [[nodiscard]] absl::StatusOr<uint64_t> Add(const Record& record);
  // After Add and before a Read of what it added.
  [[nodiscard]] absl::Status Flush();
  // `place`: what Add gave.
  [[nodiscard]] absl::StatusOr<Record> Read(uint64_t place) const;
  // All in the sequence they were added.
  [[nodiscard]] absl::Status ForEach(
      const std::function<absl::Status(const Record&)>& visit) const;
  [[nodiscard]] uint64_t bytes() const {
    return file_ == nullptr ? 0 : file_->size();
  }

 private:
  const std::string directory_;
  std::unique_ptr<SpillFile> file_;
};

// Records by their statements. Thread safety: as RecordSpill.
class StatementRecords {
 public:
  explicit StatementRecords(std::string directory)
      : directory_(directory), records_(std::move(directory)) {}

  // Statements in rising order, each once.
  [[nodiscard]] absl::Status Add(const StatementKey& statement,
                                 const Record& record);
  // After the last Add.
  [[nodiscard]] absl::Status Flush();
  [[nodiscard]] uint64_t size() const;
  // Of the records, with what their keys in the store take.
  [[nodiscard]] uint64_t bytes() const;
  // All in the order of the statements, from front to end of the files.
  [[nodiscard]] absl::Status ForEach(
      const std::function<absl::Status(const StatementKey& statement,
                                       const Record& record)>& visit) const;
  // O(log size) reads.
  [[nodiscard]] absl::StatusOr<std::optional<Record>> Find(
      const StatementKey& statement) const;

 private:
  struct Entry {
    StatementKey statement;
    uint64_t place = 0;
  };
  [[nodiscard]] absl::StatusOr<Entry> EntryAt(uint64_t i) const;

  const std::string directory_;
  std::unique_ptr<SpillFile> entries_;
  RecordSpill records_;
};

}  // namespace skg::storage
