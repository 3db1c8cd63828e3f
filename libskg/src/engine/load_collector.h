// The statements of one load on their way into its commit.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "engine/commit_builder.h"
#include "engine/load_input.h"
#include "rdf/term.h"
#include "skg/statement.h"

namespace skg::engine {

// Not thread-safe. What it is made of must outlive it.
class LoadCollector {
 public:
  // Statements that name no graph go into `graph` (a name or term; empty: the
  // default graph), whose term is `graph_term`. Beyond `memory_limit` bytes of
  // collected changes the load ends.
  LoadCollector(CommitBuilder& builder, LoadInput& input, std::string graph,
                rdf::Term graph_term, size_t memory_limit);

  // A statement of a format without weights: it never touches a stored record.
  // Errors: kInvalidArgument, kResourceExhausted (the memory limit), and those
  // of the store.
  [[nodiscard]] absl::Status Add(const rdf::Quad& quad);
  // The same, and kInvalidArgument carries FieldErrors.
  [[nodiscard]] absl::Status Add(NewStatement& statement, bool if_absent);

  // Where the collected statements end now, and: those after `mark` shall not
  // replace what is stored after all.
  [[nodiscard]] size_t Mark() const { return builder_.size(); }
  void MakeIfAbsentSince(size_t mark) { builder_.MakeIfAbsentSince(mark); }

 private:
  absl::Status Counted();

  CommitBuilder& builder_;
  LoadInput& input_;
  const std::string graph_;
  const rdf::Term graph_term_;
  const size_t memory_limit_;
  rdf::Quad scratch_;
};

}  // namespace skg::engine
