// LoadRows: the statements of one load, by their ids, in the order of gspo.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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
  uint32_t record = 0;    // place among the load's records plus one; 0: none
  bool if_absent = false;
  std::array<uint8_t, 16> id;  // where the graph keeps an id index
};

// By statement, then as they came.
struct FullRowBefore {
  bool operator()(const FullRow& a, const FullRow& b) const {
    if (const auto order = a.terms <=> b.terms; order != 0) return order < 0;
    if (a.edge != b.edge) return a.edge < b.edge;
    return a.sequence < b.sequence;
  }
};

// What the input says about the edges of one triple.
struct LoadedTriple {
  StatementKey key;           // edge 0
  uint64_t plain = 0;         // how often it stands there plainly
  std::vector<FullRow> full;  // by edge, then as they came
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

  // Whether the input says anything about edges of this triple. O(log).
  [[nodiscard]] absl::StatusOr<bool> Touches(const StatementKey& triple) const;

  // All triples in order. Must end before the rows.
  class Reader {
   public:
    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] const LoadedTriple& triple() const { return triple_; }
    [[nodiscard]] absl::Status Next();

   private:
    friend class LoadRows;
    using Plain = ExternalSorter<PlainRow, std::less<>>::Reader;
    using Full = ExternalSorter<FullRow, FullRowBefore>::Reader;
    Reader(Plain plain, Full full)
        : plain_(std::move(plain)), full_(std::move(full)) {}

    Plain plain_;
    Full full_;
    LoadedTriple triple_;
    bool valid_ = false;
  };
  [[nodiscard]] absl::StatusOr<Reader> Read() const;

 private:
  ExternalSorter<PlainRow, std::less<>> plain_;
  ExternalSorter<FullRow, FullRowBefore> full_;
};

}  // namespace skg::storage
