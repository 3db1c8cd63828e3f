#include "text/posting_fold.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "storage/memory_kv.h"
#include "storage/rocksdb_kv.h"
#include "support/fault_kv.h"
#include "support/test_support.h"
#include "text/text_model.h"

namespace skg::text {
namespace {

using storage::Family;
using storage::KvStore;
using storage::MakeMemoryKv;

void AddRandom(KvStore& kv, TextModel& model, std::mt19937_64& random,
               size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const uint64_t document = random() % 5000;
    TokenList tokens = Tokens(RandomText(random, 6, 12));
    const auto known = model.documents.find(document);
    if (known != model.documents.end()) {
      // A document's text never changes: write it again.
      std::string text;
      for (const auto& word : known->second) text += word.token + " ";
      tokens = Tokens(text);
    }
    model.Add(document, tokens);
    AddText(kv, document, tokens);
  }
}

void RequireAnswers(const KvStore& kv, const TextModel& model,
                    std::mt19937_64& random,
                    const storage::KvSnapshot* snapshot = nullptr) {
  const auto reader = OpenReader(kv, snapshot);
  for (int i = 0; i < 5; ++i) {
    const TermQuery query = RandomQuery(random, 12);
    std::vector<SearchHit> want = model.Search(query);
    want.resize(std::min<size_t>(want.size(), 20));
    const auto hits = SearchPostings(*reader, query, {.k = 20});
    REQUIRE_OK(hits);
    RequireSame(*hits, want);
  }
}

size_t Rows(const KvStore& kv, char kind) {
  const std::string prefix = KindPrefix(kTestIndex, kind);
  const auto it = kv.NewIterator(Family::kPostings, {.lower = prefix});
  size_t rows = 0;
  for (it->SeekToFirst(); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    ++rows;
  }
  return rows;
}

TEST_CASE("Folds and merges change no answer", "[posting_fold]") {
  auto random = test::Random();
  const auto kv = MakeMemoryKv();
  TextModel model;
  for (int round = 0; round < 25; ++round) {
    AddRandom(*kv, model, random, 60);
    REQUIRE_OK(Fold(*kv, kTestIndex, {.most_documents = 40}));
    REQUIRE(Rows(*kv, kDeltaKind) == 0);
    RequireAnswers(*kv, model, random);
    const auto manifest = LoadManifest(*kv, kTestIndex, nullptr);
    REQUIRE_OK(manifest);
    REQUIRE(manifest->segments.size() < kSegmentFanIn);
    REQUIRE(ChooseMerge(*manifest).empty());
  }
  REQUIRE(OpenReader(*kv)->documents() == model.documents.size());
}

TEST_CASE("Readers of older snapshots see what they saw", "[posting_fold]") {
  auto random = test::Random(1);
  const auto kv = MakeMemoryKv();
  struct Moment {
    std::unique_ptr<storage::KvSnapshot> snapshot;
    TextModel model;
  };
  std::vector<Moment> moments;
  TextModel model;
  std::set<uint64_t> folded;
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 30; ++i) {
      const uint64_t document = random();
      const TokenList tokens = Tokens(RandomText(random, 6, 12));
      model.Add(document >> 1, tokens);
      AddText(*kv, document >> 1, tokens);
    }
    moments.push_back({kv->NewSnapshot(), model});
    REQUIRE_OK(Fold(*kv, kTestIndex, {}));
  }
  for (const Moment& moment : moments) {
    RequireAnswers(*kv, moment.model, random, moment.snapshot.get());
  }
}

