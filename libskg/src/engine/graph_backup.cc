// Graph::Save and Engine::RestoreGraph: one graph, as a file.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/caller_thread.h"
#include "engine/embedding_followers.h"
#include "engine/engine_impl.h"
#include "engine/graph_impl.h"
#include "engine/graph_name.h"
#include "engine/load_input.h"
#include "engine/saved_indexes.h"
#include "engine/vector_indexes.h"
#include "engine/view_impl.h"
#include "skg/backup.h"
#include "skg/engine.h"
#include "storage/graph_saver.h"

namespace skg {
namespace {

constexpr size_t kMaxShownName = 1000;
// What is handed to the sink, or asked of the source, at once.
constexpr size_t kPieceBytes = 1 << 20;
constexpr size_t kMaxSortBytes = size_t{256} << 20;

tasks::TaskSpec SpecOf(std::string kind, std::string graph, std::string title) {
  tasks::TaskSpec spec;
  spec.graph = std::move(graph);
  spec.kind = std::move(kind);
  spec.pool = TaskPool::kImport;
  spec.title = std::move(title);
  spec.unit = "bytes";
  return spec;
}

std::string_view NameOf(storage::RestoreStage stage) {
  switch (stage) {
    case storage::RestoreStage::kReading:
      return "reading";
    case storage::RestoreStage::kSorting:
      return "sorting";
    case storage::RestoreStage::kChecking:
      break;
  }
  return "checking";
}

storage::RestoreUuid ToStorage(RestoredUuid uuid) {
  switch (uuid) {
    case RestoredUuid::kKeepIfFree:
      break;
    case RestoredUuid::kKeep:
      return storage::RestoreUuid::kKeep;
    case RestoredUuid::kNew:
      return storage::RestoreUuid::kNew;
  }
  return storage::RestoreUuid::kKeepIfFree;
}

// Small writes from the task's thread, large ones to the caller's sink.
class PieceSink {
 public:
  PieceSink(const ExportSink& sink, engine::CallerThread& caller)
      : sink_(sink), caller_(caller) {}
  absl::Status Write(std::string_view bytes) {
    piece_ += bytes;
    return piece_.size() < kPieceBytes ? absl::OkStatus() : Flush();
  }
  absl::Status Flush() {
    absl::Status status;
    if (piece_.empty()) return status;
    caller_.Call([&] { status = sink_.write(piece_); });
    piece_.clear();
    return status;
  }

 private:
  const ExportSink& sink_;
  engine::CallerThread& caller_;
  std::string piece_;
};

// Large reads from the caller's source, small ones by the task's thread.
class PieceSource {
 public:
  PieceSource(const LoadSource& source, engine::CallerThread& caller)
      : source_(source), caller_(caller) {}
  absl::StatusOr<size_t> Read(char* buffer, size_t size) {
    if (begin_ == end_) {
      absl::StatusOr<size_t> got = 0;
      piece_.resize(kPieceBytes);
      caller_.Call([&] { got = source_.read(piece_.data(), piece_.size()); });
      SKG_RETURN_IF_ERROR(got.status());
      if (*got > piece_.size())
        return absl::InternalError("a source gave too many bytes");
      begin_ = 0;
      end_ = *got;
    }
    size = std::min(size, end_ - begin_);
    std::copy_n(piece_.data() + begin_, size, buffer);
    begin_ += size;
    return size;
  }

