// DocumentPart: the documents of one commit, analysed, as a part of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "rdf/term_id.h"
#include "storage/commit_part.h"
#include "storage/statement_row.h"
#include "text/analyzer.h"
#include "text/document_number.h"
#include "text/language.h"
#include "text/posting_rows.h"

namespace skg::text {

class DocumentPart final : public storage::CommitPart {
 public:
  // Is told which documents of an index the commit has written.
  using Wrote = std::function<void(PostingIndex, std::span<const uint64_t>)>;
  DocumentPart(uint32_t graph, Wrote wrote)
      : graph_(graph), wrote_(std::move(wrote)) {}

  // Ids are those of the request. `tokens`: not empty.
  void AddTerm(uint32_t index, rdf::TermId term, Language language,
               TokenList tokens);
  void AddStatement(uint32_t index, const storage::StatementKey& statement,
                    TextHash text, Language language, TokenList tokens);
  [[nodiscard]] bool empty() const { return documents_.empty(); }

  [[nodiscard]] std::span<const rdf::TermId> terms() const override {
    return terms_;
  }
  void AddRows(uint64_t commit, std::span<const rdf::TermId> ids,
               storage::KvBatch& batch) override;
  void Written() override;

 private:
  struct Document {
    uint32_t index = 0;
    TokenList tokens;
    size_t first = 0;  // of its terms
    // A statement: its graph, subject, predicate and object are the terms.
    bool is_statement = false;
    uint32_t edge = 0;
    TextHash text = {};
  };
  // Of the document with these ids of its terms. kNoDocument: none, a term of
  // it was not needed after all.
  [[nodiscard]] uint64_t Write(const Document& document,
                               std::span<const rdf::TermId> ids,
                               storage::KvBatch& batch) const;

  const uint32_t graph_;
  const Wrote wrote_;
  std::vector<rdf::TermId> terms_;
  std::vector<Document> documents_;
  absl::flat_hash_set<std::pair<uint32_t, uint8_t>> languages_;
  std::map<uint32_t, std::vector<uint64_t>> written_;  // of each index
};

}  // namespace skg::text
