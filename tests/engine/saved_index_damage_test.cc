// Graph files whose indexes are not what a save writes: refused, and nothing
// stays.
#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <string>

#include "base/bytes.h"
#include "engine/saved_index_support.h"
#include "engine/saved_indexes.h"
#include "storage/graph_file_support.h"
#include "storage/memory_kv.h"
#include "support/fault_kv.h"

namespace skg::test {
namespace {

using storage::ChunkKind;
using storage::Store;
using storage::test::FileChunk;
using storage::test::PutTogether;
using storage::test::RowsOfGraphs;
using storage::test::TakeApart;
using storage::test::TakenApart;

std::string SampleFile() {
  auto random = Random(910);
  TestGraph test;
  MakeIndexes(test.graph, VectorIndexKind::kFlat);
  Change(test.graph, random, 20);
  return MustSave(test.graph);
}

absl::StatusOr<storage::GraphDescription> Restore(Store& store,
                                                  const std::string& bytes) {
  MemoryBudget memory(size_t{64} << 20);
  engine::RestoredIndexes indexes(memory);
  storage::RestoreWork work;
  work.indexes = &indexes;
  return storage::test::Restore(store, "copy", bytes, work);
}

void CheckNothingStays(Store& store) {
  CHECK(store.ListGraphs()->empty());
  store.WaitForRemovals();
  CHECK(RowsOfGraphs(store) == 0);
}

FileChunk& First(TakenApart& file, ChunkKind kind) {
  for (FileChunk& chunk : file.chunks)
    if (chunk.kind == kind) return chunk;
  FAIL("there is no such chunk");
  return file.chunks.front();
}

// The file has the definitions of two text indexes and of two of vectors, then
// vectors of nodes: number (4), and of each label (8), commit (8), form (1), a
// byte of format, numbers.
constexpr size_t kLabelAt = 4, kCommitAt = 12, kFormAt = 20, kNumbersAt = 22;
constexpr size_t kEntryBytes = 8 + 8 + 1 + 1 + 4 * kDimension;

TEST_CASE("indexes that no save has written are refused", "[saved]") {
  const struct {
    const char* what;
    std::function<void(TakenApart&)> change;
  } cases[] = {
      {"an index twice",
       [](TakenApart& file) {
         const FileChunk chunk = First(file, ChunkKind::kIndexes);
         for (auto at = file.chunks.begin(); at != file.chunks.end(); ++at) {
           if (at->kind != ChunkKind::kIndexes) continue;
           file.chunks.insert(at, chunk);
           return;
         }
       }},
      {"an unknown kind of index",
       [](TakenApart& file) {
         First(file, ChunkKind::kIndexes).payload[0] = 'Q';
       }},
      {"a definition that was cut short",
       [](TakenApart& file) {
         First(file, ChunkKind::kIndexes).payload.resize(8);
       }},
      {"an empty definition",
       [](TakenApart& file) {
         First(file, ChunkKind::kIndexes).payload.clear();
       }},
      {"vectors of an index that is not there",
       [](TakenApart& file) {
         First(file, ChunkKind::kVectors).payload[3] = 9;
       }},
      {"vectors without their definitions",
       [](TakenApart& file) {
         std::erase_if(file.chunks, [](const FileChunk& chunk) {
           return chunk.kind == ChunkKind::kIndexes;
         });
       }},
      {"a term that is not there",
       [](TakenApart& file) {
         First(file, ChunkKind::kVectors).payload[kLabelAt + 3] = 9;
       }},
      {"no term",
       [](TakenApart& file) {
         First(file, ChunkKind::kVectors).payload.replace(kLabelAt, 8, 8, '\0');
       }},
      {"a commit to come",
       [](TakenApart& file) {
         First(file, ChunkKind::kVectors).payload[kCommitAt + 5] = 9;
       }},
      {"a commit from before the index",
       [](TakenApart& file) {
         First(file, ChunkKind::kVectors)
             .payload.replace(kCommitAt, 8, 8, '\0');
       }},
      {"an unknown form",
       [](TakenApart& file) {
         First(file, ChunkKind::kVectors).payload[kFormAt] = 7;
       }},
      {"no number",
       [](TakenApart& file) {
         First(file, ChunkKind::kVectors)
             .payload.replace(kNumbersAt, 4, 4, '\xff');
       }},
      {"a vector that was cut short",
       [](TakenApart& file) {
         First(file, ChunkKind::kVectors).payload.resize(kNumbersAt + 9);
       }},
      {"a vector twice",
       [](TakenApart& file) {
         std::string& bytes = First(file, ChunkKind::kVectors).payload;
         bytes.insert(4, bytes.substr(4, kEntryBytes));
       }},
      {"a chunk of no vector",
       [](TakenApart& file) {
         First(file, ChunkKind::kVectors).payload.resize(4);
       }},
  };
  const TakenApart good = TakeApart(SampleFile());
  const auto store = storage::test::OpenMemoryStore();
  for (const auto& c : cases) {
    INFO(c.what);
    TakenApart file = good;
    c.change(file);
    const auto restored = Restore(*store, PutTogether(file));
    INFO(restored.status());
    CHECK(absl::IsDataLoss(restored.status()));
    CheckNothingStays(*store);
  }
  REQUIRE_OK(Restore(*store, PutTogether(good)));
}

TEST_CASE("noise in the chunks of indexes never crashes a restore", "[saved]") {
  auto random = Random(911);
  const TakenApart good = TakeApart(SampleFile());
  std::vector<size_t> places;
  for (size_t i = 0; i < good.chunks.size(); ++i)
    if (good.chunks[i].kind > ChunkKind::kEnd) places.push_back(i);
  REQUIRE(places.size() > 4);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    TakenApart file = good;
    std::string& bytes = file.chunks[places[random() % places.size()]].payload;
    for (uint64_t k = 0; k < 1 + random() % 3; ++k)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto store = storage::test::OpenMemoryStore();
    if (!Restore(*store, PutTogether(file)).ok()) {
      CheckNothingStays(*store);
      ++refused;
      continue;
    }
    storage::test::RequireClean(*store);
    const auto graph = store->OpenGraph("public", "copy", nullptr);
    REQUIRE_OK(graph);
    const auto view = graph->Latest();
    REQUIRE_OK(view);
    engine::SavedIndexes indexes;
    REQUIRE_OK(store->SaveGraph(
        *view, [](std::string_view) { return absl::OkStatus(); },
        {.indexes = &indexes}));
  }
  CHECK(refused > 50);
}

TEST_CASE("a file with indexes that was cut short or changed is refused",
          "[saved]") {
  const std::string bytes = SampleFile();
  const auto store = storage::test::OpenMemoryStore();
  for (size_t size = bytes.size() - 1; size > bytes.size() / 2;
       size -= 1 + size / 50) {
    CHECK(absl::IsDataLoss(Restore(*store, bytes.substr(0, size)).status()));
  }
  std::string old = bytes;
  // Said to be of the version that has none.
  old[11] = 1;
  CHECK_FALSE(Restore(*store, old).ok());
  CheckNothingStays(*store);
}

TEST_CASE("a restore that ends at its n-th write is all there or absent",
          "[saved]") {
  const bool every_later_one = GENERATE(false, true);
  const std::string bytes = SampleFile();
  const auto rows_of = [](Store& store) {
    store.WaitForRemovals();
    return RowsOfGraphs(store);
  };
  const auto whole = storage::test::OpenMemoryStore();
  REQUIRE_OK(Restore(*whole, bytes));
  uint64_t n = 1;
  for (bool fired = true; fired; ++n) {
    INFO("write " << n << ", every later one: " << every_later_one);
    REQUIRE(n < 1000);
    const std::shared_ptr<storage::KvStore> disk = storage::MakeMemoryKv();
    REQUIRE_OK(Store::Open(std::make_unique<FaultKv>(disk), {}));
    bool restored = false;
    {
      auto faulty = std::make_unique<FaultKv>(
          disk, FaultPlan{.write = n,
                          .every_later_one = every_later_one,
                          .error = absl::ResourceExhaustedError("injected")});
      const FaultKv& counters = *faulty;
      auto store = Store::Open(std::move(faulty), {});
      if (store.ok()) restored = Restore(**store, bytes).ok();
      fired = counters.fired();
    }
    auto store = Store::Open(std::make_unique<FaultKv>(disk), {});
    REQUIRE_OK(store);
    CHECK((*store)->ListGraphs()->size() == (restored ? 1 : 0));
    CHECK(rows_of(**store) == (restored ? rows_of(*whole) : 0));
    storage::test::RequireClean(**store);
    if (!restored) REQUIRE_OK(Restore(**store, bytes));
  }
  CHECK(n > 8);
}

TEST_CASE("a program that has no indexes restores what else there is",
          "[saved]") {
  const auto store = storage::test::OpenMemoryStore();
  REQUIRE_OK(storage::test::Restore(*store, "copy", SampleFile()));
  storage::test::RequireClean(*store);
}

}  // namespace
}  // namespace skg::test
