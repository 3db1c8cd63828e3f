#include "text/document_number.h"

#include <xxhash.h>

#include "text/posting.h"

namespace skg::text {

uint64_t StatementDocument(uint64_t id, std::string_view text) {
  constexpr uint64_t kTextMask = (uint64_t{1} << (64 - kStatementIdBits)) - 1;
  const uint64_t hash = XXH3_64bits(text.data(), text.size());
  const uint64_t document = (id & ~kTextMask) | (hash & kTextMask);
  return document == kNoDocument ? document - 1 : document;
}

}  // namespace skg::text
