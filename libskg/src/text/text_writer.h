// TextWriter: writes the texts that a view shows into an index.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "rdf/term_id.h"
#include "storage/graph_state.h"
#include "storage/kv.h"
#include "storage/read_view.h"
#include "storage/record_spill.h"
#include "storage/statement_row.h"
#include "text/analyzer.h"
#include "text/declared_index.h"
#include "text/language.h"
#include "text/posting_builder.h"
#include "text/posting_rows.h"

namespace skg::text {

// Not thread-safe. What it is made of must outlive it.
class TextWriter {
 public:
  struct Options {
    // Into segments; null: into the delta.
    PostingBuilder* builder = nullptr;
    // All records of the view's statements; null: the view has them.
    const storage::StatementRecords* records = nullptr;
    const Cancellation* cancellation = nullptr;
  };
  TextWriter(storage::GraphState& graph, const storage::ReadView& view,
             const DeclaredIndex& index, const Options& options);

  // Errors: those of a scan, of the builder and of the store.
  [[nodiscard]] absl::Status Write();
  // Documents, into the delta.
  [[nodiscard]] uint64_t written() const { return written_; }

 private:
  [[nodiscard]] absl::Status WriteObjects();
  [[nodiscard]] absl::Status WriteNames();
  [[nodiscard]] absl::Status WriteMetadata();
  // Of the statements of a pattern that the view shows.
  [[nodiscard]] absl::Status WriteMetadata(const storage::ScanPattern& pattern);
  [[nodiscard]] absl::Status WriteObjects(const storage::ScanPattern& pattern,
                                          storage::TermOrder order);
  // The different terms of a column by which the scan is sorted.
  template <typename ColumnOf, typename Wanted>
  [[nodiscard]] absl::Status WriteDistinct(const storage::ScanPattern& pattern,
                                           storage::TermOrder order,
                                           ColumnOf column, Wanted wanted);
  [[nodiscard]] absl::Status AddTerms(const std::vector<rdf::TermId>& ids);
  [[nodiscard]] absl::Status AddMetadata(const storage::StatementKey& statement,
                                         std::string_view metadata);
  // The document with the tokens of tokens_.
  [[nodiscard]] absl::Status AddDocument(uint64_t document, Language language);
  [[nodiscard]] absl::Status Flush();

  storage::GraphState& graph_;
  const storage::ReadView& view_;
  const DeclaredIndex& index_;
  const PostingIndex number_;
  const Options options_;
  // The declared ones that there are.
  std::vector<rdf::TermId> predicates_;
  uint64_t written_ = 0;
  std::unique_ptr<storage::KvBatch> batch_;
  absl::flat_hash_set<uint8_t> languages_;  // whose rows are written
  TokenList tokens_;
};

// What a view shows, as segments of a new index. Errors: as TextWriter::Write,
// kCancelled.
[[nodiscard]] absl::Status BuildPostings(storage::GraphState& graph,
                                         const storage::ReadView& view,
                                         const DeclaredIndex& index,
                                         MemoryBudget* budget,
                                         const Cancellation* cancellation);

}  // namespace skg::text
