// QuadTemplate: the quads of DELETE, INSERT and their DATA forms, filled in
// with solutions (SPARQL 1.1 Update, section 3.1.3).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/batch.h"
#include "query/exec/change_set.h"
#include "query/request.h"
#include "storage/statement_row.h"

namespace skg::query::exec {

// Not thread-safe.
class QuadTemplate {
 public:
  // `columns[i]` is the variable of column i. `with`: the graph of quads that
  // name none; null: the default graph. All that is given outlives it.
  // Errors: those of ChangeSet::IdOf.
  [[nodiscard]] static absl::StatusOr<QuadTemplate> Make(
      const std::vector<QuadPattern>& quads, const std::string* with,
      const std::vector<Variable>& columns, ChangeSet& changes);

  // The statements of one solution, in ids of the change set; quads that are no
  // statements (an unbound place, a literal as subject ...) are left out. Its
  // blank nodes are those of `nodes`.
  [[nodiscard]] absl::Status Fill(const Batch& batch, size_t row,
                                  BlankNodeScope& nodes,
                                  std::vector<storage::StatementKey>* out);

 private:
  // What stands in a place.
  struct Slot {
    enum class Kind : uint8_t {
      kConstant,  // `id`; unbound: the default graph, or a variable without
                  // values
      kColumn,    // `column`
      kNodes,     // `term`, which has blank nodes
      kTriple,    // `parts`, a triple term
    };
    Kind kind = Kind::kConstant;
    rdf::TermId id;
    size_t column = 0;
    const rdf::Term* term = nullptr;
    std::vector<Slot> parts;
  };
  struct Quad {
    bool in_default_graph = false;
    Slot graph, subject, predicate, object;
  };
  using Columns = absl::flat_hash_map<Variable, size_t>;

  explicit QuadTemplate(ChangeSet& changes) : changes_(&changes) {}
  [[nodiscard]] absl::StatusOr<Slot> MakeSlot(const PatternTerm& term,
                                              const Columns& columns);
  // Unbound: it has no value.
  [[nodiscard]] absl::StatusOr<rdf::TermId> Fill(const Slot& slot,
                                                 const Batch& batch, size_t row,
                                                 BlankNodeScope& nodes);
  [[nodiscard]] absl::StatusOr<rdf::TermId> FillTriple(const Slot& slot,
                                                       const Batch& batch,
                                                       size_t row,
                                                       BlankNodeScope& nodes);
  [[nodiscard]] bool IsResource(rdf::TermId id) const;

  ChangeSet* changes_;
  std::vector<Quad> quads_;
};

}  // namespace skg::query::exec