TEST_CASE("Documents that are not kept are gone after a merge",
          "[posting_fold]") {
  auto random = test::Random(2);
  const auto kv = MakeMemoryKv();
  TextModel model;
  AddRandom(*kv, model, random, 500);
  REQUIRE_OK(FoldDelta(*kv, kTestIndex, {.most_documents = 100}));
  std::vector<uint32_t> segments;
  const PostingManifest manifest = OpenReader(*kv)->manifest();
  for (const auto& segment : manifest.segments) {
    segments.push_back(segment.number);
  }
  REQUIRE(segments.size() > 1);
  REQUIRE_OK(
      MergeSegments(*kv, kTestIndex, segments, {},
                    [](uint64_t document) { return document % 3 != 0; }));
  std::erase_if(model.documents,
                [](const auto& entry) { return entry.first % 3 == 0; });
  RequireAnswers(*kv, model, random);
  // None at all.
  REQUIRE_OK(MergeSegments(*kv, kTestIndex,
                           {OpenReader(*kv)->manifest().segments[0].number}, {},
                           [](uint64_t) { return false; }));
  REQUIRE(OpenReader(*kv)->documents() == 0);
  REQUIRE(Rows(*kv, kSegmentKind) == 0);
}

TEST_CASE("Merges take segments of one size", "[posting_fold]") {
  PostingManifest manifest;
  const auto add = [&](size_t count, uint64_t documents) {
    for (size_t i = 0; i < count; ++i) {
      manifest.segments.push_back({manifest.next_segment++, documents, 1, 1});
    }
  };
  add(7, 4000);
  add(7, 40'000);
  REQUIRE(ChooseMerge(manifest).empty());
  add(1, 50'000);
  REQUIRE(ChooseMerge(manifest) ==
          std::vector<uint32_t>{8, 9, 10, 11, 12, 13, 14, 15});
  add(1, 1);
  REQUIRE(ChooseMerge(manifest) ==
          std::vector<uint32_t>{1, 2, 3, 4, 5, 6, 7, 16});
}

TEST_CASE("Manifests come back, and damaged ones are told", "[posting_fold]") {
  PostingManifest manifest;
  REQUIRE(*DecodeManifest(EncodeManifest(manifest)) == manifest);
  manifest.next_segment = 1000;
  manifest.segments = {{3, 70'000'000'000, 1'000'000'000'000, 5},
                       {999, 1, 2, 3}};
  const std::string bytes = EncodeManifest(manifest);
  REQUIRE(*DecodeManifest(bytes) == manifest);
  for (size_t i = 0; i < bytes.size(); ++i) {
    REQUIRE(!DecodeManifest(bytes.substr(0, i)).ok());
    std::string damaged = bytes;
    damaged[i] ^= 0x10;
    REQUIRE(!DecodeManifest(damaged).ok());
  }
}

// The n-th write fails, alone or with all later ones: the index answers as
// before, and the next fold comes to its end.
TEST_CASE("A fold that fails anywhere changes no answer",
          "[posting_fold][faults]") {
  for (const bool every_later_one : {false, true}) {
    for (uint64_t n = 1;; ++n) {
      auto random = test::Random(3);
      const std::shared_ptr<KvStore> kv = MakeMemoryKv();
      TextModel model;
      for (int i = 0; i < 9; ++i) {
        AddRandom(*kv, model, random, 20);
        if (i < 7) REQUIRE_OK(FoldDelta(*kv, kTestIndex, {}));
      }
      test::FaultKv faulty(kv,
                           {.write = n, .every_later_one = every_later_one});
      const absl::Status folded =
          Fold(faulty, kTestIndex, {.most_documents = 15});
      REQUIRE(folded.ok() == !faulty.fired());
      // Counts may differ until then: documents are in both parts.
      REQUIRE_OK(Fold(*kv, kTestIndex, {.most_documents = 15}));
      RequireAnswers(*kv, model, random);
      REQUIRE(OpenReader(*kv)->documents() == model.documents.size());
      REQUIRE(Rows(*kv, kDeltaKind) == 0);
      if (!faulty.fired()) break;
    }
  }
}

// Between the two batches of a fold's end documents are in both parts: each is
// found once.
TEST_CASE("What a fold left behind is found once", "[posting_fold][faults]") {
  auto random = test::Random(4);
  for (uint64_t n = 1; n < 40; ++n) {
    const std::shared_ptr<KvStore> kv = MakeMemoryKv();
    TextModel model;
    AddRandom(*kv, model, random, 80);
    test::FaultKv faulty(kv, {.write = n, .every_later_one = true});
    if (FoldDelta(faulty, kTestIndex, {.most_documents = 20}).ok()) break;
    const auto reader = OpenReader(*kv);
    const auto hits = SearchPostings(
        *reader, {{Occur::kShould, {{{{"w0", 0}}}}}}, {.k = kMostHits});
    REQUIRE_OK(hits);
    std::set<uint64_t> got, want;
    for (const SearchHit& hit : *hits) got.insert(hit.document);
    for (const auto& [document, words] : model.documents) {
      if (std::any_of(words.begin(), words.end(),
                      [](const auto& w) { return w.token == "w0"; })) {
        want.insert(document);
      }
    }
    REQUIRE(got.size() == hits->size());
    REQUIRE(got == want);
  }
}

TEST_CASE("A cancelled or poor fold changes nothing", "[posting_fold]") {
  auto random = test::Random(5);
  const auto kv = MakeMemoryKv();
  TextModel model;
  AddRandom(*kv, model, random, 2000);
  Cancellation cancellation;
  cancellation.Cancel();
  REQUIRE(FoldDelta(*kv, kTestIndex, {.cancellation = &cancellation}).code() ==
          absl::StatusCode::kCancelled);
  MemoryBudget budget(1000);
  REQUIRE(FoldDelta(*kv, kTestIndex, {.budget = &budget}).code() ==
          absl::StatusCode::kResourceExhausted);
  REQUIRE(FoldDelta(*kv, kTestIndex, {.most_documents = 0}).code() ==
          absl::StatusCode::kInvalidArgument);
  RequireAnswers(*kv, model, random);
  MemoryBudget enough(1 << 20);
  REQUIRE_OK(Fold(*kv, kTestIndex, {.budget = &enough}));
  REQUIRE(enough.free_bytes() == enough.limit_bytes());
  RequireAnswers(*kv, model, random);
}

// On RocksDB: writers, a folder and searchers at once.
TEST_CASE("Searches, commits and folds at once", "[posting_fold]") {
  const std::unique_ptr<rocksdb::Env> env(
      rocksdb::NewMemEnv(rocksdb::Env::Default()));
  auto opened = storage::OpenRocksDb(
      "/data", {.memory_bytes = size_t{16} << 20, .env = env.get()});
  REQUIRE_OK(opened);
  KvStore& kv = **opened;
  constexpr uint64_t kDocuments = 3000;
  std::atomic<uint64_t> written{0};
  std::atomic<bool> failed{false};
  std::thread writer([&] {
    const TokenList tokens = Tokens("the same words");
    for (uint64_t document = 0; document < kDocuments; ++document) {
      const auto batch = kv.NewBatch();
      AddDocument(*batch, kTestIndex, document, tokens);
      // Again and again, as statements come that use it.
      if (document > 10) AddDocument(*batch, kTestIndex, document - 10, tokens);
      if (!kv.Write(*batch, storage::WriteMode::kBuffered).ok()) failed = true;
      written = document + 1;
    }
  });
  std::thread folder([&] {
    while (written < kDocuments && !failed) {
      if (!Fold(kv, kTestIndex, {.most_documents = 300}).ok()) failed = true;
    }
  });
  const TermQuery query = {{Occur::kShould, {{{{"same", 0}, {"words", 1}}}}}};
  while (written < kDocuments && !failed) {
    const uint64_t least = written;
    const auto snapshot = kv.NewSnapshot();
    const auto reader = PostingReader::Open(kv, kTestIndex, snapshot.get());
    if (!reader.ok()) {
      failed = true;
      break;
    }
    const auto hits = SearchPostings(**reader, query, {.k = kMostHits});
    if (!hits.ok() || hits->size() < least) failed = true;
    std::set<uint64_t> documents;
    for (const SearchHit& hit : *hits) documents.insert(hit.document);
    if (documents.size() != hits->size()) failed = true;
  }
  writer.join();
  folder.join();
  REQUIRE(!failed);
  REQUIRE_OK(Fold(kv, kTestIndex, {}));
  REQUIRE(OpenReader(kv)->documents() == kDocuments);
}

}  // namespace
}  // namespace skg::text
