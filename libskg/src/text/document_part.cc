#include "text/document_part.h"

#include "text/text_catalog.h"

namespace skg::text {

using rdf::TermId;
using storage::StatementKey;

void DocumentPart::AddTerm(uint32_t index, TermId term, Language language,
                           TokenList tokens) {
  documents_.push_back(
      {.index = index, .tokens = std::move(tokens), .first = terms_.size()});
  terms_.push_back(term);
  languages_.emplace(index, language.number);
}

void DocumentPart::AddStatement(uint32_t index, const StatementKey& statement,
                                TextHash text, Language language,
                                TokenList tokens) {
  documents_.push_back({.index = index,
                        .tokens = std::move(tokens),
                        .first = terms_.size(),
                        .is_statement = true,
                        .edge = statement.edge,
                        .text = text});
  for (const TermId term : {statement.graph, statement.subject,
                            statement.predicate, statement.object}) {
    terms_.push_back(term);
  }
  languages_.emplace(index, language.number);
}

uint64_t DocumentPart::Write(const Document& document,
                             std::span<const TermId> ids,
                             storage::KvBatch& batch) const {
  const PostingIndex index{graph_, document.index};
  uint64_t number = kNoDocument;
  if (document.is_statement) {
    for (size_t i = 0; i < ids.size(); ++i) {
      const bool default_graph = !terms_[document.first + i].bound();
      if (!ids[i].bound() && !default_graph) return kNoDocument;
    }
    const StatementKey key{ids[0], ids[1], ids[2], ids[3], document.edge};
    number = StatementDocument(key, document.text);
    batch.Put(storage::Family::kPostings,
              StatementOfDocumentKey(index, number, key), {});
  } else {
    if (!ids.front().bound()) return kNoDocument;
    number = ids.front().bits;
  }
  AddDocument(batch, index, number, document.tokens);
  return number;
}

void DocumentPart::AddRows(uint64_t, std::span<const TermId> ids,
                           storage::KvBatch& batch) {
  for (const auto& [index, language] : languages_) {
    batch.Put(storage::Family::kPostings,
              LanguageKey({graph_, index}, Language{language}), {});
  }
  for (const Document& document : documents_) {
    const uint64_t number = Write(
        document, ids.subspan(document.first, document.is_statement ? 4 : 1),
        batch);
    if (number != kNoDocument) written_[document.index].push_back(number);
  }
}

void DocumentPart::Written() {
  for (const auto& [index, documents] : written_)
    wrote_({graph_, index}, documents);
}

}  // namespace skg::text
