#include "text/index_check.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "text/posting_reader.h"
#include "text/text_catalog.h"
#include "text/token_stream.h"

namespace skg::text {
namespace {

absl::Status ReadList(const PostingReader& reader, size_t part,
                      std::string_view token) {
  SKG_ASSIGN_OR_RETURN(const auto list, reader.OpenList(part, token));
  if (list == nullptr) return absl::OkStatus();
  std::vector<uint32_t> positions;
  for (; list->document() != kNoDocument; list->Next())
    SKG_RETURN_IF_ERROR(list->ReadPositions(&positions));
  return list->status();
}

absl::Status ReadAll(const PostingReader& reader) {
  SKG_ASSIGN_OR_RETURN(TokenStream tokens, reader.Tokens(""));
  while (tokens.valid()) {
    for (size_t part = 0; part < reader.part_count(); ++part)
      SKG_RETURN_IF_ERROR(ReadList(reader, part, tokens.token()));
    SKG_RETURN_IF_ERROR(tokens.Next());
  }
  return absl::OkStatus();
}

absl::Status Read(const storage::KvStore& kv, PostingIndex index, bool deep,
                  const storage::KvSnapshot* at) {
  SKG_RETURN_IF_ERROR(ReadLanguages(kv, index, at).status());
  SKG_ASSIGN_OR_RETURN(const auto reader, PostingReader::Open(kv, index, at));
  return deep ? ReadAll(*reader) : absl::OkStatus();
}

}  // namespace

absl::Status CheckIndexes(const storage::KvStore& kv, uint32_t graph, bool deep,
                          const std::function<void(std::string)>& tell) {
  const auto at = kv.NewSnapshot();
  const auto indexes = ReadDefinitions(kv, graph, at.get());
  if (absl::IsDataLoss(indexes.status())) {
    tell(std::string(indexes.status().message()));
    return absl::OkStatus();
  }
  SKG_RETURN_IF_ERROR(indexes.status());
  for (const IndexDefinition& index : *indexes) {
    const absl::Status read = Read(kv, {graph, index.number}, deep, at.get());
    if (read.ok()) continue;
    if (!absl::IsDataLoss(read)) return read;
    tell(absl::StrCat("text index \"", index.name,
                      "\": ", std::string(read.message()),
                      "; `skg index rebuild` makes it anew"));
  }
  return absl::OkStatus();
}

}  // namespace skg::text
