// CommitTexts: the texts that a commit brings, as documents of its part.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rdf/term.h"
#include "rdf/term_id.h"
#include "storage/commit.h"
#include "storage/graph_state.h"
#include "text/declared_index.h"
#include "text/document_number.h"
#include "text/document_part.h"
#include "text/language.h"
#include "text/metadata_text.h"

namespace skg::text {

// Whatever an operation that adds may make visible is a document, whether it
// turns out to change something or not: an add replaces the whole record, and
// one that finds the statement there leaves a record that was indexed before.
class CommitTexts {
 public:
  // `known`: the document was written lately and need not be again.
  using Known = std::function<bool(PostingIndex, uint64_t document)>;
  CommitTexts(storage::GraphState& graph, const storage::CommitRequest& request,
              Known known, DocumentPart& part)
      : graph_(graph),
        request_(request),
        known_(std::move(known)),
        part_(part) {}

  // Adds what the index wants to the part.
  [[nodiscard]] absl::Status Add(const DeclaredIndex& index);

 private:
  struct Metadata {
    MetadataText text;
    TextHash hash;
  };
  [[nodiscard]] absl::Status Add(const DeclaredIndex& index,
                                 const storage::WriteOperation& operation);
  [[nodiscard]] absl::Status AddTerm(const DeclaredIndex& index,
                                     rdf::TermId id);
  void AddMetadata(const DeclaredIndex& index,
                   const storage::StatementKey& statement,
                   const Metadata& metadata);
  [[nodiscard]] absl::StatusOr<bool> IsDeclared(const DeclaredIndex& index,
                                                rdf::TermId predicate);
  [[nodiscard]] const Metadata& MetadataOf(uint32_t record);

  [[nodiscard]] absl::StatusOr<const rdf::Term*> Term(rdf::TermId id);
  // Without looking anything up; of an id of the dictionary by its tag.
  [[nodiscard]] bool MayBeText(rdf::TermId id) const;
  [[nodiscard]] bool IsIri(rdf::TermId id) const;

  storage::GraphState& graph_;
  const storage::CommitRequest& request_;
  const Known known_;
  DocumentPart& part_;
  absl::flat_hash_map<rdf::TermId, std::unique_ptr<rdf::Term>> terms_;
  absl::flat_hash_map<uint32_t, std::unique_ptr<const Metadata>> metadata_;
  absl::flat_hash_set<rdf::TermId> done_;  // of the index that is looked at
};

}  // namespace skg::text
