// RecordEdits: what one operation of an update writes into statements' records.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "query/record_property.h"
#include "rdf/term.h"
#include "storage/store.h"

namespace skg::query::exec {

// A statement with weight and record.
struct StatementState {
  storage::StatementRow row;
  storage::Record record;
};

// Reserved properties may be written but for the two times of commits.
// kInvalidArgument says so.
[[nodiscard]] absl::Status CheckWritable(const RecordProperty& property);

// The edits of one statement, or of all edges of one triple.
class RecordEdits {
 public:
  // A property's new value. Errors: kInvalidArgument (a value that the property
  // cannot have; another one for it in the same operation).
  [[nodiscard]] absl::Status Set(const RecordProperty& property,
                                 const rdf::Term& value);
  // Takes a property away where it has this value. The weight is 1 then.
  void Unset(const RecordProperty& property, const rdf::Term& value);

  // Unsets first. Errors: kInvalidArgument (valid times the wrong way round,
  // metadata that no record can hold).
  [[nodiscard]] absl::Status Apply(StatementState& statement) const;
  // It only takes properties away.
  [[nodiscard]] bool only_unsets() const { return sets_.empty(); }

 private:
  struct Edit {
    RecordProperty property;
    rdf::Term value;
  };
  std::vector<Edit> sets_, unsets_;
};

}  // namespace skg::query::exec
