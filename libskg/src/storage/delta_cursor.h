// DeltaCursor: the live statements of one index order, merged over the epochs
// of the delta as of one commit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "storage/kv.h"
#include "storage/statement_row.h"

namespace skg::storage {

// Not thread-safe; must end before its snapshot. Positioned on a live
// statement while Valid(); then status() tells whether the end is a real one.
class DeltaCursor {
 public:
  // Rows whose key begins with `prefix` (terms in the order's sequence).
  DeltaCursor(const Snapshot& snapshot, IndexOrder order, std::string prefix);

  [[nodiscard]] bool Valid() const { return valid_; }
  [[nodiscard]] const StatementRow& row() const { return row_; }
  [[nodiscard]] absl::Status status() const { return status_; }

  void Next();
  // To the first statement whose terms are >= `terms` (32 bytes or fewer, in
  // the order's sequence), from here forward.
  void Seek(std::string_view terms);

 private:
  struct Source {
    std::unique_ptr<KvIterator> rows;
    std::string prefix;                                 // graph, epoch, order
    [[nodiscard]] std::string_view statement() const {  // with the commit
      return rows->key().substr(kDeltaPrefixBytes);
    }
  };

  // Moves to the newest visible row of the next live statement.
  void Advance();
  [[nodiscard]] Source* Smallest();
  bool Take(const Source& source);

  std::vector<Source> sources_;
  const IndexOrder order_;
  const uint64_t commit_;
  const std::string prefix_;
  std::array<char, kStatementBytes> current_{};
  bool started_ = false;
  bool valid_ = false;
  StatementRow row_;
  absl::Status status_;
};

}  // namespace skg::storage
