#include "text/posting_reader.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "storage/keys.h"
#include "storage/memory_kv.h"
#include "support/test_support.h"
#include "text/posting_fold.h"
#include "text/text_model.h"

namespace skg::text {
namespace {

using storage::Family;
using storage::MakeMemoryKv;

// Token, documents and positions of all parts of the index.
using Postings =
    std::map<std::pair<std::string, uint64_t>, std::vector<uint32_t>>;

Postings OfModel(const TextModel& model) {
  Postings postings;
  for (const auto& [document, words] : model.documents) {
    for (const auto& word : words) {
      postings[{word.token, document}].push_back(word.position);
    }
  }
  return postings;
}

std::map<std::string, uint64_t> TokensOf(const PostingReader& reader,
                                         std::string_view prefix) {
  auto stream = reader.Tokens(prefix);
  REQUIRE_OK(stream);
  std::map<std::string, uint64_t> tokens;
  std::string before;
  while (stream->valid()) {
    REQUIRE(before < stream->token());
    before = stream->token();
    tokens.emplace(stream->token(), stream->postings());
    REQUIRE_OK(stream->Next());
  }
  return tokens;
}

Postings OfReader(const PostingReader& reader, const TextModel& model) {
  Postings postings;
  std::vector<uint32_t> positions;
  for (const auto& [token, count] : TokensOf(reader, "")) {
    uint64_t counted = 0;
    for (size_t part = 0; part < reader.part_count(); ++part) {
      auto list = reader.OpenList(part, token);
      REQUIRE_OK(list);
      if (*list == nullptr) continue;
      PostingCursor& cursor = **list;
      for (; cursor.document() != kNoDocument; cursor.Next(), ++counted) {
        REQUIRE_OK(cursor.ReadPositions(&positions));
        REQUIRE(cursor.frequency() == positions.size());
        REQUIRE(cursor.length() ==
                model.documents.at(cursor.document()).size());
        postings[{token, cursor.document()}] = positions;
      }
      REQUIRE_OK(cursor.status());
    }
    REQUIRE(counted == count);
  }
  return postings;
}

TEST_CASE("An index gives back what was added, folded or not",
          "[posting_reader]") {
  auto random = test::Random();
  const auto kv = MakeMemoryKv();
  TextModel model;
  for (int piece = 0; piece < 4; ++piece) {
    for (int i = 0; i < 600; ++i) {
      const uint64_t document = (random() % 4) << 60 | random() % 10000;
      if (model.documents.contains(document)) continue;
      const TokenList tokens = Tokens(RandomText(random, 12, 60));
      model.Add(document, tokens);
      AddText(*kv, document, tokens);
    }
    const auto reader = OpenReader(*kv);
    REQUIRE(reader->documents() == model.documents.size());
    REQUIRE(OfReader(*reader, model) == OfModel(model));
    REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
    const auto folded = OpenReader(*kv);
    REQUIRE(folded->part_count() == static_cast<size_t>(piece) + 2);
    REQUIRE(OfReader(*folded, model) == OfModel(model));
    REQUIRE(folded->average_length() == reader->average_length());
  }
  const auto reader = OpenReader(*kv);
  for (int i = 0; i < 1000; ++i) {
    const uint64_t document = (random() % 4) << 60 | random() % 10000;
    const auto contains = reader->Contains(document);
    REQUIRE_OK(contains);
    REQUIRE(*contains == model.documents.contains(document));
  }
}

// Whether the next postings are within the bound.
bool IsBound(const PostingCursor::Bound& bound,
             const std::vector<Posting>& postings, size_t at) {
  const size_t end = std::min(postings.size(), at + 300);
  for (; at < end && postings[at].document <= bound.last; ++at) {
    const bool holds = std::any_of(
        bound.impacts.begin(), bound.impacts.end(), [&](const Impact& impact) {
          return impact.frequency >= postings[at].frequency &&
                 impact.length <= postings[at].length;
        });
    if (!holds) return false;
  }
  return true;
}

TEST_CASE("Cursors go to any document ahead, and bounds hold",
          "[posting_reader]") {
  auto random = test::Random(1);
  const auto kv = MakeMemoryKv();
  TextModel model;
  for (int i = 0; i < 12000; ++i) {
    const uint64_t document = (random() % 2 + 3) << 60 | random() % 100000;
    const TokenList tokens = Tokens(RandomText(random, 20, 6));
    if (model.documents.contains(document)) continue;
    model.Add(document, tokens);
    AddText(*kv, document, tokens);
  }
  REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
  const auto reader = OpenReader(*kv);
  for (const std::string token : {"w0", "w3", ""}) {
    auto all = reader->OpenList(1, token);
    REQUIRE_OK(all);
    std::vector<Posting> postings;
    for (PostingCursor& c = **all; c.document() != kNoDocument; c.Next()) {
      postings.push_back({c.document(), c.frequency(), c.length()});
    }
    REQUIRE(postings.size() == (*all)->postings());
    REQUIRE(postings.size() > 4096);  // several pages
    for (int round = 0; round < 20; ++round) {
      auto list = reader->OpenList(1, token);
      REQUIRE_OK(list);
      PostingCursor& cursor = **list;
      const size_t step = size_t{1} << (random() % 13);
      for (size_t at = 0; at < postings.size();) {
        const uint64_t from = postings[at].document;
        for (const bool block : {false, true}) {
          const auto bound =
              block ? cursor.BlockBound(from) : cursor.PageBound(from);
          REQUIRE(bound.last >= from);
          REQUIRE(IsBound(bound, postings, at));
        }
        const uint64_t gap =
            at == 0 ? from : from - postings[at - 1].document - 1;
        cursor.SeekTo(from - random() % (gap + 1));
        REQUIRE(cursor.document() == from);
        REQUIRE(cursor.frequency() == postings[at].frequency);
        REQUIRE(cursor.length() == postings[at].length);
        if (random() % 2 == 0 && at + 1 < postings.size()) {
          cursor.Next();
          ++at;
          REQUIRE(cursor.document() == postings[at].document);
        }
        at += 1 + random() % step;
      }
      cursor.SeekTo(postings.back().document + 1);
      REQUIRE(cursor.document() == kNoDocument);
      cursor.Next();
      REQUIRE(cursor.document() == kNoDocument);
      REQUIRE_OK(cursor.status());
    }
  }
}

TEST_CASE("Tokens are told by prefix", "[posting_reader]") {
  auto random = test::Random(2);
  const auto kv = MakeMemoryKv();
  std::map<std::string, std::set<uint64_t>> model;
  for (uint64_t document = 0; document < 3000; ++document) {
    std::string token;
    for (auto n = random() % 4 + 1; n > 0; --n) {
      token += static_cast<char>('a' + random() % 8);
    }
    AddText(*kv, document, Tokens(token));
    model[token].insert(document);
    if (document % 1100 == 1099) REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
  }
  const auto reader = OpenReader(*kv);
  for (const std::string prefix :
       {"", "a", "h", "bc", "abc", "gggg", "ggggg", "z", "0"}) {
    std::map<std::string, uint64_t> want;
    for (const auto& [token, documents] : model) {
      if (token.starts_with(prefix)) want[token] = documents.size();
    }
    INFO(prefix);
    REQUIRE(TokensOf(*reader, prefix) == want);
  }
}

TEST_CASE("Indexes and graphs keep apart, and one is dropped alone",
          "[posting_reader]") {
  const auto kv = MakeMemoryKv();
  const PostingIndex indexes[] = {{1, 1}, {1, 2}, {2, 1}};
  for (const PostingIndex index : indexes) {
    const uint64_t document = index.graph * 10 + index.index;
    AddText(*kv, document, Tokens("word"), index);
    REQUIRE_OK(FoldDelta(*kv, index, {}));
    AddText(*kv, document + 100, Tokens("word"), index);
  }
  const auto snapshot = kv->NewSnapshot();
  const auto batch = kv->NewBatch();
  DropIndex(*batch, indexes[1]);
  REQUIRE_OK(kv->Write(*batch, storage::WriteMode::kSync));
  for (const PostingIndex index : indexes) {
    const bool dropped = index == indexes[1];
    REQUIRE(OpenReader(*kv, nullptr, index)->documents() == (dropped ? 0 : 2));
    REQUIRE(OpenReader(*kv, snapshot.get(), index)->documents() == 2);
  }
}

TEST_CASE("A reader of a snapshot does not see what comes later",
          "[posting_reader]") {
  const auto kv = MakeMemoryKv();
  AddText(*kv, 1, Tokens("one word"));
  const auto snapshot = kv->NewSnapshot();
  AddText(*kv, 2, Tokens("one more"));
  REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
  const auto reader = OpenReader(*kv, snapshot.get());
  REQUIRE(reader->documents() == 1);
  REQUIRE(TokensOf(*reader, "") ==
          std::map<std::string, uint64_t>{{"one", 1}, {"word", 1}});
  REQUIRE(OpenReader(*kv)->documents() == 2);
}

TEST_CASE("A document of very many words", "[posting_reader]") {
  const auto kv = MakeMemoryKv();
  std::string text;
  for (uint32_t i = 0; i < kMaxDocumentTokens; ++i) text += "a ";
  const TokenList tokens = Tokens(text);
  for (uint64_t document = 0; document < 5; ++document) {
    AddText(*kv, document, tokens);
  }
  REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
  const auto reader = OpenReader(*kv);
  const auto list = reader->OpenList(1, "a");
  REQUIRE_OK(list);
  std::vector<uint32_t> positions;
  for (uint64_t document = 0; document < 5; ++document) {
    REQUIRE((*list)->document() == document);
    REQUIRE_OK((*list)->ReadPositions(&positions));
    REQUIRE(positions.size() == kMaxDocumentTokens);
    REQUIRE(positions.back() == kMaxDocumentTokens - 1);
    (*list)->Next();
  }
}

TEST_CASE("Budgets bound what the delta takes", "[posting_reader]") {
  const auto kv = MakeMemoryKv();
  const auto batch = kv->NewBatch();
  for (uint64_t document = 0; document < 20000; ++document) {
    AddDocument(*batch, kTestIndex, document, Tokens("word"));
  }
  REQUIRE_OK(kv->Write(*batch, storage::WriteMode::kBuffered));
  MemoryBudget small(100 << 10);
  REQUIRE(
      PostingReader::Open(*kv, kTestIndex, nullptr, &small).status().code() ==
      absl::StatusCode::kResourceExhausted);
  MemoryBudget enough(16 << 20);
  {
    const auto reader = PostingReader::Open(*kv, kTestIndex, nullptr, &enough);
    REQUIRE_OK(reader);
    REQUIRE_OK((*reader)->OpenList(0, "word"));
    REQUIRE(enough.free_bytes() < enough.limit_bytes());
  }
  REQUIRE(enough.free_bytes() == enough.limit_bytes());
}

// Every row cut short or with a byte changed: an error or an answer.
TEST_CASE("Damaged rows never crash a search", "[posting_reader][faults]") {
  auto random = test::Random(3);
  const auto kv = MakeMemoryKv();
  for (uint64_t document = 0; document < 1500; ++document) {
    AddText(*kv, document, Tokens(RandomText(random, 6, 8)));
    if (document == 1400) REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
  }
  std::map<std::string, std::string> rows;
  const auto it = kv->NewIterator(Family::kPostings, {});
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    rows.emplace(it->key(), it->value());
  }
  const TermQuery query = {{Occur::kShould, {{{{"w0", 0}}}}},
                           {Occur::kShould, {{{{"w1", 0}, {"w0", 1}}}}}};
  size_t told = 0;
  for (const auto& [key, value] : rows) {
    if (random() % 4 != 0 && value.size() < 64) continue;
    std::string damaged = value;
    if (random() % 2 == 0) {
      damaged.resize(random() % (damaged.size() + 1));
    } else if (!damaged.empty()) {
      damaged[random() % damaged.size()] ^=
          static_cast<char>(1 + random() % 255);
    }
    const auto put = [&](const std::string& bytes) {
      const auto batch = kv->NewBatch();
      batch->Put(Family::kPostings, key, bytes);
      REQUIRE_OK(kv->Write(*batch, storage::WriteMode::kBuffered));
    };
    put(damaged);
    const auto reader = PostingReader::Open(*kv, kTestIndex, nullptr);
    if (!reader.ok()) {
      ++told;
    } else {
      if (!SearchPostings(**reader, query, {.k = 100}).ok()) ++told;
      auto stream = (*reader)->Tokens("");
      for (int i = 0; stream.ok() && stream->valid() && i < 100; ++i) {
        if (!stream->Next().ok()) break;
      }
    }
    put(value);
  }
  REQUIRE(told > 0);
  REQUIRE_OK(SearchPostings(*OpenReader(*kv), query, {.k = 100}));
}

}  // namespace
}  // namespace skg::text
