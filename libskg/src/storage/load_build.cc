#include "storage/load_build.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "base/status.h"
#include "storage/external_sorter.h"
#include "storage/live_cursor.h"
#include "storage/load_decision.h"
#include "storage/record_content.h"
#include "storage/sorted_files.h"

namespace skg::storage {

namespace {

constexpr uint64_t kCheckEvery = 4096;

// A changed row on its way into the orders behind gspo: its key in the order's
// sequence and what is not as in most rows.
struct ChangedRow {
  std::array<uint64_t, 4> terms;
  uint32_t edge;
  float weight;
  RowOperation operation;
  int8_t sign, triple_sign;
  bool has_record;
};
struct ChangedRowBefore {
  bool operator()(const ChangedRow& a, const ChangedRow& b) const {
    if (const auto order = a.terms <=> b.terms; order != 0) return order < 0;
    return a.edge < b.edge;
  }
};

// A row that brings a new statement of the default graph and says no more.
bool IsPlain(const RunRow& row) {
  return !row.key.graph.bound() && row.key.edge == 0 &&
         row.value.operation == RowOperation::kInsertNew &&
         row.value.sign == 1 && row.value.triple_sign == 1 &&
         row.value.weight == 1.0f && !row.value.has_record;
}

// The changed rows in one of the orders behind gspo.
class OrderSorter {
 public:
  OrderSorter(IndexOrder order, const std::string& directory,
              size_t memory_bytes)
      : order_(order),
        plain_(directory, memory_bytes / 2),
        full_(directory, memory_bytes / 2) {}

  absl::Status Add(const RunRow& row) {
    const RowKey key = ToRowKey(row.key, order_, 0);
    // The default graph stands first in the orders that plain rows are in.
    if (IsPlain(row))
      return plain_.Add({key.terms[1], key.terms[2], key.terms[3]});
    return full_.Add({key.terms, key.edge, row.value.weight,
                      row.value.operation, static_cast<int8_t>(row.value.sign),
                      static_cast<int8_t>(row.value.triple_sign),
                      row.value.has_record});
  }

  absl::Status Sort() {
    SKG_RETURN_IF_ERROR(plain_.Sort());
    return full_.Sort();
  }

  absl::Status Build(RunBuilder& builder, const Cancellation* cancellation) {
    SKG_ASSIGN_OR_RETURN(auto plain, plain_.Read());
    SKG_ASSIGN_OR_RETURN(auto full, full_.Read());
    builder.BeginOrder(order_);
    for (uint64_t n = 1; plain.valid() || full.valid(); ++n) {
      if (n % kCheckEvery == 0 && cancellation != nullptr)
        SKG_RETURN_IF_ERROR(cancellation->Check());
      RunRow row;
      // Of one triple the plain row has the lowest edge.
      if (plain.valid() &&
          (!full.valid() || TermsOf(plain.row()) <= full.row().terms)) {
        row.key = Statement(TermsOf(plain.row()), 0);
        row.value.sign = row.value.triple_sign = 1;
        SKG_RETURN_IF_ERROR(builder.Add(row));
        SKG_RETURN_IF_ERROR(plain.Next());
        continue;
      }
      const ChangedRow& changed = full.row();
      row.key = Statement(changed.terms, changed.edge);
      row.value = {changed.operation, changed.sign,   changed.triple_sign,
                   UINT64_MAX,        changed.weight, changed.has_record};
      SKG_RETURN_IF_ERROR(builder.Add(row));
      SKG_RETURN_IF_ERROR(full.Next());
    }
    return builder.FinishOrder();
  }

 private:
  static std::array<uint64_t, 4> TermsOf(const PlainRow& row) {
    return {0, row[0], row[1], row[2]};
  }
  StatementKey Statement(const std::array<uint64_t, 4>& terms,
                         uint32_t edge) const {
    RowKey key;
    key.terms = terms;
    key.edge = edge;
    return ToStatement(key, order_);
  }

  const IndexOrder order_;
  ExternalSorter<PlainRow, std::less<>> plain_;
  ExternalSorter<ChangedRow, ChangedRowBefore> full_;
};

// The live edges that the snapshot has, asked triple by triple in order.
class StoredEdges {
 public:
  explicit StoredEdges(const Snapshot& snapshot) {
    if (snapshot.as_of() || snapshot.head().statements > 0)
      cursor_.emplace(snapshot, IndexOrder::kGspo, TermPrefix());
  }

  // Those of commits after `after`. Valid until the next call.
  absl::StatusOr<const std::vector<StatementRow>*> Of(const StatementKey& key,
                                                      uint64_t after) {
    edges_.clear();
    if (!cursor_) return &edges_;
    const auto terms = ToRowKey(key, IndexOrder::kGspo, 0).terms;
    cursor_->Seek(terms);
    while (cursor_->Valid()) {
      const StatementRow row = cursor_->row();
      if (ToRowKey(row.key, IndexOrder::kGspo, 0).terms != terms) break;
      if (row.commit > after) edges_.push_back(row);
      cursor_->Next();
    }
    SKG_RETURN_IF_ERROR(cursor_->status());
    return &edges_;
  }

