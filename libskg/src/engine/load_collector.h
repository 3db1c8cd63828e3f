// The statements of one load on their way into its commit.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/commit_builder.h"
#include "engine/load_input.h"
#include "rdf/term.h"
#include "skg/statement.h"

namespace skg::engine {

// Not thread-safe. What it is made of must outlive it.
class LoadCollector {
 public:
  virtual ~LoadCollector() = default;

  // A statement of a format without weights: it never touches a stored record.
  // Errors: kInvalidArgument, kResourceExhausted (the memory limit), and those
  // of the store.
  [[nodiscard]] virtual absl::Status Add(const rdf::Quad& quad) = 0;
  // The same, and kInvalidArgument carries FieldErrors.
  [[nodiscard]] virtual absl::Status Add(NewStatement& statement,
                                         bool if_absent) = 0;

  // Where the collected statements end now, and: those after the last mark
  // shall not replace what is stored after all.
  [[nodiscard]] virtual absl::StatusOr<size_t> Mark() = 0;
  virtual void MakeIfAbsentSince(size_t mark) = 0;
};

// Holds the statements in memory, as operations of one commit.
class CommitCollector final : public LoadCollector {
 public:
  // Statements that name no graph go into `graph` (a name or term; empty: the
  // default graph), whose term is `graph_term`.
  CommitCollector(CommitBuilder& builder, LoadInput& input, std::string graph,
                  rdf::Term graph_term);

  [[nodiscard]] absl::Status Add(const rdf::Quad& quad) override;
  [[nodiscard]] absl::Status Add(NewStatement& statement,
                                 bool if_absent) override;
  [[nodiscard]] absl::StatusOr<size_t> Mark() override {
    return builder_.size();
  }
  void MakeIfAbsentSince(size_t mark) override {
    builder_.MakeIfAbsentSince(mark);
  }

 private:
  CommitBuilder& builder_;
  LoadInput& input_;
  const std::string graph_;
  const rdf::Term graph_term_;
  rdf::Quad scratch_;
};

}  // namespace skg::engine
