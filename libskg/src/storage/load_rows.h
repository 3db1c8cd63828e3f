// LoadRows: the statements of one load, by their ids, in the order of gspo.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/commit.h"
#include "storage/external_sorter.h"
#include "storage/keys.h"
#include "storage/statement_row.h"

namespace skg::storage {

// A statement of the default graph with nothing to say beyond its terms, added
// if absent. Subject, predicate, object, or these in another order.
using PlainRow = std::array<uint64_t, 3>;

struct FullRow {
  std::array<uint64_t, 4> terms;  // graph, subject, predicate, object
  uint32_t edge = 0;
  float weight = 1.0f;
  uint64_t sequence = 0;  // later in the input: greater
  uint64_t record = 0;    // as RecordSpill tells it; 0: none
  WriteOperation::Kind kind = WriteOperation::Kind::kAdd;
  uint64_t id = 0;  // its first half, where the graph keeps an id index
};

// By triple, then as they came: a remove concerns all edges.
struct FullRowBefore {
  bool operator()(const FullRow& a, const FullRow& b) const {
    if (const auto order = a.terms <=> b.terms; order != 0) return order < 0;
    return a.sequence < b.sequence;
  }
};

// Not thread-safe while it is filled.
class LoadRows {
 public:
  LoadRows(const std::string& directory, size_t memory_bytes)
      : plain_(directory, memory_bytes / 2),
        full_(directory, memory_bytes / 2) {}

  [[nodiscard]] absl::Status Add(const PlainRow& row) {
    return plain_.Add(row);
  }
  [[nodiscard]] absl::Status Add(const FullRow& row) { return full_.Add(row); }
  // After the last Add.
  [[nodiscard]] absl::Status Sort();
  // The same; tells where what is added later begins.
  struct Mark {
    size_t plain = 0, full = 0;
  };
  [[nodiscard]] absl::StatusOr<Mark> SortAndMark();

  // Whether the input says anything about edges of this triple. O(log).
  [[nodiscard]] absl::StatusOr<bool> Touches(const StatementKey& triple) const;

  // All triples in order. Must end before the rows.
  class Reader {
   public:
    // On a triple.
    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] const StatementKey& triple() const { return triple_; }
    // How often it stands there plainly.
    [[nodiscard]] uint64_t plain() const { return plain_count_; }
    // What else is said about its edges, in the sequence it came; null: no
    // more. Valid until the next call.
    [[nodiscard]] const FullRow* row() const {
      return full_.valid() && full_.row().terms == terms_ ? &full_.row()
                                                          : nullptr;
    }
    [[nodiscard]] absl::Status NextRow() { return full_.Next(); }
    // To the next triple.
    [[nodiscard]] absl::Status Next();

   private:
    friend class LoadRows;
    using Plain = ExternalSorter<PlainRow, std::less<>>::Reader;
    using Full = ExternalSorter<FullRow, FullRowBefore>::Reader;
    Reader(Plain plain, Full full)
        : plain_(std::move(plain)), full_(std::move(full)) {}
    [[nodiscard]] absl::Status Open();

    Plain plain_;
    Full full_;
    std::array<uint64_t, 4> terms_{};
    StatementKey triple_;
    uint64_t plain_count_ = 0;
    bool valid_ = false;
  };
  [[nodiscard]] absl::StatusOr<Reader> Read() const { return Read(Mark()); }
  // Only what was added since.
  [[nodiscard]] absl::StatusOr<Reader> Read(Mark from) const;

 private:
  ExternalSorter<PlainRow, std::less<>> plain_;
  ExternalSorter<FullRow, FullRowBefore> full_;
};

}  // namespace skg::storage
