// Graph files that are not as they were written, or were never good: an error
// and no graph.
#include <xxhash.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "base/bytes.h"
#include "storage/block.h"
#include "storage/graph_file_support.h"
#include "storage/store_model.h"

namespace skg::storage::test {
namespace {

std::string SampleFile(uint64_t stream, int commits = 30) {
  Run run(stream);
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  Model model;
  for (int i = 0; i < commits; ++i) RandomCommit(run, graph, model);
  // A past row and a record, whatever else there is.
  AddOne(graph, "always", "p", "there", 0.5f);
  RequestBuilder builder(graph);
  builder.Add(Name("always"), Name("p"), Name("there"), 0.25f).record = 1;
  builder.request().records.push_back({.metadata = R"({"a": 1})"});
  builder.Commit();
  REQUIRE_OK(graph.TrimLog(3));
  return MustSave(*store, graph);
}

// The rows of what was refused go in the background.
void WaitUntilEmpty(Store& store) {
  for (int i = 0; i < 1000 && RowsOfGraphs(store) > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(RowsOfGraphs(store) == 0);
  CHECK(store.ListGraphs()->empty());
}

void RequireRefused(Store& store, const std::string& bytes) {
  const absl::Status status = Restore(store, "copy", bytes).status();
  INFO(status);
  CHECK(absl::IsDataLoss(status));
}

TEST_CASE("a graph file that was cut short is refused") {
  const std::string bytes = SampleFile(1);
  const auto store = OpenMemoryStore();
  auto random = skg::test::Random(2);
  for (size_t size = 0; size < bytes.size();
       size += 1 + random() % (bytes.size() / 150)) {
    INFO(size << " of " << bytes.size() << " bytes");
    RequireRefused(*store, bytes.substr(0, size));
  }
  RequireRefused(*store, bytes.substr(0, bytes.size() - 1));
  WaitUntilEmpty(*store);
  REQUIRE_OK(Restore(*store, "copy", bytes));
}

TEST_CASE("a graph file with any flipped bit is refused") {
  const std::string bytes = SampleFile(3);
  const auto store = OpenMemoryStore();
  auto random = skg::test::Random(4);
  for (size_t at = 8; at < bytes.size();
       at += 1 + random() % (bytes.size() / 300)) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    INFO("byte " << at << " of " << bytes.size());
    RequireRefused(*store, damaged);
  }
  WaitUntilEmpty(*store);
}

TEST_CASE("chunks that are lost, doubled or moved are noticed") {
  const std::string bytes = SampleFile(5);
  const auto store = OpenMemoryStore();
  // Where each chunk begins: behind the header and every chunk before.
  std::vector<size_t> begins;
  for (size_t at = 20; at < bytes.size();
       at += 5 + LoadBigEndian<uint32_t>(bytes.data() + at + 1) + 8) {
    begins.push_back(at);
  }
  begins.push_back(bytes.size());
  REQUIRE(begins.size() > 6);
  for (size_t i = 0; i + 1 < begins.size(); ++i) {
    INFO("chunk " << i);
    const std::string before = bytes.substr(0, begins[i]);
    const std::string chunk =
        bytes.substr(begins[i], begins[i + 1] - begins[i]);
    const std::string after = bytes.substr(begins[i + 1]);
    RequireRefused(*store, before + after);
    RequireRefused(*store, before + chunk + chunk + after);
  }
  RequireRefused(*store, bytes + "x");
  RequireRefused(*store, bytes + bytes);
  WaitUntilEmpty(*store);
}

TEST_CASE("what is no graph file, or of a newer version, is said to be so") {
  const auto store = OpenMemoryStore();
  CHECK(absl::IsDataLoss(Restore(*store, "copy", "").status()));
  CHECK(absl::IsInvalidArgument(
      Restore(*store, "copy", "@prefix : <urn:x> .\n").status()));
  std::string newer = "SKGGRAPH";
  AppendBigEndian(kGraphFileWithIndexes + 1, newer);
  AppendBigEndian(uint64_t{XXH3_64bits(newer.data(), newer.size())}, newer);
  const absl::Status status = Restore(*store, "copy", newer).status();
  INFO(status);
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(store->ListGraphs()->empty());
}

TEST_CASE("a source that fails gives its own error") {
  const std::string bytes = SampleFile(6);
  const auto store = OpenMemoryStore();
  const auto whole = SourceOf(bytes, 100);
  int calls = 0;
  const auto failing = [&](char* out, size_t size) -> absl::StatusOr<size_t> {
    if (++calls == 20) return absl::PermissionDeniedError("not any more");
    return whole(out, size);
  };
  CHECK(absl::IsPermissionDenied(
      store->RestoreGraph("public", "copy", failing, {}).status()));
  WaitUntilEmpty(*store);
  SaveWork work;
  const GraphStore graph = MustRestore(*store, "copy", bytes);
  calls = 0;
  const auto saved = store->SaveGraph(
      *graph.Latest(),
      [&](std::string_view) {
        return ++calls == 3 ? absl::ResourceExhaustedError("full")
                            : absl::OkStatus();
      },
      work);
  CHECK(absl::IsResourceExhausted(saved.status()));
}

TEST_CASE("a source that throws leaves nothing, and the name is free") {
  const std::string bytes = SampleFile(11);
  const auto store = OpenMemoryStore();
  const auto whole = SourceOf(bytes, 100);
  int calls = 0;
  const auto throwing = [&](char* out, size_t size) -> absl::StatusOr<size_t> {
    if (++calls == 30) throw std::runtime_error("no more");
    return whole(out, size);
  };
  CHECK_THROWS(store->RestoreGraph("public", "copy", throwing, {}));
  WaitUntilEmpty(*store);
  const GraphStore graph = MustRestore(*store, "copy", bytes);
  CHECK(graph.description().uuid == TakeApart(bytes).description.uuid);
}

TEST_CASE("a save and a restore can be cancelled at every stage") {
  const std::string bytes = SampleFile(7, 40);
  const auto store = OpenMemoryStore();
  for (const RestoreStage stage :
       {RestoreStage::kReading, RestoreStage::kSorting,
        RestoreStage::kChecking}) {
    Cancellation cancellation;
    RestoreWork work;
    work.cancellation = &cancellation;
    uint64_t last = 0;
    work.progress = [&](RestoreStage now, uint64_t read) {
      CHECK(read >= last);
      CHECK(read <= bytes.size());
      last = read;
      if (now == stage) cancellation.Cancel();
    };
    const absl::Status status = Restore(*store, "copy", bytes, work).status();
    // The check of few rows may be over before it asks.
    if (stage == RestoreStage::kChecking && status.ok()) {
      REQUIRE_OK(store->DropGraph("public", "copy"));
    } else {
      CHECK(absl::IsCancelled(status));
    }
  }
  WaitUntilEmpty(*store);
  const GraphStore graph = MustRestore(*store, "copy", bytes);
  Cancellation cancellation;
  SaveWork work{.cancellation = &cancellation, .progress = nullptr};
  work.progress = [&](uint64_t) { cancellation.Cancel(); };
  CHECK(absl::IsCancelled(
      store
          ->SaveGraph(
              *graph.Latest(),
              [](std::string_view) { return absl::OkStatus(); }, work)
          .status()));
}

// ---- with good checksums, but no graph --------------------------------------

FileChunk& ChunkOf(TakenApart& file, ChunkKind kind) {
  for (FileChunk& chunk : file.chunks) {
    if (chunk.kind == kind) return chunk;
  }
  FAIL("no such chunk");
  return file.chunks.front();
}

using RowEdit = std::function<void(std::vector<RunRow>&)>;
void EditRows(TakenApart& file, ChunkKind kind, const RowEdit& edit) {
  FileChunk& chunk = ChunkOf(file, kind);
  const auto view = BlockView::Open(chunk.payload);
  REQUIRE_OK(view);
  std::vector<RunRow> rows;
  view->Rows(IndexOrder::kGspo, &rows);
  edit(rows);
  BlockEncoder encoder(IndexOrder::kGspo);
  for (const RunRow& row : rows) encoder.Append(row);
  chunk.payload = encoder.Finish();
}

TEST_CASE("files with good checksums that are no graphs are refused") {
  struct Case {
    const char* name;
    std::function<void(TakenApart&)> spoil;
  };
  const auto edit = [](ChunkKind kind, const RowEdit& change) {
    return [=](TakenApart& file) { EditRows(file, kind, change); };
  };
  const auto live = [&](const RowEdit& change) {
    return edit(ChunkKind::kRows, change);
  };
  const std::vector<Case> cases = {
      {"a term twice",
       [](TakenApart& file) {
         std::string& terms = ChunkOf(file, ChunkKind::kTerms).payload;
         terms += terms.substr(0, 2 + static_cast<uint8_t>(terms[1]));
         ++file.totals.terms;
       }},
      {"a term of no kind",
       [](TakenApart& file) {
         ChunkOf(file, ChunkKind::kTerms).payload[0] = 9;
       }},
      {"a term that ends early",
       [](TakenApart& file) {
         ChunkOf(file, ChunkKind::kTerms).payload.pop_back();
       }},
      {"a term is missing",
       [](TakenApart& file) {
         std::string& terms = ChunkOf(file, ChunkKind::kTerms).payload;
         terms = terms.substr(2 + static_cast<uint8_t>(terms[1]));
       }},
      {"a triple term with itself in it",
       [](TakenApart& file) {
         std::string& terms = ChunkOf(file, ChunkKind::kTerms).payload;
         terms.push_back(static_cast<char>(rdf::TermTag::kTripleTerm));
         terms.push_back(24);
         ++file.totals.terms;
         const TermId self =
             TermId::Make(rdf::TermTag::kTripleTerm, file.totals.terms);
         for (int i = 0; i < 3; ++i) AppendBigEndian(self.bits, terms);
       }},
      {"half a long term",
       [](TakenApart& file) {
         std::string part(1, 3);
         AppendVarint(100, part);
         AppendVarint(0, part);
         part += "half";
         file.chunks.insert(file.chunks.begin(), {ChunkKind::kTermPart, part});
       }},
      {"a long term of a size that no memory has",
       [](TakenApart& file) {
         std::string part(1, 3);
         AppendVarint(UINT64_MAX, part);
         AppendVarint(0, part);
         part += "x";
         file.chunks.insert(file.chunks.begin(), {ChunkKind::kTermPart, part});
       }},
      {"an unknown term in a row", live([](auto& rows) {
         rows.back().key.object = TermId::Make(rdf::TermTag::kIri, 1 << 20);
       })},
      {"an arena term in a row", live([](auto& rows) {
         rows.back().key.object = TermId::Make(rdf::TermTag::kArena, 1);
       })},
      {"no subject", live([](auto& rows) {
         rows.front().key.subject = TermId();
         rows.front().key.graph = TermId();
       })},
      {"rows out of order",
       live([](auto& rows) { std::swap(rows.front(), rows.back()); })},
      {"a row of a commit to come",
       live([](auto& rows) { rows.front().commit = 1000; })},
      {"a row of commit 0", live([](auto& rows) { rows.front().commit = 0; })},
      {"a live row with an end",
       live([](auto& rows) { rows.front().value.end = 5; })},
      {"a past row without an end",
       edit(ChunkKind::kPastRows,
            [](auto& rows) { rows.front().value.end = UINT64_MAX; })},
      {"a wrong sign", live([](auto& rows) { ++rows.front().value.sign; })},
      {"a wrong triple sign",
       live([](auto& rows) { ++rows.front().value.triple_sign; })},
      {"a row too few", live([](auto& rows) { rows.pop_back(); })},
      {"totals that are wrong",
       [](TakenApart& file) { ++file.totals.records; }},
      {"a record without a row", live([](auto& rows) {
         for (RunRow& row : rows) row.value.has_record = false;
       })},
      {"no records",
       [](TakenApart& file) {
         std::erase_if(file.chunks, [](const FileChunk& chunk) {
           return chunk.kind == ChunkKind::kRecords;
         });
         file.totals.records = 0;
       }},
      {"a damaged record",
       [](TakenApart& file) {
         std::string& records = ChunkOf(file, ChunkKind::kRecords).payload;
         records[45] = 7;
       }},
      {"no commit times",
       [](TakenApart& file) {
         std::erase_if(file.chunks, [](const FileChunk& chunk) {
           return chunk.kind == ChunkKind::kTimes;
         });
       }},
      {"no log",
       [](TakenApart& file) {
         std::erase_if(file.chunks, [](const FileChunk& chunk) {
           return chunk.kind == ChunkKind::kLog;
         });
         file.totals.logged_commits = 0;
       }},
      {"a log that begins later",
       [](TakenApart& file) {
         std::string& log = ChunkOf(file, ChunkKind::kLog).payload;
         log[7] = static_cast<char>(log[7] + 1);
       }},
      {"a last commit that the log does not have",
       [](TakenApart& file) { ++file.description.last_commit; }},
      {"another time of the last commit",
       [](TakenApart& file) { ++file.description.last_time_micros; }},
      {"a horizon to come",
       [](TakenApart& file) { file.description.history.horizon = 1000; }},
      {"a base namespace that is none",
       [](TakenApart& file) { file.description.base_namespace = "no iri"; }},
      {"sections in another order",
       [](TakenApart& file) {
         std::rotate(file.chunks.begin(), file.chunks.begin() + 1,
                     file.chunks.end());
       }},
      {"a second description",
       [](TakenApart& file) {
         file.chunks.insert(
             file.chunks.begin(),
             {ChunkKind::kDescription, EncodeDescription(file.description)});
       }},
      {"a chunk of an unknown kind", [](TakenApart& file) {
         file.chunks.push_back({static_cast<ChunkKind>(12), "?"});
       }}};
  const std::string bytes = SampleFile(8);
  const auto store = OpenMemoryStore();
  for (const Case& spoilt : cases) {
    INFO(spoilt.name);
    TakenApart file = TakeApart(bytes);
    spoilt.spoil(file);
    RequireRefused(*store, PutTogether(file));
  }
  WaitUntilEmpty(*store);
  REQUIRE_OK(Restore(*store, "copy", PutTogether(TakeApart(bytes))));
  RequireClean(*store);
}

TEST_CASE("noise in the chunks of a file never crashes a restore") {
  const std::string bytes = SampleFile(9);
  auto random = skg::test::Random(10);
  const auto store = OpenMemoryStore();
  for (int round = 0; round < 300; ++round) {
    TakenApart file = TakeApart(bytes);
    for (uint64_t edits = 1 + random() % 3; edits > 0; --edits) {
      FileChunk& chunk = file.chunks[random() % file.chunks.size()];
      if (chunk.payload.empty()) continue;
      chunk.payload[random() % chunk.payload.size()] =
          static_cast<char>(random());
    }
    const auto restored =
        Restore(*store, "copy", PutTogether(file), {.check = round % 2 == 0});
    if (!restored.ok()) {
      CHECK(absl::IsDataLoss(restored.status()));
      continue;
    }
    if (round % 2 == 0) {
      RequireClean(*store);
    } else {  // whatever it is, it can be read
      REQUIRE_OK(store->Check(/*deep=*/true));
    }
    REQUIRE_OK(store->DropGraph("public", "copy"));
  }
  WaitUntilEmpty(*store);
}

}  // namespace
}  // namespace skg::storage::test
