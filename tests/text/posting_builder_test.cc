#include "text/posting_builder.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "storage/memory_kv.h"
#include "support/fault_kv.h"
#include "support/test_support.h"
#include "text/text_model.h"

namespace skg::text {
namespace {

using storage::KvStore;
using storage::MakeMemoryKv;

void RequireAnswers(const KvStore& kv, const TextModel& model,
                    std::mt19937_64& random) {
  const auto reader = OpenReader(kv);
  REQUIRE(reader->documents() == model.documents.size());
  for (int i = 0; i < 10; ++i) {
    const TermQuery query = RandomQuery(random, 40);
    std::vector<SearchHit> want = model.Search(query);
    want.resize(std::min<size_t>(want.size(), 20));
    const auto hits = SearchPostings(*reader, query, {.k = 20});
    REQUIRE_OK(hits);
    RequireSame(*hits, want);
  }
}

TEST_CASE("A built index answers as one that was committed",
          "[posting_builder]") {
  auto random = test::Random();
  for (const bool rising : {true, false}) {
    const auto kv = MakeMemoryKv();
    TextModel model;
    // Some are there already, in the delta and in a segment.
    for (uint64_t document = 0; document < 300; ++document) {
      const TokenList tokens = Tokens(RandomText(random, 8, 40));
      model.Add(document, tokens);
      AddText(*kv, document, tokens);
      if (document == 200) REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
    }
    PostingBuilder builder(*kv, kTestIndex, {});
    for (uint64_t i = 0; i < 4000; ++i) {
      const uint64_t document = rising ? i : random() % 5000;
      if (model.documents.contains(document)) continue;
      const TokenList tokens = Tokens(RandomText(random, 8, 40));
      model.Add(document, tokens);
      REQUIRE_OK(builder.Add(document, tokens));
      if (i % 7 == 0) REQUIRE_OK(builder.Add(document, tokens));
    }
    // Those that were there, once more.
    for (uint64_t document = 0; document < 300; ++document) {
      std::string text;
      for (const auto& word : model.documents.at(document)) {
        text += word.token + " ";
      }
      REQUIRE_OK(builder.Add(document, Tokens(text)));
    }
    REQUIRE_OK(builder.Finish());
    RequireAnswers(*kv, model, random);
  }
}

TEST_CASE("A builder with little memory makes several segments and merges",
          "[posting_builder]") {
  auto random = test::Random(1);
  const auto kv = MakeMemoryKv();
  MemoryBudget budget(16 << 20);
  PostingBuilder builder(
      *kv, kTestIndex, {.memory_bytes = 2 << 20, .fold = {.budget = &budget}});
  TextModel model;
  size_t most_segments = 0;
  for (uint64_t document = 0; document < 60000; ++document) {
    const TokenList tokens = Tokens(RandomText(random, 40, 5000));
    if (document % 60 == 0) model.Add(document, tokens);
    REQUIRE_OK(builder.Add(document, tokens));
    if (document % 5000 == 0) {
      most_segments =
          std::max(most_segments, OpenReader(*kv)->manifest().segments.size());
    }
  }
  REQUIRE(most_segments > 1);
  REQUIRE_OK(builder.Finish());
  REQUIRE(budget.free_bytes() == budget.limit_bytes());
  const auto reader = OpenReader(*kv);
  REQUIRE(reader->documents() == 60000);
  REQUIRE(reader->manifest().segments.size() < kSegmentFanIn);
  // Each document is found by its first word.
  for (const auto& [document, words] : model.documents) {
    const std::vector<uint64_t> only = {document};
    const auto hits =
        SearchPostings(*reader, {{Occur::kMust, {{{{words[0].token, 0}}}}}},
                       {.allowed = &only});
    REQUIRE_OK(hits);
    REQUIRE(hits->size() == 1);
  }
}

TEST_CASE("A builder whose store fails says so", "[posting_builder][faults]") {
  const TokenList tokens = Tokens("a few words");
  for (uint64_t n = 1;; ++n) {
    const std::shared_ptr<KvStore> kv = MakeMemoryKv();
    test::FaultKv faulty(kv, {.write = n});
    {
      PostingBuilder builder(faulty, kTestIndex, {});
      for (uint64_t document = 0; document < 10; ++document) {
        REQUIRE_OK(builder.Add(document, tokens));
      }
      const bool finished = builder.Finish().ok();
      REQUIRE(finished == !faulty.fired());
    }
    PostingBuilder again(*kv, kTestIndex, {});
    for (uint64_t document = 0; document < 10; ++document) {
      REQUIRE_OK(again.Add(document, tokens));
    }
    REQUIRE_OK(again.Finish());
    REQUIRE(OpenReader(*kv)->documents() == 10);
    if (!faulty.fired()) break;
  }
}

TEST_CASE("What a builder cannot take", "[posting_builder]") {
  const auto kv = MakeMemoryKv();
  PostingBuilder builder(*kv, kTestIndex, {});
  REQUIRE(builder.Add(kNoDocument, Tokens("a")).code() ==
          absl::StatusCode::kInvalidArgument);
  REQUIRE_OK(builder.Add(1, Tokens("...")));
  REQUIRE_OK(builder.Finish());
  REQUIRE(OpenReader(*kv)->documents() == 0);
  MemoryBudget none(1000);
  PostingBuilder poor(*kv, kTestIndex, {.fold = {.budget = &none}});
  REQUIRE(poor.Add(1, Tokens("a")).code() ==
          absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace skg::text
