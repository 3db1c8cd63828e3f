// LoadDecision: what a load makes of the edges of one triple.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/statement.h"
#include "storage/load_rows.h"
#include "storage/record_spill.h"
#include "storage/statement_row.h"

namespace skg::storage {

// An edge that the load says something about.
struct LoadedEdge {
  uint32_t number = 0;
  const StatementRow* stored = nullptr;  // null: the snapshot has none
  bool live = false, changed = false;
  // What lives now began in this load, perhaps again.
  bool created = false;
  float weight = 1.0f;
  std::shared_ptr<const Record> record;  // once it is known; null: none
  // Of the stored record, where that was read.
  std::optional<uint64_t> stored_created;
  uint64_t id = 0;  // the first half, as the row says that made it what it is
  uint64_t removals = 0;  // of the whole triple that it knows of
};

// Applies what is said about a triple one after the other, as commits would.
// Not thread-safe. Memory: the edges of one triple.
class LoadDecision {
 public:
  using ReadRecord = std::function<absl::StatusOr<Record>(const StatementRow&)>;

  // Outcomes are counted in `result`. All must outlive it.
  LoadDecision(const RecordSpill& records, ReadRecord read_record,
               CommitResult& result)
      : records_(records),
        read_record_(std::move(read_record)),
        result_(result) {}

  // `stored`: the live edges of the triple, by number; must stay.
  void Begin(const std::vector<StatementRow>& stored);
  // A plain statement, so many times.
  void ApplyPlain(uint64_t times);
  [[nodiscard]] absl::Status Apply(const FullRow& row);
  // All edges that it has touched, by number. Valid until Begin.
  [[nodiscard]] const std::vector<LoadedEdge>& Finish();
  // After Finish: the triple had no edge and has one now, or the reverse.
  [[nodiscard]] bool appears() const { return stored_->empty() && live_ > 0; }
  [[nodiscard]] bool vanishes() const {
    return !stored_->empty() && live_ == 0;
  }

 private:
  LoadedEdge& EdgeOf(uint32_t number);
  [[nodiscard]] absl::Status Add(const FullRow& row, LoadedEdge& edge);
  [[nodiscard]] absl::Status LoadRecord(LoadedEdge& edge) const;

  const RecordSpill& records_;
  const ReadRecord read_record_;
  CommitResult& result_;

  const std::vector<StatementRow>* stored_ = nullptr;
  std::vector<LoadedEdge> edges_;
  // Where each is in `edges_`, once they are many.
  absl::flat_hash_map<uint32_t, size_t> places_;
  uint64_t live_ = 0;
  uint64_t removals_ = 0;
};

}  // namespace skg::storage
