#include "workloads/dblp_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/dblp_text.h"
#include "harness/system_error.h"
#include "skg/engine.h"
#include "storage/commit.h"
#include "storage/rocksdb_kv.h"

namespace skg::bench {
namespace {

namespace fs = std::filesystem;

constexpr char kTenant[] = "public";
constexpr char kGraph[] = "dblp";

absl::Status FileError(std::string_view what, const std::error_code& error) {
  return absl::UnavailableError(
      absl::StrCat(std::string(what), ": ", error.message()));
}

// The way in: whatever loads fastest.
absl::Status Load(const DblpGraph& graph, Graph& into) {
  constexpr size_t kStatementsPerCommit = 10'000;
  std::vector<NewStatement> batch;
  const auto commit = [&]() -> absl::Status {
    if (batch.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(
        into.AddBatch(batch, {.durability = Durability::kNone}).status());
    batch.clear();
    return absl::OkStatus();
  };
  SKG_RETURN_IF_ERROR(graph.ForEach([&](const DblpTriple& triple) {
    batch.push_back(triple.ToStatement());
    return batch.size() < kStatementsPerCommit ? absl::OkStatus() : commit();
  }));
  SKG_RETURN_IF_ERROR(commit());
  return into.Compact();
}

// A commit of so many rows is a run.
absl::Status LoadRuns(const DblpGraph& graph, int runs, Graph& into) {
  for (int run = 0; run < runs; ++run) {
    std::vector<NewStatement> batch;
    SmallRandom random(1);
    SKG_RETURN_IF_ERROR(graph.ForEach([&](const DblpTriple& triple) {
      if (random.Below(static_cast<uint64_t>(runs)) ==
          static_cast<uint64_t>(run)) {
        batch.push_back(triple.ToStatement());
      }
      return absl::OkStatus();
    }));
    SKG_RETURN_IF_ERROR(
        into.AddBatch(batch, {.durability = Durability::kNone}).status());
  }
  return absl::OkStatus();
}

absl::Status MakeDirectory(const Options& options, const DblpShape& shape,
                           int runs, const std::string& path) {
  SKG_ASSIGN_OR_RETURN(
      const std::unique_ptr<Engine> engine,
      Engine::Open(path, {.memory_budget_bytes = options.memory_bytes}));
  SKG_ASSIGN_OR_RETURN(
      Graph graph, engine->OpenGraph(DblpGraphName(),
                                     {.create = true, .statement_ids = false}));
  SKG_RETURN_IF_ERROR(runs > 1 ? LoadRuns(DblpGraph(shape), runs, graph)
                               : Load(DblpGraph(shape), graph));
  SKG_ASSIGN_OR_RETURN(const uint64_t rows, graph.Count());
  if (rows == shape.triples) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("loaded ", rows, " statements of ",
                                          shape.triples, " triples"));
}

}  // namespace

std::string DblpGraphName() { return absl::StrCat(kTenant, "/", kGraph); }

absl::StatusOr<std::shared_ptr<const DblpDirectory>> DblpDirectory::Make(
    const Options& options, const DblpShape& shape, int runs) {
  if (options.stores.empty()) {
    SKG_ASSIGN_OR_RETURN(ScratchDirectory made,
                         ScratchDirectory::Make(options.data));
    auto scratch = std::make_shared<const ScratchDirectory>(std::move(made));
    SKG_RETURN_IF_ERROR(MakeDirectory(options, shape, runs, scratch->store()));
    const std::string path = scratch->store();
    return std::shared_ptr<const DblpDirectory>(
        new DblpDirectory(path, options.data, std::move(scratch)));
  }
  const fs::path path =
      options.stores /
      absl::StrCat("dblp-", shape.triples, "-", shape.seed, "-", runs);
  const fs::path unfinished = path.string() + ".unfinished";
  std::error_code error;
  if (!fs::exists(path, error)) {
    fs::remove_all(unfinished, error);
    fs::create_directories(options.stores, error);
    SKG_RETURN_IF_ERROR(
        MakeDirectory(options, shape, runs, unfinished.string()));
    fs::rename(unfinished, path, error);
    if (error) return FileError(path.string(), error);
  }
  return std::shared_ptr<const DblpDirectory>(
      new DblpDirectory(path.string(), options.data, nullptr));
}

absl::StatusOr<ScratchDirectory> DblpDirectory::Copy() const {
  SKG_ASSIGN_OR_RETURN(ScratchDirectory copy,
                       ScratchDirectory::Make(scratch_parent_));
  std::error_code error;
  fs::create_directory(copy.store(), error);
  for (const fs::directory_entry& file : fs::directory_iterator(path_, error)) {
    // Files of loads on their way into the store; a closed one has none.
    if (file.is_directory()) continue;
    const fs::path to = fs::path(copy.store()) / file.path().filename();
    if (file.path().extension() == ".sst") {
      fs::create_hard_link(file.path(), to, error);
    } else {
      fs::copy_file(file.path(), to, error);
    }
    if (error) break;
  }
  if (error) return FileError("copying " + path_, error);
  return copy;
}

absl::StatusOr<DblpStore> DblpStore::Open(const Options& options,
                                          const std::string& path) {
  SKG_ASSIGN_OR_RETURN(
      auto kv,
      storage::OpenRocksDb(path, {.memory_bytes = options.memory_bytes / 2}));
  SKG_ASSIGN_OR_RETURN(
      auto store, storage::Store::Open(
                      std::move(kv), {.memory_bytes = options.memory_bytes / 4,
                                      .fold_rows = UINT64_MAX,
                                      .resume_tasks = false}));
  SKG_ASSIGN_OR_RETURN(storage::GraphStore graph,
                       store->OpenGraph(kTenant, kGraph, nullptr));
  return DblpStore(std::move(store), std::move(graph));
}

absl::StatusOr<uint64_t> UpdateEvenly(DblpStore& store, uint64_t share) {
  constexpr size_t kRowsPerCommit = 50;  // fewer than become a run
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, store.graph().Latest());
  SKG_ASSIGN_OR_RETURN(const auto cursor, view.Scan({}));
  storage::StatementBatch batch;
  storage::CommitRequest request;
  request.durability = Durability::kNone;
  uint64_t passed = 0, updated = 0;
  const auto commit = [&]() -> absl::Status {
    SKG_RETURN_IF_ERROR(store.graph().Commit(request).status());
    request.operations.clear();
    return absl::OkStatus();
  };
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) break;
    for (size_t i = 0; i < batch.size(); ++i) {
      if (++passed % share != 0) continue;
      request.operations.push_back({.key = batch.Row(i).key, .weight = 0.5f});
      ++updated;
      if (request.operations.size() == kRowsPerCommit)
        SKG_RETURN_IF_ERROR(commit());
    }
  }
  if (!request.operations.empty()) SKG_RETURN_IF_ERROR(commit());
  return updated;
}

absl::Status DropPageCache(const std::string& directory) {
  std::error_code error;
  for (const fs::directory_entry& file :
       fs::directory_iterator(directory, error)) {
    const int descriptor = open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) continue;
    const bool dropped =
        fdatasync(descriptor) == 0 &&
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0;
    const int why = errno;
    close(descriptor);
    if (!dropped) {
      return absl::UnavailableError(
          absl::StrCat(file.path().string(), ": ", ErrnoText(why)));
    }
  }
  return error ? FileError(directory, error) : absl::OkStatus();
}

}  // namespace skg::bench