 private:
  const LoadSource& source_;
  engine::CallerThread& caller_;
  std::string piece_;
  size_t begin_ = 0, end_ = 0;
};

// Of indexes that were restored: what others begin when they write.
void BeginUpkeep(const engine::RestoredIndexes& indexes,
                 const storage::GraphStore& graph, engine::EngineImpl& engine) {
  for (const auto& restored : indexes.vectors()) {
    engine.vector_indexes().Added(graph, restored->index(), restored->rows());
    engine.embedding_followers().Start(graph, restored->index());
  }
}

SaveResult ResultOf(const storage::SaveSummary& summary) {
  SaveResult result;
  result.commit = summary.commit;
  result.bytes = summary.bytes;
  result.terms = summary.totals.terms;
  result.rows = summary.totals.rows;
  result.past_rows = summary.totals.past_rows;
  result.records = summary.totals.records;
  result.logged_commits = summary.totals.logged_commits;
  return result;
}

}  // namespace

absl::StatusOr<SaveResult> Graph::Save(const ExportSink& sink,
                                       const SaveOptions& options) const {
  if (!sink.write)
    return absl::InvalidArgumentError("the sink has no write function");
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const engine::ViewImpl> view,
                       engine::ViewImpl::AsOf(impl_, options.as_of));
  engine::CallerThread caller(options.progress);
  SaveResult result;
  const auto work =
      [&](tasks::TaskContext& task) -> absl::StatusOr<std::string> {
    PieceSink pieces(sink, caller);
    storage::SaveWork saving;
    engine::SavedIndexes indexes;
    saving.indexes = &indexes;
    saving.cancellation = &task.cancellation();
    saving.progress = [&](uint64_t bytes) {
      task.Progress(bytes, 0);
      caller.Reached({bytes, 0, "writing"});
    };
    SKG_ASSIGN_OR_RETURN(
        const storage::SaveSummary summary,
        impl_->engine().store().SaveGraph(
            view->view(),
            [&](std::string_view bytes) { return pieces.Write(bytes); },
            saving));
    SKG_RETURN_IF_ERROR(pieces.Flush());
    result = ResultOf(summary);
    return absl::StrCat(R"({"commit": )", result.commit, R"(, "bytes": )",
                        result.bytes, R"(, "terms": )", result.terms,
                        R"(, "rows": )", result.rows + result.past_rows, "}");
  };
  SKG_RETURN_IF_ERROR(
      caller.Run(impl_->engine().tasks(),
                 SpecOf("backup", absl::StrCat(av(tenant()), "/", av(name())),
                        absl::StrCat("graph ", av(tenant()), "/", av(name()),
                                     " as of commit ", view->view().commit())),
                 work));
  return result;
}

absl::StatusOr<Graph> Engine::RestoreGraph(std::string_view name,
                                           const LoadSource& source,
                                           const RestoreGraphOptions& options) {
  SKG_ASSIGN_OR_RETURN(const engine::GraphName parsed,
                       engine::ParseGraphName(name));
  if (!source.read)
    return absl::InvalidArgumentError("the source has no read function");
  engine::CallerThread caller(options.progress);
  LoadSource relayed;
  relayed.name = source.name;
  PieceSource pieces(source, caller);
  relayed.read = [&](char* buffer, size_t size) {
    return pieces.Read(buffer, size);
  };
  engine::RestoredIndexes indexes(impl_->memory());
  const auto work =
      [&](tasks::TaskContext& task) -> absl::StatusOr<std::string> {
    engine::LoadInput input(relayed, nullptr);
    storage::RestoreWork restoring;
    restoring.uuid = ToStorage(options.uuid);
    restoring.check = options.check;
    restoring.indexes = &indexes;
    restoring.sort_bytes = std::min(kMaxSortBytes, impl_->sort_budget_bytes());
    restoring.directory = impl_->directory();
    restoring.cancellation = &task.cancellation();
    restoring.progress = [&](storage::RestoreStage stage, uint64_t bytes) {
      task.Progress(bytes, options.total_bytes);
      caller.Reached({bytes, options.total_bytes, NameOf(stage)});
    };
    SKG_ASSIGN_OR_RETURN(
        const storage::GraphDescription graph,
        impl_->store().RestoreGraph(
            parsed.tenant, parsed.graph,
            [&](char* buffer, size_t size) { return input.Read(buffer, size); },
            restoring));
    return absl::StrCat(R"({"uuid": ")", graph.uuid.ToString(), R"("})");
  };
  const std::string title = absl::StrCat(
      "graph ", parsed.tenant, "/", parsed.graph, " from ",
      source.name.empty() ? "a file" : source.name.substr(0, kMaxShownName));
  SKG_RETURN_IF_ERROR(caller.Run(
      impl_->tasks(),
      SpecOf("restore", absl::StrCat(parsed.tenant, "/", parsed.graph), title),
      work));
  absl::StatusOr<Graph> graph = OpenGraph(name);
  if (graph.ok()) BeginUpkeep(indexes, graph->impl_->store(), *impl_);
  return graph;
}

}  // namespace skg
