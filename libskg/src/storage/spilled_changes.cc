#include "storage/spilled_changes.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "storage/graph_state.h"
#include "storage/load_block_builder.h"
#include "storage/prepared_commit.h"
#include "storage/statement_id.h"

namespace skg::storage {

namespace {

// Each is one more source of rows for every read.
constexpr size_t kMostDrafts = 8;
constexpr size_t kMostLoadBytes = size_t{256} << 20;
constexpr size_t kLeastLoadBytes = size_t{2} << 20;
constexpr size_t kOperationsAtATime = 1 << 16;

absl::StatusOr<MemoryReservation> Reserve(const SpillOptions& options) {
  if (options.memory == nullptr) return MemoryReservation();
  return options.memory->ReserveShare("transactions", kMostLoadBytes,
                                      kLeastLoadBytes);
}

BulkLoadOptions LoadOptions(const SpillOptions& options,
                            const MemoryReservation& memory) {
  BulkLoadOptions load;
  load.directory = options.directory;
  load.batch_record_bytes = options.batch_record_bytes;
  load.memory_bytes =
      options.memory == nullptr ? options.load_bytes : memory.bytes();
  return load;
}

bool Adds(const WriteOperation& operation) {
  return operation.kind == WriteOperation::Kind::kAdd ||
         operation.kind == WriteOperation::Kind::kAddIfAbsent;
}

// Some operations on their way into one block.
class BlockFiller {
 public:
  BlockFiller(GraphState& graph, std::span<const rdf::Term> terms,
              std::span<const Record> records)
      : graph_(graph), terms_(terms), records_(records) {}

  absl::Status Fill(std::span<const WriteOperation> operations) {
    if (graph_.description.statement_ids)
      SKG_RETURN_IF_ERROR(DecodeKnown(operations));
    for (const WriteOperation& operation : operations)
      SKG_RETURN_IF_ERROR(Add(operation));
    return absl::OkStatus();
  }
  [[nodiscard]] const LoadBlock& block() const { return builder_.block(); }

 private:
  // The texts of the terms that have numbers, for the ids of statements.
  absl::Status DecodeKnown(std::span<const WriteOperation> operations) {
    std::vector<TermId> ids;
    for (const WriteOperation& operation : operations) {
      if (!Adds(operation)) continue;
      const StatementKey& key = operation.key;
      for (const TermId id :
           {key.graph, key.subject, key.predicate, key.object}) {
        if (id.bound() && !id.in_arena() && places_.try_emplace(id).second)
          ids.push_back(id);
      }
    }
    for (size_t i = 0; i < ids.size(); ++i) places_[ids[i]] = i;
    return graph_.dictionary.Decode(graph_.description.number, ids, &known_);
  }

  const rdf::Term& TextOf(TermId id) const {
    return id.in_arena() ? terms_[Overlay::PlaceOf(id)]
                         : known_[places_.at(id)];
  }

  absl::Status Add(const WriteOperation& operation) {
    const StatementKey& key = operation.key;
    LoadBlock::Full full;
    full.kind = operation.kind;
    full.weight = operation.weight;
    full.key.edge = key.edge;
    const std::pair<TermId, TermId*> ids[] = {
        {key.graph, &full.key.graph},
        {key.subject, &full.key.subject},
        {key.predicate, &full.key.predicate},
        {key.object, &full.key.object}};
    for (const auto& [id, place] : ids) {
      const absl::Status size = id.in_arena()
                                    ? graph_.dictionary.CheckSize(TextOf(id))
                                    : absl::OkStatus();
      if (!size.ok()) {
        if (Adds(operation)) return size;
        ++builder_.block().absent;  // no graph has such a term
        return absl::OkStatus();
      }
      *place = id.in_arena() ? builder_.IdOf(TextOf(id)) : id;
    }
    if (operation.record != 0) {
      builder_.block().records.push_back(records_[operation.record - 1]);
      full.record = static_cast<uint32_t>(builder_.block().records.size());
    }
    if (graph_.description.statement_ids && Adds(operation)) {
      full.id = StatementUuid(graph_.description.uuid, TextOf(key.subject),
                              TextOf(key.predicate), TextOf(key.object),
                              key.graph.bound() ? &TextOf(key.graph) : nullptr,
                              key.edge);
    }
    builder_.block().full.push_back(full);
    return absl::OkStatus();
  }

