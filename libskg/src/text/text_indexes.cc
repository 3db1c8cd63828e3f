#include "text/text_indexes.h"

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "storage/commit.h"
#include "storage/graph_state.h"
#include "storage/index_catalog.h"
#include "text/commit_texts.h"
#include "text/declared_index.h"
#include "text/document_part.h"
#include "text/text_writer.h"

namespace skg::text {

using storage::CommitParts;
using storage::GraphState;
using storage::ReadView;

namespace {

constexpr size_t kMostRemembered = 1 << 16;
constexpr auto kWait = std::chrono::milliseconds(1);

}  // namespace

struct TextIndexes::Declared {
  std::vector<std::unique_ptr<const DeclaredIndex>> indexes;
};

TextIndexes::~TextIndexes() = default;

bool TextIndexes::Remembers(PostingIndex index, uint64_t document) {
  const std::lock_guard lock(mutex_);
  return recent_.contains({index.graph, index.index, document});
}

void TextIndexes::Wrote(PostingIndex index,
                        std::span<const uint64_t> documents) {
  {
    const std::lock_guard lock(mutex_);
    for (const uint64_t document : documents) {
      if (recent_.size() >= kMostRemembered) recent_.clear();
      recent_.insert({index.graph, index.index, document});
    }
  }
  Added(index, documents.size());
}

void TextIndexes::Added(PostingIndex index, uint64_t documents) {
  {
    const std::lock_guard lock(mutex_);
    uint64_t& added = added_[{index.graph, index.index}];
    added += documents;
    if (added < kFoldDocuments) return;
    added = 0;
  }
  if (wants_fold_) wants_fold_(index);
}

void TextIndexes::FoundInDelta(PostingIndex index, size_t documents) {
  if (documents >= kFoldDocuments && wants_fold_) wants_fold_(index);
}

absl::Status TextIndexes::Fold(storage::KvStore& kv, PostingIndex index,
                               const FoldOptions& options) {
  const std::lock_guard lock(changing_);
  SKG_ASSIGN_OR_RETURN(const std::vector<IndexDefinition> definitions,
                       ReadDefinitions(kv, index.graph, nullptr));
  for (const IndexDefinition& definition : definitions) {
    if (definition.number == index.index) return text::Fold(kv, index, options);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const TextIndexes::Declared>>
TextIndexes::DeclaredIn(GraphState& graph) {
  const std::lock_guard lock(mutex_);
  auto& declared = declared_[graph.description.number];
  if (declared == nullptr) {
    SKG_ASSIGN_OR_RETURN(
        std::vector<IndexDefinition> definitions,
        ReadDefinitions(graph.kv, graph.description.number, nullptr));
    auto made = std::make_shared<Declared>();
    for (IndexDefinition& definition : definitions)
      made->indexes.push_back(
          std::make_unique<const DeclaredIndex>(std::move(definition)));
    declared = std::move(made);
  }
  return declared;
}

absl::Status TextIndexes::Redeclare(GraphState& graph,
                                    const Cancellation* cancellation) {
  std::weak_ptr<const Declared> old;
  {
    const std::lock_guard lock(mutex_);
    const auto known = declared_.find(graph.description.number);
    if (known != declared_.end()) {
      old = known->second;
      declared_.erase(known);
    }
  }
  SKG_RETURN_IF_ERROR(DeclaredIn(graph).status());
  // Commits and loads that were prepared with the old ones.
  while (!old.expired()) {
    if (cancellation != nullptr) SKG_RETURN_IF_ERROR(cancellation->Check());
    std::this_thread::sleep_for(kWait);
  }
  return absl::OkStatus();
}

void TextIndexes::ForgetGraph(uint32_t graph) {
  const std::lock_guard lock(mutex_);
  declared_.erase(graph);
}

absl::StatusOr<storage::CommitParticipant::Prepared> TextIndexes::Prepare(
    GraphState& graph, const storage::CommitRequest& request) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const Declared> declared,
                       DeclaredIn(graph));
  Prepared prepared;
  prepared.hold = declared;
  if (declared->indexes.empty()) return prepared;
  auto part = std::make_shared<DocumentPart>(
      graph.description.number,
      [this](PostingIndex index, std::span<const uint64_t> documents) {
        Wrote(index, documents);
      });
  CommitTexts texts(
      graph, request,
      [this](PostingIndex index, uint64_t document) {
        return Remembers(index, document);
      },
      *part);
  for (const auto& index : declared->indexes)
    SKG_RETURN_IF_ERROR(texts.Add(*index));
  if (!part->empty()) prepared.part = std::move(part);
  return prepared;
}

absl::StatusOr<std::shared_ptr<const void>> TextIndexes::PrepareRun(
    GraphState& graph, const ReadView& added,
    const storage::StatementRecords& records) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const Declared> declared,
                       DeclaredIn(graph));
  for (const auto& index : declared->indexes) {
    TextWriter writer(graph, added, *index, {.records = &records});
    SKG_RETURN_IF_ERROR(writer.Write());
    Added({graph.description.number, index->definition.number},
          writer.written());
  }
  return declared;
}

