#include "text/bm25.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "storage/memory_kv.h"
#include "support/fault_kv.h"
#include "support/test_support.h"
#include "text/posting_builder.h"
#include "text/posting_fold.h"
#include "text/text_model.h"

namespace skg::text {
namespace {

using storage::MakeMemoryKv;

std::vector<SearchHit> Search(const PostingReader& reader,
                              const TermQuery& query,
                              const SearchOptions& options) {
  auto hits = SearchPostings(reader, query, options);
  REQUIRE_OK(hits);
  return *std::move(hits);
}

TermQuery Words(std::initializer_list<std::string> words) {
  TermQuery query;
  for (const std::string& word : words) {
    query.push_back({Occur::kShould, {{{{word, 0}}}}});
  }
  return query;
}

// Ids as a dictionary gives them: of a few kinds, dense within each.
uint64_t RandomDocument(std::mt19937_64& random, size_t count) {
  static constexpr uint64_t kKinds[] = {1, 3, 4};
  return kKinds[random() % 3] << 60 | random() % (count * 2);
}

// Documents in the delta, in small and in greater segments.
void Fill(storage::KvStore& kv, TextModel& model, std::mt19937_64& random,
          size_t count, size_t vocabulary, size_t longest) {
  for (size_t piece = 0; piece < 4; ++piece) {
    for (size_t i = 0; i < count / 4; ++i) {
      const uint64_t document = RandomDocument(random, count);
      if (model.documents.contains(document)) continue;
      const TokenList tokens = Tokens(RandomText(random, longest, vocabulary));
      model.Add(document, tokens);
      AddText(kv, document, tokens);
    }
    if (piece < 3) REQUIRE_OK(FoldDelta(kv, kTestIndex, {}));
  }
}

TEST_CASE("Hits and scores are those of a search through all documents",
          "[bm25]") {
  auto random = test::Random();
  const struct {
    size_t documents, vocabulary, longest;
  } cases[] = {{40, 10, 6}, {1500, 30, 8}, {2500, 400, 30}};
  for (const auto& c : cases) {
    const auto kv = MakeMemoryKv();
    TextModel model;
    Fill(*kv, model, random, c.documents, c.vocabulary, c.longest);
    const auto reader = OpenReader(*kv);
    REQUIRE(reader->documents() == model.documents.size());
    for (int i = 0; i < 40; ++i) {
      const TermQuery query = RandomQuery(random, c.vocabulary);
      std::vector<SearchHit> all = model.Search(query);
      const size_t k = random() % 3 == 0 ? 1 + random() % 100 : 10;
      std::vector<SearchHit> first = all;
      first.resize(std::min(k, all.size()));
      RequireSame(Search(*reader, query, {.k = k}), first);
      if (i % 8 != 0) continue;
      RequireSame(Search(*reader, query, {.k = kMostHits}), all);
    }
  }
}

TEST_CASE("A search goes on after any hit, and a stream gives all", "[bm25]") {
  auto random = test::Random(1);
  const auto kv = MakeMemoryKv();
  TextModel model;
  Fill(*kv, model, random, 800, 20, 6);
  const auto reader = OpenReader(*kv);
  for (int i = 0; i < 20; ++i) {
    const TermQuery query = RandomQuery(random, 20);
    const std::vector<SearchHit> all = Search(*reader, query, {.k = kMostHits});
    std::vector<SearchHit> pieces;
    SearchOptions options{.k = 7};
    for (;;) {
      const std::vector<SearchHit> more = Search(*reader, query, options);
      pieces.insert(pieces.end(), more.begin(), more.end());
      if (more.size() < options.k) break;
      options.after = more.back();
    }
    // Bit by bit.
    REQUIRE(pieces == all);

    HitStream stream(*reader, query, {.k = 3});
    std::vector<SearchHit> streamed;
    for (;;) {
      const auto next = stream.Next();
      REQUIRE_OK(next);
      if (!next->has_value()) break;
      streamed.push_back(**next);
    }
    REQUIRE(streamed == all);
  }
}

TEST_CASE("Only allowed and accepted documents are hits", "[bm25]") {
  auto random = test::Random(2);
  const auto kv = MakeMemoryKv();
  TextModel model;
  Fill(*kv, model, random, 1000, 20, 6);
  const auto reader = OpenReader(*kv);
  for (int i = 0; i < 40; ++i) {
    const TermQuery query = RandomQuery(random, 20);
    const std::vector<SearchHit> all = model.Search(query);
    std::vector<uint64_t> allowed;
    const size_t one_in = size_t{1} << (random() % 8);
    for (const auto& [document, words] : model.documents) {
      if (random() % one_in == 0) allowed.push_back(document);
    }
    std::vector<SearchHit> want;
    for (const SearchHit& hit : all) {
      if (std::binary_search(allowed.begin(), allowed.end(), hit.document)) {
        want.push_back(hit);
      }
    }
    want.resize(std::min<size_t>(want.size(), 10));
    RequireSame(Search(*reader, query, {.allowed = &allowed}), want);
    size_t asked = 0;
    RequireSame(Search(*reader, query,
                       {.filter =
                            [&](uint64_t document) {
                              ++asked;
                              return std::binary_search(
                                  allowed.begin(), allowed.end(), document);
                            }}),
                want);
    REQUIRE(asked <= all.size());
  }
}

TEST_CASE("Equal scores stand by document, across segments", "[bm25]") {
  const auto kv = MakeMemoryKv();
  // Later segments have smaller documents.
  for (const uint64_t first : {900u, 600u, 300u, 0u}) {
    for (uint64_t i = 0; i < 300; ++i) {
      AddText(*kv, first + i, Tokens("same text"));
    }
    if (first > 0) REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
  }
  const auto reader = OpenReader(*kv);
  const auto hits = Search(*reader, Words({"same", "text"}), {.k = 400});
  REQUIRE(hits.size() == 400);
  for (uint64_t i = 0; i < 400; ++i) REQUIRE(hits[i].document == i);
}

TEST_CASE("A document in the delta and in a segment is one hit", "[bm25]") {
  const auto kv = MakeMemoryKv();
  for (uint64_t i = 0; i < 20; ++i) AddText(*kv, i, Tokens("again and again"));
  REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
  for (uint64_t i = 0; i < 20; ++i) AddText(*kv, i, Tokens("again and again"));
  const auto before = OpenReader(*kv);
  REQUIRE(Search(*before, Words({"again"}), {.k = 100}).size() == 20);
  REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
  const auto reader = OpenReader(*kv);
  REQUIRE(reader->documents() == 20);
  REQUIRE(reader->manifest().segments.size() == 1);
  REQUIRE(Search(*reader, Words({"again"}), {.k = 100}).size() == 20);
}

TEST_CASE("Queries that can find nothing", "[bm25]") {
  const auto kv = MakeMemoryKv();
  REQUIRE(Search(*OpenReader(*kv), Words({"a"}), {}).empty());
  AddText(*kv, 1, Tokens("some text"));
  const auto reader = OpenReader(*kv);
  REQUIRE(Search(*reader, {}, {}).empty());
  REQUIRE(Search(*reader, Words({"absent"}), {}).empty());
  REQUIRE(Search(*reader, Words({"some"}), {.k = 0}).empty());
  REQUIRE(Search(*reader, {{Occur::kShould, {}}}, {}).empty());
  REQUIRE(Search(*reader,
                 {{Occur::kShould, {{{{"some", 0}}}}}, {Occur::kMust, {}}}, {})
              .empty());
}

TEST_CASE("Options out of range are told", "[bm25]") {
  const auto kv = MakeMemoryKv();
  const auto reader = OpenReader(*kv);
  for (const SearchOptions& options :
       {SearchOptions{.k = kMostHits + 1}, SearchOptions{.bm25 = {.k1 = -1}},
        SearchOptions{.bm25 = {.b = 1.5}},
        SearchOptions{.bm25 = {.k1 = std::nan("")}}}) {
    REQUIRE(SearchPostings(*reader, Words({"a"}), options).status().code() ==
            absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("Queries of too many words or too much memory are refused",
          "[bm25]") {
  const auto kv = MakeMemoryKv();
  AddText(*kv, 1, Tokens("some text"));
  REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
  TermQuery many;
  for (size_t i = 0; i <= kMostQueryTokens; ++i) {
    many.push_back({Occur::kShould, {{{{"text", 0}}}}});
  }
  REQUIRE(SearchPostings(*OpenReader(*kv), many, {}).status().code() ==
          absl::StatusCode::kInvalidArgument);
  many.pop_back();
  REQUIRE_OK(SearchPostings(*OpenReader(*kv), many, {}));
  MemoryBudget budget(1 << 20);
  const auto reader = PostingReader::Open(*kv, kTestIndex, nullptr, &budget);
  REQUIRE_OK(reader);
  REQUIRE(SearchPostings(**reader, many, {}).status().code() ==
          absl::StatusCode::kResourceExhausted);
  REQUIRE(SearchPostings(**reader, Words({"text"}), {.k = kMostHits})
              .status()
              .code() == absl::StatusCode::kResourceExhausted);
  REQUIRE_OK(SearchPostings(**reader, Words({"text"}), {}));
  REQUIRE(budget.free_bytes() == budget.limit_bytes());
}

TEST_CASE("A search ends when it is cancelled", "[bm25]") {
  const auto kv = MakeMemoryKv();
  AddText(*kv, 1, Tokens("some text"));
  const auto reader = OpenReader(*kv);
  Cancellation cancellation;
  cancellation.Cancel();
  REQUIRE(
      SearchPostings(*reader, Words({"some"}), {.cancellation = &cancellation})
          .status()
          .code() == absl::StatusCode::kCancelled);
}

TEST_CASE("A read that fails is the search's error, never a hit less",
          "[bm25][faults]") {
  auto random = test::Random(3);
  const std::shared_ptr<storage::KvStore> kv = MakeMemoryKv();
  TextModel model;
  Fill(*kv, model, random, 3000, 3, 6);
  const TermQuery query = {{Occur::kMust, {{{{"w0", 0}}}}},
                           {Occur::kShould, {{{{"w0", 0}, {"w1", 1}}}}}};
  const auto want = Search(*OpenReader(*kv), query, {.k = 50});
  for (uint64_t n = 1;; ++n) {
    const test::FaultKv faulty(kv, {.read = n});
    auto reader = PostingReader::Open(faulty, kTestIndex, nullptr);
    if (!reader.ok()) {
      REQUIRE(faulty.fired());
      continue;
    }
    const auto hits = SearchPostings(**reader, query, {.k = 50});
    if (hits.ok()) REQUIRE(*hits == want);
    if (!faulty.fired()) break;
    REQUIRE(!hits.ok());
  }
}

}  // namespace
}  // namespace skg::text
