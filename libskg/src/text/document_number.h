// Numbers for documents whose text may change: a new text is a new document.
//
// A term of the dictionary is a document under its TermId, for its text is what
// it is. A statement keeps its id when its metadata change; so the document is
// the statement with its text: the first kStatementIdBits bits of its id, then
// a hash of the text. Whoever finds one looks for statements whose ids begin so
// (a prefix of storage::StatementIdKey) and takes those whose text, in his
// snapshot, gives the same document: all of them, for two statements of one
// text may share a number.
#pragma once

#include <cstdint>
#include <string_view>

namespace skg::text {

inline constexpr unsigned kStatementIdBits = 40;

// `id`: the first half of the statement's id (storage::FirstHalf). Never
// kNoDocument.
[[nodiscard]] uint64_t StatementDocument(uint64_t id, std::string_view text);

// Whether the statement is one that the document may be of.
[[nodiscard]] constexpr bool MayBeOf(uint64_t document, uint64_t id) {
  return document >> (64 - kStatementIdBits) == id >> (64 - kStatementIdBits);
}

}  // namespace skg::text
