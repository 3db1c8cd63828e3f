// The reserved properties of statements as terms.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/uuid.h"
#include "query/exec/context.h"
#include "query/record_property.h"
#include "rdf/term.h"
#include "storage/read_view.h"

namespace skg::query::exec {

// A weight as an xsd:decimal: the shortest that is read as the same weight.
[[nodiscard]] rdf::Term WeightTerm(float weight);
// The number that a literal of a numeric type is, as near as a weight can be;
// unset: it is none.
[[nodiscard]] std::optional<float> NumberOf(const rdf::Term& term);
// The same, if it is a weight.
[[nodiscard]] std::optional<float> WeightOf(const rdf::Term& term);
// An xsd:dateTime in UTC.
[[nodiscard]] rdf::Term TimeTerm(absl::Time time);
// The statement's id, if the IRI is one of an implicit reifier.
[[nodiscard]] std::optional<Uuid> StatementIdOf(const rdf::Term& reifier);
// Whether a row of a transaction's view is one that it has written itself.
[[nodiscard]] inline bool IsOwnRow(uint64_t commit, uint64_t last_commit) {
  return commit == 0 || commit > last_commit;
}

// Reads properties of one statement after the other. Not thread-safe.
class RecordReader {
 public:
  explicit RecordReader(Context& context) : context_(context) {}

  // The next calls are about this row of the context's view.
  void Begin(const storage::StatementRow& row);

  // Unbound: the statement has no such property. Cost: for all but the weight
  // a read, the first time, if the statement has a record.
  [[nodiscard]] absl::StatusOr<rdf::TermId> Read(
      const RecordProperty& property);
  // Cost: decoding the statement, and hashing it.
  [[nodiscard]] absl::StatusOr<rdf::TermId> Reifier();
  [[nodiscard]] absl::StatusOr<rdf::TermId> Reified();

 private:
  [[nodiscard]] absl::StatusOr<const storage::Record*> Record();
  [[nodiscard]] absl::StatusOr<rdf::TermId> TimeOf(uint64_t commit);
  [[nodiscard]] absl::StatusOr<rdf::TermId> TimeOf(
      const std::optional<absl::Time>& time);

  Context& context_;
  storage::StatementRow row_;
  std::optional<storage::Record> record_;
  // Few weights and commits make many statements.
  absl::flat_hash_map<float, rdf::TermId> weights_;
  absl::flat_hash_map<uint64_t, rdf::TermId> commit_times_;
};

}  // namespace skg::query::exec
