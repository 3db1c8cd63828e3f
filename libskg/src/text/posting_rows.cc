#include "text/posting_rows.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "storage/keys.h"

namespace skg::text {

using storage::Family;

std::string IndexPrefix(PostingIndex index) {
  std::string key;
  AppendBigEndian(index.graph, key);
  AppendBigEndian(index.index, key);
  return key;
}

std::string KindPrefix(PostingIndex index, char kind) {
  std::string key = IndexPrefix(index);
  key.push_back(kind);
  return key;
}

std::string DeltaTokenPrefix(PostingIndex index, std::string_view token) {
  std::string key = KindPrefix(index, kDeltaKind);
  key += token;
  key.push_back('\0');
  return key;
}

std::string DeltaKey(PostingIndex index, std::string_view token,
                     uint64_t document) {
  std::string key = DeltaTokenPrefix(index, token);
  AppendBigEndian(document, key);
  return key;
}

bool SplitDeltaKey(std::string_view key, std::string_view* token,
                   uint64_t* document) {
  constexpr size_t kFixed = kIndexPrefixBytes + 1;
  if (key.size() < kFixed + 9) return false;
  const size_t token_end = key.size() - 9;
  *token = key.substr(kFixed, token_end - kFixed);
  *document = LoadBigEndian<uint64_t>(key.data() + token_end + 1);
  return key[token_end] == '\0' && *document != kNoDocument;
}

bool ReadDeltaValue(std::string_view value, bool is_document, Posting* posting,
                    std::string_view* positions) {
  constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();
  ByteReader in(value);
  const auto format = in.BigEndian<uint8_t>();
  const uint64_t frequency = is_document ? 1 : in.Varint();
  const uint64_t length = in.Varint();
  if (!in.ok() || format != kPostingFormat || frequency == 0 ||
      frequency > kMost || length > kMost) {
    return false;
  }
  posting->frequency = static_cast<uint32_t>(frequency);
  posting->length = static_cast<uint32_t>(length);
  *positions = in.rest();
  return true;
}

const std::vector<DocumentPosting>& GroupTokens(const TokenList& tokens) {
  struct Group {
    std::string_view token;
    uint32_t frequency;
    size_t begin;  // of its positions
  };
  thread_local std::vector<uint32_t> order;
  thread_local std::vector<Group> groups;
  thread_local std::string positions;
  thread_local std::vector<DocumentPosting> postings;
  order.resize(tokens.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const int compared = tokens.text(a).compare(tokens.text(b));
    return compared != 0 ? compared < 0 : a < b;
  });
  groups.clear();
  positions.clear();
  uint32_t before = 0;
  for (const uint32_t i : order) {
    if (groups.empty() || groups.back().token != tokens.text(i)) {
      groups.push_back({tokens.text(i), 0, positions.size()});
      before = 0;
    }
    ++groups.back().frequency;
    AppendVarint(tokens[i].position - before, positions);
    before = tokens[i].position;
  }
  postings.clear();
  for (size_t g = 0; g < groups.size(); ++g) {
    const size_t end =
        g + 1 < groups.size() ? groups[g + 1].begin : positions.size();
    postings.push_back({groups[g].token, groups[g].frequency,
                        std::string_view(positions).substr(
                            groups[g].begin, end - groups[g].begin)});
  }
  return postings;
}

void AddDocument(storage::KvBatch& batch, PostingIndex index, uint64_t document,
                 const TokenList& tokens) {
  if (tokens.empty() || document == kNoDocument) return;
  std::string key = KindPrefix(index, kDeltaKind);
  const size_t fixed = key.size();
  std::string value;
  const auto put = [&](std::string_view token) {
    key.resize(fixed);
    key += token;
    key.push_back('\0');
    AppendBigEndian(document, key);
    batch.Put(Family::kPostings, key, value);
  };
  value.push_back(kPostingFormat);
  AppendVarint(tokens.size(), value);
  put({});
  for (const DocumentPosting& posting : GroupTokens(tokens)) {
    value.assign(1, kPostingFormat);
    AppendVarint(posting.frequency, value);
    AppendVarint(tokens.size(), value);
    value += posting.positions;
    put(posting.token);
  }
}

void DropIndex(storage::KvBatch& batch, PostingIndex index) {
  const std::string prefix = IndexPrefix(index);
  batch.DeleteRange(Family::kPostings, prefix, storage::PrefixEnd(prefix));
}

}  // namespace skg::text