 private:
  std::optional<LiveCursor> cursor_;  // none: the snapshot is empty
  std::vector<StatementRow> edges_;
};

class LoadBuilder {
 public:
  LoadBuilder(std::shared_ptr<const Snapshot> snapshot, LoadRows::Reader rows,
              const RecordSpill& records, uint32_t number,
              const LoadBuildOptions& options)
      : snapshot_(*snapshot),
        view_(snapshot),
        graph_(snapshot->graph()),
        input_(std::move(rows)),
        options_(options),
        builder_(graph_.kv, graph_.description.number, number,
                 /*history=*/false, RunBuilder::Blocks::kInSortedFiles),
        stored_(*snapshot),
        decision_(records, Records(), out_.result),
        changed_records_(std::make_shared<StatementRecords>(options.directory)),
        ids_(options.directory, options.memory_bytes / 4) {
    // The orders of named graphs are small or empty mostly.
    for (size_t i = 1; i < kOrderCount; ++i) {
      orders_.push_back(std::make_unique<OrderSorter>(
          static_cast<IndexOrder>(i), options.directory,
          options.memory_bytes / (i < kDefaultGraphOrders ? 4 : 12)));
    }
  }

  absl::StatusOr<RunPublication> Build() {
    out_.snapshot_commit = out_.checked_commit = snapshot_.commit();
    SKG_RETURN_IF_ERROR(DecideAll());
    SKG_RETURN_IF_ERROR(changed_records_->Flush());
    out_.records = changed_records_;
    SKG_RETURN_IF_ERROR(SortOrders());
    for (const auto& order : orders_)
      SKG_RETURN_IF_ERROR(order->Build(builder_, options_.cancellation));
    SKG_RETURN_IF_ERROR(WriteIds());
    if (changed_rows_ > 0) {
      SKG_ASSIGN_OR_RETURN(out_.run, builder_.Finish());
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] LoadDecision::ReadRecord Records() const {
    if (options_.read_record != nullptr) return options_.read_record;
    return [this](const StatementRow& row) { return view_.ReadRecord(row); };
  }

  absl::Status DecideAll() {
    builder_.BeginOrder(IndexOrder::kGspo);
    for (uint64_t n = 1; input_.valid(); ++n) {
      if (n % kCheckEvery == 0 && options_.cancellation != nullptr)
        SKG_RETURN_IF_ERROR(options_.cancellation->Check());
      EnterGraph(input_.triple().graph);
      SKG_RETURN_IF_ERROR(PassTakenBack());
      if (input_.row() == nullptr && input_.plain() == 0) {
        SKG_RETURN_IF_ERROR(input_.Next());
        continue;
      }
      SKG_ASSIGN_OR_RETURN(const auto* stored,
                           stored_.Of(input_.triple(), hidden_));
      if (input_.row() == nullptr && stored->empty()) {
        ++out_.result.inserted;
        out_.result.duplicates += input_.plain() - 1;
        RunRow row;
        row.key = input_.triple();
        row.value.sign = row.value.triple_sign = 1;
        SKG_RETURN_IF_ERROR(Emit(row));
      } else {
        SKG_RETURN_IF_ERROR(Decide(*stored));
      }
      SKG_RETURN_IF_ERROR(input_.Next());
    }
    return builder_.FinishOrder();
  }

  // What clears make of one graph.
  void EnterGraph(TermId graph) {
    if (options_.clears.empty()) return;
    from_ = hidden_ = 0;
    for (const RowClear& clear : options_.clears) {
      if (!clear.scope.Covers(graph)) continue;
      from_ = std::max(from_, clear.from);
      // Drafts that come with a clear have what came since.
      hidden_ = options_.last_commit;
    }
  }

  absl::Status PassTakenBack() {
    while (input_.row() != nullptr && input_.row()->sequence < from_)
      SKG_RETURN_IF_ERROR(input_.NextRow());
    return absl::OkStatus();
  }

  absl::Status Decide(const std::vector<StatementRow>& stored) {
    decision_.Begin(stored);
    decision_.ApplyPlain(input_.plain());
    for (uint64_t n = 1; input_.row() != nullptr; ++n) {
      if (n % kCheckEvery == 0 && options_.cancellation != nullptr)
        SKG_RETURN_IF_ERROR(options_.cancellation->Check());
      SKG_RETURN_IF_ERROR(decision_.Apply(*input_.row()));
      SKG_RETURN_IF_ERROR(input_.NextRow());
    }
    const std::vector<LoadedEdge>& edges = decision_.Finish();
    int64_t triple_sign =
        decision_.appears() ? 1 : (decision_.vanishes() ? -1 : 0);
    for (const LoadedEdge& edge : edges) {
      if (!edge.changed || (edge.stored == nullptr && !edge.live)) continue;
      // One that is replaced neither appears nor vanishes.
      const bool counts = edge.stored == nullptr || !edge.live;
      SKG_RETURN_IF_ERROR(EmitEdge(edge, counts ? triple_sign : 0));
      if (counts) triple_sign = 0;
    }
    return absl::OkStatus();
  }

  absl::Status EmitEdge(const LoadedEdge& edge, int64_t triple_sign) {
    RunRow row;
    row.key = input_.triple();
    row.key.edge = edge.number;
    row.value.triple_sign = triple_sign;
    if (!edge.live) {
      row.value.operation = RowOperation::kRemove;
      row.value.sign = -1;
      return Emit(row);
    }
    row.value.weight = edge.weight;
    if (edge.stored != nullptr) {
      row.value.operation = RowOperation::kReplace;
    } else {
      row.value.sign = 1;
    }
    Record record = edge.record != nullptr ? *edge.record : Record{};
    record.created_commit = CreatedCommit(edge);
    if (!SaysNothing(record) || record.created_commit != 0) {
      row.value.has_record = true;
      SKG_RETURN_IF_ERROR(changed_records_->Add(row.key, record));
    }
    if (edge.stored == nullptr && !options_.draft &&
        graph_.description.statement_ids) {
      SKG_RETURN_IF_ERROR(ids_.Add({edge.id, row.key}));
    }
    return Emit(row);
  }

  // Who replaces keeps the commit that created; 0: this one.
  [[nodiscard]] uint64_t CreatedCommit(const LoadedEdge& edge) const {
    if (edge.stored == nullptr || edge.created) return 0;
    if (edge.stored_created) return *edge.stored_created;
    return edge.stored->commit > options_.last_commit ? 0 : edge.stored->commit;
  }

  absl::Status Emit(const RunRow& row) {
    ++changed_rows_;
    SKG_RETURN_IF_ERROR(builder_.Add(row));
    const bool named = row.key.graph.bound();
    const size_t orders = (named ? kOrderCount : kDefaultGraphOrders) - 1;
    for (size_t i = 0; i < orders; ++i)
      SKG_RETURN_IF_ERROR(orders_[i]->Add(row));
    const auto count = [&](CountChange& change) {
      change.statements += row.value.sign;
      change.triples += row.value.triple_sign;
    };
    count(out_.all);
    count(out_.predicates[row.key.predicate]);
    count(named ? out_.named_graphs[row.key.graph] : out_.default_graph);
    return absl::OkStatus();
  }

  // The two large orders at the same time.
  absl::Status SortOrders() {
    absl::Status first;
    std::thread helper([&] { first = orders_[0]->Sort(); });
    absl::Status second;
    for (size_t i = 1; i < orders_.size() && second.ok(); ++i)
      second = orders_[i]->Sort();
    helper.join();
    SKG_RETURN_IF_ERROR(first);
    return second;
  }

  absl::Status WriteIds() {
    SKG_RETURN_IF_ERROR(ids_.Sort());
    SKG_ASSIGN_OR_RETURN(auto rows, ids_.Read());
    if (!rows.valid()) return absl::OkStatus();
    SortedFiles files(graph_.kv, Family::kStatementIds);
    while (rows.valid()) {
      const IdRow& row = rows.row();
      SKG_RETURN_IF_ERROR(files.Put(
          StatementIdKey(graph_.description.number, row.id, row.key), {}));
      SKG_RETURN_IF_ERROR(rows.Next());
    }
    std::vector<std::unique_ptr<KvSortedFile>> all;
    files.MoveTo(all);
    // An id whose statement never comes leads nowhere: no harm.
    return graph_.kv.Ingest(std::move(all));
  }

  const Snapshot& snapshot_;
  const ReadView view_;  // of it
  GraphState& graph_;
  LoadRows::Reader input_;
  const LoadBuildOptions& options_;
  RunPublication out_;
  RunBuilder builder_;
  StoredEdges stored_;
  LoadDecision decision_;
  const std::shared_ptr<StatementRecords> changed_records_;
  std::vector<std::unique_ptr<OrderSorter>> orders_;
  ExternalSorter<IdRow, IdRowBefore> ids_;
  uint64_t changed_rows_ = 0;
  // Of the graph that it is in: what the load says from when on, and up to
  // which commit the snapshot's rows are cleared.
  uint64_t from_ = 0, hidden_ = 0;
};

}  // namespace

absl::StatusOr<RunPublication> BuildLoadedRun(
    std::shared_ptr<const Snapshot> snapshot, LoadRows::Reader rows,
    const RecordSpill& records, uint32_t number,
    const LoadBuildOptions& options) {
  return LoadBuilder(std::move(snapshot), std::move(rows), records, number,
                     options)
      .Build();
}

}  // namespace skg::storage
