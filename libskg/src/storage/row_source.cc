#include "storage/row_source.h"

#include <algorithm>

#include "storage/pending_clears.h"

namespace skg::storage {

void RowSource::Begin(const NewWindow& window) {
  valid_ = true;
  unpacked_ = false;
  at_ = 0;
  end_ = window.rows;
  key_ = window.first;
  max_commit_ = window.max_commit;
  all_live_ = window.all_live;
  plain_ = window.plain;
  window_ = RowWindow();
}

RowState RowSource::state() {
  EnsureUnpacked();
  const RowWindow& w = window_;
  RowState state{.weight = w.weights[at_],
                 .has_record = w.has_records[at_] != 0};
  if (w.operations != nullptr) {
    state.operation = w.operations[at_];
    state.end = w.ends[at_];
  }
  return state;
}

RowValue RowSource::value() {
  EnsureUnpacked();
  return ValueAt(at_);
}

size_t RowSource::FindInWindow(const RowKey& key) const {
  // What is looked for mostly stands near.
  size_t low = at_, step = 1;
  while (low + step < end_ && window_.Key(low + step).Before(key)) {
    low += step;
    step *= 2;
  }
  size_t high = std::min(low + step, end_);
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (window_.Key(middle).Before(key)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

size_t RowSource::SliceBefore(const RowKey* limit) {
  if (limit == nullptr) return left();
  RowKey from = *limit;
  from.commit = UINT64_MAX;
  if (!key_.Before(from)) return 0;
  if (!unpacked_ && StandsBefore(from)) return left();
  EnsureUnpacked();
  if (window_.Key(end_ - 1).Before(from)) return left();
  return FindInWindow(from) - at_;
}

void RowSource::AppendWindow(StatementBatch& batch) {
  if (unpacked_) {
    AppendSlices({NextSlice(left())}, order_, batch);
  } else {
    AppendPacked(batch);
  }
  NextWindow();
}

namespace {

// Makes room at the end of a column.
template <typename Value>
Value* Grow(BatchColumn<Value>& column, size_t count) {
  column.resize(column.size() + count);
  return column.data() + column.size() - count;
}

template <typename Value, typename ColumnOf>
void AppendColumn(const std::vector<RowSource::Slice>& slices, size_t rows,
                  BatchColumn<Value>& column, const ColumnOf& of) {
  Value* out = Grow(column, rows);
  for (const RowSource::Slice& slice : slices) {
    const Value* from = of(slice.source->window()) + slice.begin;
    constexpr size_t kWorthACall = 16;
    if (slice.count < kWorthACall) {
      for (size_t i = 0; i < slice.count; ++i) out[i] = from[i];
    } else {
      std::copy_n(from, slice.count, out);
    }
    out += slice.count;
  }
}

}  // namespace

void AppendSlices(const std::vector<RowSource::Slice>& slices, IndexOrder order,
                  StatementBatch& batch) {
  size_t rows = 0;
  for (const RowSource::Slice& slice : slices) rows += slice.count;
  const auto& places = kOrderPlaces[static_cast<size_t>(order)];
  BatchColumn<TermId>* const parts[] = {&batch.graph, &batch.subject,
                                        &batch.predicate, &batch.object};
  for (size_t i = 0; i < 4; ++i) {
    AppendColumn(slices, rows, *parts[places[i]],
                 [i](const RowWindow& w) { return w.terms[i]; });
  }
  AppendColumn(slices, rows, batch.edge,
               [](const RowWindow& w) { return w.edges; });
  AppendColumn(slices, rows, batch.commit,
               [](const RowWindow& w) { return w.commits; });
  AppendColumn(slices, rows, batch.weight,
               [](const RowWindow& w) { return w.weights; });
  AppendColumn(slices, rows, batch.has_record,
               [](const RowWindow& w) { return w.has_records; });
}

std::optional<uint64_t> FilterHashOf(IndexOrder order,
                                     const TermPrefix& prefix) {
  // Filters know terms within their graph.
  if (static_cast<size_t>(order) >= kDefaultGraphOrders || prefix.count < 2)
    return std::nullopt;
  RowKey key;
  key.terms = prefix.terms;  // 0, unbound, behind the prefix
  return Run::FilterHash(ToStatement(key, order));
}

namespace {

// Has nothing but a reason.
class FailedSource final : public RowSource {
 public:
  FailedSource(IndexOrder order, absl::Status status) : RowSource(order) {
    End(std::move(status));
  }
  void Seek(const std::array<uint64_t, 4>& /*terms*/) override {}

 private:
  void NextWindow() override {}
  void Unpack(RowWindow& /*window*/) override {}
  void AppendPacked(StatementBatch& /*batch*/) override {}
  RowValue ValueAt(size_t /*i*/) override { return {}; }
  [[nodiscard]] bool StandsBefore(const RowKey& /*limit*/) const override {
    return false;
  }
};

// The clears that a view has to look at in the rows of a run; unset: they took
// all that the prefix has there.
std::optional<std::vector<ClearMark>> ClearsOf(const Snapshot& snapshot,
                                               const RunInfo& run,
                                               IndexOrder order,
                                               const TermPrefix& prefix) {
  std::vector<ClearMark> clears =
      PendingClears(snapshot.manifest(), run, snapshot.commit());
  if (clears.empty()) return clears;
  if (EndOfRun(clears, run) != UINT64_MAX) return std::nullopt;
  const size_t place = GraphPlace(order);
  if (place < prefix.count) {
    const TermId graph{prefix.terms[place]};
    if (LastClear(clears, graph) != 0) return std::nullopt;
    clears.clear();
  }
  return clears;
}

}  // namespace

std::vector<std::unique_ptr<RowSource>> SourcesOf(const Snapshot& snapshot,
                                                  IndexOrder order,
                                                  const TermPrefix& prefix,
                                                  ReadCounters* counters) {
  GraphState& graph = snapshot.graph();
  const Manifest& manifest = snapshot.manifest();
  const uint64_t commit = snapshot.commit();
  const auto concerns = [commit](const RunInfo& info) {
    return info.min_commit <= commit && info.max_end > commit;
  };
  const std::optional<uint64_t> hash = FilterHashOf(order, prefix);
  if (hash) {
    for (const auto& run : snapshot.runs()) {
      if (concerns(run->info())) run->PrefetchFilter(*hash);
    }
  }
  std::vector<std::unique_ptr<RowSource>> sources;
  for (const Epoch& epoch : manifest.epochs) {
    if (snapshot.head().delta_rows == 0) break;
    sources.push_back(MakeDeltaSource(graph.kv, snapshot.kv(),
                                      graph.description.number, epoch.number,
                                      order, prefix, manifest.clears));
  }
  for (size_t i = 0; i < manifest.runs.size(); ++i) {
    const std::shared_ptr<const Run>& run = snapshot.runs()[i];
    if (!concerns(run->info())) continue;
    if (hash) {
      const auto excluded = run->Excludes(*hash, snapshot.kv());
      if (!excluded.ok()) {
        sources.push_back(
            std::make_unique<FailedSource>(order, excluded.status()));
        continue;
      }
      if (*excluded) continue;
    }
    auto clears = ClearsOf(snapshot, manifest.runs[i], order, prefix);
    if (!clears) continue;
    sources.push_back(MakeRunSource(graph.kv, snapshot.kv(), run, order, prefix,
                                    *std::move(clears), counters));
  }
  return sources;
}

RowSource* SmallestOf(const std::vector<std::unique_ptr<RowSource>>& sources,
                      absl::Status* status) {
  RowSource* smallest = nullptr;
  for (const auto& source : sources) {
    if (!source->valid()) {
      if (status->ok()) *status = source->status();
      continue;
    }
    if (smallest == nullptr || source->key().Before(smallest->key()))
      smallest = source.get();
  }
  return smallest;
}

}  // namespace skg::storage