absl::Status TextIndexes::Fill(storage::GraphStore& graph, uint32_t number,
                               uint64_t* since,
                               const Cancellation* cancellation) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const Declared> declared,
                       DeclaredIn(graph.state()));
  SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
  *since = view.commit();
  for (const auto& index : declared->indexes) {
    if (index->definition.number != number) continue;
    SKG_RETURN_IF_ERROR(BuildPostings(graph.state(), view, *index,
                                      graph.memory_budget(), cancellation));
    return graph.state().kv.Sync();
  }
  return absl::InternalError("a text index that is being built has no row");
}

absl::StatusOr<CommitResult> TextIndexes::Build(
    storage::GraphStore& graph, IndexDefinition definition,
    const std::vector<uint32_t>& replaced, Durability durability,
    const Cancellation* cancellation) {
  const uint32_t number = graph.description().number;
  absl::Status status = Redeclare(graph.state(), cancellation);
  if (status.ok()) {
    status = Fill(graph, definition.number, &definition.complete_since,
                  cancellation);
  }
  const auto complete = [&] {
    return End(graph, replaced,
               {MakeDefinitionPart(number, definition, /*is_new=*/false)},
               durability);
  };
  const absl::StatusOr<CommitResult> result =
      status.ok() ? complete() : absl::StatusOr<CommitResult>(status);
  if (!result.ok()) EndIncomplete(graph, definition.number, durability);
  return result;
}

// What is left of it if this fails, too, is an index that is not complete.
void TextIndexes::EndIncomplete(storage::GraphStore& graph, uint32_t number,
                                Durability durability) {
  const absl::StatusOr<ReadView> view = graph.Latest();
  if (!view.ok()) return;
  const auto indexes = ListIndexes(*view);
  if (!indexes.ok()) return;
  for (const IndexDefinition& index : *indexes) {
    if (index.number == number && index.complete_since == 0)
      (void)End(graph, {number}, {}, durability);
  }
}

absl::StatusOr<CommitResult> TextIndexes::End(
    storage::GraphStore& graph, const std::vector<uint32_t>& indexes,
    std::vector<std::shared_ptr<storage::CommitPart>> parts,
    Durability durability) {
  const uint32_t number = graph.description().number;
  for (const uint32_t index : indexes)
    parts.push_back(MakeDropPart({number, index}));
  auto result = CommitParts(graph, std::move(parts), durability);
  if (!result.ok() || indexes.empty()) return result;
  SKG_RETURN_IF_ERROR(Redeclare(graph.state(), nullptr));
  // What was written by commits that had been prepared before.
  const auto batch = graph.state().kv.NewBatch();
  for (const uint32_t index : indexes) DropIndex(*batch, {number, index});
  SKG_RETURN_IF_ERROR(
      graph.state().kv.Write(*batch, storage::WriteMode::kBuffered));
  return result;
}

namespace {

// All of a name: a rebuild that a crash ended has left two.
std::vector<uint32_t> NumbersOf(const std::vector<IndexDefinition>& indexes,
                                std::string_view name) {
  std::vector<uint32_t> numbers;
  for (const IndexDefinition& index : indexes)
    if (index.name == name) numbers.push_back(index.number);
  return numbers;
}

}  // namespace

absl::StatusOr<CommitResult> TextIndexes::Create(
    storage::GraphStore graph, IndexDefinition definition,
    Durability durability, const Cancellation* cancellation) {
  const std::lock_guard lock(changing_);
  SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
  SKG_ASSIGN_OR_RETURN(const auto indexes, ListIndexes(view));
  SKG_RETURN_IF_ERROR(CheckNewName(indexes, definition.name));
  SKG_ASSIGN_OR_RETURN(definition.number, NextNumber(view));
  definition.created = absl::Now();
  SKG_ASSIGN_OR_RETURN(
      const CommitResult made,
      CommitParts(graph,
                  {MakeDefinitionPart(graph.description().number, definition,
                                      /*is_new=*/true)},
                  durability));
  definition.created_commit = made.commit;
  return Build(graph, std::move(definition), {}, durability, cancellation);
}

absl::StatusOr<CommitResult> TextIndexes::Rebuild(
    storage::GraphStore graph, std::string_view name, Durability durability,
    const Cancellation* cancellation) {
  const std::lock_guard lock(changing_);
  SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
  SKG_ASSIGN_OR_RETURN(IndexDefinition definition, FindIndex(view, name));
  SKG_ASSIGN_OR_RETURN(const auto indexes, ListIndexes(view));
  definition.complete_since = 0;
  SKG_ASSIGN_OR_RETURN(definition.number, NextNumber(view));
  SKG_ASSIGN_OR_RETURN(
      const CommitResult made,
      CommitParts(graph,
                  {MakeDefinitionPart(graph.description().number, definition,
                                      /*is_new=*/true)},
                  durability));
  definition.created_commit = made.commit;
  return Build(graph, std::move(definition), NumbersOf(indexes, name),
               durability, cancellation);
}

absl::StatusOr<CommitResult> TextIndexes::Drop(storage::GraphStore graph,
                                               std::string_view name,
                                               Durability durability) {
  const std::lock_guard lock(changing_);
  SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
  SKG_RETURN_IF_ERROR(FindIndex(view, name).status());
  SKG_ASSIGN_OR_RETURN(const auto indexes, ListIndexes(view));
  return End(graph, NumbersOf(indexes, name), {}, durability);
}

}  // namespace skg::text
