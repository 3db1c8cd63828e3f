#include "storage/load_build.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/live_cursor.h"
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

struct IdRow {
  std::array<uint8_t, 16> id;
  StatementKey key;
};
struct IdRowBefore {
  bool operator()(const IdRow& a, const IdRow& b) const { return a.id < b.id; }
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
    if (snapshot.head().statements > 0)
      cursor_.emplace(snapshot, IndexOrder::kGspo, TermPrefix());
  }

  // Valid until the next call.
  absl::StatusOr<const std::vector<StatementRow>*> Of(const StatementKey& key) {
    edges_.clear();
    if (!cursor_) return &edges_;
    const auto terms = ToRowKey(key, IndexOrder::kGspo, 0).terms;
    cursor_->Seek(terms);
    while (cursor_->Valid()) {
      const StatementRow row = cursor_->row();
      if (ToRowKey(row.key, IndexOrder::kGspo, 0).terms != terms) break;
      edges_.push_back(row);
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
  LoadBuilder(std::shared_ptr<const Snapshot> snapshot, const LoadRows& rows,
              const std::vector<Record>& records, uint32_t number,
              const LoadBuildOptions& options)
      : snapshot_(*snapshot),
        view_(snapshot),
        graph_(snapshot->graph()),
        rows_(rows),
        records_(records),
        options_(options),
        builder_(graph_.kv, graph_.description.number, number,
                 /*history=*/false, RunBuilder::Blocks::kInSortedFiles),
        stored_(*snapshot),
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
  // What one edge becomes.
  struct Edge {
    uint32_t edge = 0;
    const StatementRow* stored = nullptr;
    std::optional<Record> stored_record;
    bool live = false, changed = false;
    float weight = 1.0f;
    const Record* record = nullptr;
    const FullRow* said = nullptr;  // the row that made it what it is
  };

  absl::Status DecideAll() {
    builder_.BeginOrder(IndexOrder::kGspo);
    SKG_ASSIGN_OR_RETURN(LoadRows::Reader input, rows_.Read());
    for (uint64_t n = 1; input.valid(); ++n) {
      if (n % kCheckEvery == 0 && options_.cancellation != nullptr)
        SKG_RETURN_IF_ERROR(options_.cancellation->Check());
      const LoadedTriple& triple = input.triple();
      SKG_ASSIGN_OR_RETURN(const auto* stored, stored_.Of(triple.key));
      if (triple.full.empty() && stored->empty()) {
        ++out_.result.inserted;
        out_.result.duplicates += triple.plain - 1;
        RunRow row;
        row.key = triple.key;
        row.value.sign = row.value.triple_sign = 1;
        SKG_RETURN_IF_ERROR(Emit(row));
      } else {
        SKG_RETURN_IF_ERROR(Decide(triple, *stored));
      }
      SKG_RETURN_IF_ERROR(input.Next());
    }
    return builder_.FinishOrder();
  }

  absl::Status Decide(const LoadedTriple& triple,
                      const std::vector<StatementRow>& stored) {
    absl::InlinedVector<Edge, 2> edges;
    const auto edge_of = [&](uint32_t number) -> Edge& {
      for (Edge& edge : edges) {
        if (edge.edge == number) return edge;
      }
      Edge& edge = edges.emplace_back();
      edge.edge = number;
      for (const StatementRow& row : stored) {
        if (row.key.edge == number) edge.stored = &row;
      }
      edge.live = edge.stored != nullptr;
      if (edge.live) edge.weight = edge.stored->weight;
      return edge;
    };
    for (uint64_t i = 0; i < triple.plain; ++i)
      SKG_RETURN_IF_ERROR(Apply(nullptr, edge_of(0)));
    for (const FullRow& row : triple.full)
      SKG_RETURN_IF_ERROR(Apply(&row, edge_of(row.edge)));
    bool appears = stored.empty();
    std::sort(edges.begin(), edges.end(),
              [](const Edge& a, const Edge& b) { return a.edge < b.edge; });
    for (Edge& edge : edges) {
      if (!edge.changed) continue;
      SKG_RETURN_IF_ERROR(EmitEdge(triple.key, edge, appears));
      appears = false;
    }
    return absl::OkStatus();
  }

  // One statement of the input after the other, as commits would.
  absl::Status Apply(const FullRow* row, Edge& edge) {
    if (edge.live && (row == nullptr || row->if_absent)) {
      ++out_.result.duplicates;
      return absl::OkStatus();
    }
    const float weight = row == nullptr ? 1.0f : row->weight;
    const Record* wanted = row == nullptr || row->record == 0
                               ? nullptr
                               : &records_[row->record - 1];
    if (edge.live) {
      SKG_RETURN_IF_ERROR(LoadRecord(edge));
      if (edge.weight == weight && SameContent(edge.record, wanted)) {
        ++out_.result.duplicates;
        return absl::OkStatus();
      }
    }
    ++(edge.live ? out_.result.replaced : out_.result.inserted);
    edge.live = edge.changed = true;
    edge.weight = weight;
    edge.record = wanted;
    edge.said = row;
    return absl::OkStatus();
  }

  absl::Status LoadRecord(Edge& edge) {
    if (edge.changed || edge.stored == nullptr || !edge.stored->has_record ||
        edge.stored_record) {
      return absl::OkStatus();
    }
    SKG_ASSIGN_OR_RETURN(edge.stored_record, view_.ReadRecord(*edge.stored));
    edge.record = &*edge.stored_record;
    return absl::OkStatus();
  }

  absl::Status EmitEdge(const StatementKey& triple, const Edge& edge,
                        bool appears) {
    RunRow row;
    row.key = triple;
    row.key.edge = edge.edge;
    row.value.weight = edge.weight;
    if (edge.stored != nullptr) {
      row.value.operation = RowOperation::kReplace;
    } else {
      row.value.sign = 1;
      row.value.triple_sign = appears ? 1 : 0;
    }
    // Who replaces keeps the commit that created.
    Record record = edge.record != nullptr ? *edge.record : Record{};
    record.created_commit = 0;
    if (edge.stored != nullptr) {
      record.created_commit = edge.stored_record
                                  ? edge.stored_record->created_commit
                                  : edge.stored->commit;
    }
    if (!SaysNothing(record) || record.created_commit != 0) {
      row.value.has_record = true;
      out_.records.emplace_back(row.key, std::move(record));
    }
    if (edge.stored == nullptr && edge.said != nullptr &&
        graph_.description.statement_ids) {
      SKG_RETURN_IF_ERROR(ids_.Add({edge.said->id, row.key}));
    }
    return Emit(row);
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
      Uuid id;
      std::copy(rows.row().id.begin(), rows.row().id.end(), id.bytes.begin());
      SKG_RETURN_IF_ERROR(
          files.Put(StatementIdKey(graph_.description.number, id),
                    EncodeStatement(rows.row().key)));
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
  const LoadRows& rows_;
  const std::vector<Record>& records_;
  const LoadBuildOptions& options_;
  RunBuilder builder_;
  StoredEdges stored_;
  std::vector<std::unique_ptr<OrderSorter>> orders_;
  ExternalSorter<IdRow, IdRowBefore> ids_;
  uint64_t changed_rows_ = 0;
  RunPublication out_;
};

}  // namespace

absl::StatusOr<RunPublication> BuildLoadedRun(
    std::shared_ptr<const Snapshot> snapshot, const LoadRows& rows,
    const std::vector<Record>& records, uint32_t number,
    const LoadBuildOptions& options) {
  return LoadBuilder(std::move(snapshot), rows, records, number, options)
      .Build();
}

}  // namespace skg::storage
