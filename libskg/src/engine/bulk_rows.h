// BulkRows: statements of a document become rows of a LoadBlock.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/uuid.h"
#include "engine/blank_nodes.h"
#include "engine/statement_input.h"
#include "rdf/term.h"
#include "storage/load_block_builder.h"
#include "storage/store.h"

namespace skg::engine {

// Immutable. Thread safety: all methods from any thread, each with a block of
// its own.
class BulkRows {
 public:
  // Statements that name no graph go into `graph` (unset as in rdf::Quad: the
  // default one).
  BulkRows(const storage::GraphStore& store, rdf::Term graph)
      : store_(store),
        uuid_(store.description().uuid),
        statement_ids_(store.description().statement_ids),
        graph_(std::move(graph)) {}

  // Adds it if absent. `quad` is left with lasting blank node labels. Errors:
  // kInvalidArgument that carries FieldErrors (a kind of term that RDF does not
  // allow there, or one that is too long).
  [[nodiscard]] absl::Status Add(rdf::Quad& quad,
                                 storage::LoadBlockBuilder& builder) const;
  // The same with what it says beyond its terms.
  [[nodiscard]] absl::Status Add(rdf::Quad& quad,
                                 const StatementDetails& details,
                                 bool if_absent,
                                 storage::LoadBlockBuilder& builder) const;

 private:
  [[nodiscard]] absl::Status Prepare(rdf::Quad& quad) const;
  storage::LoadBlock::Full& AddFull(const rdf::Quad& quad, uint32_t edge,
                                    storage::LoadBlockBuilder& builder) const;

  const storage::GraphStore store_;
  const Uuid uuid_;
  const bool statement_ids_;
  const rdf::Term graph_;
  const HashedBlankNodes blank_nodes_;
};

}  // namespace skg::engine
