// ReadView::SearchText: the owners of the texts that an index ranks, as far as
// the view shows them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "engine/view_impl.h"
#include "rdf/term_id.h"
#include "storage/statement_row.h"
#include "text/bm25.h"
#include "text/metadata_text.h"
#include "text/posting_reader.h"
#include "text/query_terms.h"
#include "text/text_catalog.h"

namespace skg::engine {

// An owner of a text that was found.
struct TextMatch {
  storage::StatementKey owner;  // of a node: its subject alone
  // A term, or (unbound) what the statement's metadata say.
  rdf::TermId text;
  text::MetadataText metadata;
  double score = 0;
};

// One search. Not thread-safe; ends before its view.
class TextSearch {
 public:
  struct Options {
    bool all_words = false;
    // Sorted; null: all nodes may be found. Of an index over statements null.
    const std::vector<rdf::TermId>* allowed = nullptr;
    const Cancellation* cancellation = nullptr;
  };
  // Errors: as ReadView::SearchText.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<TextSearch>> Start(
      const ViewImpl& view, std::string_view index, std::string_view query,
      const Options& options);

  // The next owner, each once, best first; unset: there are no more.
  [[nodiscard]] absl::StatusOr<std::optional<TextMatch>> Next();

  [[nodiscard]] const text::IndexDefinition& index() const { return index_; }
  [[nodiscard]] const text::Analyzer& analyzer() const { return *analyzer_; }
  [[nodiscard]] const text::TermQuery& terms() const { return terms_; }

 private:
  TextSearch(const ViewImpl& view, const Options& options)
      : view_(view), options_(options) {}

  [[nodiscard]] absl::Status Prepare(std::string_view query);
  // The texts that the allowed nodes own, rising.
  [[nodiscard]] absl::Status FindAllowedTexts();
  [[nodiscard]] absl::Status FindOwners(const text::SearchHit& hit);
  [[nodiscard]] absl::Status FindOwnersBy(rdf::TermId predicate,
                                          const text::SearchHit& hit);
  // Whose metadata are the document, in this view.
  [[nodiscard]] absl::Status FindStatements(const text::SearchHit& hit);
  [[nodiscard]] absl::StatusOr<bool> IsNode(rdf::TermId id) const;
  void Add(const storage::StatementKey& owner, const text::SearchHit& hit);
  [[nodiscard]] bool over_statements() const {
    return index_.options.over == IndexOver::kStatements;
  }

  const ViewImpl& view_;
  const Options options_;
  text::IndexDefinition index_;
  std::unique_ptr<text::Analyzer> analyzer_;
  std::unique_ptr<text::PostingReader> reader_;
  text::TermQuery terms_;
  std::vector<rdf::TermId> predicates_;  // empty: all
  std::optional<std::vector<uint64_t>> allowed_texts_;
  std::unique_ptr<text::HitStream> hits_;
  absl::flat_hash_set<storage::StatementKey> seen_;
  std::vector<TextMatch> owners_;  // of the last hit, last first
};

}  // namespace skg::engine