  GraphState& graph_;
  const std::span<const rdf::Term> terms_;
  const std::span<const Record> records_;
  LoadBlockBuilder builder_;
  absl::flat_hash_map<TermId, size_t> places_;  // in `known_`
  std::vector<rdf::Term> known_;
};

}  // namespace

absl::Status AddChanges(GraphState& graph, std::span<const rdf::Term> terms,
                        std::span<const Record> records,
                        std::span<const WriteOperation> operations,
                        BulkLoad& load) {
  while (!operations.empty()) {
    const size_t count = std::min(operations.size(), kOperationsAtATime);
    BlockFiller filler(graph, terms, records);
    SKG_RETURN_IF_ERROR(filler.Fill(operations.first(count)));
    SKG_RETURN_IF_ERROR(load.Add(filler.block()));
    operations = operations.subspan(count);
  }
  return absl::OkStatus();
}

std::optional<absl::StatusOr<CommitOutcome>> CommitSpilled(
    const GraphStore& graph, const SpillOptions& options,
    const CommitRequest& request) {
  const auto memory = Reserve(options);
  if (!memory.ok()) return std::nullopt;
  const auto commit = [&]() -> absl::StatusOr<CommitOutcome> {
    SKG_RETURN_IF_ERROR(CheckOperations(request));
    BulkLoad load(graph, LoadOptions(options, *memory));
    for (const ClearScope& scope : request.clears) {
      const TermId named = scope.graph;
      SKG_RETURN_IF_ERROR(load.Clear(
          scope, named.in_arena() ? &request.new_terms[Overlay::PlaceOf(named)]
                                  : nullptr));
    }
    SKG_RETURN_IF_ERROR(AddChanges(graph.state(), request.new_terms,
                                   request.records, request.operations, load));
    CommitRequest settings;
    settings.durability = request.durability;
    settings.idempotency_key = request.idempotency_key;
    settings.request_hash = request.request_hash;
    return load.Finish(settings);
  };
  return commit();
}

absl::StatusOr<std::unique_ptr<SpilledChanges>> SpilledChanges::Begin(
    const GraphStore& graph, const SpillOptions& options,
    std::shared_ptr<const Snapshot> base) {
  SKG_ASSIGN_OR_RETURN(MemoryReservation memory, Reserve(options));
  return std::unique_ptr<SpilledChanges>(
      new SpilledChanges(graph, options, std::move(base), std::move(memory)));
}

SpilledChanges::SpilledChanges(const GraphStore& graph,
                               const SpillOptions& options,
                               std::shared_ptr<const Snapshot> base,
                               MemoryReservation memory)
    : graph_(graph),
      base_(std::move(base)),
      view_(base_),
      memory_(std::move(memory)),
      load_(graph_, LoadOptions(options, memory_)) {}

SpilledChanges::~SpilledChanges() { DropDrafts(); }

void SpilledChanges::DropDrafts() {
  for (const LoadDraft& draft : drafts_) load_.DropDraft(draft);
  drafts_.clear();
}

absl::Status SpilledChanges::Take(Overlay& overlay) {
  SKG_RETURN_IF_ERROR(AddChanges(graph_.state(), overlay.terms(),
                                 overlay.records, overlay.operations, load_));
  size_ += overlay.operations.size();
  undrafted_ = true;
  overlay.Forget();
  return absl::OkStatus();
}

absl::Status SpilledChanges::Clear(ClearScope& scope, const Overlay& overlay) {
  const rdf::Term* graph = nullptr;
  if (scope.graph.in_arena()) {
    graph = &overlay.TermOf(scope.graph);
    SKG_ASSIGN_OR_RETURN(
        const TermId known,
        graph_.state().dictionary.Lookup(graph_.state().description.number,
                                         *graph, nullptr));
    if (known.bound()) {
      scope.graph = known;
      graph = nullptr;
    }
  }
  SKG_RETURN_IF_ERROR(load_.Clear(scope, graph));
  redraft_ = true;
  undrafted_ |= size_ > 0;
  return absl::OkStatus();
}

std::shared_ptr<const Snapshot> SpilledChanges::Drafted() const {
  if (drafts_.empty()) return base_;
  std::vector<std::shared_ptr<const Run>> runs;
  runs.reserve(drafts_.size());
  for (const LoadDraft& draft : drafts_) runs.push_back(draft.run);
  return std::make_shared<const Snapshot>(base_, runs);
}

absl::StatusOr<Record> SpilledChanges::ReadRecord(
    const StatementRow& row) const {
  if (row.commit <= base_->commit()) return view_.ReadRecord(row);
  for (auto draft = drafts_.rbegin(); draft != drafts_.rend(); ++draft) {
    SKG_ASSIGN_OR_RETURN(auto record, draft->records->Find(row.key));
    if (record) return *std::move(record);
  }
  return absl::InternalError("a draft lacks the record of a statement");
}

absl::StatusOr<std::shared_ptr<const Snapshot>> SpilledChanges::Draft(
    Overlay& overlay) {
  const bool all = redraft_ || drafts_.size() >= kMostDrafts;
  SKG_ASSIGN_OR_RETURN(
      LoadDraft draft,
      load_.Draft(all ? BulkLoad::DraftOf::kAll : BulkLoad::DraftOf::kNew,
                  all ? base_ : Drafted(), base_->commit(),
                  [this](const StatementRow& row) { return ReadRecord(row); }));
  if (all) DropDrafts();
  if (draft.run != nullptr) drafts_.push_back(std::move(draft));
  undrafted_ = redraft_ = false;
  overlay.drafted = true;
  overlay.draft_records.clear();
  for (const LoadDraft& each : drafts_)
    overlay.draft_records.push_back(each.records);
  return Drafted();
}

}  // namespace skg::storage
