// Templates of an update that write statements' records.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/change_set.h"
#include "query/exec/quad_template.h"
#include "query/request.h"

namespace skg::query::exec {

// A template's quads, those about implicit reifiers apart: whose predicate is a
// reserved property, and what their subjects reify. Not thread-safe.
class RecordTemplates {
 public:
  // As QuadTemplate::Make. Errors: also kInvalidArgument (a property that
  // cannot be written; a reifier that denotes no statement, or has other
  // properties).
  [[nodiscard]] static absl::StatusOr<RecordTemplates> Make(
      const std::vector<QuadPattern>& quads, const std::string* with,
      const std::vector<Variable>& columns, ChangeSet& changes);

  // The other quads.
  [[nodiscard]] QuadTemplate& quads() { return *quads_; }

  // Adds what one solution writes, or with `unset` takes away, to the change
  // set. Places without a value write nothing. Errors: those of
  // ChangeSet::EditRecord and of RecordEdits.
  [[nodiscard]] absl::Status Fill(const Batch& batch, size_t row,
                                  BlankNodeScope& nodes, bool unset);

 private:
  struct Parts;  // what templates lend from
  struct Value {
    RecordProperty property;
    QuadTemplate term;  // as the object of one quad
  };
  struct Target {
    std::optional<QuadTemplate> statement;  // its triple
    std::optional<QuadTemplate> reifier;    // as the object of one quad
    std::vector<Value> values;
  };

  explicit RecordTemplates(ChangeSet& changes);
  // Unset: the place has no value.
  [[nodiscard]] absl::StatusOr<std::optional<rdf::Term>> TermOf(
      QuadTemplate& place, const Batch& batch, size_t row,
      BlankNodeScope& nodes);
  // Null: there is nothing to edit.
  [[nodiscard]] absl::StatusOr<RecordEdits*> EditsOf(Target& target,
                                                     const Batch& batch,
                                                     size_t row,
                                                     BlankNodeScope& nodes,
                                                     bool unset);

  ChangeSet* changes_;
  std::shared_ptr<Parts> parts_;
  std::optional<QuadTemplate> quads_;
  std::vector<Target> targets_;
  std::vector<storage::StatementKey> filled_;
};

}  // namespace skg::query::exec
