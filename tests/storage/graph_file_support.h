// Graph files in memory: saved, restored, taken apart.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/graph_file.h"
#include "storage/graph_saver.h"
#include "storage/store_fixture.h"

namespace skg::storage::test {

using ByteSource = std::function<absl::StatusOr<size_t>(char*, size_t)>;

// Gives `bytes` (which must outlive it) in pieces of at most `piece`.
inline ByteSource SourceOf(const std::string& bytes, size_t piece = 1000) {
  return [&bytes, piece, at = size_t{0}](
             char* out, size_t size) mutable -> absl::StatusOr<size_t> {
    size = std::min({size, piece, bytes.size() - at});
    std::memcpy(out, bytes.data() + at, size);
    at += size;
    return size;
  };
}

inline std::string MustSave(Store& store, const ReadView& view,
                            SaveSummary* summary = nullptr) {
  std::string bytes;
  const auto saved = store.SaveGraph(view,
                                     [&](std::string_view piece) {
                                       bytes += piece;
                                       return absl::OkStatus();
                                     },
                                     {});
  REQUIRE_OK(saved);
  CHECK(saved->bytes == bytes.size());
  CHECK(saved->commit == view.commit());
  if (summary != nullptr) *summary = *saved;
  return bytes;
}
inline std::string MustSave(Store& store, const GraphStore& graph,
                            SaveSummary* summary = nullptr) {
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  return MustSave(store, *view, summary);
}

inline absl::StatusOr<GraphDescription> Restore(Store& store,
                                                std::string_view name,
                                                const std::string& bytes,
                                                const RestoreWork& work = {}) {
  return store.RestoreGraph("public", name, SourceOf(bytes), work);
}

inline GraphStore MustRestore(Store& store, std::string_view name,
                              const std::string& bytes,
                              const RestoreWork& work = {}) {
  REQUIRE_OK(Restore(store, name, bytes, work));
  auto graph = store.OpenGraph("public", name, nullptr);
  REQUIRE_OK(graph);
  return *graph;
}

struct FileChunk {
  ChunkKind kind;
  std::string payload;
};
// What a good file holds, but for its end.
struct TakenApart {
  GraphFileDescription description;
  std::vector<FileChunk> chunks;
  GraphFileTotals totals;
};
inline TakenApart TakeApart(const std::string& bytes) {
  GraphFileReader reader(SourceOf(bytes));
  TakenApart file;
  auto description = reader.Begin();
  REQUIRE_OK(description);
  file.description = *description;
  for (;;) {
    auto chunk = reader.Next();
    REQUIRE_OK(chunk);
    if (chunk->kind == ChunkKind::kEnd) break;
    file.chunks.push_back({chunk->kind, std::string(chunk->payload)});
  }
  file.totals = reader.totals();
  return file;
}
// With good checksums, whatever it holds.
inline std::string PutTogether(const TakenApart& file) {
  std::string bytes;
  GraphFileWriter writer([&](std::string_view piece) {
    bytes += piece;
    return absl::OkStatus();
  });
  const bool indexes = std::any_of(
      file.chunks.begin(), file.chunks.end(),
      [](const auto& chunk) { return chunk.kind > ChunkKind::kEnd; });
  REQUIRE_OK(writer.Begin(file.description,
                          indexes ? kGraphFileWithIndexes : kPlainGraphFile));
  for (const FileChunk& chunk : file.chunks)
    REQUIRE_OK(writer.Write(chunk.kind, chunk.payload));
  REQUIRE_OK(writer.End(file.totals));
  return bytes;
}

// Rows of all families but the catalog and the tasks.
inline uint64_t RowsOfGraphs(Store& store) {
  uint64_t entries = 0;
  for (size_t i = 1; i < kFamilyCount; ++i) {
    if (static_cast<Family>(i) == Family::kTasks) continue;
    const auto rows = store.kv().NewIterator(static_cast<Family>(i), {});
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) ++entries;
    REQUIRE_OK(rows->status());
  }
  return entries;
}

}  // namespace skg::storage::test
