#include "text/document_number.h"

#include <xxhash.h>

#include <algorithm>
#include <optional>

#include "base/bytes.h"
#include "base/status.h"
#include "storage/keys.h"

namespace skg::text {

using storage::Family;
using storage::StatementKey;

namespace {

std::string DocumentPrefix(PostingIndex index, uint64_t document) {
  std::string key = KindPrefix(index, kStatementKind);
  AppendBigEndian(document, key);
  return key;
}

}  // namespace

TextHash HashText(std::string_view text) {
  return {XXH3_64bits(text.data(), text.size())};
}

uint64_t StatementDocument(const StatementKey& statement, TextHash text) {
  char bytes[storage::kStatementBytes + sizeof(uint64_t)];
  storage::StoreStatement(statement, storage::IndexOrder::kGspo, bytes);
  StoreBigEndian(text.bits, bytes + storage::kStatementBytes);
  const uint64_t hash =
      XXH3_64bits(bytes, sizeof bytes) & rdf::TermId::kPayloadMask;
  static_assert(static_cast<int>(rdf::TermTag::kUnbound) == 0);
  return std::max<uint64_t>(hash, 1);
}

std::string StatementOfDocumentKey(PostingIndex index, uint64_t document,
                                   const StatementKey& statement) {
  std::string key = DocumentPrefix(index, document);
  storage::AppendPacked(statement, key);
  return key;
}

absl::StatusOr<std::vector<StatementKey>> StatementsOf(
    const storage::KvStore& kv, PostingIndex index, uint64_t document,
    const storage::KvSnapshot* at) {
  const std::string prefix = DocumentPrefix(index, document);
  const auto rows = kv.NewIterator(
      Family::kPostings,
      {.snapshot = at, .lower = prefix, .upper = storage::PrefixEnd(prefix)});
  std::vector<StatementKey> statements;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const std::optional<StatementKey> statement =
        storage::UnpackStatement(rows->key().substr(prefix.size()));
    if (!statement) {
      return absl::DataLossError(
          "damaged row of a text index: the statement of a document");
    }
    statements.push_back(*statement);
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return statements;
}

}  // namespace skg::text
