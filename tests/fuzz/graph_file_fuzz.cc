// Any bytes as a graph file, and any payloads in chunks with good checksums:
// an error, never a crash, and what is restored passes the check and can be
// saved again. Also any text as the list of a backup. The first byte chooses.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/memory_budget.h"
#include "engine/saved_indexes.h"
#include "storage/backup_list.h"
#include "storage/durable_files.h"
#include "storage/graph_file.h"
#include "storage/graph_saver.h"
#include "storage/memory_kv.h"
#include "storage/store.h"

namespace skg::storage {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

std::unique_ptr<Store> NewStore() {
  auto store = Store::Open(MakeMemoryKv(), {});
  Require(store.ok());
  return *std::move(store);
}

void TestFile(const std::string& bytes) {
  const std::unique_ptr<Store> store = NewStore();
  const auto source = [&bytes, at = size_t{0}](
                          char* out,
                          size_t size) mutable -> absl::StatusOr<size_t> {
    size = std::min(size, bytes.size() - at);
    std::memcpy(out, bytes.data() + at, size);
    at += size;
    return size;
  };
  MemoryBudget memory(size_t{64} << 20);
  engine::RestoredIndexes restored(memory);
  RestoreWork work;
  work.sort_bytes = 4096;
  work.indexes = &restored;
  if (!store->RestoreGraph("public", "copy", source, work).ok()) {
    Require(store->ListGraphs()->empty());
    return;
  }
  const auto summary = store->Check(/*deep=*/true);
  Require(summary.ok() && summary->problems.empty());
  const auto graph = store->OpenGraph("public", "copy", nullptr);
  Require(graph.ok());
  const auto view = graph->Latest();
  Require(view.ok());
  engine::SavedIndexes saved;
  Require(store
              ->SaveGraph(*view,
                          [](std::string_view) { return absl::OkStatus(); },
                          {.indexes = &saved})
              .ok());
}

// Of each chunk: kind, length of the payload (u16, big-endian), payload. The
// description and the end are taken from chunks of their kinds, if there are
// any, but the end agrees with the length of the file.
std::string WithChecksums(std::string_view chunks) {
  std::string file;
  GraphFileWriter writer([&](std::string_view piece) {
    file += piece;
    return absl::OkStatus();
  });
  GraphFileDescription description;
  GraphFileTotals totals;
  bool begun = false;
  const auto begin = [&] {
    if (!begun) Require(writer.Begin(description, kGraphFileWithIndexes).ok());
    begun = true;
  };
  while (chunks.size() >= 3) {
    const auto kind = static_cast<ChunkKind>(chunks[0]);
    const size_t size = std::min<size_t>(
        LoadBigEndian<uint16_t>(chunks.data() + 1), chunks.size() - 3);
    const std::string_view payload = chunks.substr(3, size);
    chunks.remove_prefix(3 + size);
    if (const auto described = DecodeDescription(payload);
        kind == ChunkKind::kDescription && !begun && described.ok()) {
      description = *described;
    } else if (kind == ChunkKind::kEnd) {
      ByteReader in(payload);
      in.Varint();
      in.Varint();
      for (uint64_t* total : {&totals.terms, &totals.rows, &totals.past_rows,
                              &totals.records, &totals.logged_commits}) {
        *total = in.Varint();
      }
    } else {
      begin();
      Require(writer.Write(kind, payload).ok());
    }
  }
  begin();
  Require(writer.End(totals).ok());
  return file;
}

void TestList(std::string_view bytes) {
  std::string text(bytes);
  (void)DecodeBackupList(text).ok();
  text += "end " + HashOf(bytes) + "\n";
  const auto list = DecodeBackupList(text);
  if (!list.ok()) return;
  for (const BackedUpFile& file : list->files)
    Require(file.name.find('/') == std::string::npos);
  const auto again = DecodeBackupList(EncodeBackupList(*list));
  Require(again.ok() && *again == *list);
}

}  // namespace
}  // namespace skg::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      skg::storage::TestFile(bytes);
      break;
    case 1:
      skg::storage::TestFile(skg::storage::WithChecksums(bytes));
      break;
    default:
      skg::storage::TestList(bytes);
      break;
  }
  return 0;
}
