// The text indexes of a graph: rows of index 0, which is none, in family
// `postings`:
//
//   'X'           the number of the next index
//   'I' number    a definition (proto TextIndexRow)
//
// and of each other index
//
//   'L' code      there are documents in that language
//
// Numbers are never used again. What makes, completes and drops an index are
// parts of commits, so that every view knows which there are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rdf/name.h"
#include "rdf/term.h"
#include "skg/text_index.h"
#include "storage/commit_part.h"
#include "storage/kv.h"
#include "storage/read_view.h"
#include "text/language.h"
#include "text/posting_rows.h"

namespace skg::text {

struct IndexDefinition {
  uint32_t number = 0;
  std::string name;
  TextIndexOptions options;           // but for the predicates
  std::vector<rdf::Term> predicates;  // empty: all
  uint64_t created_commit = 0;
  absl::Time created;
  uint64_t complete_since = 0;  // 0: being built
};

// kInvalidArgument with FieldErrors; else the definition, without a number.
[[nodiscard]] absl::StatusOr<IndexDefinition> ReadOptions(
    std::string_view name, const TextIndexOptions& options,
    const rdf::NameSpace& names);

// What one that was encoded says; kDataLoss: it is damaged.
[[nodiscard]] std::string EncodeDefinition(const IndexDefinition& index);
[[nodiscard]] absl::StatusOr<IndexDefinition> DecodeDefinition(
    uint32_t number, std::string_view bytes);
// The rows that make an index known; of several the one with the greatest
// number comes last.
void PutDefinition(uint32_t graph, const IndexDefinition& definition,
                   storage::KvBatch& batch);

[[nodiscard]] absl::StatusOr<std::vector<IndexDefinition>> ReadDefinitions(
    const storage::KvStore& kv, uint32_t graph, const storage::KvSnapshot* at);
[[nodiscard]] absl::StatusOr<std::vector<IndexDefinition>> ListIndexes(
    const storage::ReadView& view);
// A complete one where there is one. Errors: kNotFound (the message says which
// there are).
[[nodiscard]] absl::StatusOr<IndexDefinition> FindIndex(
    const storage::ReadView& view, std::string_view name);
// kAlreadyExists: one of them has the name.
[[nodiscard]] absl::Status CheckNewName(
    const std::vector<IndexDefinition>& indexes, std::string_view name);
[[nodiscard]] absl::StatusOr<uint32_t> NextNumber(
    const storage::ReadView& view);

[[nodiscard]] std::string LanguageKey(PostingIndex index, Language language);
[[nodiscard]] absl::StatusOr<std::vector<Language>> ReadLanguages(
    const storage::KvStore& kv, PostingIndex index,
    const storage::KvSnapshot* at);

// Removes the indexes that were being made, or made anew, when a process ended:
// nobody was told of them. Nobody may be making one. Cost: that of a few seeks
// for each graph with a text index. Errors: those of the store.
[[nodiscard]] absl::Status DropIncomplete(storage::KvStore& kv);

// Writes a definition (and, of a new one, that its number is used).
[[nodiscard]] std::shared_ptr<storage::CommitPart> MakeDefinitionPart(
    uint32_t graph, IndexDefinition definition, bool is_new);
[[nodiscard]] std::shared_ptr<storage::CommitPart> MakeDropPart(
    PostingIndex index);

}  // namespace skg::text
