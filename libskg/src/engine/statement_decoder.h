// Rows in term ids as the statements that callers see.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rdf/name.h"
#include "rdf/term_id.h"
#include "skg/statement.h"
#include "storage/read_view.h"

namespace skg::engine {

// The names of terms, decoded in batches and remembered within a bound.
// Not thread-safe.
class TermNames {
 public:
  TermNames(const storage::ReadView& view, const rdf::NameSpace& names)
      : view_(view), names_(names) {}

  // After this and until the next call, Name knows all of `ids`.
  [[nodiscard]] absl::Status Load(std::span<const rdf::TermId> ids);
  [[nodiscard]] const std::string& Name(rdf::TermId id) const {
    return known_.find(id.bits)->second;
  }

 private:
  const storage::ReadView& view_;
  const rdf::NameSpace& names_;
  absl::flat_hash_map<uint64_t, std::string> known_;
  size_t bytes_ = 0;
};

// Not thread-safe.
class StatementDecoder {
 public:
  // Which of the fields that cost something are wanted.
  struct Fields {
    bool metadata = false;  // metadata, source, valid times
    bool identity = true;   // id, created_commit, created_at, updated_at
  };
  StatementDecoder(const storage::ReadView& view, const rdf::NameSpace& names,
                   Fields fields)
      : view_(view), fields_(fields), names_(view, names) {}

  // Appends one statement for each row. Errors: kDataLoss.
  [[nodiscard]] absl::Status Decode(std::span<const storage::StatementRow> rows,
                                    std::vector<Statement>& out);

 private:
  absl::Status DecodeRow(const storage::StatementRow& row, Statement& out);
  absl::StatusOr<absl::Time> TimeOfCommit(uint64_t commit);

  const storage::ReadView& view_;
  Fields fields_;
  TermNames names_;
  absl::flat_hash_map<uint64_t, absl::Time> times_;
};

}  // namespace skg::engine
