// CommitBuilder: the statements of one write as a storage::CommitRequest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/memory_budget.h"
#include "base/strings.h"
#include "engine/blank_nodes.h"
#include "engine/statement_input.h"
#include "rdf/name.h"
#include "rdf/term.h"
#include "rdf/term_id.h"
#include "skg/statement.h"
#include "storage/commit.h"
#include "storage/store.h"

namespace skg::engine {

// Errors: kInvalidArgument (an idempotency key of more than 255 bytes).
[[nodiscard]] absl::Status CheckCommitOptions(const CommitOptions& options);
// Of commits that add no statements: kInvalidArgument also for
// skip_duplicates; and, of those that make or drop something by its name and so
// cannot be done twice, for an idempotency key.
[[nodiscard]] absl::Status CheckVectorCommit(const CommitOptions& options);
[[nodiscard]] absl::Status CheckIndexCommit(const CommitOptions& options);

// One document, request or batch: local blank node labels mean the same node
// throughout one builder. A call that fails leaves the builder as it was; where
// the memory budget has no room for more, that is kResourceExhausted.
// Not thread-safe. Memory: proportional to the operations and the new terms,
// reserved from the store's budget.
class CommitBuilder {
 public:
  // Both must outlive the builder.
  CommitBuilder(const storage::GraphStore& store, const rdf::NameSpace& names)
      : store_(store), names_(names) {}
  CommitBuilder(const CommitBuilder&) = delete;
  CommitBuilder& operator=(const CommitBuilder&) = delete;

  // About to be told so many statements: makes room for them. Errors:
  // kResourceExhausted.
  [[nodiscard]] absl::Status Expect(size_t statements);

  // Derives the labels of this document's blank nodes from the request instead
  // of drawing them, so that a repeated request, whose answer is the stored
  // one, names the nodes that the first one made. Before anything is added.
  void NameBlankNodesAfter(std::string_view idempotency_key,
                           std::string_view request_hash);

  // Adds `statement`, or leaves it as it is if stored and `if_absent`.
  // Errors: kInvalidArgument that carries FieldErrors, whose paths begin with
  // `position` if that is given (of a statement in its batch).
  [[nodiscard]] absl::Status Add(const NewStatement& statement, bool if_absent,
                                 std::optional<size_t> position = std::nullopt);
  // The same for terms that were read from an RDF syntax.
  [[nodiscard]] absl::Status Add(const rdf::Quad& quad,
                                 const StatementDetails& details,
                                 bool if_absent);
  // Removes the triple from the given named graph (empty: the default one)
  // with all its edges. A term the graph has never seen removes nothing.
  [[nodiscard]] absl::Status Remove(std::string_view subject,
                                    std::string_view predicate,
                                    std::string_view object,
                                    std::string_view graph);

  // Removes all statements of a part of the graph; the only thing that a commit
  // does. A named graph that nobody has heard of is empty.
  [[nodiscard]] absl::Status Clear(const ClearTarget& target);

  // The term that `name` means in this document: local blank node labels have
  // become lasting ones.
  [[nodiscard]] absl::StatusOr<rdf::Term> TermOf(std::string_view name);

  // Operations collected so far.
  [[nodiscard]] size_t size() const { return request_.operations.size(); }
  // About what they and their terms and records take, and what was remembered
  // on the way.
  [[nodiscard]] size_t memory_bytes() const;
  // The adds from operation `begin` on shall leave alone what is stored, after
  // all: a document may say so only at its end.
  void MakeIfAbsentSince(size_t begin);

  // Commits what was collected; to be called once. `request_hash` identifies
  // the request to its idempotency key. Errors: as Graph::Add.
  [[nodiscard]] absl::StatusOr<storage::CommitOutcome> Commit(
      storage::GraphStore& store, Durability durability,
      const std::string& idempotency_key = {},
      const std::string& request_hash = {}, bool want_outcomes = false);

 private:
  // A term on its way to an id: known by now, or to be interned.
  struct Slot {
    rdf::TermId id;
    rdf::TermKind kind = rdf::TermKind::kIri;
    std::optional<rdf::Term> term;
  };
  struct Slots {
    Slot subject, predicate, object, graph;
  };
  struct NewTermHash {
    using is_transparent = void;
    const std::vector<rdf::Term>* terms;
    size_t operator()(const rdf::Term& term) const;
    size_t operator()(uint32_t index) const { return (*this)((*terms)[index]); }
  };
  struct NewTermEqual {
    using is_transparent = void;
    const std::vector<rdf::Term>* terms;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t a, const rdf::Term& b) const {
      return (*terms)[a] == b;
    }
    bool operator()(const rdf::Term& a, uint32_t b) const {
      return a == (*terms)[b];
    }
  };
  struct TermHash {
    size_t operator()(const rdf::Term& term) const;
  };

  // Fills a slot from a name; appends to `errors` what is wrong with it.
  void ReadName(std::string_view name, const char* field, Slot& slot,
                std::vector<FieldError>& errors);
  absl::Status Intern(Slot& slot, std::string_view name);
  void Append(const Slots& slots, const StatementDetails& details,
              bool if_absent);
  absl::StatusOr<rdf::TermId> IdOf(rdf::Term term);
  absl::Status ReserveBytes(size_t bytes);
  void ForgetKnown();

  const storage::GraphStore& store_;
  const rdf::NameSpace& names_;
  BlankNodeScope blank_nodes_;
  storage::CommitRequest request_;
  size_t text_bytes_ = 0;   // of new terms and records
  size_t known_bytes_ = 0;  // of the memories of answers
  MemoryReservation memory_;
  // Where each of request_.new_terms is; holds indices, hashes terms.
  absl::flat_hash_set<uint32_t, NewTermHash, NewTermEqual> new_terms_{
      0, NewTermHash{&request_.new_terms}, NewTermEqual{&request_.new_terms}};
  // Bounded memories of answers already had: terms with their ids, and names
  // as the caller spelled them. Long ones are not kept.
  struct NamedId {
    rdf::TermId id;
    rdf::TermKind kind;
  };
  absl::flat_hash_map<rdf::Term, rdf::TermId, TermHash> known_terms_;
  absl::flat_hash_map<std::string, NamedId, StringHash, StringEqual>
      known_names_;
};

}  // namespace skg::engine
