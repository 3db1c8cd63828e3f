// Numbers of documents: a document's text never changes.
//
// The text of a term is what the term is, so the term is the document, under
// its TermId. A statement stays when its metadata change; so a document is a
// statement with the text its metadata had, and with another text it is another
// document. Whoever finds one asks the index whose it is (StatementsOf) and
// takes the statement if, in his snapshot, its text gives the same number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rdf/term_id.h"
#include "storage/kv.h"
#include "storage/statement_row.h"
#include "text/posting_rows.h"

namespace skg::text {

struct TextHash {
  uint64_t bits = 0;
  friend bool operator==(TextHash, TextHash) = default;
};
[[nodiscard]] TextHash HashText(std::string_view text);

// A hash of 60 bits below a tag that no term has: never the number of a term's
// document, never kNoDocument.
[[nodiscard]] uint64_t StatementDocument(const storage::StatementKey& statement,
                                         TextHash text);
[[nodiscard]] constexpr bool IsStatementDocument(uint64_t document) {
  return rdf::TermId{document}.tag() == rdf::TermTag::kUnbound;
}

// The row that says whose document it is; its value is empty. It is written
// with the document, as blindly, and never removed.
[[nodiscard]] std::string StatementOfDocumentKey(
    PostingIndex index, uint64_t document,
    const storage::StatementKey& statement);
// The statements that have or had the document: mostly one. Errors: kDataLoss,
// those of the store.
[[nodiscard]] absl::StatusOr<std::vector<storage::StatementKey>> StatementsOf(
    const storage::KvStore& kv, PostingIndex index, uint64_t document,
    const storage::KvSnapshot* at);

}  // namespace skg::text
